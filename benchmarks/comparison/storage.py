"""Files and disks: sizes, caches, removal."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

BLOCK = 1 << 20


class NoSpace(Exception):
    """The disk is too small for what was asked for."""


@dataclass(frozen=True)
class Stored:
    """What lies in a repository: bytes and number of files."""

    bytes: int
    objects: int

    def since(self, before: "Stored") -> "Stored":
        """What was added."""
        return Stored(self.bytes - before.bytes, self.objects - before.objects)


def stored_in(directory: Path) -> Stored:
    """Bytes and number of all files below the directory."""
    size = objects = 0
    for file in files_below(directory):
        size += file.stat(follow_symlinks=False).st_size
        objects += 1
    return Stored(size, objects)


def files_below(directory: Path):
    """Directory entries of all regular files below it, each in no order."""
    if not directory.exists():
        return
    pending = [str(directory)]
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    pending.append(entry.path)
                elif entry.is_file(follow_symlinks=False):
                    yield entry


def settle() -> None:
    """Writes out what earlier runs left, so that nobody pays for another."""
    os.sync()


def read_once(directory: Path) -> None:
    """Brings all files into the page cache, as far as there is room, for every tool alike."""
    buffer = bytearray(BLOCK)
    for entry in files_below(directory):
        with open(entry.path, "rb", buffering=0) as file:
            while file.readinto(buffer):
                pass


def require_space(directory: Path, needed: int, what: str) -> None:
    """Fails before the disk is full, not after."""
    free = shutil.disk_usage(directory).free
    if free < needed:
        raise NoSpace(
            f"{what} needs {needed / 1e9:.0f} GB in {directory}, and {free / 1e9:.0f} GB are free:"
            " choose another place with --work"
        )


def empty(directory: Path) -> Path:
    """The directory, with nothing in it."""
    remove(directory)
    directory.mkdir(parents=True)
    return directory


def remove(directory: Path) -> None:
    """The directory and all in it, if it is there."""
    if directory.is_symlink() or directory.is_file():
        directory.unlink()
    elif directory.exists():
        shutil.rmtree(directory)
