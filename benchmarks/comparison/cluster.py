"""A PostgreSQL server with data, and the changes that are made to it."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
import time
from pathlib import Path

from .measuring import Command, ToolFailed, output_of, run
from .process_tree import cpu_of_tree
from .storage import files_below
from .trees import SHOWN, Different, same_bytes

PORT = 5432
SECONDS_TO_ARCHIVE = 900
SECONDS_TO_OPEN = 300

SETTINGS = """
port = {port}
listen_addresses = ''
unix_socket_directories = '{sockets}'
shared_buffers = 512MB
max_wal_size = 8GB
checkpoint_timeout = 1h
autovacuum = off
wal_level = replica
max_wal_senders = 10
max_replication_slots = 10
archive_mode = on
archive_command = 'sh {script} "%p"'
"""

# Hands a segment to the tool whose backup runs just now, and drops it otherwise.
ARCHIVE_SCRIPT = """\
[ -f '{directory}/command' ] || exit 0
. '{directory}/command'
"""

ROLE = """
CREATE ROLE holdfast LOGIN REPLICATION;
GRANT pg_checkpoint TO holdfast;
GRANT EXECUTE ON FUNCTION pg_backup_start(text, boolean) TO holdfast;
GRANT EXECUTE ON FUNCTION pg_backup_stop(boolean) TO holdfast;
GRANT EXECUTE ON FUNCTION pg_create_restore_point(text) TO holdfast;
GRANT EXECUTE ON FUNCTION pg_switch_wal() TO holdfast;
GRANT pg_read_all_settings TO holdfast;
"""

# One row of each page of a random choice. The row is another one in each round, since a row that
# was updated has moved; pages have some room left, so its new version stays on its page.
UPDATE = """
SELECT setseed({seed});
UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE ctid = ANY (ARRAY(
  SELECT ('(' || block || ',{row})')::tid
  FROM generate_series(0, pg_relation_size('pgbench_accounts') / 8192 - 1) AS block
  ORDER BY random()
  LIMIT (SELECT ceil(pg_relation_size('pgbench_accounts') / 8192 * {share}))));
SELECT count(abalance) FROM pgbench_accounts;
CHECKPOINT;
"""

APPEND = """
CREATE TABLE IF NOT EXISTS events (id bigint, at timestamptz, kind int, what text);
INSERT INTO events
  SELECT i, '2026-01-01'::timestamptz + i * interval '1 second', i % 17, 'event ' || md5(i::text)
  FROM generate_series({first}, {first} + {rows} - 1) AS i;
