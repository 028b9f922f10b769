#!/usr/bin/env python3
"""Wrong wishes and bad moments at the command line, against running nodes: the code, the exit code, and no post."""
import json
import re
import shutil
import subprocess
import time

import drill
from desk import Desk
from drill import LIVE, PASSPHRASE, POSTER, RILON, say, wait_until


# What moves a cursor or turns the direction of writing, but line ends.
UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class WrongWishes(drill.Drill):
    def fails(self, exit_code, code, profile, *words):
        done = self.rilon(profile, "--json", *words, ok=exit_code)
        self.assertFalse(UNSEEN.search(done.out + done.err), done.err)
        error = json.loads(done.err.splitlines()[-1])
        self.assertEqual((error["kind"], error["code"]), ("error", code))
        self.assertTrue(error["message"] and (error["remedy"] or code == "not-found"), error)
        return error

    def test_refused_with_reason_and_remedy(self):
        self.fails(4, "locked", "aus-bkk", "inbox")
        wrong = LIVE / "wrong"
        wrong.write_text("not the passphrase\n")
        wrong.chmod(0o600)
        self.fails(4, "locked", "aus-bkk", "--passphrase-file", wrong, "inbox")
        self.unlock("aus-bkk")
        before = self.status("aus-bkk")["entries"]
        self.fails(3, "not-found", "aus-bkk", "say", "Hello", "--to", "NOWHERE")
        self.fails(5, "no-readers", "aus-bkk", "say", "Hello", "--to", "BKK", "--exclude", "NZL", "--exclude", "THA")
        self.fails(2, "usage", "aus-bkk", "post", "-t", "no-such-template", "--to", "BKK")
        self.fails(3, "not-found", "aus-bkk", "show", "7KQ2-M4XD")
        self.fails(2, "usage", "aus-bkk", "post", "-t", "lost-stolen-document", "--country", "QQQ", "--to", "BKK")
        self.assertEqual(self.status("aus-bkk")["entries"], before)  # Nothing was posted by any of them.
        self.nodes["aus-bkk"].stop()
        self.fails(7, "unreachable", "aus-bkk", "inbox")
        self.fails(7, "unreachable", "aus-bkk", "say", "Kept.", "--to", "BKK")
        say("locked, wrong passphrase, unknown audience, no readers, unknown template and code, node down: refused")

    def alerts_of_two(self):
        """Of aus-bkk a bulletin and a request, of nzl-bkk a bulletin and a lost document; all of them known to both."""
        self.unlock("aus-bkk", "nzl-bkk")
        self.wait_linked("aus-bkk", "nzl-bkk")
        own = self.say_alert("aus-bkk", "Gate 7 is closed.")
        due = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 30 * 86400))
        request = self.rows("aus-bkk", "request", "Who knows?", "--due", due, "--to", "BKK")[0]["short"]
        theirs = self.say_alert("nzl-bkk", "Hall 2 is open.")
        lost = self.rows("nzl-bkk", "post", "-t", "lost-stolen", "--doc", "X1234567", "--issuer", "UTO", "--to",
                         "BKK")[0]["short"]
        for short in theirs, lost:
            wait_until("it arrives", lambda id_=short: self.knows("aus-bkk", id_))
        for short in own, request:
            wait_until("it arrives", lambda id_=short: self.knows("nzl-bkk", id_))
        return own, request, theirs, lost

    def test_each_command_refuses_what_it_must(self):
        own, request, theirs, lost = self.alerts_of_two()
        before = self.status("aus-bkk")["entries"]
        hostile = "\x1b[2J\u202eevil"
        for exit_code, code, *words in (
                # No such alert, node, party, audience; an id that is none.
                (2, "invalid", "show", ""), (2, "invalid", "show", "7KQ2"), (2, "invalid", "show", hostile),
                (2, "invalid", "show", "x" * 5000), (3, "not-found", "withdraw", "ZZZZ-ZZZZ", "--reason", "error"),
                (3, "not-found", "say", "x", "--to", hostile), (3, "not-found", "say", "x", "--to", "x" * 5000),
                (2, "invalid", "say", "x", "--to", "BKK", "--exclude", "QQQ"),
                (2, "invalid", "say", "x", "--to", "BKK", "--exclude", "NZL,THA"),
                (3, "not-found", "say", "x", "--to", "BKK", "--only", "nobody"),
                (3, "not-found", "say", "x", "--to", "BKK", "--only", hostile),
                (3, "not-found", "audience", "show", hostile), (3, "not-found", "audience", "preview", "NOWHERE"),
                (2, "invalid", "audience", "preview", "BKK", "--exclude", "QQQ"),
                (3, "not-found", "history", hostile), (2, "invalid", "history", "aus-bkk"),
                (3, "not-found", "identity", "verify", hostile),
                # Not one's own, or one's own where it must not be.
                (5, "not-permitted", "withdraw", theirs, "--reason", "error"),
                (5, "not-permitted", "confirm", own), (5, "not-permitted", "dispute", own, "--reason", "outdated"),
                (5, "not-permitted", "dispute", theirs, "--reason", "settled"),
                (5, "not-permitted", "reply", request, "Myself."),
                (5, "not-permitted", "log", "disclosures", "--alert", theirs),
                (5, "not-permitted", "officer", "revoke", hostile), (5, "not-permitted", "officer", "revoke", "LO-99"),
                (5, "not-permitted", "log"), (5, "not-permitted", "log", "--from", "999999"),
                # Not what the alert is.
                (2, "usage", "reply", own, "It asks nothing."), (5, "not-permitted", "hit", theirs, "--outcome", "x"),
                (2, "usage", "hit", lost, "--outcome", "x", "--what", "person"),
                (2, "usage", "hit", lost, "--outcome", "x", "--what", "ship"),
                (2, "usage", "confirm", theirs, "--what", hostile),
                (2, "invalid", "release", "approve", own), (2, "invalid", "release", "decline", ""),
                # Fields: control characters, codes that none are, too long.
                (2, "invalid", "confirm", theirs, "--country", "QQQ"),
                (2, "invalid", "confirm", theirs, "--where", hostile),
                (2, "invalid", "confirm", theirs, "--where", "x" * 500),
                (2, "invalid", "confirm", theirs, "--outcome", hostile),
                (2, "invalid", "confirm", theirs, "--outcome", "x" * 600),
                (2, "invalid", "dispute", theirs, hostile, "--reason", "outdated"),
                (2, "invalid", "dispute", theirs, "x" * 600, "--reason", "outdated"),
                (2, "invalid", "hit", lost, "--outcome", hostile), (2, "invalid", "hit", lost, "--outcome", "x" * 600),
                (2, "invalid", "hit", lost, "--outcome", "x", "--country", "QQQ"),
                (2, "invalid", "withdraw", own, "--reason", "error", "--note", hostile),
                (2, "invalid", "withdraw", own, "--reason", "error", "--note", "x" * 600),
                (2, "invalid", "say", hostile, "--to", "BKK"), (2, "invalid", "say", "x" * 9000, "--to", "BKK"),
                (2, "usage", "say", "x", "--to", "BKK", "--wait", "forever"),
                # Files in the place of an update.
                (2, "usage", "update", own), (3, "not-found", "update", own, "-f", LIVE / "none"),
                (1, "io", "update", own, "-f", LIVE), (2, "invalid", "update", own, "-f", "/dev/null"),
                (2, "invalid", "--node", hostile, "inbox"), (2, "invalid", "--node", "http://127.0.0.1", "inbox"),
                # Where the feed was restored since, or a cursor of another node.
                (3, "not-found", "feed", "--from", "1.99999999", "--once"),
                (1, "io", "export", "--out", LIVE), (3, "not-found", "export", "--out", LIVE / "none/out")):
            with self.subTest(words=[str(word)[:40] for word in words]):
                self.fails(exit_code, code, "aus-bkk", *words)
        self.assertEqual(self.status("aus-bkk")["entries"], before)
        say("each command refused what it must, and nothing was posted")

    def test_what_was_typed_is_sent_once_the_node_is_back(self):
        _, _, theirs, _ = self.alerts_of_two()
        due = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 30 * 86400))
        request = self.rows("nzl-bkk", "request", "Whose stamp?", "--due", due, "--to", "BKK")[0]["short"]
        wait_until("it arrives", lambda: self.knows("aus-bkk", request))
        self.nodes["aus-bkk"].stop()
        kept = []
        for words, text in ((("reply", request, "-"), "Seen in June."),
                            (("dispute", theirs, "--reason", "outdated", "-"), "It is closed again."),
                            (("say", "-", "--to", "BKK"), "Hall 3 too.")):
            done = self.rilon("aus-bkk", *words, ok=7, text=text + "\n")
            draft = re.search(r"the draft is kept: rilon (.+) (\S+)\n", done.err)
            self.assertTrue(draft, done.err)
            if draft.group(1).endswith("<"):  # Else a draft, which is armoured.
                self.assertEqual(drill.Path(draft.group(2)).read_text(), text)
            self.assertEqual(drill.Path(draft.group(2)).stat().st_mode & 0o777, 0o600)
            kept.append((draft.group(1).split(), draft.group(2)))
        self.nodes["aus-bkk"].start()
        self.wait_linked("aus-bkk")
        for words, path in kept:
            if words[-1] == "<":
                with open(path, "rb") as text:
                    done = subprocess.run([RILON, "--profile", "aus-bkk", "--yes", *words[:-1]], stdin=text, timeout=60,
                                          capture_output=True, check=False)
                self.assertEqual(done.returncode, 0, done.stderr)
            else:
                self.rilon("aus-bkk", *words, path)
            self.assertFalse(drill.Path(path).exists())  # Posted: nothing is left lying about.
        for text in "Seen in June.", "Hall 3 too.":
            wait_until(f"{text} arrives", lambda t=text: '"kind":"match"' in
                       self.rilon("nzl-bkk", "--json", "search", t, ok=None).out)
        wait_until("the dispute arrives", lambda: "It is closed again." in
                   self.rilon("nzl-bkk", "show", theirs, ok=None).out)
        say("typed while the node was away, kept, sent as the error said")

    def test_readers_changed_while_the_officer_looked(self):
        self.unlock("aus-bkk", "rso-1")
        self.wait_linked("aus-bkk")
        officer = subprocess.Popen([POSTER, LIVE / "home/aus-bkk.toml", PASSPHRASE, "slowly", "BKK"],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                   preexec_fn=drill.die_with_parent)
        self.others.append(officer)
        self.assertEqual(officer.stdout.readline(), "prepared\n")
        before = self.status("aus-bkk")
        self.rilon("rso-1", "admin", "suspend", "nzl-bkk", "--reason", "exercise")
        wait_until("the suspension arrives", lambda: self.status("aus-bkk")["directory_records"] >
                   before["directory_records"])
        out, _ = officer.communicate("\n", timeout=30)
        self.assertEqual(out, "readers-changed\n")
        self.assertEqual(self.status("aus-bkk")["alerts"], before["alerts"])
        say("a reader was suspended between preview and commit: readers-changed, nothing posted")


