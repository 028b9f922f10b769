#!/usr/bin/env python3
"""What two officers decide, with the real programs: one posts, the rest of the readers wait for the other."""
import json

import drill
from drill import say, wait_until

POST = ("post", "-t", "impostor", "--type", "P", "--issuer", "NZL", "--doc", "X7654321", "--name", "ROE, JAN",
        "--nationality", "NZL", "--dob", "1980-01-02", "--holder", "yes", "--country", "THA", "--where", "BKK",
        "--to", "BKK")


class SecondOfficer(drill.Drill):
    def setUp(self):
        super().setUp()
        self.unlock("aus-bkk", "aus-bkk-admin", "nzl-bkk", "tha-bkk")
        self.wait_linked("aus-bkk", "nzl-bkk", "tha-bkk")

    def finds(self, profile, *words):
        done = self.rilon(profile, "--json", "search", *words, ok=None)
        return [one for one in map(json.loads, done.out.splitlines()) if one["kind"] == "match"]

    def ask(self, *words):
        return json.loads(self.rilon("aus-bkk", "--json", *POST, *words, "--wait", "held").out)["short"]

    def test_protection_none(self):
        refused = self.rilon("aus-bkk", *POST, "--protection", "NONE", ok=2)
        self.assertIn("--release-reason", refused.err)
        self.assertIn("the draft is kept", refused.err)
        reason = "his consul asks\u202efor it"
        look = self.rilon("aus-bkk", *POST, "--protection", "NONE", "--release-reason", reason, "--dry-run")
        self.assertIn("NZL (", look.out)
        self.assertIn("waits for a second officer", look.out)
        short = self.ask("--protection", "NONE", "--release-reason", reason)
        wait_until("the host reads it", lambda: self.finds("tha-bkk", "--name", "ROE JAN"))
        self.assertEqual(self.finds("nzl-bkk", "--name", "ROE JAN"), [])
        self.assertIn("1 alert waits for a second officer", self.rilon("aus-bkk-admin", "inbox").err)
        self.assertIn("wait for a second officer", self.rilon("aus-bkk-admin", "status").out)
        listed = self.rilon("aus-bkk-admin", "release")
        self.assertIn("his consul asks", listed.out)
        self.assertNotIn("\u202e", listed.out)
        own = self.rilon("aus-bkk", "release", "approve", short, ok=5)
        self.assertIn("can't approve", own.err)
        self.assertEqual(self.finds("nzl-bkk", "--name", "ROE JAN"), [])
        look = self.rilon("aus-bkk-admin", "release", "approve", short, "--dry-run")
        self.assertIn("RELEASE " + short, look.out)
        self.rilon("aus-bkk-admin", "release", "approve", short, "--wait", "held")
        wait_until("his own state reads it", lambda: self.finds("nzl-bkk", "--name", "ROE JAN"))
        shown = self.rilon("nzl-bkk", "show", short).out
        self.assertIn("two officers", shown)
        self.assertNotIn("consul", shown)
        self.assertIn("consul", self.rilon("tha-bkk", "show", short, "--history").out)
        self.assertEqual(self.rilon("aus-bkk-admin", "release").out, "")
        self.rilon("aus-bkk-admin", "release", "approve", short, ok=2)
        log = self.rilon("aus-bkk-admin", "--json", "log").out
        self.assertIn('"release"', log)
        self.assertNotIn("consul", log)
        say(f"{short}: read by the host at once, by NZL after the second officer")

    def test_tell_issuer(self):
        short = self.ask("--tell-issuer", "--release-reason", "the series is stolen")
        self.assertEqual(self.finds("nzl-bkk", "--doc", "X7654321"), [])
        self.rilon("aus-bkk-admin", "release", "approve", short, "--wait", "held")
        wait_until("its issuer knows the document", lambda: self.finds("nzl-bkk", "--doc", "X7654321"))
        self.assertEqual(self.finds("nzl-bkk", "--name", "ROE JAN"), [])
        told = json.loads(self.rilon("nzl-bkk", "--json", "show", self.finds("nzl-bkk", "--doc", "X7654321")[0]["short"])
                          .out.splitlines()[0])
        self.assertEqual((told["content"]["part"], "persons" in told["content"]), ("document", False))
        declined = self.ask("--tell-issuer", "--release-reason", "once more")
        self.rilon("aus-bkk", "release", "decline", declined)
        self.assertEqual(self.rilon("aus-bkk-admin", "release").out, "")


if __name__ == "__main__":
    drill.main()
