#!/usr/bin/env python3
"""Wrong wishes and bad moments at the command line, against running nodes: the code, the exit code, and no post."""
import json
import re
import shutil
import subprocess

import drill
from desk import Desk
from drill import LIVE, PASSPHRASE, POSTER, say, wait_until


class WrongWishes(drill.Drill):
    def fails(self, exit_code, code, profile, *words):
        done = self.rilon(profile, "--json", *words, ok=exit_code)
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
