#!/usr/bin/env python3
"""The command line's surroundings against running nodes: JSON by its schemas, the policy, doctor, completion."""
import fcntl
import datetime
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import termios
import time

import attachments
import drill
from drill import LIVE, PASSPHRASE, RILON, lines, say, wait_until

ZONE = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10\n"
UN_LIST = """<?xml version="1.0" encoding="UTF-8"?>
<CONSOLIDATED_LIST dateGenerated="2026-02-27T00:00:00.000Z"><INDIVIDUALS><INDIVIDUAL><DATAID>1</DATAID>
<VERSIONNUM>1</VERSIONNUM><FIRST_NAME>INVENTED</FIRST_NAME><SECOND_NAME>PERSON</SECOND_NAME>
<UN_LIST_TYPE>DRC</UN_LIST_TYPE><REFERENCE_NUMBER>CDi.001</REFERENCE_NUMBER><LISTED_ON>2012-12-31</LISTED_ON>
</INDIVIDUAL></INDIVIDUALS></CONSOLIDATED_LIST>
"""
HOME = LIVE / "home"


class Officer(drill.Drill):
    def restart(self, node):
        self.nodes[node].stop()
        self.nodes[node].start()


class JsonSchemas(Officer):
    """Every command that prints JSON, each line of it by its schema; every schema by some line."""

    def setUp(self):
        super().setUp()
        self.seen = []

    def rilon(self, profile, *words, ok=0, text=None):
        done = super().rilon(profile, *words, ok=ok, text=text)
        if "--json" in words or "feed" in words:
            # With --json nothing else is on stderr but an error and what even --quiet shows.
            self.seen += done.out.splitlines()
            self.seen += [line for line in done.err.splitlines() if line.startswith("{")]
        return done

    def json(self, profile, *words, ok=0, text=None):
        return self.rilon(profile, "--json", *words, ok=ok, text=text)

    def test_every_line_has_its_schema(self):
        self.unlock("aus-bkk", "aus-bkk-admin", "nzl-bkk", "rso-1", "rso-2")
        self.wait_linked("aus-bkk", "nzl-bkk")
        self.without_a_node()
        self.posting()
        self.reading()
        self.doctor()
        self.of_the_network()
        self.of_the_node()
        found = LIVE / "json-lines"
        found.write_text("".join(line + "\n" for line in self.seen))
        done = subprocess.run([sys.executable,
                               os.path.join(os.path.dirname(__file__), "json_schemas.py"), "--all", found],
                              capture_output=True, text=True, timeout=120, check=False)
        if "skipped" in done.stdout:
            self.skipTest(done.stdout.strip())
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        say(done.stdout.splitlines()[-1])

    def without_a_node(self):
        listed = self.rilon("aus-bkk", "help", "json").out.replace(",", " ").split()
        schemas = drill.Path(__file__).parents[2] / "docs/schemas"
        for kind in (path.name.split(".")[0] for path in schemas.glob("*.schema.json")):
            self.assertTrue(kind in listed or kind in ("common", "error", "event"), kind)
        self.json("aus-bkk", "mrz", "-", text=ZONE)
        self.json("aus-bkk", "mrz", "-", ok=10, text=ZONE.replace("C36", "C35"))
        self.json("aus-bkk", "mrz", "-", ok=2, text="no zone\n")
        self.json("aus-bkk", "compare", "Siti binti Ali", "Siti Ali")
        self.json("aus-bkk", "identity", "show")
        self.json("aus-bkk", "notify", "add", "exec", "/bin/true")
        self.json("aus-bkk", "notify", "test")
        where = LIVE / "founding"
        where.mkdir()
        ports = [f"tcp://127.0.0.1:{port}" for port in (17401, 17402, 17403)]  # Written down, never opened.
        self.json("x", "setup", "coordinator", "--config-dir", where / "rso", "--name", "rso", "--listen", ports[0],
                  "--live", ports[1], "--control", ports[2])
        for person in "one", "two":
            self.rilon(person, "--passphrase-file", PASSPHRASE, "setup", "person", "rso", "--name", person)
        self.json("x", "--passphrase-file", PASSPHRASE, "admin", "ceremony", "--name", "Test", "--coordinator",
                  where / "rso/request", "--out", where / "net", "--person", HOME / "one.key", "--person",
                  HOME / "two.key")
        self.json("x", "setup", "node", "--config-dir", where / "new", "--network", where / "net/network.rilon",
                  "--name", "new-bkk", "--party", "NZL", "--rilon", "BKK")

    def posting(self):
        zone = ["post", "-t", "counterfeit-document", "--mrz", "-", "--holder", "no", "--might-be", "FRA",
                "--country", "THA", "--where", "BKK", "--to", "BKK", "--narrative", "By the gate."]
        self.json("aus-bkk", *zone, "--dry-run", "--except-host", text=ZONE)
        self.alert = self.rows_of(self.json("aus-bkk", *zone, "--flight", "TG475", "--wait", "held", text=ZONE))
        self.json("aus-bkk", "audience", "preview", "BKK", "--exclude", "NZL")
        self.said = self.rows_of(self.json("aus-bkk", "say", "The gate is closed.", "--to", "BKK", "--urgent"))
        wait_until("the alert arrives", lambda: self.knows("nzl-bkk", self.alert) and self.knows("nzl-bkk", self.said))
        self.json("nzl-bkk", "confirm", self.alert, "--what", "document", "--country", "THA", "--outcome", "seen")
        self.remarks()
        self.picture()
        draft = LIVE / "new.toml"
        draft.write_text('template = "bulletin"\ntitle = "Gate"\n[bulletin]\ntext = "The gate is open."\n')
        self.json("aus-bkk", "update", self.said, "-f", draft, "--to", "BKK")
        gone = self.rows_of(self.json("aus-bkk", "say", "Not so.", "--to", "BKK"))
        self.json("aus-bkk", "withdraw", gone, "--reason", "error")
        person = ["--name", "ROE, JAN", "--dob", "1986-05-??", "--nationality", "FRA", "--native-name", "Ян"]
        for kind in (["refusal", "--ground", "false-document", *person], ["facilitator", "--contact", "A name"],
                     ["lost-stolen", "--issuer", "UTO", "--doc", "X1234567"],
                     ["visa-cancellation", *person], ["boarding-pass-swap", *person]):
            self.json("aus-bkk", "post", "-t", *kind, "--country", "THA", "--to", "BKK")
        for kind in (["support-fraud", "--paper", "bank", "--issued-by", "A bank"],
                     ["modus-operandi", "--step", "Two meet.", "--indicator", "No luggage", "--countermeasure", "Ask"],
                     ["trafficking-indicator", "--indicator", "debt-bondage", "--exploitation", "forced-labour"]):
            self.json("aus-bkk", "post", "-t", *kind, "--country", "THA", "--to", "BKK", ok=None)
        asked = self.rows_of(self.json("aus-bkk", "request", "Seen?", "--to", "BKK", "--due",
                                         str(datetime.date.today() + datetime.timedelta(30))))
        wait_until("the request arrives", lambda: self.knows("nzl-bkk", asked))
        answer = self.rows_of(self.json("nzl-bkk", "reply", asked, "Twice."))
        wait_until("the reply arrives", lambda: self.knows("aus-bkk", answer))
        listed = LIVE / "list.xml"
        listed.write_text(UN_LIST)
        self.rilon("aus-bkk", "import", "un-list", listed, "--to", "BKK")
        table = LIVE / "table.csv"
        table.write_text("reference,issuer,doc\nL-1,UTO,X7654321\nL-2,QQQ,X7654322\n")
        self.json("aus-bkk", "import", "csv", table, "-t", "lost-stolen", "--to", "BKK", "--dry-run", ok=2)
        self.json("aus-bkk", "import", "csv", table, "-t", "lost-stolen", "--to", "BKK", ok=2)
        self.json("aus-bkk", "history", "nzl-bkk", "--since", "1d", "--dry-run")
        self.json("aus-bkk", "history", "nzl-bkk", "--since", "1d")
        self.gone = gone
        self.json("aus-bkk", "say", "Hello", "--to", "NOWHERE", ok=3)
        self.release(person)

    def picture(self):
        (LIVE / "stamp.png").write_bytes(attachments.png(40, 30))
        shown = self.rows_of(self.json("aus-bkk", "say", "A stamp.", "--to", "BKK", "--attach", LIVE / "stamp.png",
                                         "--caption", "page 7"))
        self.json("aus-bkk", "show", shown)
        self.json("aus-bkk", "save", shown, LIVE / "saved.png")

    def release(self, person):
        """Asked for by one officer, listed and approved by another; once more, and declined."""
        ask = ["post", "-t", "impostor", "--issuer", "FRA", "--doc", "X1", *person, "--country", "THA", "--to", "BKK",
               "--protection", "NONE"]
        self.json("aus-bkk", *ask, ok=2)
        for word in ("approve", "decline"):
            asked = self.rows_of(self.json("aus-bkk", *ask, "--release-reason", "asked for"))
            self.json("aus-bkk-admin", "release")
            self.json("aus-bkk-admin", "release", word, asked, "--dry-run")
            self.json("aus-bkk-admin", "release", word, asked)
            self.json("aus-bkk", "show", asked, "--history")
        self.onward()

    def onward(self):
        """Asked for by a reader; granted once, refused once."""
        def asked():
            return next((one for one in self.rows("aus-bkk", "release")
                         if one["kind"] == "onward" and one["state"] == "waits"), None)
        short = self.rows_of(self.json("aus-bkk", "say", "For some.", "--to", "BKK", "--only", "nzl-bkk"))
        wait_until("it arrives", lambda: self.knows("nzl-bkk", short))
        for word, whom in (("grant", ("--to", "THA")), ("refuse", ("--outside", "the police"))):
            self.json("nzl-bkk", "release", "request", short, *whom, "they ask", "--dry-run")
            self.json("nzl-bkk", "release", "request", short, *whom, "they ask")
            request = wait_until("the author is asked", asked)["short"]
            self.json("aus-bkk", "release")
            self.json("aus-bkk", "release", word, request, "a note", "--dry-run")
            self.json("aus-bkk", "release", word, request, "a note")
            wait_until("it is answered", lambda: "waits" not in
                       [one.get("state") for one in self.rows("nzl-bkk", "release")])
            self.json("nzl-bkk", "release")
            self.json("nzl-bkk", "show", short)

    def remarks(self):
        """Said, settled and said again: what the author sees of it."""
        def seen(what, disputed):
            wait_until(what, lambda: self.shown("aus-bkk", what) and
                       self.rows("aus-bkk", "show", self.alert)[0]["disputed"] == disputed)
        self.json("nzl-bkk", "dispute", self.alert, "--reason", "settled", ok=5)
        self.json("nzl-bkk", "dispute", self.alert, "--reason", "genuine-document", "-", text="The embassy holds it.\n")
        seen("genuine-document", True)
        self.assertIn("DISPUTED", self.rilon("aus-bkk", "inbox").out)
        self.json("nzl-bkk", "dispute", self.alert, "--reason", "settled")
        seen("settled", False)
        self.assertNotIn("DISPUTED", self.rilon("aus-bkk", "inbox").out)
        self.json("nzl-bkk", "dispute", self.alert, "--reason", "doubtful")
        seen("doubtful", True)
        self.json("nzl-bkk", "hit", self.alert, "--what", "document", "--when", "2h", "--where", "KUL", "--outcome", "-",
                  text="refused entry\n")
        seen("refused entry", True)
        self.json("aus-bkk", "dispute", self.alert, "--reason", "doubtful", ok=5)
        self.json("aus-bkk", "hit", self.alert, "--outcome", "refused entry", ok=5)
        self.json("nzl-bkk", "hit", self.said, "--outcome", "refused entry", ok=5)  # A bulletin names nobody.

    def shown(self, profile, what):
        return what in self.rilon(profile, "--json", "show", self.alert).out

    @staticmethod
    def rows_of(done):
        return drill.json.loads(done.out.splitlines()[0])["short"]

    def reading(self):
        self.json("nzl-bkk", "inbox")
        for row in self.rows("aus-bkk", "inbox"):
            self.json("aus-bkk", "show", row["short"])
        for short in self.alert, self.said, self.gone:
            wait_until("it arrives", lambda s=short: self.knows("nzl-bkk", s))
            self.json("nzl-bkk", "show", short, "--history", "--evidence")
        self.json("aus-bkk", "show", self.alert, "--receipts", "--evidence")
        self.json("nzl-bkk", "search", "--doc", "L898902C3")
        self.json("nzl-bkk", "screen", "--mrz", "-", ok=11, text=ZONE)
        cases = LIVE / "cases.csv"
        cases.write_text("reference,doc,name\nA-1,L898902C3,\nA-2,,ERIKSSON ANNA\nA-3,,\n")
        self.json("nzl-bkk", "screen", "--batch", cases, "--keep", "90d", ok=11)
        self.json("nzl-bkk", "screen", "--kept")
        self.json("nzl-bkk", "export")
        self.json("nzl-bkk", "export", "--format", "csv", "--include-restricted", "--out", LIVE / "alerts.csv")
        for profile in "nzl-bkk", "aus-bkk":
            self.rilon(profile, "feed", "--from", "start", "--once")

    def of_the_network(self):
        self.json("aus-bkk", "audience", "list")
        self.json("aus-bkk", "audience", "show", "BKK")
        self.json("aus-bkk", "status")
        self.json("rso-1", "status")
        self.json("rso-1", "admin", "directory")
        # What two missions read to each other.
        words = [self.json(who, "identity", "verify", "nzl-bkk").out for who in ("aus-bkk", "nzl-bkk", "rso-1")]
        self.assertEqual(len(set(words)), 1, words)
        self.assertNotEqual(self.json("aus-bkk", "identity", "verify", "aus-bkk").out, words[0])
        self.json("aus-bkk", "identity", "verify", "nzl-kbb", ok=3)
        draft = drill.json.loads(self.json("rso-1", "admin", "revoke", "nzl-bkk", "--reason", "x").out.splitlines()[0])
        self.json("rso-2", "admin", "pending")
        self.json("rso-2", "admin", "approve", draft["id"][:8])
        self.json("rso-1", "admin", "suspend", "nzl-bkk", "--reason", "x")

    def of_the_node(self):
        self.json("aus-bkk-admin", "log")
        self.json("aus-bkk-admin", "log", "disclosures", "--alert", self.alert)
        self.json("aus-bkk", "log", "disclosures", "--person", "-", text="doc L898902C3\n")
        self.json("aus-bkk-admin", "officer", "list")
        request = LIVE / "new-officer"
        self.rilon("new", "--passphrase-file", PASSPHRASE, "setup", "officer", "--name", "New", "--display-sign",
                   "LO-9", "--connection", LIVE / "nodes/aus-bkk/connection.toml", "--out", request)
        self.json("aus-bkk-admin", "officer", "certify", request, "--role", "viewer")
        self.json("aus-bkk-admin", "identity", "rotate", "--encryption")
        config, copy = LIVE / "nodes/aus-bkk", LIVE / "backup"
        self.json("x", "backup", copy, "--config-dir", config)
        self.nodes["aus-bkk"].stop()
        shutil.rmtree(config / "data")
        self.json("x", "restore", copy, "--config-dir", config)

    def doctor(self):
        bundle = LIVE / "bundle"
        self.json("nzl-bkk", "doctor", "--bundle", bundle, ok=None)
        self.json("nobody", "doctor", ok=1)
        self.seen += lines(bundle)


