"""Runs Holdfast as its user does, and, where that is asked for, in a JVM that stays warm."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

from .measuring import (
    SECONDS_AT_MOST,
    Command,
    Measurement,
    ToolFailed,
    environment,
    measure,
    output_of,
    run,
    stop,
    too_long,
)
from .process_tree import TreeSampler, cpu_of_tree
from .programs import version_in

HOME = Path(__file__).resolve().parent.parent.parent
LAUNCHER = HOME / "holdfast"

# As in the launcher, but for the class that is started.
JVM = [
    "--enable-native-access=ALL-UNNAMED",
    "-XX:+UseParallelGC",
    "-Xms64m",
    f"-Xmx{192 + 32 * (os.cpu_count() or 2)}m",
    "-Djdk.util.jar.enableMultiRelease=false",
    "-XX:CompileCommand=quiet",
    "-XX:CompileCommand=dontinline,io.holdfast.posix.*::*",
    "-XX:MaxInlineLevel=6",
    "-XX:FreqInlineSize=150",
    "-XX:Tier4InvocationThreshold=25000",
    "-XX:Tier4MinInvocationThreshold=3000",
    "-XX:Tier4CompileThreshold=75000",
    "-XX:Tier4BackEdgeThreshold=200000",
]


def version() -> tuple[int, ...]:
    """Builds Holdfast if needed."""
    return version_in(output_of(Command([str(LAUNCHER), "version"])))


def libraries() -> Path:
    """The jars that the launcher runs."""
    places = [HOME / "cli/target/launch/dist", HOME / "cli/target/dist"]
    built = [place for place in places if (place / "VERSION").exists()]
    if not built:
        raise ToolFailed("nothing is built: run ./holdfast version")
    return max(built, key=lambda place: (place / "VERSION").stat().st_mtime) / "lib"


def java_home() -> Path:
    """The JDK that the launcher takes."""
    script = f". '{HOME}/tools/jdk.sh'; find_jdk 25"
    return Path(output_of(Command(["sh", "-c", script])))


def compile_programs(classes: Path) -> Path:
    """Compiles the data makers and the warm runner, without Maven."""
    sources = HOME / "benchmarks/src/main/java/io/holdfast"
    files = [*sources.glob("benchmarks/*.java"), sources / "cli/WarmRunner.java"]
    words = [str(java_home() / "bin/javac"), "-cp", f"{libraries()}/*", "-d", str(classes)]
    output_of(Command(words + [str(file) for file in files]))
    return classes


class ColdJvm:
    """Every command starts a JVM, through the launcher."""

    label = "holdfast"

    def __init__(self, state: Path, log: Path):
        self._log = log
        self._environment = {
            "XDG_CACHE_HOME": str(state / "cache"),
            "XDG_STATE_HOME": str(state / "state"),
            "TMPDIR": str(temporary(state)),
        }

    def measure(self, *words: str) -> Measurement:
        """Runs the launcher with these words."""
        return measure(self._command(words), self._log)

    def run(self, *words: str) -> None:
        """As above, not measured."""
        run(self._command(words), self._log)

    def _command(self, words: tuple[str, ...]) -> Command:
        return Command([str(LAUNCHER), *words], self._environment)


class WarmJvm:
    """One JVM runs all commands. To be closed."""

    label = "holdfast, warm JVM"

    def __init__(self, classes: Path, state: Path, log: Path):
        self._log = log
        words = [str(java_home() / "bin/java"), *JVM, "-cp", f"{classes}:{libraries()}/*"]
        where = {
            "XDG_CACHE_HOME": str(state / "cache"),
            "XDG_STATE_HOME": str(state / "state"),
            "TMPDIR": str(temporary(state)),
        }
        with open(log, "ab") as errors:
            self._process = subprocess.Popen(
                words + ["io.holdfast.cli.WarmRunner"],
                env=environment(Command([], where)),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
            )

    def measure(self, *words: str) -> Measurement:
        """Runs a command in the JVM and waits for its answer."""
        pid = self._process.pid
        before = cpu_of_tree(pid)
        with TreeSampler(pid) as sampler:
            started = time.monotonic()
            answer = self._ask("\t".join(words))
            wall = time.monotonic() - started
        if answer != "0":
            raise ToolFailed(f"holdfast {' '.join(words)} ended with {answer or 'nothing'}; see {self._log}")
        return Measurement(wall, cpu_of_tree(pid) - before, sampler.peak)

    def run(self, *words: str) -> None:
        """As above, not measured."""
        self.measure(*words)

    def close(self) -> None:
        """Ends the JVM."""
        if self._process.stdin:
            self._process.stdin.close()
        stop(self._process)

    def _ask(self, line: str) -> str:
        before = signal.signal(signal.SIGALRM, too_long)
        signal.alarm(SECONDS_AT_MOST)
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
            return self._process.stdout.readline().strip()
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, before)


def temporary(state: Path) -> Path:
    """A directory for temporary files, on the disk where everything else is."""
    directory = state / "tmp"
    directory.mkdir(parents=True, exist_ok=True)
    return directory


class Vault:
    """A configuration, a key file and a repository, in a directory of their own."""

    def __init__(self, jvm: ColdJvm | WarmJvm, directory: Path, source: str):
        self._jvm = jvm
        self.repository = directory / "repository"
        self._file = directory / "holdfast.yaml"
        directory.mkdir(parents=True, exist_ok=True)
        self._file.write_text(
            "version: 1\n"
            "repositories:\n"
            f"  main: {{path: {self.repository}, key-file: {directory / 'repository.key'}}}\n"
            "sources:\n"
            f"  data: {source}\n"
            "policies:\n"
            "  all: {repository: main, sources: [data]}\n"
        )
        os.chmod(self._file, 0o600)
        self._jvm.run("init", "-c", str(self._file), "--no-recovery-kit")

    def backup(self, kind: str) -> Measurement:
        """Kind is full or incremental."""
        return self._jvm.measure("backup", "-c", str(self._file), "--quiet", "--type", kind)

    def restore(self, target: Path, *options: str) -> Measurement:
        """Restores the newest backup right into the target."""
        words = ["restore", "latest", "-c", str(self._file), "--quiet", "--source", "data"]
        return self._jvm.measure(*words, "--to", str(target), *options)

    def list(self) -> Measurement:
        """Lists the backups."""
        return self._jvm.measure("backups", "-c", str(self._file))
