"""Puts everything together."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from . import cluster_scenarios, file_scenarios, holdfast, machine, programs
from .cluster import server_account
from .measuring import Command, ToolFailed, output_of
from .options import FOLDER, parse, runs_of
from .report import markdown
from .results import Results
from .scenario import Bench
from .storage import NoSpace
from .trees import Different

CLUSTERS = ("postgres", "large-cluster")


def main() -> int:
    """Runs the comparison. Returns 0, or 1 when a tool failed or restored something else."""
    options = parse()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    try:
        with contextlib.ExitStack() as stack:
            bench = prepare(options, stack)
            try:
                for section in options.sections:
                    run_section(section, bench, runs_of(section, options))
            finally:
                if bench.results.runs:
                    publish(bench.results)
    except (ToolFailed, Different, NoSpace) as failure:
        print(f"compare: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("compare: stopped", file=sys.stderr)
        return 130
    return 0


def interrupted(*_: object) -> None:
    """Any signal that asks to stop does what Ctrl-C does."""
    raise KeyboardInterrupt


def prepare(options, stack: contextlib.ExitStack) -> Bench:
    """Makes the folders, finds or installs the programs, and starts what stays."""
    results = FOLDER / "results"
    results.mkdir(exist_ok=True)
    work = working_folder(options, stack)
    log = work / "tools.log"
    stack.callback(keep_log, log, results)
    postgres = any(section in CLUSTERS for section in options.sections)
    programs.install_missing(postgres, log)
    if postgres:
        require_reachable(work)
    found = peers(options, log)
    own = holdfast.version()
    classes = holdfast.compile_programs(work / "classes")
    warm = None
    if options.warm:
        warm = stack.enter_context(contextlib.closing(holdfast.WarmJvm(classes, work / "warm", log)))
    settings = {
        "holdfast": ".".join(map(str, own)),
        "peers": ", ".join(program.label for program in found),
        "seed": str(options.seed),
        "size": "quick" if options.quick else "full",
    }
    file = results / f"compare-{time.strftime('%Y%m%d-%H%M%S')}.json"
    return Bench(
        work=work,
        log=log,
        results=Results(file, machine.describe(work), settings),
        seed=options.seed,
        quick=options.quick,
        java=holdfast.java_home() / "bin/java",
        classes=classes,
        cold=holdfast.ColdJvm(work / "cold", log),
        warm=warm,
        programs=found,
        servers=next(iter(programs.server_directories()), None),
        families=set(options.tools or ()),
    )


def working_folder(options, stack: contextlib.ExitStack) -> Path:
    """A new folder that goes when all is done; servers of another account must get in."""
    parent = options.work or FOLDER / "target"
    parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="compare-", dir=parent.resolve()))
    stack.callback(shutil.rmtree, work, ignore_errors=True)
    work.chmod(0o755)
    return work


def keep_log(log: Path, results: Path) -> None:
    """What the tools said outlives the working folder."""
    if log.exists():
        shutil.copyfile(log, results / "tools.log")


def require_reachable(work: Path) -> None:
    """The account of the servers must be able to get into the folder."""
    try:
        output_of(Command(["test", "-x", str(work)], {}, Path("/"), server_account()))
    except ToolFailed:
        raise ToolFailed(
            f"the account {server_account()} cannot enter {work}: choose another place with --work"
        ) from None


def peers(options, log: Path) -> list[programs.Program]:
    """Of this system and, if it was asked for, of a newer release. Those stay for the next time."""
    names = ["restic", "borg", "pgbackrest"]
    found = programs.host_programs(names)
    if options.newer:
        folder = (options.work or FOLDER / "target").resolve() / "releases"
        found += programs.newer_programs(options.newer, folder, names, log)
    return programs.newest(found) if options.newest else found


def run_section(section: str, bench: Bench, runs: int) -> None:
    """Runs one set of data."""
    quick = bench.quick
    files = file_scenarios
    scenario = {
        "files": lambda: files.FilesScenario(
            bench, files.MIXED_QUICK if quick else files.MIXED, files.file_tools(bench)
        ),
        "million": lambda: files.FilesScenario(
            bench,
            files.MILLION_QUICK if quick else files.MILLION,
            files.file_tools(bench, newest_only=True),
        ),
        "large-file": lambda: files.FilesScenario(
            bench,
            files.LARGE_QUICK if quick else files.LARGE,
            files.file_tools(bench, newest_only=True),
        ),
        "year": lambda: files.YearScenario(bench, files.file_tools(bench, newest_only=True)),
        "cold-start": lambda: files.ColdStartScenario(bench, files.cold_tools(bench)),
        "postgres": lambda: cluster_scenarios.ClusterScenario(
            bench, cluster_scenarios.QUICK if quick else cluster_scenarios.NORMAL
        ),
        "large-cluster": lambda: cluster_scenarios.ClusterScenario(bench, cluster_scenarios.LARGE),
    }[section]()
    scenario.run(runs)


def publish(results: Results) -> None:
    """Prints the report, and keeps it beside the raw runs."""
    text = markdown(results)
    file = results.file.with_suffix(".md")
    file.write_text(text)
    print(f"\n{text}\nraw runs: {results.file}", flush=True)
