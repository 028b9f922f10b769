#!/usr/bin/env python3
"""An alert of a mission that has left, with the real programs: an officer asks for an order, the RSO and the chair sign
the file, he withdraws, and nothing of the alert is left at its readers."""
import sys
from pathlib import Path

import drill
from drill import LIVE, say, wait_until

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "wire"))
from rilon_wire import files, schema  # noqa: E402

CANARY = "Tamarackledge"


class Orphaned(drill.Drill):
    def shows(self, profile):
        return CANARY in self.rilon(profile, "show", self.short, ok=None).out

    def withdraw(self, *words, ok=0):
        return self.rilon("aus-bkk", "withdraw", self.short, "--reason", "cleared", *words, ok=ok)

    def leave(self, node):
        draft = self.rows("rso-1", "admin", "revoke", node, "--reason", "the mission is closed")[0]
        self.rilon("chair-bkk", "admin", "approve", draft["id"][:8])

    def keeps_its_signatures(self, order):
        """Asked for once more it is not replaced; with other words under the signature nobody is asked to sign it."""
        text = order.read_text()
        done = self.withdraw("--ask-order", order, ok=5)
        self.assertIn("is there already and is not replaced", done.err)
        self.assertEqual(order.read_text(), text)
        draft = schema.parse(schema.Draft, files.dearmour("DRAFT", text))
        statement = schema.parse(schema.Statement, draft.statement)
        statement.withdraw_orphan.reason = "error"
        altered = LIVE / "altered"
        altered.write_text(files.armour("DRAFT", schema.encode(
            schema.Draft(statement=schema.encode(statement), authorisations=draft.authorisations))))
        before = altered.read_text()
        done = self.rilon("chair-bkk", "admin", "approve", altered, ok=8)
        self.assertIn("not signed: ", done.err)
        self.assertNotIn("You sign", done.err)
        self.assertEqual(altered.read_text(), before)

    def test_an_order_takes_it_back(self):
        self.unlock("aus-bkk", "nzl-bkk", "tha-bkk", "rso-1", "chair-bkk")
        self.wait_linked("aus-bkk", "nzl-bkk", "tha-bkk")
        self.short = self.say_alert("nzl-bkk", f"Gate 7, {CANARY}.")
        for reader in ("aus-bkk", "tha-bkk"):
            wait_until(f"{reader} reads it", lambda r=reader: self.shows(r))
        order = str(LIVE / "order")
        self.assertIn("only nzl-bkk's party", self.withdraw(ok=5).err)
        self.assertIn("is still in the network", self.withdraw("--ask-order", order, ok=5).err)
        self.leave("nzl-bkk")
        asked = wait_until("it has left, as the node of AUS sees it",
                           lambda: (done := self.withdraw("--ask-order", order, ok=None)).returncode == 0 and done)
        self.assertIn("waiting for one RSO officer and the chair", asked.err)
        self.withdraw("--order", str(LIVE / "no-such-file"), ok=3)
        self.assertIn("a RILON DRAFT is needed", self.withdraw("--order", str(LIVE / "network/network.rilon"), ok=2).err)
        self.assertIn("not signed by", self.withdraw("--order", order, ok=8).err)
        signed = self.rilon("rso-1", "admin", "approve", order)
        self.assertIn(f"You sign: withdraw {self.short} of nzl-bkk (NZL, BKK), which has left: cleared", signed.err)
        self.assertIn("waiting for the chair", signed.err)
        self.assertIn("waiting for the chair", self.rilon("rso-1", "admin", "approve", order).err)  # Once more.
        self.keeps_its_signatures(Path(order))
        self.assertIn("not signed by", self.withdraw("--order", order, ok=8).err)
        line = self.rows("chair-bkk", "admin", "approve", order)[0]
        self.assertEqual((line["kind"], line["waiting_for"], len(line["signed_by"])), ("draft", [], 2))
        other = self.rilon("aus-bkk", "withdraw", self.short, "--reason", "error", "--order", order, ok=2)
        self.assertIn("signed for the reason cleared", other.err)
        self.assertTrue(self.shows("tha-bkk"))
        done = self.withdraw("--order", order, "--wait", "held")
        self.assertIn("withdrawn, 1 of 1 have the withdrawal so far", done.out)
        told = [row for row in self.rows("aus-bkk", "show", self.short, "--receipts") if row["kind"] == "receipt"]
        self.assertEqual([(row["node"], row["level"], row["of"]) for row in told], [("tha-bkk", "stored", "withdrawal")])
        for reader in ("aus-bkk", "tha-bkk"):
            wait_until(f"it is gone at {reader}", lambda r=reader: self.rows(r, "show", self.short)[0]["withdrawn"])
            wait_until(f"and erased at {reader}", lambda r=reader: self.seized(r, CANARY) == 0)
        self.assertNotIn(self.short, self.rilon("rso-1", "admin", "pending").out)
        say(f"{self.short} of a mission that left: withdrawn and erased at both readers, every key tried")


if __name__ == "__main__":
    drill.main()