class Policy(Officer):
    def write(self, text):
        (HOME / "policy.toml").write_text(text)

    def refused(self, *words, exit_code=5):
        done = self.rilon("aus-bkk", "--json", *words, ok=exit_code)
        self.assertEqual(done.out, "")
        return drill.json.loads(done.err.splitlines()[-1])

    def test_a_reader_of_never_to_is_refused_before_anything_is_signed(self):
        self.unlock("aus-bkk", "nzl-bkk")
        self.wait_linked("aus-bkk")
        short = self.say_alert("aus-bkk", "Before the policy.")
        before = self.status("aus-bkk")["published"]
        self.write('[never_to]\nparties = ["NZL"]\n')
        error = self.refused("say", "Hello", "--to", "BKK")
        self.assertIn("party NZL would read this", error["message"])
        self.assertIn("--exclude NZL", error["remedy"])
        self.refused("say", "Hello", "--to", "BKK", "--dry-run")
        self.refused("history", "nzl-bkk")
        self.write('[never_to]\nnodes = ["nzl-bkk"]\n')
        self.assertIn("node nzl-bkk", self.refused("say", "Hello", "--to", "BKK")["message"])
        self.write('[never_to]\naudiences = ["BKK"]\n')
        self.assertIn("audience BKK", self.refused("say", "Hello", "--to", "BKK", "--exclude", "NZL")["message"])
        self.write('[never_to]\npartys = ["NZL"]\n')
        error = self.refused("say", "Hello", "--to", "BKK", exit_code=2)
        self.assertIn('policy.toml:2:1: unknown key "never_to.partys"; did you mean "never_to.parties"?',
                      error["message"])
        self.assertEqual(self.status("aus-bkk")["published"], before)  # Nothing of all this left.
        self.write('[never_to]\nparties = ["NZL"]\n')
        self.say_alert("aus-bkk", "To the host alone.", "--exclude", "NZL")
        # What they have already must still be taken back.
        self.rilon("aus-bkk", "withdraw", short, "--reason", "error")
        wait_until("the withdrawal arrives", lambda: '"withdrawn":true' in
                   self.rilon("nzl-bkk", "--json", "show", short, ok=None).out)
        say("never_to by party, node, audience: refused unsigned; without its reader posted; a withdrawal reaches all")

    def test_the_legal_basis_is_filled_in_where_there_is_none(self):
        self.unlock("aus-bkk")
        self.write('legal_basis = "Border Act, s. 7"\n')
        short = self.say_alert("aus-bkk", "By the mission's basis.")
        self.assertEqual(self.rows("aus-bkk", "show", short)[0]["content"]["legal_basis"], "Border Act, s. 7")
        draft = LIVE / "own.toml"
        draft.write_text('template = "bulletin"\ntitle = "Gate"\nlegal_basis = "Own Act"\n[bulletin]\ntext = "Hm."\n')
        short = self.rows("aus-bkk", "post", "-f", draft, "--to", "BKK")[0]["short"]
        self.assertEqual(self.rows("aus-bkk", "show", short)[0]["content"]["legal_basis"], "Own Act")
        say("legal basis: the policy's where the alert names none, the alert's own where it does")


