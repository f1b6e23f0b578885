"""Writes the table."""

from __future__ import annotations

from .aims import AIMS, Verdict, our_tools
from .results import Results, Run, median, ratio, spread

HEAD = [
    "data",
    "step",
    "tool",
    "runs",
    "wall s",
    "Holdfast's to it",
    "CPU s",
    "server CPU s",
    "anonymous MB",
    "resident MB",
    "largest process MB",
    "stored MB",
    "added MB",
    "objects added",
]
MEGA = 1e6


def markdown(results: Results) -> str:
    """The whole report."""
    parts = [
        row_of_machine(results),
        table(HEAD, [row(results, runs) for runs in results.groups().values()]),
        aims(results),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def row_of_machine(results: Results) -> str:
    """One line about the machine and the settings."""
    known = {**results.machine, **results.settings}
    return "; ".join(f"{name}: {value}" for name, value in known.items())


def row(results: Results, runs: list[Run]) -> list[str]:
    """Medians, with ranges where there are several runs; ratios of our wall time to this tool's."""
    first = runs[0]
    ours = our_tools(results, first.data, first.step)
    reference = results.newest(first.data, first.step, "holdfast", ours[0]) if ours else []
    share = ratio(median(reference, "wall"), median(runs, "wall"))
    return [
        first.data,
        first.step,
        first.tool,
        str(len(runs)),
        figure(runs, "wall", 1, 2),
        "" if first.family == "holdfast" else number(share, 2),
        figure(runs, "cpu", 1, 2),
        figure(runs, "server_cpu", 1, 2),
        number(median_of(runs, "anonymous"), 0),
        number(median_of(runs, "resident"), 0),
        number(median_of(runs, "largest"), 0),
        figure(runs, "stored", MEGA, 1),
        figure(runs, "added", MEGA, 1),
        number(median(runs, "objects"), 0),
    ]


def median_of(runs: list[Run], name: str) -> float | None:
    """In megabytes."""
    value = median(runs, name)
    return value / MEGA if value is not None else None


def figure(runs: list[Run], name: str, unit: float, digits: int) -> str:
    """The median and, in parentheses, the range."""
    middle = median(runs, name)
    ends = spread(runs, name)
    if middle is None or ends is None:
        return ""
    text = number(middle / unit, digits)
    if len(runs) == 1 or ends[0] == ends[1]:
        return text
    return f"{text} ({number(ends[0] / unit, digits)} to {number(ends[1] / unit, digits)})"


def number(value: float | None, digits: int) -> str:
    """Rounded, or nothing."""
    return "" if value is None else f"{value:.{digits}f}"


def aims(results: Results) -> str:
    """What was aimed at, for the aims whose data were measured."""
    verdicts = [verdict for aim in AIMS for verdict in aim.verdicts(results)]
    if not verdicts:
        return ""
    return table(["aim", "against", "at most", "measured", "reached"], [judged(one) for one in verdicts])


def judged(verdict: Verdict) -> list[str]:
    """One row."""
    reached = "yes" if verdict.measured <= verdict.limit else "no"
    return [verdict.what, verdict.against, f"{verdict.limit:g}", f"{verdict.measured:.2f}", reached]


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
