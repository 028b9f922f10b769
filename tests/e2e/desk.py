#!/usr/bin/env python3
"""An officer's day at a terminal of 80 columns: the ten commonest jobs, each in tmux as typed.

Holds the transcripts of docs/officer-guide.md against what the commands print today; with RILON_DESK_WRITE set it
puts them there. Short ids, times and counts of receipts differ from run to run: those
are made the same.
"""
import datetime
import itertools
import os
import re
import shutil
import subprocess
from pathlib import Path

import attachments
import drill
from drill import LIVE, PASSPHRASE, RILON, say, wait_until

GUIDE = Path(__file__).resolve().parents[2] / "docs/officer-guide.md"
ZONE = ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"]
SHORT = "[0-9A-HJKMNP-TV-Z]"
SAMPLES = ["7KQ2-M4XD", "R3HN-0V8T", "C5WJ-9B2E", "M8TX-4GDQ", "2VFA-Q7N0", "J6ZC-T5KP", "9EYB-3WHS", "PX1D-8RMG"]
PROMPT = "$ "
NUMBERS = itertools.count()
WRITE = bool(os.environ.get("RILON_DESK_WRITE"))
COLUMNS = 80


class Desk:
    """A shell in tmux, with `rilon` in its path and one officer's profile."""

    def __init__(self, test, profile):
        self.test, self.profile = test, profile
        self.socket = LIVE / f"run/tmux-{next(NUMBERS)}"  # A server that is told to end is not gone yet.
        rc = LIVE / "run/desk.rc"
        rc.write_text(f"PS1='{PROMPT}'\ncd '{LIVE}/run'\nrilon() {{ '{RILON}' --profile \"$PROFILE\" \"$@\"; }}\n", encoding="ascii")
        environment = {"PROFILE": profile, "TZ": "UTC", "LC_ALL": "C.UTF-8", "EDITOR": "true"}
        self.tmux("new-session", "-d", "-x", str(COLUMNS), "-y", "60", *(
            word for name, value in environment.items() for word in ("-e", f"{name}={value}")),
            f"bash --noprofile --rcfile {rc} -i")
        self.keys, self.open = 0, True
        self.expect(re.escape(PROMPT.strip()) + r"\s*$")

    def tmux(self, *words):
        done = subprocess.run(["tmux", "-S", self.socket, "-f", "/dev/null", *words], capture_output=True, text=True,
                              timeout=20, check=False)
        if done.returncode != 0:
            raise AssertionError(f"tmux {words}: {done.stderr}")
        return done.stdout

    def screen(self, *how):
        return "\n".join(line.rstrip() for line in self.tmux("capture-pane", "-p", *how).splitlines()).rstrip()

    def expect(self, pattern, seconds=20):
        try:
            # Joined: a prompt that names a path is broken where the checkout lies deep.
            return wait_until(pattern, lambda: re.search(pattern, self.screen("-J"), re.M), seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.screen()}") from None

    def type(self, text):
        self.tmux("send-keys", "-l", text)
        self.tmux("send-keys", "Enter")

    def answer(self, prompt, text=""):
        """Waits for the question; the keys of its answer count."""
        self.expect(re.escape(prompt.rstrip()) + r"\s*\Z")
        self.type(text)
        self.keys += len(text) + 1

    def ready(self):
        self.expect(r"^\$\s*\Z")
        text = self.screen()
        return text[:text.rindex("\n")] if "\n" in text else ""

    def paste(self, *lines):
        """A zone: its keys don't count."""
        for line in lines:
            self.type(line)

    def close(self):
        if self.open:
            self.tmux("kill-server")
        self.open = False


def unlock(desk, _):
    desk.type("rilon unlock")
    desk.expect("assphrase.*: *$")
    desk.type(PASSPHRASE.read_text().strip())
    desk.ready()
    desk.type("rilon status")


def post(desk, _):
    desk.type("rilon post -t counterfeit-document --mrz - --to BKK --except-host")
    desk.expect("zone:")
    desk.paste(*ZONE)
    desk.answer("[unsure]", "n")
    desk.answer("codes, or ?", "mmr lka")
    desk.answer("country, airport", "THA BKK")
    desk.answer("[y/N/readers]", "readers")
    desk.answer("[y/N/readers]", "y")


def telephone(desk, _):
    desk.type("rilon post -t impostor --mrz - --to BKK --except-host")
    desk.expect("zone:")
    desk.paste("k123456784 uto 9001011 m3012316 <<<<<<<<<<<<<<00")
    before = desk.keys
    desk.answer("country, airport [THA BKK]")
    desk.answer("[y/N/readers]", "y")
    # What is asked of an officer between the zone and the post.
    assert desk.keys - before == 3, f"{desk.keys - before} keys"


def read(desk, shorts):
    desk.type("rilon inbox")
    desk.ready()
    desk.type(f"rilon show {shorts['post'][:4]}{shorts['post'][5:7]}")
    desk.expect("Enter")


def search(desk, _):
    desk.type("rilon search --doc -")
    desk.answer("number:", "l8989o2c3")
    desk.ready()
    desk.type("rilon search --name -")
    desk.answer("Name:", "Eriksen, Anna")


def screen(desk, _):
    desk.type("rilon screen --mrz -")
    desk.expect("zone:")
    desk.paste(*ZONE)


def confirm(desk, shorts):
    desk.type(f"rilon confirm {shorts['post'][:4]}{shorts['post'][5:7]} --what document --country MYS --where KUL")
    desk.answer("[y/N/readers]", "y")


def say_so(desk, _):
    desk.type('rilon say "Gate 7 is closed until 14:00." --to BKK')
    desk.answer("[y/N/readers]", "y")


