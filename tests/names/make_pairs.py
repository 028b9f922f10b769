#!/usr/bin/env python3
"""The rule-made half of the labelled names: by_rule.csv from the rules of name_rules.py.

    make_pairs.py            writes by_rule.csv
    make_pairs.py --check    compares it with what would be written; exit 1 if it differs

A row is a pair of names and whether they are one person's: id, rule, a, b, same, split. The names
of the split `tune` and of `held-out` are drawn from different rows of a rule's tables, so that no
spelling seen while tuning decides a held-out pair. The same seed gives the same file: draws use
random() alone, which Python promises to keep.
"""

import csv
import io
import pathlib
import random
import sys
import unicodedata

from name_rules import RULES, zone

SEED = 20261127
HERE = pathlib.Path(__file__).resolve().parent
SPLITS = ("tune", "held-out")


class Draw:
    def __init__(self, rule):
        self.random = random.Random(f"{SEED}/{rule}")

    def pick(self, rows, besides=()):
        rows = [row for row in rows if row not in besides]
        return rows[int(self.random.random() * len(rows))]

    def two_ways(self, row):
        """Two spellings of one name; one and the same where there is only one."""
        ways = row.split("/")
        first = self.pick(ways)
        return first, self.pick(ways, [first]) if len(ways) > 1 else first


def table(text, part):
    """Every other row: the rows of one split."""
    return [row.strip() for row in text.replace("\n", ";").split(";") if row.strip()][part::2]


def changed(key, text):
    """i its initial, J joined, H with a hyphen, B without marks; slips: S a letter in the middle left
    out, D one doubled, X two exchanged."""
    middle = len(text) // 2
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    for marked, plain in zip("øØłŁæÆ", "oOlLaA"):
        bare = bare.replace(marked, plain)
    return {key + "i": text[0],
            key + "J": text.replace(" ", "").capitalize(),
            key + "H": text.replace(" ", "-"),
            key + "B": bare.replace("ß", "ss").replace("Þ", "Th").replace("þ", "th"),
            key + "S": text[:middle] + text[middle + 1:],
            key + "D": text[:middle] + text[middle] + text[middle:],
            key + "X": text[:middle] + text[middle + 1] + text[middle] + text[middle + 2:] if len(text) > 2 else text}


def words(rule, draw, part):
    """What stands for the placeholders of a pattern: g, f, m as the rule's tables have them, G, F, M
    the same spelled in another way, h, e, n others; A and L after it are the two scripts of a row,
    for the rest see changed."""
    out = {}
    for key, (other, rows) in {"g": ("h", rule.given), "f": ("e", rule.family), "m": ("n", rule.middle)}.items():
        if not rows:
            continue
        rows = table(rows, part)
        row = draw.pick(rows)
        out[key], out[key.upper()] = draw.two_ways(row)
        another = draw.pick(rows, [row])
        out[other] = draw.two_ways(another)[0]
        for name, ways in ((key, row.split("/")), (other, another.split("/"))):
            out[name + "A"], out[name + "L"] = ways[0], draw.pick(ways[1:] or ways)
    for key, text in list(out.items()):
        out.update(changed(key, text))
    return out


def written(pattern, names):
    text = pattern.lstrip("^#").format(**names)
    if pattern.startswith("#"):
        return zone(text)
    return text.upper() if pattern.startswith("^") else text


def pairs(rule):
    draw, seen, out = Draw(rule.name), set(), []
    for same, patterns, count in ((1, rule.same, rule.same_count), (0, rule.different, rule.different_count)):
        for i in range(count if patterns else 0):
            part = i % 2
            for _ in range(200):
                names = words(rule, draw, part)
                a, b = (written(p, names) for p in patterns[(i // 2) % len(patterns)])
                if (a, b) not in seen and a != b:
                    break
            else:
                raise SystemExit(f"{rule.name}: the tables are too small for so many pairs")
            seen.add((a, b))
            out.append((a, b, same, SPLITS[part]))
    return out


def text():
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    out.write("# Made by make_pairs.py from name_rules.py; do not edit.\n")
    writer.writerow(["id", "rule", "a", "b", "same", "split"])
    for rule in RULES:
        out.write(f"# {rule.name}: {rule.source}\n")
        for number, (a, b, same, split) in enumerate(pairs(rule), 1):
            writer.writerow([f"{rule.name}-{number:02}", rule.name, a, b, same, split])
    return out.getvalue()


def main():
    path = HERE / "by_rule.csv"
    if sys.argv[1:] == ["--check"]:
        if path.read_text(encoding="utf-8") == text():
            return 0
        print("by_rule.csv is not what make_pairs.py writes")
        return 1
    path.write_text(text(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
