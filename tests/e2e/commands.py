#!/usr/bin/env python3
"""Wrong wishes and bad moments at the command line, against running nodes: the code, the exit code, and no post."""
import json
import subprocess

import drill
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


if __name__ == "__main__":
    drill.main()
