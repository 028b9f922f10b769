#!/usr/bin/env python3
"""Completion in a real bash, without a node: bash_completion.py RILON. zsh and fish at least parse their scripts,
where they are installed."""
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

RILON = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else "rilon"

# What readline would do; each candidate on a line, and whether names of files were asked for.
DRIVER = """
compopt() { printf 'compopt %s\\n' "$*"; }
source <("$WRAPPER" completion bash)
[[ $(complete -p rilon) == *"-F _rilon rilon"* ]] || exit 1
COMP_WORDS=("$WRAPPER" "$@"); COMP_CWORD=$#
_rilon
printf '%s\\n' "${COMPREPLY[@]}"
"""


class Bash(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="rilon-bash-")
        self.addCleanup(shutil.rmtree, self.home)
        os.mkdir(self.home + "/home")
        self.wrapper = self.home + "/rilon"  # Writes down what an onlooker would see of the arguments.
        with open(self.wrapper, "w", encoding="ascii") as script:
            script.write(f'#!/bin/bash\nprintf "%s|" "$@" >>"{self.home}/arguments"\nexec "{RILON}" "$@"\n')
        os.chmod(self.wrapper, 0o700)

    def complete(self, *words):
        done = subprocess.run(["bash", "--norc", "--noprofile", "-c", DRIVER, "bash", *words], capture_output=True,
                              text=True, timeout=60, check=True,
                              env={"PATH": os.environ["PATH"], "HOME": self.home, "RILON_HOME": self.home + "/home",
                                   "LC_ALL": "C.UTF-8", "WRAPPER": self.wrapper})
        self.assertEqual(done.stderr, "")
        return done.stdout.split("\n")[:-1] if done.stdout.strip() else []

    def test_commands_options_and_codes(self):
        self.assertEqual(self.complete("of"), ["officer"])
        self.assertEqual(self.complete("officer", "c"), ["certify"])
        self.assertEqual(self.complete("post", "--except"), ["--except-host"])
        self.assertEqual(self.complete("post", "--tlp", "amber"), ["AMBER", "AMBER+STRICT"])
        self.assertEqual(self.complete("post", "--tlp", "=", "AMBER+"), ["AMBER+STRICT"])
        self.assertEqual(self.complete("withdraw", "7KQ2M4", "--reason", "mis"), ["mistaken-identity"])
        self.assertEqual(self.complete("completion", ""), ["bash", "zsh", "fish"])

    def test_files_where_files_may_stand(self):
        self.assertEqual(self.complete("post", "-f", ""), ["compopt -o default", ""])
        self.assertEqual(self.complete("enrol", "x"), ["compopt -o default", ""])

    def test_profiles_and_never_the_policy(self):
        for name in "lo3", "policy":
            with open(f"{self.home}/home/{name}.toml", "w", encoding="ascii"):
                pass
        self.assertEqual(self.complete("--profile", ""), ["lo3"])

    def test_nothing_and_no_noise_without_a_profile(self):
        for words in (["show", ""], ["post", "--to", ""], ["post", "--only", "a"], ["nonesuch", ""]):
            self.assertEqual(self.complete(*words), [])

    def test_an_agent_that_hangs_is_not_waited_for(self):
        os.mkdir(self.home + "/home/run", 0o700)
        with open(self.home + "/home/lo3.toml", "w", encoding="ascii") as profile:
            profile.write(f'node = "ipc://{self.home}/node"\nnode_key = "{"00" * 32}"\nkey_file = "{self.home}/k"\n')
        with socket.socket(socket.AF_UNIX) as agent:
            agent.bind(self.home + "/home/run/agent-lo3.sock")
            agent.listen()
            began = time.monotonic()
            self.assertEqual(self.complete("--profile", "lo3", "show", ""), [])
            self.assertEqual(self.complete("--profile", "lo3", "post", "--tlp", "CL"), ["CLEAR"])
            self.assertLess(time.monotonic() - began, 4)  # An answer of the agent's is waited for 5 s.

    def test_what_is_being_typed_is_in_no_argument(self):
        self.complete("search", "--name", "ERIKSSON", "--dob", "")
        with open(self.home + "/arguments", encoding="utf-8") as seen:
            self.assertEqual(seen.read(), "completion|bash|complete|")


class OtherShells(unittest.TestCase):
    def check(self, shell):
        if shutil.which(shell) is None:
            self.skipTest(f"{shell} is not installed")
        script = subprocess.run([RILON, "completion", shell], capture_output=True, text=True, timeout=60, check=True)
        with tempfile.NamedTemporaryFile("w", suffix="." + shell) as file:
            file.write(script.stdout)
            file.flush()
            done = subprocess.run([shell, "-n", file.name], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_zsh_parses(self):
        self.check("zsh")

    def test_fish_parses(self):
        self.check("fish")


if __name__ == "__main__":
    unittest.main(verbosity=2)
