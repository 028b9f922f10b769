#!/usr/bin/env python3
"""Every source file is as .clang-format has it. Names the files that are not; exit 1 if any.
--fix rewrites them; --self-test first sees that a badly formed text is noticed."""
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ("protocol", "store", "config", "node", "tools", "tests")
CLANG_FORMAT = ["clang-format", "--style=file:" + str(ROOT / ".clang-format")]


def sources():
    return sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in {".h", ".cc"})


def main():
    if "--fix" in sys.argv:
        return subprocess.run([*CLANG_FORMAT, "-i", *sources()], check=False).returncode
    check = [*CLANG_FORMAT, "--dry-run", "-Werror"]
    if "--self-test" in sys.argv:
        noticed = subprocess.run(check, input="int  a ;\n", text=True, capture_output=True, check=False)
        if noticed.returncode == 0:
            print("a badly formed text passes: this proves nothing")
            return 1
    done = subprocess.run([*check, *sources()], text=True, capture_output=True, check=False)
    bad = sorted({line.split(":")[0] for line in done.stderr.splitlines() if "error:" in line})
    for path in bad:
        print(pathlib.Path(path).relative_to(ROOT), "is not formatted: tests/lint/format.py --fix")
    if done.returncode != 0 and not bad:
        print(done.stderr)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
