#!/usr/bin/env python3
"""failed_tests.py JUNIT: the tests that failed, the first of them with the last lines they printed. A log that stays on
another machine helps nobody, and of long ones only the end is kept."""
import sys
import xml.etree.ElementTree as ElementTree

LINES, TESTS = 40, 6

failed = [case for case in ElementTree.parse(sys.argv[1]).iter("testcase") if case.find("failure") is not None]
for case in failed[:TESTS]:
    print(f"{case.get('name')} failed after {float(case.get('time')):.0f} s:")
    for line in (case.findtext("system-out") or "").rstrip().splitlines()[-LINES:]:
        print("  " + line)
if failed:
    print("failed: " + ", ".join(case.get("name") for case in failed))
