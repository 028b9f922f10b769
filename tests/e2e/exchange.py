#!/usr/bin/env python3
"""Alerts in from a table, out to another system, and who was told of them, against running nodes."""
import csv
import json
import os
import subprocess
import sys

import drill
from drill import LIVE, RILON, say, wait_until

HEAD = "template,reference,name,nationality,issuer,doc,narrative,authority\n"


class Exchange(drill.Drill):
    def setUp(self):
        super().setUp()
        self.unlock("aus-bkk", "aus-bkk-admin", "nzl-bkk")
        self.wait_linked("aus-bkk", "nzl-bkk")

    def table(self, rows, name="table.csv"):
        path = LIVE / name
        path.write_text(HEAD + rows, encoding="utf-8")
        return path

    def import_json(self, path, *words, ok=0):
        done = self.rilon("aus-bkk", "--json", "import", "csv", path, "--to", "BKK", *words, ok=ok)
        return json.loads(done.out.splitlines()[-1])


class ImportCsv(Exchange):
    def test_once_and_again(self):
        hostile = "\u202e=cmd"
        rows = "".join(f"lost-stolen,L-{i},,,UTO,X{i:07},{hostile},\n" for i in range(30))
        bad = rows.replace("lost-stolen,L-15,", 'lost-stolen,"L-15,')  # Line 17.
        path = self.table(bad)
        before = self.status("aus-bkk")["alerts"]
        look = self.rilon("aus-bkk", "import", "csv", path, "--to", "BKK", "--dry-run", ok=2)
        self.assertIn("29 × lost-stolen, as line 2", look.out)
        self.assertIn("host THA: YES", look.out)
        self.assertIn("line 17: ", look.err)
        refused = subprocess.run([RILON, "--profile", "aus-bkk", "--no-input", "import", "csv", path, "--to", "BKK"],
                                 capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual((refused.returncode, "--yes" in refused.stderr), (2, True), refused.stderr)
        self.assertEqual(self.status("aus-bkk")["alerts"], before)  # A look posts nothing.
        first = self.import_json(path, ok=2)
        self.assertEqual((first["rows"], first["posted"], first["already"]), (30, 29, 0))
        self.assertEqual([one["line"] for one in first["rejected"]], [17])
        # The line is mended, one row is new: these two are posted and nothing else.
        again = self.import_json(self.table(rows + "lookout,W-1,\"ROE, JAN\",NZL,,,,A court\n"))
        self.assertEqual((again["posted"], again["already"], again["rejected"]), (2, 29, []))
        self.assertEqual(self.import_json(path)["posted"], 0)
        found = self.rilon("aus-bkk", "search", "--doc", "X0000003")
        self.assertNotIn("\x1b", found.out)
        self.assertNotIn("\u202e", found.out)
        # NZL's national: NZL does not read the lookout, and does read the documents.
        wait_until("documents arrive", lambda: "X0000003" in self.rilon("nzl-bkk", "search", "--doc", "X0000003").out)
        self.assertEqual(self.rilon("nzl-bkk", "search", "--name", "ROE JAN", ok=None).out, "")
        say("30 rows, one bad: 29 posted; again with it mended: 2 more, none twice")

    def test_policy_and_node(self):
        path = self.table("lost-stolen,L-1,,,UTO,X1,,\n")
        (LIVE / "home/policy.toml").write_text('[never_to]\nnodes = ["nzl-bkk"]\n')
        kept = self.import_json(path, ok=2)
        self.assertEqual((kept["posted"], [one["line"] for one in kept["rejected"]]), (0, [2]))
        self.assertEqual(self.import_json(path, "--exclude", "NZL")["posted"], 1)
        self.nodes["aus-bkk"].stop()
        self.rilon("aus-bkk", "import", "csv", path, "--to", "BKK", ok=7)


class Disclosures(Exchange):
    def test_who_was_told(self):
        self.import_json(self.table('lookout,W-1,"ROE, JAN",THA,,,,A court\nlost-stolen,L-2,,,UTO,X1234567,,\n'))
        wait_until("it arrives", lambda: self.rilon("nzl-bkk", "search", "--name", "ROE JAN", ok=None).out)
        theirs = json.loads(self.rilon("nzl-bkk", "--json", "search", "--name", "ROE JAN").out.splitlines()[0])
        self.rilon("nzl-bkk", "show", theirs["short"])
        ask = ("log", "disclosures", "--person", "-")
        person = "name ROE, JAN\n"

        def told(profile="aus-bkk-admin"):
            done = self.rilon(profile, "--json", *ask, text=person)
            return [json.loads(line) for line in done.out.splitlines()]

        def opened():
            return {r["node"]: r["level"] for one in told() for r in one["readers"]} == {"nzl-bkk": "opened"}
        wait_until("the opening is acknowledged", opened)  # And THA is no reader of its national's.
        self.assertEqual([one["here"] for one in told()], [[]])
        self.rilon("aus-bkk", "show", theirs["short"])
        self.assertEqual([row["action"] for row in told()[0]["here"]], ["open"])
        self.assertNotIn("here", told("aus-bkk")[0])  # The log is not an officer's.
        self.assertEqual([one["type"] for one in told()], ["lookout"])
        text = self.rilon("aus-bkk-admin", *ask, text=person)
        self.assertNotIn("ROE", text.out + text.err)
        by_id = self.rilon("aus-bkk-admin", "log", "disclosures", "--alert", theirs["short"])
        self.assertIn("nzl-bkk", by_id.out)
        # Not ours to say.
        self.rilon("nzl-bkk", "log", "disclosures", "--alert", theirs["short"], ok=5)
        self.assertEqual(self.rilon("nzl-bkk", *ask, text=person).out, "")
        self.rilon("aus-bkk", "log", "disclosures", "--person", "ROE, JAN", ok=2)
        self.rilon("aus-bkk", "log", "disclosures", ok=2)
        say("the reader, when it opened, who opened it here; nothing of others' alerts")


class Export(Exchange):
    def setUp(self):
        super().setUp()
        self.import_json(self.table("".join(f"lost-stolen,L-{i},,,UTO,X{i:07},=1+1,\n" for i in range(120))))
        self.red = self.say_alert("aus-bkk", "For you alone.", "--tlp", "RED")
        self.gone = self.say_alert("aus-bkk", "Not so.")
        wait_until("all arrive", lambda: self.status("nzl-bkk")["alerts"] >= 122)
        self.rilon("aus-bkk", "withdraw", self.gone, "--reason", "error")
        wait_until("it is withdrawn", lambda: "Not so" not in self.rilon("nzl-bkk", "inbox").out)

    def exported(self, profile):
        out, n = [], 0
        while page := self.rows(profile, "log", "--from", str(n)):
            out += [row["detail"] for row in page if row["action"] == "export"]
            n = page[-1]["n"] + 1
        return out

    def test_handling_is_respected(self):
        path = LIVE / "alerts.ndjson"
        done = self.rilon("nzl-bkk", "export", "--out", path)
        self.assertEqual((done.out, path.stat().st_mode & 0o777), ("", 0o600))
        self.assertIn("2 left out: 1 TLP RED, 1 withdrawn", done.err)
        rows = [json.loads(line) for line in drill.lines(path)]
        self.assertEqual(len({row["id"] for row in rows}), 120)  # More than a page; none twice.
        for row in rows:
            self.assertEqual((row["origin"], row["tlp"], row["caveats"], row["withdrawn"]),
                             ("aus-bkk", "AMBER", [], False))
        self.assertNotIn("For you alone", path.read_text())
        # Under --json the last line says it.
        last = json.loads(self.rilon("nzl-bkk", "--json", "export", "--include-restricted").out.splitlines()[-1])
        self.assertEqual((last["alerts"], last["left_out"]), (121, [{"why": "withdrawn", "alerts": 1}]))
        all_of_it = self.rilon("nzl-bkk", "export", "--include-restricted").out
        self.assertIn("For you alone", all_of_it)
        self.assertNotIn("Not so", all_of_it)

    def test_a_table_for_a_spreadsheet(self):
        path = LIVE / "alerts.csv"
        words = ("export", "--format", "csv", "--type", "lost-stolen", "--out", path)
        self.rilon("nzl-bkk", *words)
        with open(path, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file, strict=True))
        self.assertEqual(len(rows), 120)
        self.assertEqual({(row["tlp"], row["origin"], row["text"].split("\n")[0]) for row in rows},
                         {("AMBER", "aus-bkk", "'=1+1")})
        path.write_text("mine\n")
        kept = subprocess.run([RILON, "--profile", "nzl-bkk", *words], capture_output=True, text=True, timeout=60,
                              check=False)
        self.assertEqual((kept.returncode, path.read_text()), (5, "mine\n"), kept.stderr)
        self.rilon("nzl-bkk", *words)  # The drill's commands say --yes.
        self.assertEqual(path.read_bytes().count(b"\r\n"), 121)
        self.rilon("nzl-bkk", "export", "--format", "xls", ok=2)

    def bundle(self, profile, *words, ok=0):
        """Exported to a file, as a bundle, its objects by id."""
        path = LIVE / "alerts.stix.json"
        path.unlink(missing_ok=True)
        self.rilon(profile, "export", "--format", "stix", "--out", path, *words, ok=ok)
        objects = json.loads(path.read_text(encoding="utf-8"))["objects"]
        out = {one["id"]: one for one in objects}
        self.assertEqual(len(out), len(objects))
        return path, out

    def hold_against_schemas(self, path):
        done = subprocess.run([sys.executable,
                               os.path.join(os.path.dirname(__file__), "stix_schemas.py"), path],
                              capture_output=True, text=True, timeout=120, check=False)
        if "skipped" in done.stdout:
            self.skipTest(done.stdout.strip())
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        say(done.stdout.splitlines()[-1])

    @staticmethod
    def of_type(objects, kind):
        return [one for one in objects.values() if one["type"] == kind]

    def test_a_bundle_of_stix(self):
        path, first = self.bundle("nzl-bkk")
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        reports = self.of_type(first, "report")
        self.assertEqual(len(reports), 120)  # More than a page.
        self.assertEqual(len(self.of_type(first, "indicator")), 120)
        self.assertNotIn("For you alone", path.read_text())
        # A second export brings the same again, and a copy on stdout is the same text.
        _, again = self.bundle("nzl-bkk")
        self.assertEqual(again, first)
        printed = json.loads(self.rilon("nzl-bkk", "export", "--format", "stix").out)
        self.assertEqual({one["id"]: one for one in printed["objects"]}, first)
        # Another node of the network gives each alert the same id.
        _, others = self.bundle("aus-bkk", "--type", "lost-stolen")
        self.assertEqual({one["id"] for one in self.of_type(others, "report")}, {one["id"] for one in reports})
        # The mark that is for the persons addressed comes with the alert.
        _, restricted = self.bundle("nzl-bkk", "--include-restricted", "--type", "bulletin")
        red, = self.of_type(restricted, "report")
        self.assertEqual([restricted[ref]["name"] for ref in red["object_marking_refs"]], ["TLP:RED"])
        self.assertEqual(red["description"], "For you alone.")
        self.rilon("nzl-bkk", "--json", "export", "--format", "stix", ok=2)
        last = self.rows("nzl-bkk", "export", "--format", "stix", "--out", path)[-1]
        self.assertEqual((last["kind"], last["alerts"]), ("exported", 120))
        self.hold_against_schemas(path)

    def test_what_others_say_goes_into_the_bundle(self):
        self.import_json(self.table('lookout,W-1,"ROE, JAN",THA,,,,A court\n'))
        wait_until("it arrives", lambda: self.rilon("nzl-bkk", "search", "--name", "ROE JAN", ok=None).out)
        alert = json.loads(self.rilon("nzl-bkk", "--json", "search", "--name", "ROE JAN").out.splitlines()[0])["short"]
        _, before = self.bundle("aus-bkk", "--type", "lookout")
        self.rilon("nzl-bkk", "hit", alert, "--what", "person", "--country", "NZL", "--outcome", "refused entry")
        self.rilon("nzl-bkk", "dispute", alert, "--reason", "wrong-person", "\u202ehe was here")
        wait_until("both arrive", lambda: "DISPUTED" in self.rilon("aus-bkk", "show", alert).out and
                   "refused entry" in self.rilon("aus-bkk", "show", alert).out)
        path, after = self.bundle("aus-bkk", "--type", "lookout")
        person, = [one for one in self.of_type(after, "identity") if one["identity_class"] == "individual"]
        hit, = self.of_type(after, "sighting")
        self.assertEqual((person["name"], hit["sighting_of_ref"]), ("ROE, JAN", person["id"]))
        self.assertEqual({after[ref]["name"] for ref in hit["where_sighted_refs"]}, {"nzl-bkk", "New Zealand"})
        self.assertEqual([one["opinion"] for one in self.of_type(after, "opinion")], ["strongly-disagree"])
        self.assertEqual({name: after[name] for name in before}, before)  # What the author said is as it was.
        # His party's last word takes the place of the one before.
        self.rilon("nzl-bkk", "dispute", alert, "--reason", "settled")
        wait_until("it is settled", lambda: "was disputed" in self.rilon("aus-bkk", "show", alert).out)
        _, settled = self.bundle("aus-bkk", "--type", "lookout")
        self.assertEqual(set(settled), set(after))
        self.assertEqual([one["opinion"] for one in self.of_type(settled, "opinion")], ["neutral"])
        self.hold_against_schemas(path)

    def test_each_alert_is_in_the_log(self):
        self.rilon("aus-bkk", "export", "--type", "bulletin", "--include-restricted")
        logged = self.exported("aus-bkk-admin")
        self.assertEqual([detail.split(" ")[1:] for detail in logged], [["restricted"]])
        told = self.rows("aus-bkk-admin", "log", "disclosures", "--alert", self.red)[0]
        self.assertEqual([row["action"] for row in told["here"]], ["export"])
        self.rilon("aus-bkk", "export", "--type", "lost-stolen", "--since", "1d")
        self.assertEqual(len(self.exported("aus-bkk-admin")), 121)


if __name__ == "__main__":
    drill.main()
