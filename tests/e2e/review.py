#!/usr/bin/env python3
"""An author's node looks at its alerts again: what is due, and the word that one still holds."""
import json

import drill
from drill import say, wait_until
from release import POST


def changed(before, after):
    return {key for key in before | after if before.get(key) != after.get(key)}


class Review(drill.Drill):
    def setUp(self):
        super().setUp()
        self.unlock("aus-bkk", "tha-bkk")
        self.wait_linked("aus-bkk", "tha-bkk")

    def due(self, profile, within):
        return [row["short"] for row in self.rows(profile, "review", "--within", within)]

    def shown(self, profile, short):
        done = self.rilon(profile, "--json", "show", short, ok=None)
        return json.loads(done.out.splitlines()[0]) if done.returncode == 0 else {}

    def test_it_still_holds(self):
        short = json.loads(self.rilon("aus-bkk", "--json", *POST, "--wait", "held").out)["short"]
        wait_until("the host reads it", lambda: self.shown("tha-bkk", short))
        self.assertEqual(self.due("aus-bkk", "30d"), [])
        self.assertEqual(self.due("aus-bkk", "366d"), [short])  # Once, though it has two parts.
        self.assertEqual(self.due("tha-bkk", "366d"), [])       # Its author's business alone.
        before = self.shown("aus-bkk", short)
        look = self.rilon("aus-bkk", "review", short, "--to", "BKK", "--again", "1s", "--dry-run")
        self.assertIn("STILL HOLDS", look.out + look.err)
        self.assertEqual(self.due("aus-bkk", "30d"), [])  # Only looked at.
        self.rilon("aus-bkk", "review", short, "--to", "BKK", "--again", "1s")
        wait_until("it is due", lambda: "1 alert of your node to be looked at again: rilon review" in
                   self.rilon("aus-bkk", "inbox").err)
        self.assertEqual(self.due("aus-bkk", "0s"), [short])
        after = self.shown("aus-bkk", short)
        self.assertEqual(after["revision"], 2)
        self.assertEqual(changed(before, after) - {"received"}, {"revision", "content"})
        self.assertEqual(changed(before["content"], after["content"]), {"created", "review_by"})
        wait_until("the host has the revision", lambda: self.shown("tha-bkk", short).get("revision") == 2)
        self.nodes["aus-bkk"].stop()
        self.nodes["aus-bkk"].start()
        self.assertEqual(self.due("aus-bkk", "0s"), [short])  # From the store.
        self.rilon("aus-bkk", "review", short, "--to", "BKK")
        self.assertEqual(self.due("aus-bkk", "30d"), [])
        self.assertNotIn("looked at again", self.rilon("aus-bkk", "inbox").err)
        self.rilon("tha-bkk", "review", short, "--to", "BKK", ok=5)
        self.rilon("aus-bkk", "withdraw", short, "--reason", "error")
        self.assertEqual(self.due("aus-bkk", "366d"), [])
        self.rilon("aus-bkk", "review", short, ok=5)
        told = self.say_alert("aus-bkk", "The gate is open.")
        self.assertIn("ends by itself", self.rilon("aus-bkk", "review", told, ok=2).err)
        say("due, looked at, said to hold, due no more; over a restart, and without what is withdrawn")


if __name__ == "__main__":
    drill.main()
