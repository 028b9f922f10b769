#!/usr/bin/env python3
"""failed_tests.py JUNIT: each test that failed, with the last lines it printed. A log that stays on another
machine helps nobody."""
import sys
import xml.etree.ElementTree as ElementTree

LINES, TESTS = 25, 8

failed = [case for case in ElementTree.parse(sys.argv[1]).iter("testcase") if case.find("failure") is not None]
for case in failed[:TESTS]:
    print(f"{case.get('name')} failed after {float(case.get('time')):.0f} s:")
    for line in (case.findtext("system-out") or "").rstrip().splitlines()[-LINES:]:
        print("  " + line)
if failed[TESTS:]:
    print("failed too: " + ", ".join(case.get("name") for case in failed[TESTS:]))
