"""All that was measured, and what it comes to."""

from __future__ import annotations

import json
import statistics
from dataclasses import asdict, dataclass
from pathlib import Path

from .measuring import Measurement
from .storage import Stored


@dataclass(frozen=True)
class Run:
    """One run of one tool. Sizes in bytes, times in seconds."""

    data: str
    step: str
    family: str
    tool: str
    version: tuple[int, ...]
    wall: float
    cpu: float
    server_cpu: float | None
    anonymous: int
    resident: int
    largest: int
    stored: int | None
    added: int | None
    objects: int | None


def run_of(
    data: str,
    step: str,
    tool,
    measured: Measurement,
    added: Stored | None = None,
    stored: Stored | None = None,
    server_cpu: float | None = None,
) -> Run:
    """Puts together what was measured. ``added`` is what this run stored, ``stored`` all there is."""
    return Run(
        data,
        step,
        tool.family,
        tool.label,
        tool.version,
        measured.wall,
        measured.cpu,
        server_cpu,
        measured.memory.anonymous,
        measured.memory.resident,
        measured.memory.peak_resident,
        stored.bytes if stored else None,
        added.bytes if added else None,
        added.objects if added else None,
    )


class Results:
    """Collects runs in the order in which they were made, and keeps them in a file."""

    def __init__(self, file: Path, machine: dict[str, str], settings: dict[str, str]):
        self.file = file
        self.machine = machine
        self.settings = settings
        self.runs: list[Run] = []

    def add(self, run: Run) -> None:
        """Also writes the file, so that a comparison that is stopped is not lost."""
        self.runs.append(run)
        print(f"  {run.data}: {run.step}: {run.tool}: {run.wall:.2f} s", flush=True)
        document = {
            "machine": self.machine,
            "settings": self.settings,
            "runs": [asdict(run) for run in self.runs],
        }
        self.file.write_text(json.dumps(document, indent=1))

    def groups(self) -> dict[tuple[str, str, str], list[Run]]:
        """Runs of the same data, step and tool, in the order in which they came first."""
        groups: dict[tuple[str, str, str], list[Run]] = {}
        for run in self.runs:
            groups.setdefault((run.data, run.step, run.tool), []).append(run)
        return groups

    def newest(self, data: str, step: str, family: str, tool: str | None = None) -> list[Run]:
        """Runs of the family's newest version; of one tool of it, if it has several."""
        runs = [
            run
            for run in self.runs
            if (run.data, run.step, run.family) == (data, step, family) and tool in (None, run.tool)
        ]
        newest = max((run.version for run in runs), default=())
        return [run for run in runs if run.version == newest]


def median(runs: list[Run], figure: str) -> float | None:
    """The median of one figure, or nothing when it was not measured."""
    values = [getattr(run, figure) for run in runs if getattr(run, figure) is not None]
    return statistics.median(values) if values else None


def spread(runs: list[Run], figure: str) -> tuple[float, float] | None:
    """The smallest and the largest."""
    values = [getattr(run, figure) for run in runs if getattr(run, figure) is not None]
    return (min(values), max(values)) if values else None


def ratio(ours: float | None, theirs: float | None) -> float | None:
    """Ours to theirs."""
    return ours / theirs if ours is not None and theirs else None
