#!/usr/bin/env python3
"""The fault catalogue in docs/threat-model.md against the tests that exist.

Tests that show a row are named after it: Row42GhostReader. This script looks for RowNN… in tests/ and
compares the last column of the table between the two marks in docs/threat-model.md.

  tests/lint/threat_rows.py            checks; exit 1 and a line for each row that differs
  tests/lint/threat_rows.py --write    rewrites the column
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "threat-model.md"
BEGIN = "<!-- rows: begin, kept by tests/lint/threat_rows.py -->"
END = "<!-- rows: end -->"
ROWS = 59
NAME = re.compile(r"\bRow([0-9]{1,2})([A-Z][A-Za-z0-9]*)")
SUFFIXES = {".cc", ".h", ".py", ".sh", ".txt", ".mjs", ".js"}


def tests_by_row():
    """Row number → names of its tests, sorted."""
    found = {n: set() for n in range(1, ROWS + 1)}
    for path in sorted((ROOT / "tests").rglob("*")):
        if path.suffix not in SUFFIXES or path == pathlib.Path(__file__).resolve():
            continue
        if "__pycache__" in path.parts:
            continue
        for number, rest in NAME.findall(path.read_text(encoding="utf-8", errors="replace")):
            if int(number) not in found:
                sys.exit(f"{path.relative_to(ROOT)}: Row{number}{rest} names no row of 1 to {ROWS}")
            found[int(number)].add(f"Row{number}{rest}")
    return {n: sorted(names) for n, names in found.items()}


def cell(names):
    return ", ".join(f"`{name}`" for name in names) if names else "not yet"


def main():
    text = PAGE.read_text(encoding="utf-8")
    try:
        before, rest = text.split(BEGIN)
        table, after = rest.split(END)
    except ValueError:
        sys.exit(f"{PAGE.relative_to(ROOT)}: the table's marks are missing or doubled")
    tests = tests_by_row()
    seen, wrong, lines = set(), [], []
    for line in table.splitlines():
        match = re.match(r"\| ([0-9]+) \|", line)
        if not match:
            lines.append(line)
            continue
        number = int(match.group(1))
        columns = line.strip().strip("|").split(" | ")
        if number in seen or number not in tests:
            sys.exit(f"docs/threat-model.md: row {number} is doubled or unknown")
        seen.add(number)
        if columns[-1].strip() != cell(tests[number]):
            wrong.append(f"row {number}: the page says {columns[-1].strip()}, "
                         f"tests/ has {cell(tests[number])}")
        columns[-1] = cell(tests[number])
        lines.append("| " + " | ".join(c.strip() for c in columns) + " |")
    missing = sorted(set(tests) - seen)
    if missing:
        sys.exit(f"docs/threat-model.md: rows without a line: {missing}")
    if "--write" in sys.argv[1:]:
        PAGE.write_text(before + BEGIN + "\n".join(lines) + "\n" + END + after, encoding="utf-8")
        print(f"{sum(1 for n in tests if tests[n])} of {ROWS} rows have tests")
        return 0
    for line in wrong:
        print(line)
    if wrong:
        print("run tests/lint/threat_rows.py --write")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
