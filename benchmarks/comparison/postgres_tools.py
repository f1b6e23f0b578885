"""The tools that back up PostgreSQL clusters, each with the settings that make them comparable."""

from __future__ import annotations

import shutil
from pathlib import Path

from .cluster import PORT, Cluster, server_account
from .file_tools import PASSWORD
from .holdfast import ColdJvm, Vault, WarmJvm
from .measuring import Command, Measurement, measure, output_of, run
from .programs import Program, version_in
from .storage import Stored, stored_in

BUNDLES_SINCE = (2, 39)
BLOCKS_SINCE = (2, 46)


class ClusterTool:
    """A tool with one repository that is made anew for each run."""

    family: str
    label: str
    version: tuple[int, ...] = ()
    incremental = True

    def __init__(self, cluster: Cluster, log: Path):
        self._cluster = cluster
        self._log = log
        self._directory = Path()

    def prepare(self, directory: Path) -> None:
        """Makes an empty repository in the directory; not measured."""
        raise NotImplementedError

    def backup(self, full: bool) -> Measurement:
        """Backs up the cluster."""
        raise NotImplementedError

    def restore(self, target: Path, over: bool) -> Measurement:
        """Brings back the newest backup, into nothing or over a damaged copy of the cluster."""
        raise NotImplementedError

    def stored(self) -> Stored:
        """What the backups take."""
        return stored_in(self._directory / "repository")

    @property
    def repository(self) -> Path:
        """Where the backups lie."""
        return self._directory / "repository"


class HoldfastCluster(ClusterTool):
    """Method is stream or direct."""

    family = "holdfast"

    def __init__(self, jvm: ColdJvm | WarmJvm, method: str, cluster: Cluster, log: Path):
        super().__init__(cluster, log)
        self.label = f"{jvm.label}, {method}"
        self._jvm = jvm
        self._method = method
        self._vault: Vault

    def prepare(self, directory: Path) -> None:
        self._directory = directory
        source = f"{{type: postgresql, host: {self._cluster.sockets}, port: {PORT}, mode: {self._method}}}"
        self._vault = Vault(self._jvm, directory, source)

    def backup(self, full: bool) -> Measurement:
        return self._vault.backup("full" if full else "incremental")

    def restore(self, target: Path, over: bool) -> Measurement:
        return self._vault.restore(target, *(["--overwrite"] if over else []))


class PgBackRest(ClusterTool):
    """Two processes, zstd 1, AES-256-CBC, page checksums; block increments where the release has them.

    Its archive counts as its work while a backup runs, but not as stored: others keep none here.
    """

    family = "pgbackrest"

    def __init__(self, program: Program, cluster: Cluster, log: Path):
        super().__init__(cluster, log)
        self.label = program.label
        self.version = program.version
        self._path = program.path

    def prepare(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(parents=True)
        for name in ("repository", "lock", "spool"):
            (directory / name).mkdir()
        self._configuration.write_text(self._settings())
        if server_account():
            for place in (directory, *directory.iterdir()):
                shutil.chown(place, server_account(), server_account())
        run(self._command("stanza-create"), self._log)

    def _settings(self) -> str:
        lines = [
            "[global]",
            f"repo1-path={self.repository}",
            "repo1-retention-full=9999999",
            "repo1-cipher-type=aes-256-cbc",
            f"repo1-cipher-pass={PASSWORD}",
            "compress-type=zst",
            "compress-level=1",
            "process-max=2",
            "start-fast=y",
            "checksum-page=y",
            f"lock-path={self._directory}/lock",
            f"spool-path={self._directory}/spool",
            "log-level-file=off",
            "log-level-console=warn",
            f"cmd={self._path}",
        ]
        lines += ["repo1-bundle=y"] if self.version >= BUNDLES_SINCE else []
        lines += ["repo1-block=y"] if self.version >= BLOCKS_SINCE else []
        lines += [
            "[main]",
            f"pg1-path={self._cluster.data}",
            f"pg1-socket-path={self._cluster.sockets}",
            f"pg1-port={PORT}",
            "pg1-user=postgres",
        ]
        return "\n".join(lines) + "\n"

    def backup(self, full: bool) -> Measurement:
        with self._cluster.archiving(f"'{self._path}' {' '.join(self._options())} archive-push \"$1\""):
            kind = "full" if full else "incr"
            return measure(self._command("backup", f"--type={kind}"), self._log)

    def restore(self, target: Path, over: bool) -> Measurement:
        words = ["restore", f"--pg1-path={target}", "--type=immediate", "--target-action=promote"]
        return measure(self._command(*words, *(["--delta"] if over else [])), self._log)

    def stored(self) -> Stored:
        return stored_in(self.repository / "backup")

    @property
    def _configuration(self) -> Path:
        return self._directory / "pgbackrest.conf"

    def _options(self) -> list[str]:
        return [f"--config={self._configuration}", "--stanza=main"]

    def _command(self, *words: str) -> Command:
        return Command([self._path, *self._options(), *words], {}, Path("/"), server_account())


class PgBaseBackup(ClusterTool):
    """The server's own: one stream, compressed by the client with zstd 1, not encrypted."""

    family = "pg_basebackup"
    incremental = False

    def __init__(self, cluster: Cluster, log: Path):
        super().__init__(cluster, log)
        found = version_in(output_of(cluster.command("pg_basebackup", "--version")))
        self.version = found
        self.label = f"pg_basebackup {'.'.join(map(str, found))}"

    def prepare(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(parents=True)
        if server_account():
            shutil.chown(directory, server_account(), server_account())

    def backup(self, full: bool) -> Measurement:
        words = [*self._cluster.connection(), "-D", str(self.repository), "--format=tar"]
        words += ["--compress=client-zstd:1", "--checkpoint=fast", "--wal-method=stream"]
        return measure(self._cluster.command("pg_basebackup", *words), self._log)

    def restore(self, target: Path, over: bool) -> Measurement:
        script = (
            'zstd -dcq "$1/base.tar.zst" | tar -C "$2" -xpf -'
            ' && { [ -f "$1/pg_wal.tar" ] || zstd -dq "$1/pg_wal.tar.zst"; }'
            ' && tar -C "$2/pg_wal" -xpf "$1/pg_wal.tar"'
        )
        words = ["bash", "-o", "pipefail", "-c", script, "pipe", str(self.repository), str(target)]
        return measure(Command(words, {}, Path("/"), server_account()), self._log)
