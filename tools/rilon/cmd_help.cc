// rilon help TOPIC: what is not about one command.
#include <fmt/format.h>

#include "protocol/nearest.h"
#include "tools/exit_code.h"
#include "tools/problem.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/output.h"

namespace rilon {
namespace {

constexpr std::string_view topics[] = {"exit-codes", "json", "security", "audiences"};

constexpr const char* json_text =
    R"(--json prints one object a line on stdout; each has "v":1 and "kind". Fields may be added,
none is taken away. Times are RFC 3339 in UTC, ids are UUIDs. Errors are one object on stderr:
{"v":1,"kind":"error","code":…,"message":…,"remedy":…}.

  kind       printed by                 says
  mrz        mrz                        format, document, person, checks, suggestions
  compare    compare                    score, verdict, reasons, differences
  preview    post --dry-run …           parts with readers and excluded parties, warnings
  posted     post, say, update …        id, short, parts, level: stored or held
  history    history                    how many alerts a node was given, how many not and why
  onward     release, show              who asks that others may have an alert, state, answer
  imported   import csv                 rows, posted, already, rejected: line and why
  alert      inbox, show, export …      id, short, revision, type, origin, title, tlp, withdrawn
  exported   export                     alerts, and how many were left out and why
  receipt    show --receipts            node, level: none, stored, opened, redacted
  referral   show                       of a trafficking indicator: host, contacts
  saved      save                       an attachment as a file: media type, size, hash
  evidence   show --evidence            the signed entry
  match      search, screen             strength, score, alert, reasons, differences
  unscreened screen --batch             line, message, remedy: a line that was not looked at
  kept       screen --kept              id, persons, until; matches with who is kept follow
  coverage   search, screen             alerts searched, RILONs that are stale; of a batch counts
  audience   audience list, show        name, members
  notifier   notify, notify test        number, what it is, whether it told
  status     status, top                node, peers, checkpoint, warnings; counts to its officers
  log        log                        n, at, subject, action, detail
  disclosure log disclosures            alert, readers with their receipts, who here opened it
  finding    doctor                     severity, what, why, remedy, mended
  doctor     doctor                     findings left, mended; closes it
  bundle     doctor --bundle            begins the file; findings and a status follow
  identity   identity show              profile, keys
  peer       identity verify            words of a node's keys and of the directory
  rotated    identity rotate            key
  officer    officer list               id, name, display_sign, role
  certified  officer certify            id, role
  setup      setup node, coordinator    request, fingerprint
  founded    admin ceremony             network, file
  draft      admin …                    id, what, signed_by, waiting_for
  submitted  admin …                    id, state: it waits for nobody
  rilon, party, node   admin directory  who is in the network
  backup, restored     backup, restore  path, made_ms, bytes

rilon feed prints CloudEvents 1.0, whether --json is given or not. Each kind, and the event, has a
JSON Schema (draft 2020-12): KIND.schema.json in schemas/ of the documentation, docs/schemas/ of
the source.
)";

constexpr const char* security_text =
    R"(Who reads an alert is decided by keys, not by a filter: a party that is left out never gets
the entry, not even sealed. You see every reader before you post; nothing is posted otherwise.

- Your key signs each alert for its readers alone. It lies under your passphrase; `rilon unlock`
  holds it in locked memory until it was idle for five minutes, `rilon lock` drops it at once.
- Personal data does not belong on a command line, where other users of the machine see it: use -,
  --mrz - and the questions.
- Every search, opening and export is in your node's audit log: `rilon log`.
- Withdrawn means withdrawn at every node that follows the protocol. What a reader copied by hand
  or on paper nobody can take back: `rilon show ID --receipts` says who has acknowledged.
- A stolen laptop: tell your administrator to run `rilon officer revoke`, and the RSO
  `rilon admin suspend NODE`.
)";

constexpr const char* audiences_text =
    R"(An audience is who may read. `rilon audience list` names those your node is in:

  network        every node in good standing
  BKK            all nodes of the RILON in Bangkok, the host country's included
  BKK/missions   the missions there, without the host

--to names one. --except-host leaves out the host, --exclude THA any party, --only aus-bkk,nzl-bkk
names the readers one by one. The release rule takes away more: the states of the person written
about, their territories, and for a protected person the host. `rilon audience preview` shows who
would read. Without --to you are asked once; the answer is remembered in your profile.
)";

}  // namespace

Result<int> run_help(Context& context) {
    const std::string topic = context.args.word(0);
    if (topic.empty()) {
        context.out.raw(help_in(overview_text(), context.out.columns()));
        return exit_done;
    }
    if (topic == "exit-codes") {
        for (const ExitMeaning& m : exit_meanings())
            context.out.line(fmt::format("{:>4}  {}", m.code, m.meaning));
        return exit_done;
    }
    if (topic == "json") return context.out.raw(json_text), exit_done;
    if (topic == "security") return context.out.raw(security_text), exit_done;
    if (topic == "audiences") return context.out.raw(audiences_text), exit_done;
    auto found = find_command(context.args.words());
    if (found) {
        context.out.raw(help_in(command_help(*found->spec), context.out.columns()));
        return exit_done;
    }
    if (const std::string group = group_help(topic); !group.empty()) {
        context.out.raw(help_in(group, context.out.columns()));
        return exit_done;
    }
    const auto near = nearest(topic, topics);
    return problem(Errc::usage, "there is no help about " + topic,
                   near ? "did you mean rilon help " + std::string(topics[*near]) + "?"
                        : "rilon help exit-codes, json, security, audiences, or a command");
}

}  // namespace rilon
