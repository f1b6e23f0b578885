"""Compares two trees of files, byte by byte and with their metadata, without any of the tools."""

from __future__ import annotations

import os
import stat
from pathlib import Path

BLOCK = 1 << 20
SHOWN = 10


class Different(Exception):
    """What was restored is not what was backed up."""


def require_equal(expected: Path, actual: Path) -> int:
    """Compares everything below two directories and returns how many entries there are.

    Compared are names, types, permissions, owners, times of modification in nanoseconds, targets
    of links, which names are one file, extended attributes, and every byte.
    """
    names = names_below(expected)
    found = names_below(actual)
    differences = [f"{name}: missing" for name in sorted(names - found)]
    differences += [f"{name}: not in the original" for name in sorted(found - names)]
    links: dict[tuple[int, int], int] = {}
    for name in sorted(names & found):
        differences += [f"{name}: {what}" for what in entry(expected / name, actual / name, links)]
    if differences:
        shown = "\n".join(differences[:SHOWN])
        raise Different(f"{len(differences)} differences between {expected} and {actual}:\n{shown}")
    return len(names)


def names_below(root: Path) -> set[str]:
    """Relative names of everything below the root."""
    names = set()
    pending = [""]
    while pending:
        parent = pending.pop()
        with os.scandir(root / parent) as entries:
            for found in entries:
                name = os.path.join(parent, found.name)
                names.add(name)
                if found.is_dir(follow_symlinks=False):
                    pending.append(name)
    return names


def entry(expected: Path, actual: Path, links: dict[tuple[int, int], int]) -> list[str]:
    """What differs between two entries. ``links`` remembers which files were seen together."""
    before = os.lstat(expected)
    after = os.lstat(actual)
    differences = []
    for field in ("st_mode", "st_uid", "st_gid"):
        if getattr(before, field) != getattr(after, field):
            differences.append(f"{field} {getattr(before, field):o}, now {getattr(after, field):o}")
    if before.st_mtime_ns != after.st_mtime_ns:
        differences.append(f"modified {before.st_mtime_ns}, now {after.st_mtime_ns}")
    if attributes(expected) != attributes(actual):
        differences.append("other extended attributes")
    if stat.S_ISLNK(before.st_mode) and os.readlink(expected) != os.readlink(actual):
        differences.append("another target")
    if stat.S_ISREG(before.st_mode):
        if before.st_nlink > 1 and links.setdefault(identity(before), after.st_ino) != after.st_ino:
            differences.append("no hard link to the same file any more")
        if not same_bytes(expected, actual):
            differences.append("other bytes")
    return differences


def attributes(path: Path) -> dict[str, bytes]:
    """Extended attributes, without following links."""
    names = os.listxattr(path, follow_symlinks=False)
    return {name: os.getxattr(path, name, follow_symlinks=False) for name in names}


def identity(status: os.stat_result) -> tuple[int, int]:
    """Tells files apart."""
    return status.st_dev, status.st_ino


def same_bytes(expected: Path, actual: Path) -> bool:
    """Compares all bytes of two files."""
    with open(expected, "rb", buffering=0) as one, open(actual, "rb", buffering=0) as other:
        while True:
            left = one.read(BLOCK)
            if left != other.read(BLOCK):
                return False
            if not left:
                return True
