"""What Holdfast wants to reach, as ratios to its peers or as limits; of medians."""

from __future__ import annotations

from dataclasses import dataclass

from .results import Results, median, ratio

FILES = "files"
CLUSTER = "cluster"
MEGA = 1e6


@dataclass(frozen=True)
class Verdict:
    """How far one tool of ours is from an aim."""

    what: str
    against: str
    limit: float
    measured: float


@dataclass(frozen=True)
class Ratio:
    """A figure of ours, divided by the same figure of a peer's newest release."""

    data: str
    step: str
    figure: str
    peers: tuple[str, ...]
    limit: float

    def verdicts(self, results: Results) -> list[Verdict]:
        """One for each of our tools; the best of several peers counts."""
        theirs = self._best_peer(results)
        if theirs is None:
            return []
        peer, best = theirs
        verdicts = []
        for tool in our_tools(results, self.data, self.step):
            runs = results.newest(self.data, self.step, "holdfast", tool)
            measured = ratio(median(runs, self.figure), best)
            if measured is not None:
                what = f"{self.data}, {self.step}, {self.figure}: {tool}"
                verdicts.append(Verdict(what, peer, self.limit, measured))
        return verdicts

    def _best_peer(self, results: Results) -> tuple[str, float] | None:
        medians = []
        for peer in self.peers:
            runs = results.newest(self.data, self.step, peer)
            value = median(runs, self.figure)
            if value is not None:
                medians.append((runs[0].tool, value))
        return min(medians, key=lambda one: one[1], default=None)


@dataclass(frozen=True)
class Limit:
    """A figure of ours that has a limit of its own; the largest median of all steps counts."""

    data: tuple[str, ...]
    step: str | None
    figure: str
    unit: float
    limit: float
    name: str

    def verdicts(self, results: Results) -> list[Verdict]:
        """One for each of our tools."""
        medians: dict[str, float] = {}
        for (data, step, tool), runs in results.groups().items():
            if runs[0].family == "holdfast" and data in self.data and self.step in (None, step):
                value = (median(runs, self.figure) or 0) / self.unit
                medians[tool] = max(value, medians.get(tool, 0))
        return [Verdict(f"{self.name}: {tool}", "", self.limit, value) for tool, value in medians.items()]


@dataclass(frozen=True)
class Growth:
    """A figure of ours late in a series, divided by the same figure early in it."""

    data: str
    early: str
    late: str
    figure: str
    limit: float

    def verdicts(self, results: Results) -> list[Verdict]:
        """One for each of our tools."""
        verdicts = []
        for tool in our_tools(results, self.data, self.late):
            late = median(results.newest(self.data, self.late, "holdfast", tool), self.figure)
            early = median(results.newest(self.data, self.early, "holdfast", tool), self.figure)
            measured = ratio(late, early)
            if measured is not None:
                what = f"{self.data}, {self.late}, {self.figure}: {tool}"
                verdicts.append(Verdict(what, self.early, self.limit, measured))
        return verdicts


def our_tools(results: Results, data: str, step: str) -> list[str]:
    """Our ways of doing a step: cold and warm, stream and direct."""
    labels = [run.tool for run in results.runs if (run.data, run.step, run.family) == (data, step, "holdfast")]
    return list(dict.fromkeys(labels))


AIMS: list[Ratio | Limit | Growth] = [
    Ratio(FILES, "first", "wall", ("restic",), 0.35),
    Ratio(FILES, "first", "wall", ("borg",), 0.35),
    Ratio(FILES, "first", "wall", ("tar",), 1.2),
    Ratio(FILES, "unchanged", "wall", ("restic",), 0.5),
    Ratio(FILES, "unchanged", "wall", ("borg",), 0.5),
    Ratio(FILES, "1 % changed", "wall", ("restic",), 0.5),
    Ratio(FILES, "restore", "wall", ("restic",), 0.5),
    Ratio(FILES, "restore", "wall", ("borg",), 0.4),
    Ratio(FILES, "first", "stored", ("restic", "borg"), 1.0),
    Ratio(CLUSTER, "full", "wall", ("pgbackrest",), 0.6),
    Ratio(CLUSTER, "full", "wall", ("pg_basebackup",), 1.0),
    Ratio(CLUSTER, "1 % of pages changed", "wall", ("pgbackrest",), 0.5),
    Ratio(CLUSTER, "1 % of pages changed", "added", ("pgbackrest",), 0.3),
    Ratio(CLUSTER, "restore", "wall", ("pgbackrest",), 0.7),
    Ratio(CLUSTER, "delta restore", "wall", ("pgbackrest",), 0.7),
    Ratio(CLUSTER, "full", "stored", ("pgbackrest",), 0.9),
    Limit((FILES, CLUSTER, "one large file", "large cluster"), None, "resident", MEGA, 400, "resident MB"),
    Limit(("million files",), None, "anonymous", MEGA, 512, "anonymous MB, million files"),
    Growth("daily backups", "backup 5", "backup 365", "wall", 1.1),
    Limit(("cold start",), "list backups", "wall", 1, 0.4, "seconds to list backups"),
]