class Doctor(Officer):
    def findings(self, profile, *words):
        done = self.rilon(profile, "--json", "doctor", *words, ok=None)
        rows = [drill.json.loads(line) for line in done.out.splitlines()]
        closing = rows.pop()
        self.assertEqual((closing["kind"], done.returncode), ("doctor", 1 if closing["findings"] else 0))
        self.assertEqual([row["severity"] for row in rows], sorted(row["severity"] for row in rows))  # Worst first.
        for row in rows:
            self.assertTrue(row["what"] and row["why"] and row["remedy"], row)
        return {row["check"]: row for row in rows}

    def test_says_what_is_wrong_and_mends_modes(self):
        self.assertIn("locked", self.findings("aus-bkk"))
        self.unlock("aus-bkk", "nzl-bkk")
        self.wait_linked("aus-bkk")
        self.rilon("nzl-bkk", "inbox")
        wait_until("nothing is wrong", lambda: self.findings("aus-bkk") == {})
        self.assertEqual(self.rilon("aus-bkk", "doctor").out, "✓ nothing is wrong\n")
        key = HOME / "aus-bkk.key"
        key.chmod(0o644)
        self.assertIn("chmod 0600", self.findings("aus-bkk")["files"]["remedy"])
        self.assertTrue(self.findings("aus-bkk", "--fix")["files"]["mended"])
        self.assertEqual(key.stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.findings("aus-bkk"), {})
        profile = HOME / "aus-bkk.toml"
        text = profile.read_text()
        profile.write_text(text + 'default_to = "KBB"\n')
        (HOME / "policy.toml").write_text('[never_to]\nnodes = ["nzl-bk"]\n')
        found = self.findings("aus-bkk")
        self.assertEqual(set(found), {"default_to", "policy"})
        self.assertIn("nzl-bkk", found["policy"]["remedy"])
        (HOME / "policy.toml").write_text("[never_to\n")
        self.assertEqual(self.findings("aus-bkk")["policy"]["severity"], "broken")
        (HOME / "policy.toml").unlink()
        profile.write_text(text)
        self.nodes["aus-bkk"].stop()
        self.assertEqual(self.findings("aus-bkk")["node"]["severity"], "broken")
        self.rilon("aus-bkk", "lock")
        self.assertEqual(set(self.findings("aus-bkk")), {"locked", "node"})  # Seen without the key.
        say("doctor: locked, loose mode and --fix, default_to, policy, node away; nothing wrong otherwise")

    def test_the_bundle_holds_no_secret_and_nothing_of_an_alert(self):
        self.unlock("aus-bkk")
        self.say_alert("aus-bkk", "Canary 4711 at the gate.")
        profile = HOME / "aus-bkk.toml"
        profile.write_text(profile.read_text() + 'default_to = "BKK/missions"\n')
        bundle = LIVE / "bundle"
        self.rilon("aus-bkk", "doctor", "--bundle", bundle, ok=None)
        self.assertEqual(bundle.stat().st_mode & 0o777, 0o600)
        text = bundle.read_text()
        self.assertIn('"node":"aus-bkk"', text)
        key = (HOME / "aus-bkk.key").read_text().splitlines()[1]
        for word in ("Canary", "bulletin", "BKK/missions", PASSPHRASE.read_text().strip(), key, '"alerts"'):
            self.assertNotIn(word, text)
        self.rilon("aus-bkk", "doctor", "--bundle", bundle, ok=5)  # Never over another file.
        say("bundle: 0600, no key, passphrase, alert, audience or count of alerts")


