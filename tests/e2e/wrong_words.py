#!/usr/bin/env python3
"""Wrong words for every command and option that `rilon --help` names, without a node: wrong_words.py RILON.

Whatever is typed, the exit code is one of the table, the error says what and what to do, and no character that moves
a cursor or turns the direction of writing reaches the terminal. A command that is added is tried here at once.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

RILON = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else "rilon"

HOSTILE = "\x1b[2J\x1b]0;x\x07\u202eevil\u2066\u200b"
# C0 but tab and line end, DEL, C1, and what turns, joins or hides text.
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
USAGE, EXITS = 2, {1, 2, 3, 4, 5, 7, 8}
OPTION = re.compile(r"^  (?:-\w, )?(--[a-z-]+)(?: (\S+))? ", re.M)


def run(home, *words):
    return subprocess.run([RILON, "--timeout", "100ms", *words], capture_output=True, stdin=subprocess.DEVNULL,
                          timeout=60, check=False, cwd=home, start_new_session=True,
                          env={"PATH": os.environ["PATH"], "HOME": home, "RILON_HOME": home + "/home",
                               "TZ": "UTC", "LC_ALL": "C.UTF-8", "TERM": "dumb"})


class Command:
    """A command as its help shows it."""

    def __init__(self, home, path):
        self.path = path.split()
        text = run(home, *self.path, "--help").stdout.decode()
        usage = text.splitlines()[0].removeprefix("usage: rilon " + path).strip()
        self.words = [HOSTILE if word.isupper() or word[0] in "[-" else word.split("|")[0]
                      for word in usage.split() if not word.startswith("[")]
        own = text.split("\noptions of every command\n")[0]
        self.valued = [name for name, value in OPTION.findall(own) if value]


class WrongWords(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = tempfile.mkdtemp(prefix="rilon-words-")
        cls.addClassCleanup(shutil.rmtree, cls.home)
        with open(cls.home + "/pass", "w", encoding="ascii") as out:
            out.write("correct horse battery staple\n")
        os.chmod(cls.home + "/pass", 0o600)
        run(cls.home, "--passphrase-file", cls.home + "/pass", "setup", "person", "rso", "--name", "Maya Tan")
        with open(cls.home + "/home/default.toml", "a", encoding="ascii") as profile:
            profile.write(f'node = "ipc://{cls.home}/nobody"\nnode_key = "{"0123456789abcdef" * 4}"\n')
        overview = run(cls.home, "--help").stdout.decode().split("\noptions of every command\n")[0]
        paths = re.findall(r"^  ([a-z]+(?: [a-z-]+)?)(?=[ \n])", overview, re.M)
        cls.commands = [Command(cls.home, path) for path in paths]

    def test_the_help_names_what_is_tried(self):
        self.assertGreater(len(self.commands), 50)
        self.assertGreater(sum(len(command.valued) for command in self.commands), 150)

    def refused(self, *words, exits=(USAGE,)):
        done = run(self.home, *words)
        error = done.stderr.decode()
        self.assertIn(done.returncode, exits, (words, done.stdout, error))
        self.assertRegex(error, r"(?s)^rilon: .+\n  → .+\n\Z", words)
        self.assertFalse(UNSEEN.search(done.stdout.decode() + error), (words, error))
        return error

    def test_an_option_that_no_command_has(self):
        for command in self.commands:
            error = self.refused(*command.path, *command.words, "--frobnicate")
            self.assertIn("has no option --frobnicate", error)

    def test_an_option_without_its_value_or_with_an_empty_one(self):
        for command in self.commands:
            for name in command.valued:
                error = self.refused(*command.path, *command.words, name)
                self.assertIn(f"{name} needs a value\n", error)
                error = self.refused(*command.path, *command.words, name, "")
                self.assertIn(f"rilon: {name} is empty\n", error)

    def test_an_option_given_twice(self):
        for words in (["say", "x", "--to", "A", "--to", "B"], ["inbox", "--since", "1d", "--since", "2d"],
                      ["backup", "p", "--config-dir", "a", "--config-dir", "b"]):
            self.assertIn("is given more than once", self.refused(*words))

    def test_text_that_moves_the_cursor(self):
        for command in self.commands:
            if command.path == ["compare"]:
                continue  # Compares any two names; compare.txt.
            if HOSTILE in command.words:
                self.refused(*command.path, *command.words, exits=EXITS)
            for name in command.valued:
                done = run(self.home, *command.path, *command.words, name, HOSTILE)
                self.assertGreaterEqual(done.returncode, 0, (command.path, name))
                self.assertFalse(UNSEEN.search(done.stdout.decode() + done.stderr.decode()), (command.path, name))

    def test_the_same_as_json(self):
        for command in self.commands:
            done = run(self.home, "--json", *command.path, *command.words, "--frob\x1b\u202e")
            error = json.loads(done.stderr)
            self.assertEqual((done.returncode, error["kind"], error["code"]), (USAGE, "error", "usage"))
            self.assertTrue(error["message"] and error["remedy"])
            self.assertNotIn(b"\x1b", done.stderr)

    def test_what_cannot_be_written(self):
        """A full disk is said; a reader that has seen enough is not."""
        listing = [RILON, "notify"]
        env = {"PATH": os.environ["PATH"], "HOME": self.home, "RILON_HOME": self.home + "/home"}
        with open(self.home + "/home/default.toml", "a", encoding="ascii") as profile:
            profile.write('notify = "exec /bin/true"\n')
        with open("/dev/full", "wb") as full:
            done = subprocess.run(listing, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False, env=env)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"could not all be written", done.stderr)
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run(listing, stdout=writer, stderr=subprocess.PIPE, timeout=60, check=False, env=env)
        os.close(writer)
        self.assertEqual((done.returncode, done.stderr), (1, b""))


if __name__ == "__main__":
    unittest.main(verbosity=2)
