#!/usr/bin/env python3
"""What persons hand each other as files, damaged, altered, forged or in another's place: each is refused with the
reason and the remedy, nothing is signed or replaced, and nothing in it moves a cursor."""
import os
import sys
from pathlib import Path

import drill
from drill import LIVE, say

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "wire"))
from rilon_wire import files, schema  # noqa: E402

HOSTILE = "gone\x1b[2J\x1b]0;x\x07\u202e"
REQUESTS = LIVE / "requests"


class Papers(drill.Drill):
    NODES = ("rso", "aus-bkk")

    def setUp(self):
        super().setUp()
        self.paper = LIVE / "paper"

    def refused(self, code, reason, profile, *words):
        """By this exit code and for this reason, with a remedy; nobody was asked to sign it."""
        done = self.rilon(profile, *words, ok=code)
        self.assertIn(reason, done.err)
        self.assertIn("\n  → ", done.err)
        self.assertNotIn("You sign", done.err)
        for unseen in "\x1b", "\x07", "\u202e":
            self.assertNotIn(unseen, done.out + done.err)
        return done.err

    def hand_over(self, kind, content):
        self.paper.write_text(content if isinstance(content, str) else files.armour(kind, content))
        return self.paper

    def draft(self):
        """One that a node has begun, for persons to sign."""
        draft = LIVE / "aus.draft"
        self.rilon("aus-bkk-admin", "identity", "rotate", "--transport", "--out", draft)
        return draft

    def damaged(self, kind, text):
        """The same file as mail and disks spoil it."""
        data = files.dearmour(kind, text)
        yield "", "it does not begin with"
        yield os.urandom(300).hex(), "it does not begin with"
        yield text[:70], "the END line is missing"
        yield text[:-3], "copy the file again"
        yield text.replace("\n", "\n\n", 2), "copy the file again"
        yield text[:80] + "\x1b[2J" + text[80:], "the base64 text is damaged"
        yield text.replace(kind, "GRANT"), "this is a RILON GRANT"
        yield files.armour(kind, data[:len(data) // 2]), ""
        yield files.armour(kind, b"\xff" * 300), ""

    def test_a_draft_that_is_none(self):
        self.unlock("aus-bkk-admin", "rso-1")
        text = self.draft().read_text()
        for spoiled, reason in self.damaged("DRAFT", text):
            self.refused(2, reason, "rso-1", "admin", "approve", self.hand_over("DRAFT", spoiled))
        with open(self.paper, "wb") as big:
            big.truncate(50_000_000)
        self.refused(2, "is longer than any RILON file", "rso-1", "admin", "approve", self.paper)
        self.refused(2, "this is a RILON NETWORK FILE", "rso-1", "admin", "approve", LIVE / "network/network.rilon")
        (LIVE / "folder").mkdir()
        os.mkfifo(LIVE / "pipe")
        for name in LIVE / "folder", LIVE / "pipe", LIVE / "nowhere", "nowhere" + HOSTILE:
            self.refused(3, "is neither a file nor the id of a draft", "rso-1", "admin", "approve", name)
        self.refused(3, "no draft 01234567 is pending", "rso-1", "admin", "approve", "01234567")
        self.refused(2, "at least four digits", "rso-1", "admin", "approve", "0")
        self.assertEqual(self.rows("rso-1", "admin", "pending"), [])

    def test_a_draft_that_was_made_up(self):
        self.unlock("aus-bkk-admin", "chair-bkk")
        sent = schema.parse(schema.Draft, files.dearmour("DRAFT", self.draft().read_text()))
        statement = schema.parse(schema.Statement, sent.statement)

        def approve(code, reason, authorisations=b"", **changes):
            altered = schema.Statement()
            altered.CopyFrom(statement)
            for name, value in changes.items():
                field = getattr(altered, name)
                if hasattr(field, "CopyFrom"):
                    field.CopyFrom(value)
                else:
                    setattr(altered, name, value)
            made = schema.Draft(statement=schema.encode(altered), authorisations=authorisations)
            self.refused(code, reason, "chair-bkk", "admin", "approve", self.hand_over("DRAFT", schema.encode(made)))

        node = statement.replace_key.node_id
        approve(2, "the draft expired", expires_ms=1000)
        approve(8, "drafted against a record that is not there yet", base=statement.base + 9)
        approve(2, "no node has the id", suspend=schema.Suspend(node_id=bytes(16), reason="x"))
        approve(2, "the reason holds a control or direction character",
                suspend=schema.Suspend(node_id=node, reason=HOSTILE))
        approve(8, "signed with a key nobody in force has", authorisations=b"\x01" * 80)
        approve(2, "authorisations of a broken length", authorisations=b"\x01" * 79)

    def test_words_that_make_no_statement(self):
        self.unlock("rso-1")
        for code, reason, *words in (
                (2, "the reason holds a control", "suspend", "aus-bkk", "--reason", HOSTILE),
                (2, "the reason is longer than", "revoke", "aus-bkk", "--reason", "x" * 5000),
                (3, "there is no node", "suspend", HOSTILE, "--reason", "x"),
                (2, "name holds a control", "change", "BKK", "--name", HOSTILE),
                (2, "a party code that is not", "party", "add", HOSTILE, "--administrator", REQUESTS / "admin-nzl"),
                (2, "a party's name holds", "party", "add", "FRA", "--name", HOSTILE, "--administrator",
                 REQUESTS / "admin-nzl"),
                (3, "is not suspended", "confirm", "aus-bkk"), (3, "is not suspended", "reinstate", "aus-bkk"),
                (2, "this is a RILON PERSON REQUEST", "admit", REQUESTS / "admin-nzl"),
                (3, "can't be read", "admit", LIVE / "nowhere")):
            self.refused(code, reason, "rso-1", "admin", *words)
        self.assertEqual(self.rows("rso-1", "admin", "pending"), [])

    def test_an_officers_request_that_is_none(self):
        self.unlock("aus-bkk", "aus-bkk-admin")
        text = (REQUESTS / "nzl-bkk").read_text()

        def certify(code, reason, content, *words, by="aus-bkk-admin"):
            self.refused(code, reason, by, "officer", "certify", self.hand_over("OFFICER REQUEST", content), *words)

        for spoiled, reason in self.damaged("OFFICER REQUEST", text):
            certify(2, reason, spoiled)
        data = files.dearmour("OFFICER REQUEST", text)
        certify(2, "a display sign holds a control", data.replace(b"LO-NZL", b"LO\x1b[2J"))
        certify(8, "proof of possession", data.replace(b"LO-NZL", b"LO-XYZ"))
        certify(2, "a role is viewer", data, "--role", HOSTILE)
        certify(5, "may not do this here", data, by="aus-bkk")
        signs = [row["display_sign"] for row in self.rows("aus-bkk-admin", "officer", "list")]
        self.assertEqual(len(signs), 2, signs)  # As founded: nobody was taken in.

    def test_no_file_is_replaced(self):
        self.unlock("aus-bkk-admin", "rso-1")
        psk = LIVE / "network/psk"
        paper = self.hand_over("DRAFT", "Bears signatures.\n")
        link = LIVE / "link"
        link.symlink_to(paper)
        for there in psk, paper, link, LIVE / "home":
            before = there.read_bytes() if there.is_file() else None
            for profile, *words in (("rso-1", "admin", "grant", "aus-bkk", "--psk", psk, "--out", there),
                                    ("rso-1", "admin", "directory", "--out", there),
                                    ("aus-bkk-admin", "identity", "rotate", "--signing", "--out", there)):
                self.refused(5, "is there already and is not replaced", profile, *words)
            self.assertTrue(before is None or there.read_bytes() == before, there)
        self.assertNotIn("is being replaced", self.rilon("aus-bkk-admin", "status").out)  # Nothing was begun.
        self.rilon("rso-1", "admin", "directory", "--out", LIVE / "new.rilon")
        self.refused(3, "can't be written", "rso-1", "admin", "directory", "--out", LIVE / "nowhere/file")
        say("a network's only pre-shared key, signed drafts, links: nothing was replaced")


if __name__ == "__main__":
    drill.main()
