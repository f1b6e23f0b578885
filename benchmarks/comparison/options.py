"""The command line."""

from __future__ import annotations

import argparse
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent
SECTIONS = ("files", "postgres", "cold-start", "million", "year", "large-file", "large-cluster")
FAMILIES = ("holdfast", "restic", "borg", "tar", "pgbackrest", "pg_basebackup")
USUAL = ("files", "postgres", "cold-start", "million", "year")
QUICK = ("files", "postgres", "cold-start")
SLOW = ("large-file", "large-cluster")


def parse(words: list[str] | None = None) -> argparse.Namespace:
    """Reads the command line. ``sections`` is what is to be done, in order."""
    parser = argparse.ArgumentParser(
        prog="compare", description="Compares Holdfast with its peers; see docs/performance.md."
    )
    parser.add_argument("--quick", action="store_true", help="small data, 3 runs: a few minutes")
    parser.add_argument("--slow", action="store_true", help="also one file of 10 GB and a cluster of 20 GB")
    parser.add_argument("--only", type=names(SECTIONS), help=f"some of {','.join(SECTIONS)}")
    parser.add_argument("--tools", type=names(FAMILIES), help=f"some of {','.join(FAMILIES)}")
    parser.add_argument("--runs", type=int, help="runs of each tool (5; 3 of the million files)")
    parser.add_argument("--warm", action="store_true", help="also Holdfast in a JVM that is warm")
    parser.add_argument(
        "--newer", nargs="?", const="trixie", metavar="SUITE", help="also peers of this Debian release (trixie)"
    )
    parser.add_argument("--newest", action="store_true", help="of each peer only the newest release")
    parser.add_argument("--seed", type=int, default=1, help="another seed makes other data")
    parser.add_argument("--work", type=Path, help="where data and repositories are made (a new folder there)")
    options = parser.parse_args(words)
    if options.runs is not None and options.runs < 1:
        parser.error("--runs: at least 1")
    options.sections = sections(options)
    return options


def names(known: tuple[str, ...]):
    """A list with commas, of known names."""

    def read(text: str) -> list[str]:
        found = text.split(",")
        for name in found:
            if name not in known:
                raise argparse.ArgumentTypeError(f"{name} is none of {', '.join(known)}")
        return found

    return read


def sections(options: argparse.Namespace) -> list[str]:
    """What was asked for by name, or what is usual."""
    if options.only:
        return options.only
    return list(QUICK if options.quick else USUAL) + list(SLOW if options.slow else ())


def runs_of(section: str, options: argparse.Namespace) -> int:
    """How often each tool runs."""
    if section in SLOW or section == "year":
        return 1
    if options.runs:
        return options.runs
    if section == "cold-start":
        return 10
    return 3 if options.quick or section == "million" else 5