class NodeDies(drill.Drill):
    """The node ends while its officer looks at the readers: nothing is posted, and nothing he wrote is lost."""

    def found(self, profile):
        return [row for row in self.rows(profile, "search", "Gate", ok=None) if row["kind"] == "match"]

    def test_between_preview_and_commit(self):
        if shutil.which("tmux") is None:
            self.skipTest("no tmux here")
        self.unlock("aus-bkk", "nzl-bkk")
        self.wait_linked("aus-bkk", "nzl-bkk")
        desk = Desk(self, "aus-bkk")
        self.addCleanup(desk.close)
        desk.type('rilon say "Gate 7 is closed." --to BKK')
        desk.expect(r"\[y/N/readers\] *\Z")
        self.nodes["aus-bkk"].kill()
        desk.type("y")
        desk.expect(r"^\$\s*\Z")
        told = desk.screen("-J")
        draft = re.search(r"the draft is kept: rilon post -f (\S+)", told)
        self.assertTrue(draft, told)
        desk.type("echo it ended with $?")
        desk.expect("it ended with 7$")
        self.nodes["aus-bkk"].start()
        self.wait_linked("aus-bkk", "nzl-bkk")
        self.assertEqual(self.found("aus-bkk"), [])
        self.rilon("aus-bkk", "post", "-f", draft.group(1), "--wait", "held")
        wait_until("it arrives", lambda: self.found("nzl-bkk"))
        self.assertEqual(len(self.found("nzl-bkk")), 1)
        self.assertFalse(drill.Path(draft.group(1)).exists())  # Posted: nothing is left lying about.
        own = LIVE / "own.toml"  # An officer's own file is no kept draft.
        own.write_text('template = "bulletin"\ntitle = "Hall 2"\n[bulletin]\ntext = "Hall 2 is open."\n')
        self.rilon("aus-bkk", "post", "-f", own, "--to", "BKK")
        self.assertTrue(own.exists())
        say("the node ended between preview and commit: exit 7, the draft kept, posted once from it")


if __name__ == "__main__":
    drill.main()
