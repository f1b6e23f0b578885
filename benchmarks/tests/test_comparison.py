"""Tests of what benchmarks/compare computes."""

import os
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from comparison import aims, process_tree, programs, report, trees
from comparison.cluster import NOT_COMPARED
from comparison.file_scenarios import milestone
from comparison.measuring import Command, Measurement, ToolFailed, measure
from comparison.options import parse, runs_of
from comparison.process_tree import Memory
from comparison.results import Results, Run, median, ratio, run_of, spread
from comparison.scenario import in_turn
from comparison.storage import Stored, stored_in


def a_run(tool, wall, family="restic", version=(0, 14), step="first", **figures):
    """A run with that wall time."""
    usual = dict(cpu=1.0, server_cpu=None, anonymous=0, resident=0, largest=0)
    usual.update(dict(stored=None, added=None, objects=None), **figures)
    return Run("files", step, family, tool, version, wall, **usual)


class Scratch(unittest.TestCase):
    """Has a directory of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def results(self, *runs):
        """Results with these runs."""
        results = Results(self.folder / "results.json", {}, {})
        results.runs.extend(runs)
        return results


class ProcessTreeTest(unittest.TestCase):
    """Reading /proc."""

    def test_reads_a_name_with_parentheses_and_blanks(self):
        line = "42 (a) b (c)) S 7 42 42 0 -1 4194560 1 2 3 4 100 50 20 30 20 0 1 0 5 6 7"
        stat = process_tree.parse_stat(line)
        self.assertEqual((42, 7), (stat.pid, stat.parent))
        self.assertAlmostEqual(200 / process_tree.TICKS, stat.cpu)

    def test_a_process_that_is_ending_has_no_memory(self):
        self.assertEqual(Memory(0, 0, 0), process_tree.parse_status("Name:\tx\nState:\tZ (zombie)\n"))

    def test_finds_all_descendants_and_nobody_else(self):
        stats = [process_tree.Stat(pid, parent, 0) for pid, parent in [(5, 3), (3, 1), (4, 2), (2, 1), (6, 5)]]
        self.assertEqual({3, 5, 6}, {stat.pid for stat in process_tree.descendants(3, stats)})

    def test_sees_the_memory_of_grandchildren(self):
        grandchild = "import sys; data = bytearray(b'x' * 60_000_000); sys.stdin.read()"
        words = ["sh", "-c", 'exec 3<&0; "$1" -c "$2" <&3 & wait', "sh", sys.executable, grandchild]
        deadline = time.monotonic() + 60
        with subprocess.Popen(words, stdin=subprocess.PIPE) as child:
            with process_tree.TreeSampler(child.pid) as sampler:
                while sampler.peak.anonymous < 60_000_000 and time.monotonic() < deadline:
                    time.sleep(0.01)
                child.stdin.close()
                child.wait()
        self.assertGreaterEqual(sampler.peak.anonymous, 60_000_000)
        self.assertLess(sampler.peak.peak_resident, 200_000_000)


class MeasuringTest(Scratch):
    """Running programs."""

    def test_counts_the_cpu_of_children(self):
        work = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done"
        measured = measure(Command(["sh", "-c", f"sh -c '{work}'; true"]), self.folder / "log")
        self.assertGreater(measured.cpu, 0.02)
        self.assertGreaterEqual(measured.wall, 0)

    def test_a_failure_shows_what_the_program_said(self):
        with self.assertRaisesRegex(ToolFailed, "(?s)ended with 3.*went wrong"):
            measure(Command(["sh", "-c", "echo went wrong; exit 3"]), self.folder / "log")

    def test_other_peoples_repositories_are_not_seen(self):
        os.environ["RESTIC_REPOSITORY"] = "/precious"
        self.addCleanup(os.environ.pop, "RESTIC_REPOSITORY")
        measure(Command(["sh", "-c", '[ -z "$RESTIC_REPOSITORY" ]']), self.folder / "log")


class TreesTest(Scratch):
    """The comparison of what was restored."""

    def setUp(self):
        super().setUp()
        for name in ("one", "other"):
            root = self.folder / name
            (root / "d").mkdir(parents=True)
            (root / "d/file").write_bytes(b"abc")
            os.link(root / "d/file", root / "again")
            os.symlink("d/file", root / "link")
            for path in ("d/file", "d"):
                os.utime(root / path, ns=(1, 1_000_000_001))
            os.utime(root / "link", ns=(1, 5), follow_symlinks=False)

    def compare(self):
        """Compares the two."""
        return trees.require_equal(self.folder / "one", self.folder / "other")

    def assert_different(self, what):
        """The comparison names this."""
        with self.assertRaisesRegex(trees.Different, what):
            self.compare()

    def test_equal_trees(self):
        self.assertEqual(4, self.compare())

    def test_a_byte(self):
        with open(self.folder / "other/d/file", "r+b") as file:
            file.write(b"x")
        os.utime(self.folder / "other/d/file", ns=(1, 1_000_000_001))
        self.assert_different("d/file: other bytes")

    def test_a_nanosecond(self):
        os.utime(self.folder / "other/d/file", ns=(1, 1_000_000_002))
        self.assert_different("d/file: modified")

    def test_a_permission(self):
        (self.folder / "other/d/file").chmod(0o600)
        self.assert_different("d/file: st_mode")

    def test_a_missing_file(self):
        (self.folder / "other/link").unlink()
        self.assert_different("link: missing")

    def test_one_too_many(self):
        (self.folder / "other/new").write_bytes(b"")
        self.assert_different("new: not in the original")

    def test_a_hard_link_that_became_a_copy(self):
        (self.folder / "other/again").unlink()
        (self.folder / "other/again").write_bytes(b"abc")
        os.utime(self.folder / "other/again", ns=(1, 1_000_000_001))
        self.assert_different("no hard link")

    def test_a_link_to_elsewhere(self):
        (self.folder / "other/link").unlink()
        os.symlink("d/fileX", self.folder / "other/link")
        os.utime(self.folder / "other/link", ns=(1, 5), follow_symlinks=False)
        self.assert_different("another target")


class FiguresTest(Scratch):
    """Medians, ratios and the table."""

    def test_medians_and_ranges(self):
        runs = [a_run("a", wall) for wall in (3.0, 1.0, 2.0)]
        self.assertEqual(2.0, median(runs, "wall"))
        self.assertEqual((1.0, 3.0), spread(runs, "wall"))
        self.assertIsNone(median(runs, "stored"))

    def test_no_ratio_to_nothing(self):
        self.assertIsNone(ratio(1.0, None))
        self.assertIsNone(ratio(1.0, 0.0))
        self.assertEqual(0.5, ratio(1.0, 2.0))

    def test_the_newest_release_of_a_family_counts(self):
        results = self.results(a_run("old", 9, version=(0, 9)), a_run("new", 5, version=(0, 10)))
        self.assertEqual(["new"], [run.tool for run in results.newest("files", "first", "restic")])

    def test_an_aim_against_the_newest_release(self):
        results = self.results(
            a_run("holdfast", 2.0, "holdfast", ()), a_run("new", 8.0), a_run("old", 4.0, version=(0, 9))
        )
        verdicts = aims.Ratio("files", "first", "wall", ("restic",), 0.35).verdicts(results)
        self.assertEqual([0.25], [verdict.measured for verdict in verdicts])
        self.assertEqual("new", verdicts[0].against)

    def test_the_best_of_two_peers_counts(self):
        results = self.results(
            a_run("holdfast", 1.0, "holdfast", (), stored=90),
            a_run("restic", 1.0, stored=100),
            a_run("borg", 1.0, "borg", stored=80),
        )
        verdicts = aims.Ratio("files", "first", "stored", ("restic", "borg"), 1.0).verdicts(results)
        self.assertEqual(("borg", 90 / 80), (verdicts[0].against, verdicts[0].measured))

    def test_a_limit_takes_the_worst_step(self):
        results = self.results(
            a_run("holdfast", 1.0, "holdfast", (), resident=200e6),
            a_run("holdfast", 1.0, "holdfast", (), step="restore", resident=500e6),
        )
        verdicts = aims.Limit(("files",), None, "resident", 1e6, 400, "MB").verdicts(results)
        self.assertEqual([500.0], [verdict.measured for verdict in verdicts])

    def test_the_table(self):
        text = report.markdown(
            self.results(
                *[a_run("holdfast", wall, "holdfast", (), stored=5_000_000) for wall in (1.0, 2.0, 4.0)],
                a_run("tar | zstd", 4.0, "tar", ()),
            )
        )
        self.assertIn("| files | first | holdfast | 3 | 2.00 (1.00 to 4.00) |  |", text)
        self.assertIn("| files | first | tar \\| zstd | 1 | 4.00 | 0.50 |", text)

    def test_a_run_is_kept_at_once(self):
        results = self.results()
        tool = type("Tool", (), dict(family="f", label="l", version=(1,)))
        results.add(run_of("d", "s", tool, Measurement(1, 2, Memory(3, 4, 5)), Stored(6, 7)))
        self.assertIn('"added": 6', (self.folder / "results.json").read_text())


class SmallThingsTest(Scratch):
    """The rest."""

    def test_the_newest_release_of_each_program_is_chosen_by_number(self):
        old, new = programs.Program("borg", "a", (1, 2, 4)), programs.Program("borg", "b", (1, 10))
        other = programs.Program("restic", "c", (0, 18, 0))
        self.assertEqual([new, other], programs.newest([old, other, new]))

    def test_stored_bytes_and_objects(self):
        (self.folder / "a").mkdir()
        (self.folder / "a/b").write_bytes(b"123")
        (self.folder / "c").write_bytes(b"4")
        self.assertEqual(Stored(4, 2), stored_in(self.folder))

    def test_everybody_comes_first_once(self):
        self.assertEqual([1, 2, 3], [in_turn([1, 2, 3], turn)[0] for turn in range(3)])

    def test_versions_are_numbers(self):
        self.assertEqual((2, 55, 1), programs.version_in("pgBackRest 2.55.1"))
        self.assertGreater(programs.version_in("restic 0.18.0"), programs.version_in("restic 0.9.6"))

    def test_five_days_around_each_milestone(self):
        days = [day for day in range(1, 366) if milestone(day, 365)]
        self.assertEqual([*range(3, 8), *range(28, 33), *range(98, 103), *range(361, 366)], days)
        self.assertEqual([*range(3, 8), *range(26, 31)], [day for day in range(1, 31) if milestone(day, 30)])

    def test_relations_are_compared_and_passing_files_are_not(self):
        for name in ("base/5/1259", "base/5/16400_fsm", "global/1262", "pg_xact/0000", "PG_VERSION"):
            self.assertIsNone(NOT_COMPARED.fullmatch(name), name)
        for name in ("pg_wal/0001", "global/pg_control", "postmaster.pid", "base/5/pg_internal.init"):
            self.assertIsNotNone(NOT_COMPARED.fullmatch(name), name)

    def test_quick_and_slow(self):
        self.assertEqual(3, runs_of("files", parse(["--quick"])))
        self.assertEqual(7, runs_of("files", parse(["--runs", "7"])))
        self.assertEqual(1, runs_of("large-file", parse(["--slow", "--runs", "7"])))
        self.assertIn("large-cluster", parse(["--slow"]).sections)
        self.assertNotIn("large-cluster", parse([]).sections)


if __name__ == "__main__":
    unittest.main()
