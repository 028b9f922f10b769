#!/usr/bin/env python3
"""Fewer readers for an alert, with the real programs: who is dropped keeps nothing of it, all keys tried; who stays
reads on, over a restart and a correction; the author sees who has not erased it."""
import json

import drill
from drill import LIVE, say, wait_until

CANARY = "Quillonbeacon"


class Narrowed(drill.Drill):
    def setUp(self):
        super().setUp()
        self.unlock("aus-bkk", "nzl-bkk", "tha-bkk")
        self.wait_linked("aus-bkk", "nzl-bkk", "tha-bkk")
        self.short = self.say_alert("aus-bkk", f"Gate 7, {CANARY}.")
        for reader in ("nzl-bkk", "tha-bkk"):
            wait_until(f"{reader} reads it", lambda r=reader: self.shows(r))

    def shows(self, profile):
        return CANARY in self.rilon(profile, "show", self.short, ok=None).out

    def row(self, profile):
        return self.rows(profile, "show", self.short)[0]

    def removals(self, profile):
        events = map(json.loads, self.rilon(profile, "feed", "--from", "start", "--once").out.splitlines())
        return [event["data"]["reason"] for event in events if event["type"] == "rilon.alert.removed.v1"]

    def narrowed(self):
        return {row["node"]: row for row in self.rows("aus-bkk", "show", self.short, "--receipts")
                if row["kind"] == "receipt" and "dropped" in row}

    def test_who_is_dropped_keeps_nothing(self):
        self.assertEqual(self.seized("nzl-bkk", CANARY), 1)  # It finds it where it must be.
        self.wait_linked("aus-bkk", "nzl-bkk", "tha-bkk")
        look = self.rilon("aus-bkk", "narrow", self.short, "--exclude", "NZL", "--dry-run")
        self.assertIn(f"NARROW {self.short}", look.out)
        self.assertIn("stay:      tha-bkk", look.out)
        self.assertIn("no longer: nzl-bkk (you said so)", look.out)
        self.assertTrue(self.shows("nzl-bkk"))  # Nothing was posted.
        done = self.rows("aus-bkk", "narrow", self.short, "--exclude", "NZL", "--wait", "held")[0]
        self.assertEqual([(part["readers"], [one["node"] for one in part["dropped"]]) for part in done["parts"]],
                         [(["tha-bkk"], ["nzl-bkk"])])
        wait_until("it is gone at NZL", lambda: self.row("nzl-bkk")["withdrawn"])
        self.assertEqual(self.row("nzl-bkk")["withdraw_reason"], "narrowed")
        wait_until("all have erased the revision of before",
                   lambda: {one["level"] for one in self.narrowed().values()} == {"redacted"})
        self.assertEqual({name: one["dropped"] for name, one in self.narrowed().items()},
                         {"nzl-bkk": True, "tha-bkk": False})
        self.assertEqual(self.seized("nzl-bkk", CANARY), 0)
        self.wait_linked("aus-bkk", "nzl-bkk", "tha-bkk")
        self.assertTrue(self.row("nzl-bkk")["withdrawn"])
        wait_until("the host reads revision 2", lambda: self.row("tha-bkk")["revision"] == 2)
        self.assertTrue(self.shows("tha-bkk"))
        self.assertTrue(self.row("tha-bkk")["narrowed"])
        self.assertEqual(self.removals("nzl-bkk"), ["narrowed"])
        self.assertEqual(self.removals("tha-bkk"), [])
        # A correction goes to those who stay, without a word of who they are; NZL gets nothing of it.
        text = LIVE / "correction.toml"
        text.write_text(f'template = "bulletin"\ntitle = "Gate"\n[bulletin]\ntext = "{CANARY} again"\n',
                        encoding="utf-8")
        self.rilon("aus-bkk", "update", self.short, "-f", str(text), "--wait", "held")
        wait_until("the host reads revision 3", lambda: self.row("tha-bkk")["revision"] == 3)
        refused = self.rilon("aus-bkk", "update", self.short, "-f", str(text), "--to", "BKK", ok=2)
        self.assertIn("was narrowed", refused.err)
        self.assertEqual(self.seized("nzl-bkk", CANARY), 0)
        say(f"{self.short}: erased at nzl-bkk, every key tried; tha-bkk reads revision 3")

    def test_who_is_away_is_named(self):
        self.nodes["nzl-bkk"].stop()
        self.rilon("aus-bkk", "narrow", self.short, "--only", "tha-bkk", "--wait", "held")
        wait_until("the host has erased it", lambda: self.narrowed()["tha-bkk"]["level"] == "redacted")
        self.assertEqual(self.narrowed()["nzl-bkk"]["level"], "none")
        self.assertIn("reads it no longer, has NOT erased revision 1",
                      self.rilon("aus-bkk", "show", self.short, "--receipts").out)
        self.nodes["nzl-bkk"].start()
        wait_until("it has erased it too", lambda: self.narrowed()["nzl-bkk"]["level"] == "redacted")
        self.assertFalse(self.shows("nzl-bkk"))

    def test_refusals_name_the_remedy(self):
        def refused(*words, ok):
            return self.rilon("aus-bkk", "narrow", self.short, *words, ok=ok).err
        self.assertIn("--exclude PARTY", refused(ok=2))
        self.assertIn("nobody of it reads", refused("--exclude", "ITA", ok=2))
        self.assertIn("there is no node", refused("--only", "nobody", ok=3))
        self.assertIn("nobody would be dropped", refused("--only", "nzl-bkk,tha-bkk", ok=2))
        self.assertIn("rilon withdraw", refused("--exclude", "NZL", "--except-host", ok=5))
        self.assertIn("aus-bkk's party", self.rilon("nzl-bkk", "narrow", self.short, "--except-host", ok=5).err)
        self.rilon("aus-bkk", "withdraw", self.short, "--reason", "error")
        self.assertIn("withdrawn already", refused("--except-host", ok=5))


if __name__ == "__main__":
    drill.main()