SELECT count(id) FROM events;
CHECKPOINT;
"""

BYTES_PER_SCALE = 15_500_000
BYTES_PER_EVENT = 90
CONTENTS = "SELECT count(*), sum(abalance), sum(hashint4(aid) # abalance) FROM pgbench_accounts"

# Rewritten by every server, or for one server only.
NOT_COMPARED = re.compile(
    r"(postmaster\.(pid|opts)|backup_label(\.old)?|backup_manifest|tablespace_map|.*\.signal"
    r"|postgresql\.auto\.conf|current_logfiles|server\.log|global/pg_control"
    r"|.*pg_internal\.init|pg_(wal|stat|stat_tmp|replslot|dynshmem|notify|serial|snapshots|subtrans|logical)/.*)"
)


def server_account() -> str | None:
    """The account that runs servers; root must not."""
    return "postgres" if os.geteuid() == 0 else None


class Cluster:
    """A cluster of its own in a directory. To be closed."""

    def __init__(self, programs: Path, directory: Path, log: Path):
        self._programs = programs
        self._log = log
        self._round = 0
        self._events = 0
        directory.mkdir(parents=True)
        self.data = directory / "data"
        self._archive = directory / "archive"
        self._archive.mkdir()
        # A socket's name has at most 107 bytes, so it does not lie in the working directory.
        self.sockets = Path(tempfile.mkdtemp(prefix="compare-"))
        if server_account():
            for place in (directory, self._archive, self.sockets):
                shutil.chown(place, server_account(), server_account())

    def create(self, size: int) -> None:
        """Makes the cluster, with page checksums and about that many bytes of data."""
        self._run("initdb", "-k", "-U", "postgres", "--auth=trust", "--no-sync", "-D", str(self.data))
        script = self._archive / "to-pgbackrest.sh"  # pgBackRest looks for its name
        script.write_text(ARCHIVE_SCRIPT.format(directory=self._archive))
        with open(self.data / "postgresql.conf", "a", encoding="utf-8") as file:
            file.write(SETTINGS.format(port=PORT, sockets=self.sockets, script=script))
        self._start("-c fsync=off")
        scale = max(1, round(size / BYTES_PER_SCALE))
        self._run("pgbench", *self.connection(), "-i", "-q", "-F", "95", "-s", str(scale), "postgres")
        self.query(ROLE)
        self._run("vacuumdb", *self.connection(), "--all", "--freeze", "--quiet")
        self.query("CHECKPOINT")
        self._stop("fast")
        os.sync()
        self._start("")

    def connection(self) -> list[str]:
        """Options that every client takes."""
        return ["-h", str(self.sockets), "-p", str(PORT), "-U", "postgres"]

    def command(self, name: str, *words: str) -> Command:
        """A program of the server's release, as the server's account."""
        return Command([str(self._programs / name), *words], {}, Path("/"), server_account())

    def query(self, text: str) -> str:
        """Runs SQL and returns the last line of what it says."""
        words = [*self.connection(), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", "postgres"]
        lines = output_of(self.command("psql", *words, "-c", text)).splitlines()
        return lines[-1] if lines else ""

    def change_pages(self, share: float) -> None:
        """Updates one row in that share of the pages of the largest table."""
        self._round += 1
        seed = (self._round * 37 % 1000) / 1000
        self._script(UPDATE.format(seed=seed, row=self._round, share=share))

    def append(self, size: int) -> None:
        """Adds about that many bytes of new rows."""
        rows = max(1, size // BYTES_PER_EVENT)
        self._script(APPEND.format(first=self._events, rows=rows))
        self._events += rows

    def _script(self, text: str) -> None:
        words = [*self.connection(), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", "postgres"]
        file = self._archive / "script.sql"
        file.write_text(text)
        run(self.command("psql", *words, "-o", "/dev/null", "-f", str(file)), self._log)
        self.query("SELECT pg_switch_wal()")
        self.wait_for_archive()

    @contextlib.contextmanager
    def archiving(self, command: str):
        """Hands segments to this shell command meanwhile, which finds the path in $1."""
        file = self._archive / "command"
        file.write_text(command + "\n")
        try:
            yield
            self.wait_for_archive()
        finally:
            file.unlink()

    def wait_for_archive(self) -> None:
        """Until no segment waits, so that none is archived during somebody else's run."""
        deadline = time.monotonic() + SECONDS_TO_ARCHIVE
        status = self.data / "pg_wal/archive_status"
        while any(name.endswith(".ready") for name in os.listdir(status)):
            if time.monotonic() > deadline:
                raise ToolFailed(f"segments are not archived; see {self.data}/server.log")
            time.sleep(0.05)

    def cpu(self) -> float:
        """Seconds of CPU that the server used up to now, with what it started."""
        return cpu_of_tree(int((self.data / "postmaster.pid").read_text().split()[0]))

    def size(self) -> int:
        """Bytes in the data directory, without the log."""
        return sum(
            entry.stat().st_size for entry in files_below(self.data) if "/pg_wal/" not in entry.path
        )

    def require_equal(self, restored: Path) -> None:
        """Compares a restored directory, before it is started, with the server's: every byte."""
        here, there = compared_files(self.data), compared_files(restored)
        differences = [f"{name}: missing" for name in sorted(here - there)]
        differences += [f"{name}: not in the original" for name in sorted(there - here)]
        for name in sorted(here & there):
            if not same_bytes(self.data / name, restored / name):
                differences.append(f"{name}: other bytes")
        if differences:
            raise Different(f"{len(differences)} differences in {restored}:\n" + "\n".join(differences[:SHOWN]))

    def prove(self, restored: Path, then: str | None = None) -> None:
        """Starts a restored directory, compares the rows, runs ``then`` in it, and stops it."""
        other = ["-h", str(self.sockets), "-p", str(PORT + 1), "-U", "postgres"]
        options = f"-p {PORT + 1} -k {self.sockets} -c archive_mode=off"
        self._control(restored, "start", "-w", "-t", str(SECONDS_TO_OPEN), "-o", options)
        try:
            ask = [*other, "-X", "-q", "-A", "-t", "-d", "postgres", "-c"]
            expected = self.query(CONTENTS)
            found = output_of(self.command("psql", *ask, CONTENTS))
            if found != expected:
                raise Different(f"rows in {restored}: {found}, at the source: {expected}")
            if then:
                self._wait_until_open(ask)
                output_of(self.command("psql", *ask, then))
        finally:
            self._control(restored, "stop", "-w", "-m", "fast")

    def undo_some(self, share: float) -> str:
        """SQL that damages that share of the pages, for a restored cluster."""
        return (
            "UPDATE pgbench_accounts SET abalance = -1 WHERE ctid = ANY (ARRAY("
            "SELECT ('(' || block || ',60)')::tid"
            " FROM generate_series(0, pg_relation_size('pgbench_accounts') / 8192 - 1,"
            f" {round(1 / share)}) AS block))"
        )

    def _wait_until_open(self, ask: list[str]) -> None:
        deadline = time.monotonic() + SECONDS_TO_OPEN
        while output_of(self.command("psql", *ask, "SELECT pg_is_in_recovery()")) != "f":
            if time.monotonic() > deadline:
                raise ToolFailed("the restored cluster stays in recovery")
            time.sleep(0.05)

    def close(self) -> None:
        """Stops the server and removes its sockets."""
        try:
            if (self.data / "postmaster.pid").exists():
                self._stop("immediate")
        finally:
            shutil.rmtree(self.sockets, ignore_errors=True)

    def _start(self, options: str) -> None:
        self._control(self.data, "start", "-w", "-o", options)

    def _stop(self, mode: str) -> None:
        self._control(self.data, "stop", "-w", "-m", mode)

    def _control(self, data: Path, *words: str) -> None:
        log = ["-l", str(data / "server.log")] if words[0] == "start" else []
        self._run("pg_ctl", "-D", str(data), *log, *words)

    def _run(self, name: str, *words: str) -> None:
        run(self.command(name, *words), self._log)


def compared_files(data: Path) -> set[str]:
    """Names of the files that a restored cluster must have byte by byte."""
    names = {os.path.relpath(entry.path, data) for entry in files_below(data)}
    return {name for name in names if not NOT_COMPARED.fullmatch(name)}
