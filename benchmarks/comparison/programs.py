"""Finds the programs that are compared, and installs them where they are missing."""

from __future__ import annotations

import glob
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from .machine import match
from .measuring import Command, ToolFailed, output_of, run

PACKAGES = {
    "restic": "restic",
    "borg": "borgbackup",
    "pgbackrest": "pgbackrest",
    "zstd": "zstd",
    "setpriv": "util-linux",
}
NEWER_PACKAGES = "restic,borgbackup,pgbackrest"


@dataclass(frozen=True)
class Program:
    """A program that can be started, and its version."""

    name: str
    path: str
    version: tuple[int, ...]

    @property
    def label(self) -> str:
        """Name and version, for people."""
        return f"{self.name} {'.'.join(map(str, self.version))}"


def version_in(text: str) -> tuple[int, ...]:
    """The first version number of a text."""
    found = re.search(r"\d+(\.\d+)+", text)
    if not found:
        raise ToolFailed(f"no version number in: {text}")
    return tuple(int(part) for part in found.group().split("."))


def program(name: str, path: str) -> Program:
    """Asks a program for its version."""
    question = "--version" if name == "borg" else "version"
    return Program(name, path, version_in(output_of(Command([path, question]))))


def host_programs(names: list[str]) -> list[Program]:
    """Those of this system."""
    return [program(name, shutil.which(name) or name) for name in names]


def newest(found: list[Program]) -> list[Program]:
    """Of each program its newest release."""
    best: dict[str, Program] = {}
    for candidate in found:
        known = best.get(candidate.name)
        if known is None or candidate.version > known.version:
            best[candidate.name] = candidate
    return list(best.values())


def install_missing(postgres: bool, log: Path) -> None:
    """Installs with apt what is not there; without root it says what is missing."""
    missing = [package for name, package in PACKAGES.items() if not shutil.which(name)]
    if postgres and not server_directories():
        missing.append("postgresql")
    if missing:
        apt_install(missing, log)


def apt_install(packages: list[str], log: Path) -> None:
    """Servers that a package starts by itself are stopped again: nobody asked for them."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise ToolFailed(f"missing: {' '.join(packages)}. As root: apt-get install {' '.join(packages)}")
    print(f"installing {' '.join(packages)}", flush=True)
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    running = running_clusters()
    install = Command(["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages], quiet)
    try:
        run(install, log)
    except ToolFailed:
        run(Command(["apt-get", "update", "-q"], quiet), log)
        run(install, log)
    for version, name in running_clusters() - running:
        run(Command(["pg_ctlcluster", version, name, "stop"]), log)


def running_clusters() -> set[tuple[str, str]]:
    """Version and name of the clusters that Debian's scripts manage and that run."""
    if not shutil.which("pg_lsclusters"):
        return set()
    rows = [line.split() for line in output_of(Command(["pg_lsclusters", "-h"])).splitlines()]
    return {(row[0], row[1]) for row in rows if row[3].startswith("online")}


def server_directories() -> list[Path]:
    """Where the programs of PostgreSQL servers lie, the newest first."""
    found = [Path(path).parent for path in glob.glob("/usr/lib/postgresql/*/bin/postgres")]
    return sorted(found, key=lambda path: int(path.parent.name), reverse=True)


def newer_programs(suite: str, folder: Path, names: list[str], log: Path) -> list[Program]:
    """Those of another Debian release, in a folder of its own, run by that release's own loader."""
    root = folder / suite
    if not (root / ".complete").exists():
        unpack_release(suite, root, log)
    return [program(name, str(starter(root, name))) for name in names]


def unpack_release(suite: str, root: Path, log: Path) -> None:
    """A small system with the peers in it, from the mirror that this system uses itself."""
    if not shutil.which("debootstrap"):
        apt_install(["debootstrap"], log)
    shutil.rmtree(root, ignore_errors=True)
    root.parent.mkdir(parents=True, exist_ok=True)
    print(f"unpacking Debian {suite} (once, some minutes)", flush=True)
    words = ["debootstrap", "--variant=minbase", f"--include={NEWER_PACKAGES}", suite, str(root)]
    run(Command(words + [own_mirror()]), log)
    (root / ".complete").touch()


def own_mirror() -> str:
    """The archive that apt takes this release's packages from."""
    release = match(r"^VERSION_CODENAME=(.*)$", Path("/etc/os-release").read_text())
    question = ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)"]
    for line in output_of(Command(question + ["Created-By: Packages"])).splitlines():
        mirror, _, name = line.partition(" ")
        if name == release:
            return mirror
    raise ToolFailed(f"apt's sources name no archive of {release}")


def starter(root: Path, name: str) -> Path:
    """A script that starts a program of the other release with the libraries of that release."""
    machine = os.uname().machine
    loader = next(iter(sorted(glob.glob(f"{root}/lib64/ld-linux*") + glob.glob(f"{root}/lib/ld-linux*"))))
    libraries = f"{root}/usr/lib/{machine}-linux-gnu:{root}/lib/{machine}-linux-gnu"
    binary = f"'{root}/usr/bin/{name}'"
    through = f"'{loader}' --library-path '{libraries}'"
    lines = {
        "restic": f"exec {binary} \"$@\"",
        "pgbackrest": f"exec {through} {binary} \"$@\"",
        "borg": f"PYTHONHOME='{root}/usr' exec {through} '{root}/usr/bin/python3' {binary} \"$@\"",
    }
    script = root / f"run-{name}"
    script.write_text(f"#!/bin/sh\n{lines[name]}\n")
    script.chmod(0o755)
    return script
