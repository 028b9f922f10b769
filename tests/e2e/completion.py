#!/usr/bin/env python3
"""Completion in a real bash, zsh and fish, without a node: completion.py RILON. A shell that is not installed is
skipped."""
import os
import pty
import select
import shutil
import signal
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


class Shell(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="rilon-shell-")
        self.addCleanup(shutil.rmtree, self.home)
        os.mkdir(self.home + "/home")
        self.environment = {"PATH": self.home + ":" + os.environ["PATH"], "HOME": self.home, "ZDOTDIR": self.home,
                            "XDG_CONFIG_HOME": self.home + "/config", "XDG_DATA_HOME": self.home + "/data",
                            "RILON_HOME": self.home + "/home", "LC_ALL": "C.UTF-8", "TERM": "dumb"}
        self.wrapper = self.home + "/rilon"  # Writes down what an onlooker would see of the arguments.
        with open(self.wrapper, "w", encoding="ascii") as script:
            script.write(f'#!/bin/bash\nprintf "%s|" "$@" >>"{self.home}/arguments"\nexec "{RILON}" "$@"\n')
        os.chmod(self.wrapper, 0o700)

    def arguments(self):
        with open(self.home + "/arguments", encoding="utf-8") as seen:
            return seen.read()

    def profiles(self, *names):
        for name in names:
            with open(f"{self.home}/home/{name}.toml", "w", encoding="ascii"):
                pass


class Bash(Shell):
    def complete(self, *words):
        done = subprocess.run(["bash", "--norc", "--noprofile", "-c", DRIVER, "bash", *words], capture_output=True,
                              text=True, timeout=60, check=True,
                              env={**self.environment, "WRAPPER": self.wrapper})
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
        self.profiles("lo3", "policy")
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
        self.assertEqual(self.arguments(), "completion|bash|complete|")


class OtherShell(Shell):
    """What zsh and fish have to do alike; `typed` is a line up to the cursor, what comes back are its last words."""

    def complete(self, typed):
        raise NotImplementedError

    def whole_day(self):
        for typed, offered in (
                ("of", ["officer"]), ("officer c", ["certify"]), ("post --except", ["--except-host"]),
                ("post --tlp amber", ["AMBER", "AMBER+STRICT"]), ("post --tlp=AMBER+", ["--tlp=AMBER+STRICT"]),
                ("withdraw 7KQ2M4 --reason mis", ["mistaken-identity"]), ("completion ", ["bash", "fish", "zsh"]),
                ("--profile ", ["lo3"]), ("show ", []), ("nonesuch ", []), ("withdraw '7KQ2M4' \"--reason\" mis",
                                                                        ["mistaken-identity"]),
                # Names of files where files may stand, and not where none may.
                ("enrol gra", ["grant.rilon"]), ("post -f gra", ["grant.rilon"]),
                ("say x --attach=gra", ["--attach=grant.rilon"]), ("post --tlp gra", [])):
            with self.subTest(typed):
                self.assertEqual(self.complete(typed), offered)
        self.complete("search --name ERIKSSON --dob ")
        self.assertEqual(set(self.arguments().split("|")[2:]), {"complete", ""})  # Nothing of what was typed.

    def setUp(self):
        super().setUp()
        name = type(self).__name__.lower()
        if shutil.which(name) is None:
            self.skipTest(f"{name} is not installed")
        self.profiles("lo3", "policy")
        with open(self.home + "/grant.rilon", "w", encoding="ascii"):
            pass


# At the tab key all that is offered comes into the line; ^X writes the line to a file and empties it.
ZSHRC = """
PS1='READY> '
fpath=($HOME/functions $fpath)
autoload -Uz compinit && compinit -u -D
[[ -e $HOME/functions/_rilon ]] || source <(rilon completion zsh)
zstyle ':completion:all:*' completer _all_matches _complete
zstyle ':completion:all:*' insert true
zle -C all complete-word _generic
bindkey '^I' all
show() { print -rn -- "$BUFFER" >"$HOME/part" && mv "$HOME/part" "$HOME/line"; BUFFER= }
zle -N show
bindkey '^X' show
"""


class Zsh(OtherShell):
    SECONDS = 30

    def setUp(self):
        super().setUp()
        with open(self.home + "/.zshrc", "w", encoding="ascii") as file:
            file.write(ZSHRC)

    def start(self):
        try:
            for end in pty.openpty():
                os.close(end)
        except OSError as error:
            self.skipTest(f"no terminal to be had here ({error}): is /dev/pts mounted?")
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(self.home)
            os.execvpe("zsh", ["zsh", "-d", "-i"], self.environment)
        self.addCleanup(self.end)
        self.shown = b""
        self.wait(lambda: b"READY>" in self.shown)

    def end(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.terminal)

    def wait(self, condition):
        """Takes in what the terminal shows meanwhile: a shell that can't write does nothing."""
        until = time.monotonic() + self.SECONDS
        while not condition():
            self.assertLess(time.monotonic(), until, self.shown)
            if select.select([self.terminal], [], [], 0.02)[0]:
                self.shown += os.read(self.terminal, 4096)

    def complete(self, typed):
        line = self.home + "/line"
        os.write(self.terminal, b"rilon " + typed.encode() + b"\t\x18")
        self.wait(lambda: os.path.exists(line))
        with open(line, encoding="utf-8") as file:
            text = file.read().removeprefix("rilon ")
        os.unlink(line)
        kept = typed[:typed.rindex(" ") + 1] if " " in typed else ""
        return sorted(text.removeprefix(kept).split()) if text.rstrip() != typed.rstrip() else []

    def test_sourced(self):
        self.start()
        self.whole_day()
        self.assertEqual(self.complete('post --tlp "AMBER+'), ['"AMBER+STRICT"'])
        self.assertNotIn(b"_rilon:", self.shown)  # An error of the script's.

    def test_installed(self):
        os.mkdir(self.home + "/functions")
        with open(self.home + "/functions/_rilon", "w", encoding="utf-8") as file:
            subprocess.run(["rilon", "completion", "zsh"], stdout=file, env=self.environment, timeout=60, check=True)
        self.start()
        self.assertEqual(self.complete("of"), ["officer"])  # The call that loads it.
        self.whole_day()
        self.assertNotIn(b"_rilon:", self.shown)


class Fish(OtherShell):
    def setUp(self):
        super().setUp()
        os.makedirs(self.home + "/config/fish/completions")
        with open(self.home + "/config/fish/completions/rilon.fish", "w", encoding="utf-8") as file:
            subprocess.run(["rilon", "completion", "fish"], stdout=file, env=self.environment, timeout=60, check=True)

    def complete(self, typed):
        done = subprocess.run(["fish", "-c", "complete -C $argv[1]", "rilon " + typed], capture_output=True, text=True,
                              cwd=self.home, timeout=60, check=True, env=self.environment)
        self.assertEqual(done.stderr, "")
        return sorted(line.split("\t")[0] for line in done.stdout.splitlines())

    def test_installed(self):
        self.whole_day()
        meaning = subprocess.run(["fish", "-c", "complete -C 'rilon post --tlp CLE'"], capture_output=True, text=True,
                                 cwd=self.home, timeout=60, check=True, env=self.environment)
        self.assertRegex(meaning.stdout, r"\ACLEAR\t.+\n\Z")


if __name__ == "__main__":
    unittest.main(verbosity=2)