class Completion(Officer):
    """bash itself, with the script that `rilon completion bash` prints."""

    def complete(self, profile, *words):
        script = ('source <("$RILON_BINARY" completion bash)\nrilon() { "$RILON_BINARY" "$@"; }\n'
                  'COMP_WORDS=("$@")\nCOMP_CWORD=$(($# - 1))\n_rilon\nprintf "%s\\n" "${COMPREPLY[@]}"\n')
        began = time.monotonic()
        done = subprocess.run(["bash", "--norc", "-c", script, "bash", "rilon", *words], capture_output=True,
                              text=True, timeout=20, check=True,
                              env={**os.environ, "RILON_BINARY": str(RILON), "RILON_PROFILE": profile})
        self.took = time.monotonic() - began
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    @drill.not_sanitized("completion waits for nobody slow", by="thread")
    def test_ids_and_audiences_come_from_the_node_only_when_unlocked(self):
        self.assertEqual(self.complete("aus-bkk", "audience", "show", ""), [])
        self.unlock("aus-bkk")
        self.wait_linked("aus-bkk")
        short = self.say_alert("aus-bkk", "Seen at the gate.")
        self.assertEqual(self.complete("aus-bkk", "withdraw", short[:3]), [short])
        self.assertEqual(self.complete("aus-bkk", "post", "--to", "BKK/"), ["BKK/missions"])
        self.assertEqual(self.complete("aus-bkk", "post", "--to", "=", "BKK/"), ["BKK/missions"])
        self.assertEqual(self.complete("aus-bkk", "post", "--only", "aus-bkk,n"), ["aus-bkk,nzl-bkk"])
        self.assertEqual(self.complete("aus-bkk", "audience", "show", "net"), ["network"])
        self.nodes["aus-bkk"].process.send_signal(drill.signal.SIGSTOP)
        self.assertEqual(self.complete("aus-bkk", "withdraw", ""), [])
        self.assertLess(self.took, 2)  # 0.08 s of its own; the rest is a busy machine's.
        say("completion: nothing while locked, ids and audiences unlocked, nothing from a node that hangs "
            f"({self.took * 1000:.0f} ms with bash's start)")