def ask(desk, _):
    due = datetime.date.today() + datetime.timedelta(30)
    desk.type(f'rilon request "Has anybody seen this entry stamp?" --to BKK --due {due}')
    desk.answer("[y/N/readers]", "y")


def reply(desk, shorts):
    desk.type(f"rilon reply {shorts['ask'][:4]}{shorts['ask'][5:7]} \"Twice, both times in August.\"")
    desk.answer("[y/N/readers]", "y")


def narrow(desk, shorts):
    desk.type(f"rilon narrow {shorts['say'][:4]}{shorts['say'][5:7]} --except-host")
    desk.answer("[y/N/readers]", "y")


def picture(desk, _):
    (LIVE / "run/stamp.png").write_bytes(attachments.png(40, 30))
    desk.type('rilon say "An entry stamp as none of ours" --to BKK --attach stamp.png')
    desk.answer("[y/N/readers]", "y")


def save(desk, shorts):
    short = shorts["picture"][:4] + shorts["picture"][5:7]
    wait_until("the picture arrives", lambda: desk.test.rilon(desk.profile, "save", short, LIVE / "run/first",
                                                              ok=None).returncode == 0)
    desk.type(f"rilon save {short} their-stamp.png")


def withdraw(desk, shorts):
    short = shorts["post"][:4] + shorts["post"][5:7]
    desk.type(f"rilon withdraw {short} --reason mistaken-identity")
    desk.answer("[y/N/readers]", "y")
    desk.ready()
    wait_until("all let it go", lambda: all(row["level"] == "redacted" for row in desk.test.rows(
        desk.profile, "show", short, "--receipts") if row["kind"] == "receipt"))
    desk.type(f"rilon show {short} --receipts")
    desk.expect("Enter")


# In the order of the day. The alert of a job goes by the job's name.
JOBS = [("unlock", "aus-bkk", unlock), ("post", "aus-bkk", post), ("telephone", "aus-bkk", telephone),
        ("read", "nzl-bkk", read), ("search", "nzl-bkk", search), ("screen", "nzl-bkk", screen),
        ("confirm", "nzl-bkk", confirm), ("say", "aus-bkk", say_so), ("ask", "aus-bkk", ask),
        ("reply", "nzl-bkk", reply), ("narrow", "aus-bkk", narrow), ("picture", "aus-bkk", picture),
        ("save", "nzl-bkk", save), ("withdraw", "aus-bkk", withdraw)]


LEFT_OPEN = ("read", "withdraw")  # These end with an alert on the screen.


def alike(text, ids):
    """Without what differs from run to run."""
    text = text.replace(str(LIVE / "home"), "~/.config/rilon")
    def sample(found):
        return ids.setdefault(found.group(0), SAMPLES[len(ids)])
    text = re.sub(rf"\b{SHORT}{{4}}-{SHORT}{{4}}\b(?!-)", sample, text)
    for short, shown in ids.items():
        text = text.replace(short[:4] + short[5:7], shown[:4] + shown[5:7])
    text = re.sub(r"20(2[6-9]|3\d)-\d\d-\d\d \d\d:\d\d", "2026-11-27 02:10", text)
    text = re.sub(r"20(2[6-9]|3\d)-\d\d-\d\d(?! \d\d:)", "2026-12-24", text)
    text = re.sub(r"held by \d+ of (\d+)", r"held by \1 of \1", text)
    text = re.sub(r"gone at \d+ of (\d+)", r"gone at 0 of \1", text)
    return re.sub(r"\d+ min ago", "just now", text)


def block(name, text):
    return f"<!-- desk: {name} -->\n```\n{text}\n```\n"


class DeskDay(drill.Drill):
    """The guide's transcripts are what the commands print."""

    def test_the_guide_shows_what_happens(self):
        if shutil.which("tmux") is None:
            self.skipTest("no tmux here")
        self.unlock("aus-bkk", "nzl-bkk")
        self.wait_linked("aus-bkk", "nzl-bkk")
        wait_until("both links", lambda: self.rilon("aus-bkk", "--json", "status").out.count('"connected":true') == 2)
        self.rilon("aus-bkk", "lock")
        guide, ids, shorts = GUIDE.read_text(encoding="utf-8"), {}, {}
        for name, profile, job in JOBS:
            desk = Desk(self, profile)
            self.addCleanup(desk.close)
            for short in shorts.values():
                wait_until(f"{short} arrives", lambda s=short: self.knows("nzl-bkk", s) and self.knows("aus-bkk", s))
            job(desk, shorts)
            if name not in LEFT_OPEN:
                desk.ready()
            # A line that the terminal had to break is whole in the guide; only a path of ours may be so long.
            text, wide = re.sub(r"\n\$$", "", desk.screen("-J")), desk.screen().count("\n") - desk.screen("-J").count("\n")
            self.assertTrue(name == "unlock" or not wide, text)
            desk.close()
            found = re.search(rf"✓ ({SHORT}{{4}}-{SHORT}{{4}}) held", text)
            if found:
                shorts[name] = found.group(1)
            now = block(name, alike(text, ids))
            if WRITE:
                guide = re.sub(rf"<!-- desk: {name} -->\n```\n.*?\n```\n", lambda _, now=now: now, guide, flags=re.S)
            # Which of two alerts came first is no matter.
            told = re.search(rf"<!-- desk: {name} -->\n.*?\n```\n(?=\n|$)", guide, re.S)
            self.assertTrue(told and sorted(told.group(0).splitlines()) == sorted(now.splitlines()),
                            f"the guide's transcript of {name} is old: RILON_DESK_WRITE=1 writes it anew\n{now}")
        if WRITE:
            GUIDE.write_text(guide, encoding="utf-8")
        say(f"{len(JOBS)} jobs as in the guide")


if __name__ == "__main__":
    drill.main()
