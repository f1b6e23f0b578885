"""PostgreSQL clusters: full and incremental backups after changes of several kinds, and restores."""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from .cluster import Cluster, server_account
from .postgres_tools import ClusterTool, HoldfastCluster, PgBackRest, PgBaseBackup
from .results import run_of
from .scenario import Bench, in_turn
from .storage import Stored, empty, read_once, remove, require_space, settle

APPENDED = 0.05
DAMAGED = 0.01


@dataclass(frozen=True)
class ClusterSize:
    """A cluster of about that many bytes, and the changes that are made to it."""

    name: str
    bytes: int
    shares: tuple[float, ...]
    newest_only: bool


NORMAL = ClusterSize("cluster", 2_300_000_000, (0.001, 0.01, 0.1), False)
QUICK = ClusterSize("cluster", 310_000_000, (0.001, 0.01, 0.1), False)
LARGE = ClusterSize("large cluster", 20_000_000_000, (0.01,), True)


class ClusterScenario:
    """Runs every tool on the same cluster in turn."""

    def __init__(self, bench: Bench, size: ClusterSize):
        self._bench = bench
        self._size = size
        self._place = bench.work / size.name.replace(" ", "-")
        self._cluster: Cluster
        self._tools: list[ClusterTool]

    def run(self, runs: int) -> None:
        """Makes the cluster, measures, and removes everything."""
        # the cluster, a restored one, and for the repositories and WAL as much again
        require_space(self._bench.work, self._size.bytes * 3, self._size.name)
        try:
            empty(self._place).chmod(0o755)
            with contextlib.closing(self._new_cluster()) as self._cluster:
                self._cluster.create(self._size.bytes)
                self._tools = self._all_tools()
                self._warm_up()
                for turn in range(runs):
                    self._round(turn)
        finally:
            remove(self._place)

    def _new_cluster(self) -> Cluster:
        print(f"making {self._size.name}: {self._size.bytes / 1e6:.0f} MB", flush=True)
        assert self._bench.servers is not None
        return Cluster(self._bench.servers, self._place / "source", self._bench.log)

    def _all_tools(self) -> list[ClusterTool]:
        bench, cluster = self._bench, self._cluster
        releases = bench.releases("pgbackrest")
        tools: list[ClusterTool] = [
            HoldfastCluster(jvm, method, cluster, bench.log)
            for jvm in bench.jvms()
            for method in ("stream", "direct")
        ]
        newest = releases[-1:] if self._size.newest_only else releases
        tools += [PgBackRest(program, cluster, bench.log) for program in newest]
        if bench.takes_part("pg_basebackup") and not self._size.newest_only:
            tools.append(PgBaseBackup(cluster, bench.log))
        return tools

    def _warm_up(self) -> None:
        """A JVM that is to be warm has to have done it all once."""
        for tool in self._tools:
            if self._bench.warm and tool.label.startswith(self._bench.warm.label):
                tool.prepare(empty(self._directory(tool)))
                tool.backup(True)
                tool.backup(False)
                tool.restore(self._new_target(), False)

    def _round(self, turn: int) -> None:
        tools = in_turn(self._tools, turn)
        for tool in tools:
            remove(self._directory(tool))
            tool.prepare(self._directory(tool))
            self._backup(tool, "full")
        increments = [tool for tool in tools if tool.incremental]
        for tool in increments:
            self._backup(tool, "unchanged")
        for share in self._size.shares:
            self._cluster.change_pages(share)
            for tool in increments:
                self._backup(tool, f"{share * 100:g} % of pages changed")
        self._cluster.append(round(self._size.bytes * APPENDED))
        for tool in tools:
            if tool.incremental:
                self._backup(tool, "rows appended")
            else:  # it has to do it all again to have the newest state for the restore
                remove(self._directory(tool))
                tool.prepare(self._directory(tool))
                tool.backup(True)
        for tool in tools:
            self._restore(tool)
            remove(self._directory(tool))

    def _backup(self, tool: ClusterTool, step: str) -> None:
        before = tool.stored() if step != "full" else Stored(0, 0)
        read_once(self._cluster.data / "base")
        settle()
        cpu = self._cluster.cpu()
        measured = tool.backup(step == "full")
        server = self._cluster.cpu() - cpu
        after = tool.stored()
        self._bench.results.add(
            run_of(self._size.name, step, tool, measured, after.since(before), after, server)
        )

    def _restore(self, tool: ClusterTool) -> None:
        target = self._new_target()
        self._measure_restore(tool, "restore", target, False)
        if tool.incremental:
            self._cluster.prove(target, self._cluster.undo_some(DAMAGED))
            self._measure_restore(tool, "delta restore", target, True)
        self._cluster.prove(target)
        remove(target)

    def _measure_restore(self, tool: ClusterTool, step: str, target: Path, over: bool) -> None:
        read_once(tool.repository)
        settle()
        measured = tool.restore(target, over)
        self._cluster.require_equal(target)
        self._bench.results.add(run_of(self._size.name, step, tool, measured))

    def _new_target(self) -> Path:
        target = empty(self._place / "restored")
        target.chmod(0o700)
        if server_account():
            shutil.chown(target, server_account(), server_account())
        return target

    def _directory(self, tool: ClusterTool) -> Path:
        return self._place / tool.label.translate(str.maketrans(" ,", "--"))
