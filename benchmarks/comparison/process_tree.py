"""What the kernel knows of a process and all that descends from it."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Stat:
    """A line of /proc/PID/stat; times in seconds, those of children it waited for included."""

    pid: int
    parent: int
    cpu: float


@dataclass(frozen=True)
class Memory:
    """Bytes of one process, or of several together."""

    anonymous: int
    resident: int
    peak_resident: int


def parse_stat(line: str) -> Stat:
    """Reads a stat line. The name, in parentheses, may hold anything, parentheses too."""
    pid = int(line[: line.index(" ")])
    fields = line[line.rindex(")") + 2 :].split()
    return Stat(pid, int(fields[1]), sum(int(field) for field in fields[11:15]) / TICKS)


def parse_status(text: str) -> Memory:
    """Reads the memory lines of /proc/PID/status; a process that is ending has none."""
    values = {}
    for line in text.splitlines():
        name, _, rest = line.partition(":")
        if name in ("RssAnon", "VmRSS", "VmHWM"):
            values[name] = int(rest.split()[0]) * 1024
    return Memory(values.get("RssAnon", 0), values.get("VmRSS", 0), values.get("VmHWM", 0))


def all_stats() -> list[Stat]:
    """Every process of the machine that is still there when it is looked at."""
    stats = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            text = read_or_nothing(f"/proc/{name}/stat")
            if text:
                stats.append(parse_stat(text))
    return stats


def descendants(root: int, stats: list[Stat]) -> list[Stat]:
    """The root and everything below it."""
    children: dict[int, list[Stat]] = {}
    for stat in stats:
        children.setdefault(stat.parent, []).append(stat)
    found = [stat for stat in stats if stat.pid == root]
    for stat in found:  # grows while it is walked
        found.extend(children.get(stat.pid, ()))
    return found


def cpu_of_tree(root: int) -> float:
    """Seconds of CPU that the tree used up to now."""
    return sum(stat.cpu for stat in descendants(root, all_stats()))


def read_or_nothing(path: str) -> str:
    """A file of /proc, or nothing when its process has ended."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except (FileNotFoundError, ProcessLookupError):
        return ""


class TreeSampler:
    """Looks every 20 ms how much memory a process tree has, and keeps the most that it saw.

    Which processes there are costs more to find out, so that is done every tenth time.
    """

    INTERVAL = 0.02
    SEARCH_EVERY = 10

    def __init__(self, root: int):
        self._root = root
        self._peak = Memory(0, 0, 0)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "TreeSampler":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def peak(self) -> Memory:
        """Sums of the tree; the peak resident size is that of its largest process."""
        return self._peak

    def _run(self) -> None:
        pids: list[int] = []
        turn = 0
        while True:
            if turn % self.SEARCH_EVERY == 0:
                pids = [stat.pid for stat in descendants(self._root, all_stats())]
            turn += 1
            self._take([parse_status(read_or_nothing(f"/proc/{pid}/status")) for pid in pids])
            if self._stop.wait(self.INTERVAL):
                return

    def _take(self, seen: list[Memory]) -> None:
        self._peak = Memory(
            max(self._peak.anonymous, sum(memory.anonymous for memory in seen)),
            max(self._peak.resident, sum(memory.resident for memory in seen)),
            max([self._peak.peak_resident] + [memory.peak_resident for memory in seen]),
        )
