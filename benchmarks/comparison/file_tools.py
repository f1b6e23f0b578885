"""The tools that back up trees of files, each with the settings that make them comparable.

All of them compress with zstd at its fastest level, or the nearest that they have, and encrypt,
but for tar. Each keeps the durability that it has by default.
"""

from __future__ import annotations

from pathlib import Path

from .holdfast import ColdJvm, Vault, WarmJvm
from .machine import has_sha_instructions
from .measuring import Command, Measurement, measure, output_of, run
from .programs import Program

PASSWORD = "correct horse battery staple"


class Unsupported(Exception):
    """The tool has no such step."""


class FileTool:
    """A tool with one repository that is made anew for each run."""

    family: str
    label: str
    version: tuple[int, ...] = ()
    incremental = True

    def __init__(self, log: Path):
        self._log = log
        self._directory = Path()

    def prepare(self, directory: Path, tree: Path) -> None:
        """Makes an empty repository in the directory; not measured."""
        raise NotImplementedError

    def backup(self, tree: Path, first: bool) -> Measurement:
        """Backs up the tree."""
        raise NotImplementedError

    def restore(self, target: Path) -> Measurement:
        """Brings the newest backup back into the empty target."""
        raise NotImplementedError

    def list(self) -> Measurement:
        """Lists the backups."""
        raise Unsupported

    def show_version(self) -> Measurement:
        """The least that the program can do."""
        raise Unsupported

    @property
    def repository(self) -> Path:
        """What counts as stored."""
        return self._directory / "repository"


class HoldfastFiles(FileTool):
    """Opened by a key file, as the aims have it."""

    family = "holdfast"

    def __init__(self, jvm: ColdJvm | WarmJvm, log: Path):
        super().__init__(log)
        self.label = jvm.label
        self._jvm = jvm
        self._vault: Vault

    def prepare(self, directory: Path, tree: Path) -> None:
        self._directory = directory
        self._vault = Vault(self._jvm, directory, f"{{type: files, path: {tree}}}")

    def backup(self, tree: Path, first: bool) -> Measurement:
        return self._vault.backup("full" if first else "incremental")

    def restore(self, target: Path) -> Measurement:
        return self._vault.restore(target)

    def list(self) -> Measurement:
        return self._vault.list()

    def show_version(self) -> Measurement:
        return self._jvm.measure("version")


class Restic(FileTool):
    """Repository format 2. "fastest" is about zstd 1; releases without it have "auto", about zstd 3."""

    family = "restic"

    def __init__(self, program: Program, log: Path):
        super().__init__(log)
        self.label = program.label
        self.version = program.version
        self._path = program.path
        knows_fastest = "fastest" in output_of(Command([program.path, "backup", "--help"]))
        self._compression = "fastest" if knows_fastest else "auto"

    def prepare(self, directory: Path, tree: Path) -> None:
        self._directory = directory
        directory.mkdir(parents=True)
        (directory / "password").write_text(PASSWORD)
        (directory / "tmp").mkdir()
        run(self._command(["init", "--repository-version", "2"]), self._log)

    def backup(self, tree: Path, first: bool) -> Measurement:
        words = ["backup", "--quiet", "--compression", self._compression, "."]
        return measure(self._command(words, tree), self._log)

    def restore(self, target: Path) -> Measurement:
        words = ["restore", "latest", "--quiet", "--target", str(target)]
        return measure(self._command(words), self._log)

    def list(self) -> Measurement:
        return measure(self._command(["snapshots"]), self._log)

    def show_version(self) -> Measurement:
        return measure(self._command(["version"]), self._log)

    def _command(self, words: list[str], directory: Path | None = None) -> Command:
        environment = {
            "RESTIC_REPOSITORY": str(self.repository),
            "RESTIC_PASSWORD_FILE": str(self._directory / "password"),
            "RESTIC_CACHE_DIR": str(self._directory / "cache"),
            "TMPDIR": str(self._directory / "tmp"),
        }
        return Command([self._path, *words], environment, directory)


class Borg(FileTool):
    """With the cipher suite that is the faster one on this processor."""

    family = "borg"

    def __init__(self, program: Program, log: Path):
        super().__init__(log)
        self.label = program.label
        self.version = program.version
        self._path = program.path
        self._backups = 0

    def prepare(self, directory: Path, tree: Path) -> None:
        self._directory = directory
        self._backups = 0
        directory.mkdir(parents=True)
        suite = "repokey" if has_sha_instructions() else "repokey-blake2"
        run(self._command(["init", "--encryption", suite]), self._log)

    def backup(self, tree: Path, first: bool) -> Measurement:
        self._backups += 1
        words = ["create", "--compression", "zstd,1", f"::b{self._backups}", "."]
        return measure(self._command(words, tree), self._log)

    def restore(self, target: Path) -> Measurement:
        target.mkdir()
        words = ["extract", "--numeric-ids", f"::b{self._backups}"]
        return measure(self._command(words, target), self._log)

    def list(self) -> Measurement:
        return measure(self._command(["list"]), self._log)

    def show_version(self) -> Measurement:
        return measure(self._command(["--version"]), self._log)

    def _command(self, words: list[str], directory: Path | None = None) -> Command:
        environment = {
            "BORG_REPO": str(self.repository),
            "BORG_PASSPHRASE": PASSWORD,
            "BORG_BASE_DIR": str(self._directory / "base"),
        }
        return Command([self._path, *words], environment, directory)


class Tar(FileTool):
    """tar piped through zstd: no encryption, no deduplication, no sync; the least that must be done."""

    family = "tar"
    label = "tar | zstd -1 -T2"
    incremental = False

    def prepare(self, directory: Path, tree: Path) -> None:
        self._directory = directory
        self.repository.mkdir(parents=True)

    def backup(self, tree: Path, first: bool) -> Measurement:
        pipe = 'tar --format=posix -C "$1" -cf - . | zstd -1 -T2 -q -o "$2"'
        return measure(self._pipe(pipe, tree, self._archive), self._log)

    def restore(self, target: Path) -> Measurement:
        target.mkdir()
        pipe = 'zstd -dcq "$1" | tar -C "$2" --numeric-owner -xpf -'
        return measure(self._pipe(pipe, self._archive, target), self._log)

    @property
    def _archive(self) -> Path:
        return self.repository / "all.tar.zst"

    @staticmethod
    def _pipe(script: str, *arguments: Path) -> Command:
        words = ["bash", "-o", "pipefail", "-c", script, "pipe"]
        return Command(words + [str(argument) for argument in arguments])
