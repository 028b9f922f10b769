#!/usr/bin/env python3
"""A remedy that names a command which does not exist sends an officer astray.

    named_commands.py RILON

Every `rilon WORD` in a string of the sources, and in code of README and docs/ (decisions, which also tell of what is
not built, apart), must be a command of `rilon --help`. Exit code 1 when one is not.
"""
import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
# Behind options that stand before a command; `sudo -u rilon` is somebody, /etc/rilon a folder.
NAMED = re.compile(r"(?<!-u )(?<![/.@\w-])rilon ((?:--(?:profile|node|passphrase-file) \S+ |-[a-z-]+ )*)"
                   r"([a-z][a-z-]*)(?!\w|\.\w)(?: ([a-z][a-z-]*)(?!\w|\.\w))?")
PROSE = {"and", "does", "is", "prints", "refuses"}  # "rilon is version …"


def commands(rilon):
    """Each command as its words; both words where there are two."""
    text = subprocess.run([rilon, "--help"], capture_output=True, text=True, check=True).stdout
    rows = re.findall(r"^  ([a-z-]+)((?: [a-z-]+)?)(?: |$)", text.split("options of every command")[0], re.MULTILINE)
    return {(first, second.strip()) for first, second in rows} | {("help", "")}


def named(path):
    """Line number, first word, second word or nothing."""
    text = path.read_text(encoding="utf-8")
    # Neighbouring literals are one.
    pattern = CODE if path.suffix == ".md" else re.compile(LITERAL.pattern + r'(?:\s*"(?:[^"\\\n]|\\.)*")*')
    for found in pattern.finditer(text):
        piece = found.group() if path.suffix == ".md" else "".join(LITERAL.findall(found.group()))
        for name in NAMED.finditer(piece):
            if name.group(2) in PROSE:
                continue
            yield text.count("\n", 0, found.start()) + 1, name.group(2), name.group(3) or ""


def main():
    known = commands(sys.argv[1])
    firsts = {first for first, _ in known}
    sources = [path for folder in ("node", "store", "config", "protocol", "tools")
               for path in sorted((TOP / folder).rglob("*.cc")) + sorted((TOP / folder).rglob("*.h"))]
    pages = [TOP / "README.md", *sorted((TOP / "docs").glob("*.md"))]
    wrong = seen = 0
    for path in sources + pages:
        for line, first, second in named(path):
            seen += 1
            group = (first, "") not in known and any(one == first and two for one, two in known)
            if first in firsts and (not group or not second or (first, second) in known):
                continue
            print(f"{path.relative_to(TOP)}:{line}: no command: rilon {first} {second}".rstrip())
            wrong += 1
    if seen < 200:
        sys.exit(f"only {seen} commands are named: this check looks at nothing")
    print(f"{seen} commands named, {wrong} of them do not exist")
    sys.exit(wrong != 0)


if __name__ == "__main__":
    main()
