#!/usr/bin/env python3
r"""Runs text scripts of the command line: exact stdout, stderr and exit code.

A script is a list of steps:

    # comment
    file NAME [0600]      the lines after it, indented by two blanks, become a file
    bytes NAME [0600]     the same, of bytes in hex; hex*1000 repeats them
    folder NAME           an empty folder
    pipe NAME             a named pipe that nobody writes into
    link NAME TARGET      a symbolic link
    $ rilon ARGUMENTS     shell words; $DIR is the script's own empty directory
    < text                a line of stdin
    text                  a line of expected stdout; \ begins one that is empty or looks like another
    ! text                a line of expected stderr
    ? N                   the expected exit code, 0 if not said

In expected lines `…` stands for anything within the line. No shell, no sleeps; each command has a
minute. Whatever is printed as JSON is held against docs/schemas as well (json_schemas.py), where
jsonschema is installed. Usage: run_cli.py RILON SCRIPT…
"""
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

import json_schemas

SECONDS_MAX = 60


def steps_of(path):
    steps, step = [], None
    with open(path, encoding="utf-8") as script:
        for number, line in enumerate(script, 1):
            line = line.rstrip("\n")
            if line.startswith(("$ ", "file ", "bytes ", "folder ", "pipe ", "link ")):
                step = {"line": number, "head": line, "in": [], "out": [], "err": [], "exit": 0, "body": []}
                steps.append(step)
            elif not line or line.startswith("# "):
                if line == "":
                    step = None
            elif step is None:
                raise SystemExit(f"{path}:{number}: text outside of a step")
            elif step["head"].startswith(("file ", "bytes ")):
                step["body"].append(line[2:])
            elif line.startswith("< "):
                step["in"].append(line[2:])
            elif line == "<":
                step["in"].append("")
            elif line.startswith("! "):
                step["err"].append(line[2:])
            elif line.startswith("? "):
                step["exit"] = int(line[2:])
            else:
                step["out"].append(line[1:] if line.startswith("\\") else line)
    return steps


def matches(expected, actual):
    if len(expected) != len(actual):
        return False
    for want, got in zip(expected, actual):
        pattern = ".*".join(re.escape(piece) for piece in want.split("…"))
        if not re.fullmatch(pattern, got):
            return False
    return True


def json_problems(schemas, lines):
    """Of the lines that are JSON objects; nothing without jsonschema."""
    if schemas is None:
        return []
    return [problem for line in lines if line.startswith('{"v":') for problem in schemas.problems_of(line)]


def make(words, body, home):
    """The file or folder of a step that is no command."""
    target = os.path.join(home, words[1])
    os.makedirs(target if words[0] == "folder" else os.path.dirname(target), exist_ok=True)
    if os.path.lexists(target) and words[0] in ("pipe", "link"):
        os.unlink(target)
    if words[0] == "pipe":
        os.mkfifo(target)
    elif words[0] == "link":
        os.symlink(words[2], target)
    if words[0] in ("folder", "pipe", "link"):
        return
    with open(target, "wb") as out:
        for line in body:
            if words[0] == "file":
                out.write((line.replace("$DIR", home) + "\n").encode())
                continue
            for piece in line.split():
                text, _, times = piece.partition("*")
                out.write(bytes.fromhex(text) * int(times or 1))
    os.chmod(target, int(words[2], 8) if len(words) > 2 else 0o644)


def run_script(rilon, path, schemas):
    home = tempfile.mkdtemp(prefix="rilon-cli-")
    environment = {"PATH": os.environ["PATH"], "HOME": home, "RILON_HOME": home + "/home",
                   "TZ": "UTC", "LC_ALL": "C.UTF-8", "TERM": "dumb"}
    failed = []
    for step in steps_of(path):
        words = [w.replace("$DIR", home) for w in shlex.split(step["head"])]
        if words[0] != "$":
            make(words, step["body"], home)
            continue
        text = "".join(line + "\n" for line in step["in"])
        # A session of its own: no /dev/tty, so that nothing can wait for an answer.
        done = subprocess.run([rilon] + words[2:], input=text.encode(), capture_output=True, env=environment,
                              cwd=home, timeout=SECONDS_MAX, start_new_session=True, check=False)
        out = done.stdout.decode("utf-8", "replace").replace(home, "$DIR").splitlines()
        err = done.stderr.decode("utf-8", "replace").replace(home, "$DIR").splitlines()
        if not (matches(step["out"], out) and matches(step["err"], err) and done.returncode == step["exit"]):
            failed.append((step, out, err, done.returncode))
        wrong = json_problems(schemas, out + err)
        if wrong:
            failed.append((step, wrong, [], done.returncode))
    subprocess.run([rilon, "lock"], env=environment, capture_output=True, timeout=SECONDS_MAX, check=False)
    shutil.rmtree(home, ignore_errors=True)
    return failed


def main():
    rilon, scripts = os.path.abspath(sys.argv[1]), sys.argv[2:]
    bad = 0
    schemas = json_schemas.Schemas() if json_schemas.jsonschema is not None else None
    for path in scripts:
        for step, out, err, code in run_script(rilon, path, schemas):
            bad += 1
            print(f"{path}:{step['line']}: {step['head']}")
            print("  stdout:", *out, sep="\n    ")
            print("  stderr:", *err, sep="\n    ")
            print(f"  exit {code}, expected {step['exit']}")
    unchecked = "" if schemas is not None else ", JSON not held against its schemas: no jsonschema"
    print(f"{len(scripts)} scripts, {bad} steps failed{unchecked}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
