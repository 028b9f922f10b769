#!/usr/bin/env python3
"""The include law of docs/architecture.md, as a check: which folder may include which, which file
alone may know a library, who alone may make a VerifiedEntry. Prints every breach; exit 1 if any."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

FOLDERS = {
    "protocol": {"protocol"},
    "store": {"store", "protocol"},
    "config": {"config", "protocol"},
    "node": {"node", "protocol", "store", "config"},
    "tools": {"tools", "node", "protocol", "store", "config"},
}

# Header → pattern of the files that may include it.
LIBRARIES = {
    r"lmdb\.h": r"store/|tools/benchmark/",
    r"zmq\.hpp?": r"node/(zmq_|zap|self_probe|control_client|connection_budget)|tools/benchmark/",
    r"toml\+\+/.*": r"config/toml\.h",
    r"config/toml\.h": r"config/(node_config|officer_policy)\.cc|tools/alert_file\.cc",
    r"CLI/.*": r"tools/rilon/(options|profile)\.cc",
    r"turbojpeg\.h": r"tools/jpeg_picture\.cc",
    r"png\.h": r"tools/png_picture\.cc",
    r"pugixml\.hpp": r"tools/un_list",
    r"nlohmann/.*": r"tools/",
    r"google/protobuf/.*": r"protocol/|node/|tools/",
    r"unicode/.*": r"protocol/|tools/un_list_text\.cc",
    # Trust: only these make a VerifiedEntry.
    r"protocol/entry_trust\.h": r"protocol/(seal|stream|stream_accept|stream_batch)\.cc",
}

# protocol/ is pure: no clock, thread, socket, file.
IMPURE = {"chrono", "thread", "mutex", "fstream", "filesystem", "iostream", "random", "ctime"}
IMPURE_ALLOWED = {
    ("protocol/secret.cc", "mutex"),
    # The calendar (year_month_day), not a clock; CLOCK below sees to that.
    ("protocol/alert.cc", "chrono"),
    ("protocol/release_document.cc", "chrono"),
}
CLOCK = re.compile(r"_clock::now|\btime\(nullptr\)|getrandom|randombytes")

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^">]+)[">]')


def breaches():
    for folder, allowed in FOLDERS.items():
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix not in {".h", ".cc"}:
                continue
            name = str(path.relative_to(ROOT))
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if folder == "protocol" and CLOCK.search(line):
                    yield f"{name}:{number}: protocol/ has no clock and no randomness of its own"
                match = INCLUDE.match(line)
                if match:
                    yield from judge(name, number, folder, allowed, match.group(1))


def judge(name, number, folder, allowed, header):
    where = f"{name}:{number}"
    top = header.split("/")[0]
    if top in FOLDERS and top not in allowed:
        yield f"{where}: {folder}/ may not include {header}"
    if top == "tests" and not name.startswith("tools/benchmark/"):  # Its keys are the tests'.
        yield f"{where}: nobody includes tests"
    for library, files in LIBRARIES.items():
        if re.fullmatch(library, header) and not re.match(files, name):
            yield f"{where}: {header} is not for this file"
    if folder == "protocol" and header in IMPURE and (name, header) not in IMPURE_ALLOWED:
        yield f"{where}: protocol/ is pure and may not include <{header}>"


def main():
    found = list(breaches())
    for line in found:
        print(line)
    if "--self-test" in sys.argv:
        # The check must be able to fail.
        sample = list(judge("protocol/x.cc", 1, "protocol", FOLDERS["protocol"], "store/store.h"))
        sample += list(judge("node/x.cc", 1, "node", FOLDERS["node"], "lmdb.h"))
        sample += list(judge("node/x.cc", 1, "node", FOLDERS["node"], "protocol/entry_trust.h"))
        if len(sample) != 3:
            print("include_law.py does not find what it must")
            return 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
