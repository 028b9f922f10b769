#!/usr/bin/env python3
"""Built wrong while it seems to pass: each check fails when its defence is taken out.

    run.py BUILD [-R REGEX]

BUILD is a build of the preset `mutants`: its programs take one seeded defect (protocol/mutant.h) from
RILON_MUTANT. Each check below runs once as it is and must pass, and once with each of its defects
and must fail. A defect that nobody notices is an error: the last line counts them.

The rows are those of the list "built wrong while it seems to pass", and defences of our own. One has
no defect to seed, that the demonstration is not canned: e2e.DemonstrationIsReal stops a node under it.
Which defects the simulator finds, rilon_sim --mutants shows for each.
"""
import argparse
import contextlib
import functools
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

DRILLS = threading.Lock()  # They use the same ports.
SECONDS_MAX = 600  # Of one run of a check; the growth of a search fills a million persons.


class Check(NamedTuple):
    name: str
    command: Callable[[Path], list[str]]  # In this build.
    drill: bool = False
    alone: bool = False  # What it measures is another beside other programs.


def unit(binary, pattern, alone=False):
    return Check(f"{binary}: {pattern}", lambda build: [str(build / "tests" / binary), f"--gtest_filter={pattern}"],
                 alone=alone)


def simulator(seeds):
    return Check(f"rilon_sim, seeds {seeds}", lambda build: [str(build / "tests/rilon_sim"), "--seeds", seeds, "--stop"])


@functools.cache
def found_network(build):
    """Once, and without a defect: the drills start from copies of it."""
    done = subprocess.run(["ctest", "--test-dir", str(build), "-R", "^e2e\\.network$"], capture_output=True, text=True,
                          timeout=SECONDS_MAX, check=False)
    if done.returncode != 0:
        sys.exit("the network of the drills was not founded:\n" + done.stdout + done.stderr)


def drill(name):
    def command(build):
        found_network(build)
        return ["ctest", "--test-dir", str(build), "-R", f"^e2e\\.{name}$", "-FS", "e2e_network", "--output-on-failure"]
    return Check(name, command, drill=True)


# What may be built wrong, the check that exposes it, the defects that it must notice.
ROWS = [
    ("answer before the commit", drill("AnswerAfterCommit"), ["answer_before_commit"]),
    ("group commit is really serial", drill("GroupCommit"), ["serial_commit"]),
    ("readers are filtered, not keyed", unit("core_test", "*Row39TheCoordinatorAndTheExcludedOpenNothing:*Row57ExcludedStateLooksForTraces"),
     ["seal_to_all", "filter_not_key", "serve_anyone"]),
    ("ZAP fails open", unit("transport_test", "*Row28UnenrolledKeyGetsNoFrameThroughInAHundredAttempts:*Row29*"), ["zap_open", "zap_optional"]),
    ("catch-up trusts the chain", unit("core_test", "CatchUp.*"), ["trust_the_chain"]),
    ("PUB is the only path", unit("core_test", "*PubIsNotTheOnlyPath:*Row20*:*Row22*"), ["no_repair"]),
    ("the simulator tests a toy", simulator("1..500"), ["skip_signature", "open_too_soon", "store_nothing"]),
    ("redaction hides rows", unit("core_test", "*AWithdrawnAlertIsGone*:CoreExpiry.*"),
     ["redact_hides", "skip_redact", "never_expire"]),
    ("redaction leaves keys behind", unit("store_test", "*Row52*:*Row59*"), ["purge_by_delete"]),
    ("search scans", unit("search_test", "*", alone=True), ["search_scans"]),
    ("the index stores names", unit("store_test", "*Row39NothingReadableOnDisk"), ["index_in_clear"]),
    ("unkeyed hashes of names", drill("Row39Canary"), ["name_hash_logged"]),
    ("signature moved to another stream", unit("core_test", "*Row48*"), ["skip_officer"]),
    ("who was dropped from an alert reads on", unit("core_test", "*CoreNarrow.*"), ["ignore_narrowing", "revive_narrowed"]),
    ("catch-up takes anybody's withdrawal", unit("core_test", "StolenNodeKey.*"), ["put_off_all_officers", "never_check_officers"]),
    ("a relay withholds unseen", unit("core_test", "CoreHeads.*Row38*"), ["ignore_heads"]),
    ("a suspension waits for the coordinator", unit("core_test", "CoreOutage.Suspension*"), ["wait_for_record"]),
    ("an old directory is trusted", unit("core_test", "CoreOutage.PostingThat*"), ["old_directory"]),
    ("two directories, nobody told", unit("core_test", "CoreSplit.Row43*"), ["split_kept_secret"]),
    ("any member orders the directory", unit("core_test", "CoreSplit.ARecordWithout*"), ["order_by_anybody"]),
    ("one signer is enough", unit("core_test", "*Row42*"), ["skip_authorisation"]),
    ("one person orders a withdrawal", unit("core_test", "CoreOrphan.NobodyOrdersAlone"), ["skip_authorisation"]),
    ("any node withdraws what a mission left", unit("core_test", "CoreOrphan.ReadersJudge*"),
     ["anybody_changes", "order_for_all"]),
    ("what an order takes back stays on the disk", unit("core_test", "CoreOrphan.AnOrderTakesItBack*"), ["keep_orphans"]),
    ("an old encryption key stays", unit("core_test", "CoreRotation.ANewEncryptionKey*"), ["keep_old_secrets"]),
    ("posting behind the cuts", unit("core_test", "CoreRotation.ASigningKey*"), ["seal_after_cuts"]),
    ("a replaced transport key stays", unit("core_test", "CoreTransportKey.AReplacedKey*"), ["admit_replaced_key"]),
    ("a store put back whole is trusted", unit("core_test", "CoreRestore.Row16*"), ["trust_own_store"]),
    ("history for anybody, and for ever", unit("core_test", "*CoreHistory.*:ForgedHistory.*"),
     ["history_for_anybody", "history_past_the_rule", "history_kept"]),
    ("one officer tells a person's own state", unit("core_test", "SecondOfficer.*"), ["release_alone", "approve_alone"]),
    ("an alert goes on by another's wish", unit("core_test", "CoreOnward.*"), ["onward_past_the_rule", "onward_for_anybody"]),
    ("what is asked of an author is told to all readers", simulator("1..20"), ["letters_to_all"]),
    ("a withdrawal leaves what others said", unit("core_test", "CoreSaidAbout.*"), ["keep_remarks"]),
    ("a withdrawal leaves the pictures", unit("core_test", "CoreAttachment.*Pictures*:CoreAttachment.*Picture*"), ["forget_chunks"]),
    ("an insider fills the store", unit("core_test", "*Row41*"), ["no_quota"]),
]


