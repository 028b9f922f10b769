#!/usr/bin/env python3
"""rilon-bench --json, really run with its smallest sizes: every line is an object, and each goal of
docs/performance.md that is measured has a line with ratio, goal and whether it is met.

The figures mean nothing here; that they agree with each other does.
"""

import json
import math
import os
import subprocess
import sys
import tempfile
import unittest

MEASURED = ["P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P10", "P12"]


def reached(row, goal):
    return row["ratio"] >= goal if row["better"] == "higher" else row["ratio"] <= goal


class BenchJson(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as stores:
            done = subprocess.run(
                [os.environ["RILON_BENCH"], "--json", "--quick", "--dir", stores],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=280, check=False)
            cls.left = os.listdir(stores)
        assert done.returncode == 0, done.stderr.decode(errors="replace")[-2000:]
        cls.lines = [json.loads(line) for line in done.stdout.decode().splitlines()]
        cls.figures = [line for line in cls.lines if line["type"] == "figure"]
        cls.goals = {line["id"]: line for line in cls.lines if line["type"] == "goal"}

    def test_the_machine_comes_first(self):
        run = self.lines[0]
        self.assertEqual(run["type"], "run")
        for key in ("date", "processor", "directory", "file_system"):
            self.assertTrue(run[key], key)
        self.assertGreater(run["cores"], 0)
        self.assertGreater(run["flush_ms"], 0)
        self.assertEqual(len(run["load_before"]), 3)

    def test_each_goal_has_one_line_that_says_whether_it_is_met(self):
        rows = [line["id"] for line in self.lines if line["type"] == "goal"]
        self.assertEqual(sorted(rows), sorted(MEASURED))
        for row in self.goals.values():
            self.assertGreater(row["goal"], 0)
            self.assertEqual(row["met"], reached(row, row["goal"]), row)

    def test_a_goal_is_met_only_if_all_its_figures_meet_it(self):
        for name, goal in self.goals.items():
            judged = [row for row in self.figures if row["id"] == name and "met" in row]
            self.assertTrue(judged, name)
            self.assertEqual(goal["met"], all(row["met"] for row in judged), name)

    def test_figures_are_numbers_and_ratios_are_theirs(self):
        for row in self.figures:
            self.assertIn(row["id"], MEASURED)
            self.assertTrue(math.isfinite(row["product"]) and row["product"] >= 0, row)
            if "raw" not in row:
                continue
            self.assertGreater(row["raw"], 0)
            self.assertAlmostEqual(row["ratio"], row["product"] / row["raw"], places=6)
            if "ratio_goal" in row:
                self.assertEqual(row["met"], reached(row, row["ratio_goal"]), row)

    def test_nothing_is_left_behind(self):
        self.assertEqual(self.left, [])


if __name__ == "__main__":
    sys.exit(unittest.main())
