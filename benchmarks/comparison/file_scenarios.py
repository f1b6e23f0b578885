"""Trees of files: the first backup, an unchanged tree, a changed one, and a restore."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .file_tools import Borg, FileTool, HoldfastFiles, Restic, Tar
from .results import run_of
from .scenario import Bench, in_turn
from .storage import Stored, empty, read_once, remove, require_space, settle, stored_in
from .trees import require_equal

CHANGED = 0.01


@dataclass(frozen=True)
class TreeSize:
    """A set of files; ``files`` is 0 for one large file."""

    name: str
    files: int
    bytes: int


MIXED = TreeSize("files", 50_000, 2_500_000_000)
MIXED_QUICK = TreeSize("files", 6_000, 300_000_000)
MILLION = TreeSize("million files", 1_000_000, 3_000_000_000)
MILLION_QUICK = TreeSize("million files", 50_000, 150_000_000)
LARGE = TreeSize("one large file", 0, 10_000_000_000)
LARGE_QUICK = TreeSize("one large file", 0, 500_000_000)


def file_tools(bench: Bench, newest_only: bool = False) -> list[FileTool]:
    """All tools that take part, or of each peer its newest release."""
    since = -1 if newest_only else 0
    tools: list[FileTool] = [HoldfastFiles(jvm, bench.log) for jvm in bench.jvms()]
    tools += [Restic(program, bench.log) for program in bench.releases("restic")[since:]]
    tools += [Borg(program, bench.log) for program in bench.releases("borg")[since:]]
    return tools + ([Tar(bench.log)] if bench.takes_part("tar") else [])


def cold_tools(bench: Bench) -> list[FileTool]:
    """Those that are started anew for each command."""
    tools = file_tools(bench, newest_only=True)
    return [tool for tool in tools if not bench.warm or tool.label != bench.warm.label]


class FilesScenario:
    """Runs every tool on the same tree in turn."""

    def __init__(self, bench: Bench, size: TreeSize, tools: list[FileTool]):
        self._bench = bench
        self._size = size
        self._tools = tools
        self._place = bench.work / size.name.replace(" ", "-")
        self._tree = self._place / "tree"

    def run(self, runs: int) -> None:
        """Makes the tree, measures, and removes everything."""
        needed = self._size.bytes * (3 + len(self._tools)) + self._size.files * 8192
        require_space(self._bench.work, needed, self._size.name)
        try:
            self._make()
            self._warm_up()
            for turn in range(runs):
                self._round(turn)
        finally:
            remove(self._place)

    def _make(self) -> None:
        print(f"making {self._size.name}: {self._size.bytes / 1e6:.0f} MB", flush=True)
        empty(self._tree)
        seed, size = self._bench.seed, self._size
        if size.files:
            self._bench.make("tree", root=self._tree, seed=seed, files=size.files, bytes=size.bytes)
        else:
            self._bench.make("file", root=self._tree / "image.so", seed=seed, bytes=size.bytes)

    def _warm_up(self) -> None:
        """A JVM that is to be warm has to have done it all once."""
        for tool in self._tools:
            if self._bench.warm and tool.label == self._bench.warm.label:
                tool.prepare(empty(self._directory(tool)), self._tree)
                tool.backup(self._tree, True)
                tool.backup(self._tree, False)
                tool.restore(self._target)
                remove(self._target)

    def _round(self, turn: int) -> None:
        tools = in_turn(self._tools, turn)
        for tool in tools:
            remove(self._directory(tool))
            tool.prepare(self._directory(tool), self._tree)
            self._backup(tool, "first")
            if tool.incremental:
                self._backup(tool, "unchanged")
        self._bench.make(
            "change", root=self._tree, seed=self._bench.seed, round=turn, share=CHANGED
        )
        for tool in tools:
            if tool.incremental:
                self._backup(tool, "1 % changed")
            else:  # it has to do it all again to have the newest state for the restore
                remove(self._directory(tool))
                tool.prepare(self._directory(tool), self._tree)
                tool.backup(self._tree, True)
        for tool in tools:
            self._restore(tool)
            remove(self._directory(tool))

    def _backup(self, tool: FileTool, step: str) -> None:
        before = stored_in(tool.repository) if step != "first" else Stored(0, 0)
        read_once(self._tree)
        settle()
        measured = tool.backup(self._tree, step == "first")
        after = stored_in(tool.repository)
        self._bench.results.add(
            run_of(self._size.name, step, tool, measured, after.since(before), after)
        )

    def _restore(self, tool: FileTool) -> None:
        remove(self._target)
        read_once(tool.repository)
        settle()
        measured = tool.restore(self._target)
        require_equal(self._tree, self._target)
        self._bench.results.add(run_of(self._size.name, "restore", tool, measured))
        remove(self._target)

    @property
    def _target(self) -> Path:
        return self._place / "restored"

    def _directory(self, tool: FileTool) -> Path:
        return self._place / tool.label.translate(str.maketrans(" |,", "---"))


COLD_TREE = TreeSize("cold start", 6_000, 300_000_000)
COLD_BACKUPS = 5


class ColdStartScenario(FilesScenario):
    """What a call from the shell costs at the least."""

    def __init__(self, bench: Bench, tools: list[FileTool]):
        super().__init__(bench, COLD_TREE, [tool for tool in tools if tool.incremental])

    def _round(self, turn: int) -> None:
        tools = in_turn(self._tools, turn)
        if turn == 0:
            for tool in tools:
                tool.prepare(self._directory(tool), self._tree)
                for number in range(COLD_BACKUPS):
                    tool.backup(self._tree, number == 0)
        steps = {
            "version": lambda tool: tool.show_version(),
            "list backups": lambda tool: tool.list(),
            "back up an unchanged tree": lambda tool: tool.backup(self._tree, False),
        }
        for step, action in steps.items():
            for tool in tools:
                settle()
                self._bench.results.add(run_of(self._size.name, step, tool, action(tool)))

    def _warm_up(self) -> None:
        """Nothing is warm here."""


YEAR_TREE = TreeSize("daily backups", 5_000, 250_000_000)
YEAR_QUICK = TreeSize("daily backups", 1_000, 30_000_000)
YEAR_DAYS = 365
QUICK_DAYS = 30
MILESTONES = (5, 30, 100, 365)
AROUND = 2


class YearScenario(FilesScenario):
    """A tree that changes by one file in a hundred every day, backed up every day."""

    def __init__(self, bench: Bench, tools: list[FileTool]):
        size = YEAR_QUICK if bench.quick else YEAR_TREE
        super().__init__(bench, size, [tool for tool in tools if tool.incremental])
        self._days = QUICK_DAYS if bench.quick else YEAR_DAYS

    def _round(self, turn: int) -> None:
        for tool in self._tools:
            tool.prepare(self._directory(tool), self._tree)
        for day in range(1, self._days + 1):
            if day > 1:
                self._bench.make(
                    "change", root=self._tree, seed=self._bench.seed, round=day, share=CHANGED
                )
            for tool in in_turn(self._tools, day):
                self._backup_of_day(tool, day)
        for tool in self._tools:
            self._restore(tool)

    def _backup_of_day(self, tool: FileTool, day: int) -> None:
        name = milestone(day, self._days)
        if name:
            self._backup(tool, name)
        else:
            tool.backup(self._tree, day == 1)


def milestone(day: int, days: int) -> str | None:
    """The step that a day belongs to: the five around each milestone, the last five of all."""
    for middle in MILESTONES:
        first = min(middle - AROUND, days - 2 * AROUND) if middle == days else middle - AROUND
        if first <= day <= first + 2 * AROUND <= days:
            return f"backup {middle}"
    return None
