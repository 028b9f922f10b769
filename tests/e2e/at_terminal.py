#!/usr/bin/env python3
"""The questions of a posting, answered at a terminal: at_terminal.py RILON.

No node is there: each posting ends at the missing profile with its draft kept, and the draft says
what the answers came to.
"""
import base64
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

RILON = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else "rilon"
SECONDS_MAX = 20
NAMES = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
RIGHT = "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
WRONG = "L898902C35UTO7408122F1204159ZE184226B<<<<<10"
WRONG_DATE_TOO = "L898902C35UTO7408121F1204159ZE184226B<<<<<10"
HOLDER = r"really UTO\? yes / no / \[unsure\] "


class Posting:
    """`rilon post` with a terminal of its own, and an editor that fails."""

    def __init__(self, home, *arguments, editor="false"):
        self.text = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(home)
            os.execve(RILON, [RILON, "post", "-t", "impostor", "--where", "BKK", "--country", "THA", *arguments],
                      {"HOME": home, "RILON_HOME": home + "/home", "XDG_RUNTIME_DIR": home, "TERM": "dumb",
                       "TZ": "UTC", "LC_ALL": "C.UTF-8", "EDITOR": editor, "PATH": os.environ["PATH"]})

    def expect(self, pattern):
        until = time.monotonic() + SECONDS_MAX
        while not (found := re.search(pattern, self.text)):
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.fd], [], [], left)[0]:
                raise AssertionError(f"waited in vain for {pattern!r} after: {self.text!r}")
            try:
                self.text += os.read(self.fd, 4096).decode("utf-8", "replace").replace("\r\n", "\n")
            except OSError:
                raise AssertionError(f"ended without {pattern!r}: {self.text!r}") from None
        self.text = self.text[found.end():]
        return found

    def say(self, *lines):
        for line in lines:
            os.write(self.fd, line.encode() + b"\n")

    def end(self):
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(self.pid, 0)
        os.close(self.fd)


class AtTheTerminal(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="rilon-terminal-")
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)

    def post(self, *arguments, editor="false"):
        try:
            for end in pty.openpty():
                os.close(end)
        except OSError as error:
            self.skipTest(f"no terminal to be had here ({error}): is /dev/pts mounted?")
        posting = Posting(self.home, *arguments, editor=editor)
        self.addCleanup(posting.end)
        return posting

    def draft(self, posting):
        """The bytes of the draft that was kept."""
        path = posting.expect(r"the draft is kept: rilon post -f (\S+)\n").group(1)
        with open(path, encoding="utf-8") as file:
            return base64.b64decode("".join(file.read().splitlines()[1:-1]))

    def answered(self, *answers):
        posting = self.post("--mrz", "-")
        posting.expect("Paste the machine-readable zone:")
        posting.say(NAMES, RIGHT)
        for question, answer in answers:
            posting.expect(question)
            posting.say(answer)
        return self.draft(posting)

    def test_only_a_clear_no_lifts_the_issuer(self):
        again = "Please answer one of: yes, no, unsure\\.\n.*" + HOLDER
        self.assertIn(b"\x0a\x06unsure", self.answered((HOLDER, "")))
        self.assertIn(b"\x0a\x06unsure", self.answered((HOLDER, "what?"), (again, "u")))
        self.assertIn(b"\x0a\x03yes", self.answered((HOLDER, "nothing"), (again, "YES")))
        lifted = self.answered((HOLDER, "n"), (r"Who might they be\? codes, or \? ", ""),
                               (r"Who might they be\? codes, or \? ", "tha mmr"))
        self.assertIn(b"\x0a\x02no", lifted)
        self.assertIn(b"\x03THA", lifted)
        self.assertIn(b"\x03MMR", lifted)

    def test_a_draft_keeps_who_was_left_out(self):
        posting = self.post("--mrz", "-", "--to", "BKK", "--except-host", "--exclude", "LKA")
        posting.expect("zone:")
        posting.say(NAMES, RIGHT)
        posting.expect(HOLDER)
        posting.say("")
        wish = b"\x0a\x03BKK\x10\x01\x22\x03LKA"  # Wish of node/control.proto.
        self.assertIn(wish, self.draft(posting))

    def test_the_editors_draft_names_its_readers_again(self):
        posting = self.post("--mrz", "-", "--to", "BKK", "--except-host", "--edit")
        posting.expect("zone:")
        posting.say(NAMES, RIGHT)
        posting.expect(HOLDER)
        posting.say("")
        posting.expect(r"the draft is kept: rilon post --to BKK --except-host -f \S+\n")

    def kept_by(self, editor, said):
        """The text of the draft after this editor; the line that said so."""
        posting = self.post("--mrz", "-", "--to", "BKK", "--edit", editor=editor)
        posting.expect("zone:")
        posting.say(NAMES, RIGHT)
        posting.expect(HOLDER)
        posting.say("")
        path = posting.expect(said + r"(?s:.)*the draft is kept: rilon post --to BKK -f (\S+)\n").group(1)
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        with open(path, encoding="utf-8") as file:
            return file.read()

    def test_an_editor_that_fails_or_leaves_nothing_loses_nothing(self):
        for editor in "false", "/nonexistent/editor", "kill -9 $$;":
            self.assertIn("ERIKSSON", self.kept_by(editor, "the editor ended without success"))
        for editor in ": >", "rm", "printf ' \\n\\n' >":
            self.assertIn("ERIKSSON", self.kept_by(editor, "the editor left nothing: nothing was posted"))

    def test_what_was_typed_in_the_editor_outlives_what_is_wrong_with_it(self):
        self.assertIn("[[[ and an hour's work", self.kept_by("echo \"[[[ and an hour's work\" >>", "line "))
        self.assertIn("\x1b", self.kept_by("printf 'title = \"\\033[2J\"' >", "line 1"))
        self.assertGreater(len(self.kept_by("head -c 300000 /dev/zero | tr '\\0' x >", "is longer than")), 299_999)

    def test_a_mistake_is_asked_about_once(self):
        posting = self.post("--mrz", "-")
        posting.expect("zone:")
        posting.say(NAMES, WRONG)
        posting.expect(r"document-number check digit: 5, expected 6\. \[t\]yping error or \[d\]ocument\? ")
        posting.say("maybe")
        posting.expect("Please answer one of: typing error, document")
        posting.say("d")  # The composite digit is wrong for the same reason.
        posting.expect(HOLDER)

    def test_each_mistake_is_asked_about(self):
        posting = self.post("--mrz", "-")
        posting.expect("zone:")
        posting.say(NAMES, WRONG_DATE_TOO)
        posting.expect("document-number check digit")
        posting.say("d")
        posting.expect("birth-date check digit")
        posting.say("document")
        posting.expect(HOLDER)

    def test_a_typing_error_is_typed_again(self):
        posting = self.post("--mrz", "-")
        posting.expect("zone:")
        posting.say(NAMES, WRONG)
        posting.expect("document-number check digit")
        posting.say("t")
        posting.expect("typing error in the machine-readable zone. line 2, column 2: 8 may be B")
        posting.expect("Paste the zone again")
        posting.say(NAMES, RIGHT)
        posting.expect(HOLDER)

    def test_what_is_piped_is_not_asked_for_again(self):
        done = subprocess.run([RILON, "--no-input", "post", "-t", "impostor", "--mrz", "-"], input="nonsense\n",
                              capture_output=True, text=True, timeout=SECONDS_MAX, check=False,
                              env={"HOME": self.home, "RILON_HOME": self.home + "/home"})
        self.assertEqual(done.returncode, 2)


if __name__ == "__main__":
    unittest.main()
