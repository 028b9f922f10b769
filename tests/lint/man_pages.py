#!/usr/bin/env python3
"""The man pages: man_pages.py RILON RILON-1. Every command, option, exit code of rilon is in rilon(1), every key of
the configuration files in its page, every option of rilond in rilond(8); groff has nothing to say of any of them,
where there is groff. Prints every breach; exit 1 if any."""
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
MAN = ROOT / "docs/man"
SPECIAL = {"-": "-", "e": "\\", "&": ""}


def plain(roff):
    """The words of a page without its macros' marks."""
    text = re.sub(r"\\f[BIRP]", "", roff)
    text = re.sub(r"\\\[u([0-9A-F]+)\]", lambda m: chr(int(m.group(1), 16)), text)
    text = re.sub(r"\\\((dq|aq|ha|ti|ga)", lambda m: {"dq": '"', "aq": "'", "ha": "^", "ti": "~", "ga": "`"}[m.group(1)],
                  text)
    return re.sub(r"\\([-e&])", lambda m: SPECIAL[m.group(1)], text)


def help_of(rilon, *words):
    return subprocess.run([rilon, *words, "--help"], capture_output=True, text=True, timeout=60, check=True).stdout


def section(text, title):
    """The indented lines after `title`, without the indent."""
    lines = text.split("\n")
    at = lines.index(title) + 1 if title in lines else 0
    out = []
    for line in lines[at:]:
        if not line.startswith("  "):
            break
        out.append(line[2:])
    return out


def commands(overview):
    """(path with arguments, summary) of each row: in two columns."""
    for line in overview.split("\n\n")[2].splitlines():
        yield re.fullmatch(r"  (\S.*?)  +(.*)", line).groups()


def missing_commands(rilon, page):
    """Of each command: its heading, and under it each option with its help."""
    parts = {part.split("\n", 1)[0].strip('" '): part for part in re.split(r"^\.SS ", page, flags=re.M)[1:]}
    overview = help_of(rilon)
    rows = list(commands(overview))
    if len(rows) < 40:
        yield f"only {len(rows)} commands found in --help"
    for usage, summary in rows:
        part = parts.get("rilon " + usage)
        if part is None or summary not in part:
            yield f"rilon(1): no {usage} with its summary"
            continue
        words = [w for w in usage.split() if re.fullmatch(r"[a-z-]+", w)][:2]
        for line in section(help_of(rilon, *words), "options"):
            names, said = re.fullmatch(r"(.*?)  +(.*)", line + "  ").groups() if "  " in line else (line, "")
            if names.split(" ", 1)[0].rstrip(",") not in part or said.strip() not in part:
                yield f"rilon(1), {usage}: no {line.strip()}"
    for line in section(overview, "options of every command"):
        if re.split("  +", line)[-1] not in page:
            yield f"rilon(1): no {line.strip()}"
    codes = subprocess.run([rilon, "help", "exit-codes"], capture_output=True, text=True, timeout=60, check=True).stdout
    for line in codes.splitlines():
        number, meaning = line.split(None, 1)
        if f".B {number}\n{meaning}" not in page:
            yield f"rilon(1): no exit code {number}"


def listed(source, pattern):
    """The names in the arrays of a source file whose names match the pattern."""
    text = (ROOT / source).read_text(encoding="utf-8")
    bodies = re.findall(pattern + r"[^=;]*=\s*\{(.*?)\};", text, flags=re.S)
    return [name for body in bodies for name in re.findall(r'"([a-z_]+)"', body)]


def missing_keys():
    for page, names in (
            ("rilond.toml.5", listed("config/node_config.cc", r"std::string_view \w+_keys\[\]")),
            ("rilon.toml.5", listed("config/officer_policy.cc", r"std::string_view \w+_keys\[\]")),
            ("rilon.toml.5", listed("tools/rilon/profile.cc", r"constexpr Key keys\[\]"))):
        text = (MAN / page).read_text(encoding="utf-8")
        if not names:
            yield f"{page}: no keys found in the source"
        for name in names:
            if not re.search(rf"^\.B {name}$|^\.SS \[+{name}\]+$", text, flags=re.M):
                yield f"{page}: no {name}"
    daemon = plain((MAN / "rilond.8").read_text(encoding="utf-8"))
    for name in set(re.findall(r'"(--[a-z-]+)"', (ROOT / "node/main.cc").read_text(encoding="utf-8"))):
        if name not in daemon:
            yield f"rilond.8: no {name}"


def troff_warnings(paths):
    for path in paths:
        done = subprocess.run(["groff", "-ww", "-z", "-man", "-Tutf8", "-rLL=80n", path], capture_output=True, text=True,
                              timeout=60, check=False)
        if done.stderr or done.returncode:
            yield f"{path.name}: groff: {done.stderr.strip()[:500]}"


def main():
    rilon, written = sys.argv[1], pathlib.Path(sys.argv[2])
    page = plain(written.read_text(encoding="ascii"))
    found = list(missing_commands(rilon, page)) + list(missing_keys())
    # The check must be able to fail.
    if not list(missing_commands(rilon, page.replace("--except-host", "--other"))):
        found.append("an option that is not in the page is not missed")
    groff = shutil.which("groff")
    if groff:
        found += troff_warnings([written, *sorted(MAN.iterdir())])
    for line in found:
        print(line)
    print(f"{len(found)} breaches" + ("" if groff else "; no groff, so nobody formatted them"))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
