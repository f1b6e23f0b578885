"""Runs a command and measures what it took."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from .process_tree import TreeSampler, Memory

SECONDS_TO_STOP = 25
SECONDS_AT_MOST = 6 * 3600
LINES_SHOWN = 20


class ToolFailed(Exception):
    """A program that is compared, or that prepares something, ended with an error."""


@dataclass(frozen=True)
class Command:
    """A program to run: words, additions to the environment, directory, account."""

    words: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    directory: Path | None = None
    account: str | None = None

    def all_words(self) -> list[str]:
        """With what changes the account in front; only root can change it."""
        if self.account is None or os.geteuid() != 0:
            return self.words
        change = ["setpriv", f"--reuid={self.account}", f"--regid={self.account}", "--init-groups"]
        return change + self.words


@dataclass(frozen=True)
class Measurement:
    """Seconds, and bytes of memory of the whole process tree at its peak."""

    wall: float
    cpu: float
    memory: Memory


def measure(command: Command, log: Path) -> Measurement:
    """Runs the command to its end. Its CPU is that of all processes it waited for."""
    with open(log, "ab") as output:
        started = time.monotonic()
        process = start(command, output)
        try:
            with TreeSampler(process.pid) as sampler:
                _, status, usage = wait_for(process, started + SECONDS_AT_MOST)
                wall = time.monotonic() - started
        except BaseException:
            stop(process)
            raise
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise ToolFailed(failure(command, process.returncode, log))
    return Measurement(wall, usage.ru_utime + usage.ru_stime, sampler.peak)


def run(command: Command, log: Path) -> None:
    """Runs a command that is not measured."""
    measure(command, log)


def output_of(command: Command) -> str:
    """What a command prints; not measured."""
    done = subprocess.run(
        command.all_words(),
        env=environment(command),
        cwd=command.directory,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        what = " ".join(command.words)
        raise ToolFailed(f"{what}\nended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout.strip()


def start(command: Command, output) -> subprocess.Popen:
    """In a session of its own, so that all of it can be stopped."""
    return subprocess.Popen(
        command.all_words(),
        env=environment(command),
        cwd=command.directory,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
    )


def environment(command: Command) -> dict[str, str]:
    """That of this process without what names other tools' repositories and servers."""
    prefixes = ("RESTIC_", "BORG_", "PGBACKREST_", "PG", "HOLDFAST_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(prefixes)}
    return {**kept, "LC_ALL": "C.UTF-8", **command.environment}


def wait_for(process: subprocess.Popen, deadline: float):
    """As os.wait4; a program that never ends must not stop the comparison for ever."""
    alarm = signal.signal(signal.SIGALRM, too_long)
    signal.setitimer(signal.ITIMER_REAL, max(1, deadline - time.monotonic()))
    try:
        return os.wait4(process.pid, 0)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, alarm)


def too_long(*_: object) -> None:
    """Ends the wait."""
    raise ToolFailed(f"a program took more than {SECONDS_AT_MOST / 3600:.0f} hours")


def stop(process: subprocess.Popen) -> None:
    """Asks the program and its children to end, and ends them if they do not."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if process.returncode is not None:
            return
        try:
            os.killpg(process.pid, sign)
            process.wait(SECONDS_TO_STOP)
        except (ProcessLookupError, ChildProcessError):
            return
        except subprocess.TimeoutExpired:
            continue


def failure(command: Command, code: int, log: Path) -> str:
    """The command, its exit code, and the end of what it said."""
    lines = log.read_text(errors="replace").splitlines()[-LINES_SHOWN:]
    return "\n".join([" ".join(command.all_words()), f"ended with {code}; the end of {log}:"] + lines)
