#!/usr/bin/env python3
"""docs/names.svg from what `rilon_names --json` prints on stdin: precision and recall by threshold.

    rilon_names --json | plot_names.py FILE
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from plot import Chart  # noqa: E402  (the drills' own)

SETS = {"regional, held out": "held out", "name_pairs": "name_pairs"}


def main():
    chart = Chart("Precision and recall of the comparison of names, by threshold (possible from 0.80, strong from 0.92)")
    rows = [row for row in map(json.loads, sys.stdin) if row["type"] == "threshold"]
    for name, short in SETS.items():
        for value in ("precision", "recall"):
            chart.line(f"{value}, {short}", [(row["threshold"], row[value]) for row in rows if row["set"] == name])
    pathlib.Path(sys.argv[1]).write_text(chart.svg("threshold", "share"), encoding="utf-8")


if __name__ == "__main__":
    main()
