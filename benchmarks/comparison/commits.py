"""Measures how long commits take: with no receiver, beside one, and when they wait for one."""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from . import holdfast
from .cluster import PORT, Cluster, server_account
from .measuring import Command, ToolFailed, output_of, run, start, stop
from .process_tree import cpu_of_tree
from .programs import install_missing, server_directories

DATA = 200_000_000
SECONDS_TO_BEGIN = 60
NAMES = "synchronous_standby_names"

GRANTS = f"""
GRANT ALTER SYSTEM ON PARAMETER {NAMES} TO holdfast;
GRANT EXECUTE ON FUNCTION pg_reload_conf() TO holdfast;
CREATE TABLE commits (id bigint, what text);
"""
INSERT = "INSERT INTO commits VALUES (1, repeat('x', 200));\n"

CONFIGURATION = """\
version: 1
repositories:
  main: {{path: repository, key-file: key}}
sources:
  database: {{type: postgresql, host: {sockets}, port: {port}, wal: {{spool: spool, synchronous: {synchronous}}}}}
"""


class Receiver:
    """What receives the log meanwhile. To be closed."""

    label = "no receiver"
    synchronous = False

    def __init__(self, cluster: Cluster, directory: Path, log: Path):
        self.cluster = cluster
        self.directory = directory
        self.log = log
        self.process = None

    def begin(self) -> None:
        """Starts it, and waits until it takes part."""

    def cpu(self) -> float:
        """Seconds of CPU up to now."""
        return cpu_of_tree(self.process.pid) if self.process else 0.0

    def end(self) -> None:
        """Ends it."""

    def start(self, command: Command) -> None:
        """Starts a program that stays."""
        with open(self.log, "ab") as output:
            self.process = start(command, output)

    def wait_for(self, query: str, answer: str) -> None:
        """Until the server answers so."""
        deadline = time.monotonic() + SECONDS_TO_BEGIN
        while self.cluster.query(query) != answer:
            if time.monotonic() > deadline or (self.process and self.process.poll() is not None):
                raise ToolFailed(f"{self.label} does not begin; see {self.log}")
            time.sleep(0.1)


class PgReceiveWal(Receiver):
    """PostgreSQL's own."""

    label = "pg_receivewal --synchronous"
    synchronous = True

    def begin(self) -> None:
        target = self.directory / "segments"
        target.mkdir()
        if server_account():
            shutil.chown(target, server_account(), server_account())
        words = [*self.cluster.connection(), "--synchronous", "--no-loop", "-D", str(target)]
        command = self.cluster.command("pg_receivewal", *words)
        self.start(Command(command.words, {"PGAPPNAME": "segments"}, command.directory, command.account))
        self.wait_for("SELECT count(*) FROM pg_stat_replication WHERE application_name = 'segments'", "1")
        self.cluster.query(f"ALTER SYSTEM SET {NAMES} = 'segments'")
        self.cluster.query("SELECT pg_reload_conf()")
        self.wait_for(f"SELECT current_setting('{NAMES}')", "segments")

    def end(self) -> None:
        self.cluster.query(f"ALTER SYSTEM RESET {NAMES}")
        self.cluster.query("SELECT pg_reload_conf()")
        stop(self.process)


class Holdfast(Receiver):
    """Ours, beside the commits."""

    label = "holdfast"

    def begin(self) -> None:
        (self.directory / "key").write_bytes(os.urandom(32))
        text = CONFIGURATION.format(
            sockets=self.cluster.sockets, port=PORT, synchronous=str(self.synchronous).lower()
        )
        (self.directory / "holdfast.yaml").write_text(text)
        environment = {
            "HOLDFAST_CONFIG": str(self.directory / "holdfast.yaml"),
            "XDG_CACHE_HOME": str(self.directory / "cache"),
            "XDG_STATE_HOME": str(self.directory / "state"),
        }
        run(Command([str(holdfast.LAUNCHER), "init", "--no-recovery-kit"], environment), self.log)
        self.start(Command([str(holdfast.LAUNCHER), "wal", "receive"], environment))
        self.wait_for("SELECT count(*) FROM pg_replication_slots WHERE active", "1")
        if self.synchronous:
            self.wait_for(f"SELECT current_setting('{NAMES}')", '"holdfast_sync"')

    def end(self) -> None:
        stop(self.process)
        self.cluster.query("SELECT pg_drop_replication_slot('holdfast')")


class SynchronousHoldfast(Holdfast):
    """Ours, and commits wait for it."""

    label = "holdfast, synchronous"
    synchronous = True


def commits(cluster: Cluster, directory: Path, clients: int, seconds: int) -> list[int]:
    """Microseconds of each commit."""
    script = directory / "insert.sql"
    script.write_text(INSERT)
    logs = directory / "pgbench"
    logs.mkdir()
    if server_account():
        shutil.chown(logs, server_account(), server_account())
    words = ["-n", "-f", str(script), "-c", str(clients), "-j", "1", "-T", str(seconds), "-l"]
    words += [f"--log-prefix={logs}/log", *cluster.connection(), "postgres"]
    output_of(cluster.command("pgbench", *words))
    taken = [int(line.split()[2]) for file in logs.iterdir() for line in file.read_text().splitlines()]
    shutil.rmtree(logs)
    return sorted(taken)


def measured(receiver: Receiver, clients: int, seconds: int) -> tuple[float, float, float, float]:
    """Milliseconds of the median and of the 99th percentile, commits a second, share of a core."""
    receiver.directory.mkdir()
    if server_account():
        shutil.chown(receiver.directory, server_account(), server_account())
    receiver.begin()
    try:
        commits(receiver.cluster, receiver.directory, clients, max(2, seconds // 4))  # warm
        before = receiver.cpu()
        taken = commits(receiver.cluster, receiver.directory, clients, seconds)
        cpu = (receiver.cpu() - before) / seconds
    finally:
        receiver.end()
        shutil.rmtree(receiver.directory)
    p99 = taken[min(len(taken) - 1, len(taken) * 99 // 100)]
    return statistics.median(taken) / 1000, p99 / 1000, len(taken) / seconds, cpu


def main() -> int:
    """Prints a table."""
    parser = argparse.ArgumentParser(prog="commits", description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=10, help="of each run")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()))
    options = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="commits-", dir=options.work))
    work.chmod(0o755)
    log = work / "tools.log"
    try:
        install_missing(True, log)
        holdfast.version()
        with contextlib.closing(Cluster(server_directories()[0], work / "cluster", log)) as cluster:
            cluster.create(DATA)
            cluster.query(GRANTS)
            table(cluster, work, log, options)
    except ToolFailed as failure:
        print(f"commits: {failure}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(work)
    return 0


def table(cluster: Cluster, work: Path, log: Path, options) -> None:
    """In turn, so that all meet the same machine."""
    print("| clients | receiver | p50, ms | p99, ms | commits/s | receiver's CPU |\n|---|---|---|---|---|---|")
    for clients in (1, 4):
        found: dict[str, list] = {}
        for number in range(options.runs):
            for kind in (Receiver, PgReceiveWal, Holdfast, SynchronousHoldfast):
                receiver = kind(cluster, work / f"{clients}-{number}-{kind.__name__}", log)
                found.setdefault(kind.label, []).append(measured(receiver, clients, options.seconds))
        for label, runs in found.items():
            p50, p99, rate, cpu = (statistics.median(values) for values in zip(*runs))
            print(f"| {clients} | {label} | {p50:.2f} | {p99:.2f} | {rate:.0f} | {cpu:.2f} |", flush=True)