class Top(Officer):
    """The status that is drawn anew on a terminal, and printed by lines without one."""

    def setUp(self):
        super().setUp()
        self.unlock("aus-bkk")
        self.wait_linked("aus-bkk")

    def start(self, *words):
        pid, fd = pty.fork()
        if pid == 0:
            os.execve(RILON, [RILON, "--profile", "aus-bkk", "top", *words], {**os.environ, "TERM": "xterm"})
        self.addCleanup(os.close, fd)
        self.addCleanup(self.end, pid)
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.fd, self.pid, self.text = fd, pid, ""

    def end(self, pid):
        if self.code is None:
            os.kill(pid, drill.signal.SIGKILL)
            os.waitpid(pid, 0)

    code = None

    def expect(self, pattern):
        end = time.monotonic() + 20
        while not re.search(pattern, self.text):
            self.assertLess(time.monotonic(), end, f"{pattern!r} not in {self.text[-1500:]!r}")
            if select.select([self.fd], [], [], 0.2)[0]:
                try:
                    self.text += os.read(self.fd, 65536).decode()
                except OSError:
                    self.fail(f"ended without {pattern!r}: {self.text[-1500:]!r}")

    def key(self, key, code):
        before = termios.tcgetattr(self.fd)[3]
        self.assertFalse(before & termios.ECHO)
        os.write(self.fd, key)
        self.expect(r"\x1b\[\?1049l")  # The lines of before are back, and the cursor.
        self.assertIn("\x1b[?25h", self.text)
        self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        self.assertEqual(self.code, code)

    def test_a_screen_until_q_or_control_c(self):
        self.start("--interval", "1s")
        self.expect(r"aus-bkk \(node\), \d of \d peers connected")
        for line in re.split(r"\r\n|\x1b\[H", re.sub(r"\x1b\[(\?\d+)?[a-zA-GI-Z]", "", self.text)):
            self.assertLessEqual(len(line), 80, line)
        self.text = ""
        self.expect(r"q leaves")  # Drawn again by itself.
        self.nodes["aus-bkk"].stop()
        self.expect(r"! the node d")
        self.nodes["aus-bkk"].start()
        self.text = ""
        self.expect(r"leaves\x1b\[K\r\n\x1b\[K\r\naus-bkk")  # No problem between.
        self.key(b"q", 0)
        self.code = None
        self.start()
        self.expect(r"q leaves")
        self.key(b"\x03", 130)
        say("top: redrawn each second, 80 columns, a node that was away is back, q and ^C leave a clean terminal")

    def test_lines_without_a_terminal(self):
        for words, wanted in ((["top"], r"aus-bkk \(node\), "), (["--json", "top"], r'^\{"v":1,"kind":"status"')):
            process = subprocess.Popen([RILON, "--profile", "aus-bkk", *words, "--interval", "1s"], text=True,
                                       stdout=subprocess.PIPE, preexec_fn=drill.die_with_parent)
            self.others.append(process)
            for _ in range(2):
                self.assertRegex(process.stdout.readline(), wanted)
            process.send_signal(drill.signal.SIGINT)
            process.stdout.close()
            self.assertEqual(process.wait(10), 130)
        self.rilon("aus-bkk", "top", "--interval", "1ms", ok=2)
        self.nodes["aus-bkk"].stop()
        self.rilon("aus-bkk", "top", ok=7)
        say("top without a terminal: a line each second, JSON too; a node that is away ends it with 7")


if __name__ == "__main__":
    drill.main()