def passes(check, build, defect):
    with DRILLS if check.drill else contextlib.nullcontext():
        return ran(check.command(build), defect)


def ran(command, defect):
    env = {k: v for k, v in os.environ.items() if k != "RILON_MUTANT"}
    if defect:
        env["RILON_MUTANT"] = defect
    try:
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=SECONDS_MAX, check=False)
    except subprocess.TimeoutExpired:
        return False, f"no end within {SECONDS_MAX} s"
    text = done.stdout + done.stderr
    if done.returncode == 0:
        ran = re.search(r"\[  PASSED  \] ([0-9]+) test|100% tests passed, 0 tests failed out of ([0-9]+)|^([0-9]+) seeds",
                        text, re.M)
        if not ran or "0" in ran.groups():
            return False, "no test ran"
        return True, ""
    told = re.search(r"^.*(?:: Failure|FAILED: .*|AssertionError.*|error: .*|Assertion .* failed.*|TimeoutError.*)$", text, re.M)
    return False, (told.group(0) if told else text.strip().splitlines()[-1])[-90:]


def judge(build, rows, at_once):
    """How many defences were taken out, and how often a check said the wrong thing."""
    wrong = defects = 0
    with ThreadPoolExecutor(at_once) as pool:
        runs = [[pool.submit(passes, check, build, defect) for defect in ["", *taken_out]] for _, check, taken_out in rows]
        for (row, check, taken_out), (whole, *broken) in zip(rows, runs, strict=True):
            good, why = whole.result()
            wrong += not good
            print(f"{row:<40} {check.name}: {'passes' if good else 'FAILS: ' + why}", flush=True)
            for defect, one in zip(taken_out, broken, strict=True):
                unnoticed, why = one.result()
                defects += 1
                wrong += unnoticed
                print(f"{'':<40} with {defect}: {'NOT NOTICED' if unnoticed else 'fails: ' + why}", flush=True)
    return defects, wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    parser.add_argument("-R", "--regex", default="", help="rows whose name matches")
    args = parser.parse_args()
    rows = [row for row in ROWS if re.search(args.regex, row[0])]
    together = judge(args.build.resolve(), [row for row in rows if not row[1].alone], os.cpu_count())
    alone = judge(args.build.resolve(), [row for row in rows if row[1].alone], 1)
    defects, wrong = (sum(both) for both in zip(together, alone, strict=True))
    print(f"{defects} defences taken out, {wrong} wrong")
    return 1 if wrong or not defects else 0


if __name__ == "__main__":
    sys.exit(main())
