#!/usr/bin/env python3
"""Originator control with the real programs: a reader asks the author to let others have an alert."""
import subprocess

import drill
from drill import LIVE, say, wait_until

REASON = "his ticket goes\u202eon to them"


class OnwardRelease(drill.Drill):
    """aus-bkk writes to tha-bkk alone, which asks for nzl-bkk."""

    def setUp(self):
        super().setUp()
        self.unlock("aus-bkk", "aus-bkk-admin", "nzl-bkk", "tha-bkk")
        self.wait_linked("aus-bkk", "nzl-bkk", "tha-bkk")

    def post(self, nationality):
        """About somebody of that nationality; its short id, once tha-bkk reads it."""
        short = self.rows("aus-bkk", "post", "-t", "impostor", "--type", "P", "--issuer", nationality, "--doc", "X7654321",
                          "--name", "ROE, JAN", "--nationality", nationality, "--dob", "1980-01-02", "--holder", "yes",
                          "--country", "THA", "--where", "BKK", "--caveat", "ORCON", "--to", "BKK", "--only", "tha-bkk",
                          "--wait", "held")[0]["short"]
        wait_until("tha-bkk reads it", lambda: self.reads("tha-bkk", short))
        return short

    def reads(self, profile, short):
        return self.knows(profile, short) and not self.rows(profile, "show", short)[0]["withdrawn"]

    def requests(self, profile):
        return [row for row in self.rows(profile, "release") if row["kind"] == "onward"]

    def waits(self):
        return [one for one in self.requests("aus-bkk") if one["state"] == "waits"]

    def watch(self, profile):
        """What `rilon watch` printed so far; it watches from here on."""
        out, err = LIVE / "watched", LIVE / "watching"
        with open(out, "wb") as lines, open(err, "wb") as talk:
            self.others.append(subprocess.Popen([drill.RILON, "--profile", profile, "--no-input", "watch"], stdout=lines,
                                                stderr=talk, stdin=subprocess.DEVNULL,
                                                preexec_fn=drill.die_with_parent))
        wait_until("it watches", lambda: b"watching" in err.read_bytes())
        return lambda: out.read_text(encoding="utf-8")

    def ask(self, short, *words, text=None):
        self.rilon("tha-bkk", "release", "request", short, *words, text=text)
        return wait_until("the author is asked", self.waits)[0]

    def answered(self, request):
        """The answer as who asked sees it, once it is there."""
        def there():
            return next((one for one in self.requests("tha-bkk") if one["id"] == request["id"] and "answered" in one), None)
        return wait_until("who asked is answered", there)

    def test_asked_and_granted(self):
        short = self.post("FRA")
        stranger = self.rilon("nzl-bkk", "release", "request", short, "--to", "NZL", "we want it", ok=3)
        self.assertIn("no alert", stranger.err)
        self.assertIn("rilon release request " + short, self.rilon("tha-bkk", "show", short).out)  # ORCON.
        look = self.rilon("tha-bkk", "release", "request", short, "--to", "NZL", "-", "--dry-run", text=REASON)
        self.assertIn("LETTER    to aus-bkk alone", look.out)
        self.assertIn("asks that these may read it: nzl-bkk", look.out)
        watching = self.watch("aus-bkk")
        asked = self.ask(short, "--to", "NZL", "-", text=REASON)
        wait_until("who watches is told", lambda: "tha-bkk asks that others may have it" in watching())
        self.assertEqual((asked["node"], asked["to"]), ("tha-bkk", ["nzl-bkk"]))
        again = self.rilon("tha-bkk", "release", "request", short, "--to", "nzl-bkk", "once more", ok=5)
        self.assertIn("has been asked that", again.err)
        self.assertIn("1 request waits to let others have", self.rilon("aus-bkk", "inbox").err)
        self.assertIn("1 request from other nodes", self.rilon("aus-bkk", "status").out)
        listed = self.rilon("aus-bkk", "release").out
        self.assertIn("his ticket goes", listed)
        self.assertNotIn("\u202e", listed)
        self.assertEqual(self.requests("nzl-bkk"), [])
        self.assertFalse(self.knows("nzl-bkk", short))

        look = self.rilon("aus-bkk", "release", "grant", asked["short"], "--dry-run")
        self.assertIn("GRANT " + short, look.out)
        self.assertIn("LETTER    to tha-bkk alone", look.out)
        self.rilon("aus-bkk", "release", "grant", short, "tell them by telephone first", "--wait", "held")
        wait_until("nzl-bkk reads it", lambda: self.reads("nzl-bkk", short))
        told = self.answered(asked)
        self.assertEqual((told["state"], told["granted"], told["note"]),
                         ("granted", ["nzl-bkk"], "tell them by telephone first"))
        self.assertIn("granted by", self.rilon("tha-bkk", "show", short).out)
        wait_until("who read it reads the new revision",
                   lambda: self.rows("tha-bkk", "show", short)[0]["revision"] == 2)
        new = self.rilon("nzl-bkk", "show", short, "--history").out
        self.assertNotIn("ticket", new)
        self.assertNotIn("telephone", new)
        twice = self.rilon("aus-bkk", "release", "refuse", asked["short"], ok=5)
        self.assertIn("answered already", twice.err)
        log = self.rilon("aus-bkk-admin", "--json", "log").out
        self.assertIn('"grant-release"', log)
        self.assertNotIn("ticket", log)
        say(f"{short}: asked for by tha-bkk, granted by aus-bkk, read by nzl-bkk")

    def test_his_own_state_is_withheld(self):
        short = self.post("NZL")
        asked = self.ask(short, "--to", "BKK", "they ask for him")
        kept = self.rilon("aus-bkk", "release", "grant", asked["short"], ok=5)
        self.assertIn("the release rule keeps it", kept.err)
        self.rilon("aus-bkk", "release", "refuse", asked["short"], "-", text="he fled from there\n")
        told = self.answered(asked)
        self.assertEqual((told["state"], told["note"]), ("refused", "he fled from there"))
        outside = self.ask(short, "--outside", "Interpol Singapore", "they run the case")
        look = self.rilon("aus-bkk", "release", "grant", outside["short"], "--dry-run").out
        self.assertIn("keeps it from NZL", look)
        self.rilon("aus-bkk", "release", "grant", outside["short"], "--wait", "held", ok=2)
        done = self.rilon("aus-bkk", "release", "grant", outside["short"], "without his name")
        self.assertIn(f"✓ answer about {short} stored here", done.out)
        told = self.answered(outside)
        self.assertEqual((told["state"], told["granted"]), ("granted", []))
        self.assertEqual(self.rows("tha-bkk", "show", short)[0]["revision"], 1)
        self.assertFalse(self.knows("nzl-bkk", short))
        say(f"{short}: refused for his own state, allowed to a body outside by word alone")

    def test_withdrawn_in_between(self):
        short = self.post("FRA")
        asked = self.ask(short, "--to", "nzl-bkk", "they will meet him")
        self.rilon("aus-bkk", "withdraw", short, "--reason", "error")
        late = self.rilon("aus-bkk", "release", "grant", asked["short"], ok=5)
        self.assertIn("withdrawn", late.err)
        self.assertEqual(self.waits(), [])
        wait_until("it is over where it was asked", lambda: not self.requests("tha-bkk"))
        self.assertFalse(self.knows("nzl-bkk", short))


if __name__ == "__main__":
    drill.main()
