// What `rilon doctor` looks at on the officer's side, as judgements: what was read in, findings
// out. No file, no socket: those are in doctor_files.h and cmd_doctor.cc. A finding never says
// anything of an alert, nor names an audience: it may be sent to others (--bundle).
#pragma once

#include <string>
#include <vector>

#include "config/officer_policy.h"
#include "node/control.pb.h"
#include "protocol/units.h"
#include "tools/rilon/profile.h"

namespace rilon {

enum class Severity { broken, warning };  // Worst first.

struct Finding {
    Severity severity = Severity::warning;
    std::string check;   // "files", "clock", …: which look found it.
    std::string what;    // What is the matter.
    std::string why;     // What comes of it.
    std::string remedy;  // What to do or type.
    bool fixed = false;  // Mended by --fix.
};
using Findings = std::vector<Finding>;

constexpr std::uint64_t clock_off_ms = 10 * ms_second;      // A warning …
constexpr std::uint64_t clock_wrong_ms = 5 * ms_minute;     // … and beyond it broken.
constexpr std::uint64_t checkpoint_late_ms = 12 * ms_hour;  // Two that did not come.
constexpr std::uint64_t certificate_short_ms = 7 * ms_day;
constexpr std::uint64_t draft_old_ms = 7 * ms_day;

// The node's clock, read between two looks at ours.
struct ClockReading {
    std::uint64_t before_ms = 0;
    std::uint64_t node_ms = 0;
    std::uint64_t after_ms = 0;
};
void judge_clock(const ClockReading& reading, Findings& out);
void judge_version(const std::string& ours, const std::string& nodes, Findings& out);
// Persons of the network have no certificate.
void judge_certificate(const proto::HelloResponse& hello, std::uint64_t now_ms, Findings& out);
// Links, the age of the directory, and what the node itself warns of.
void judge_status(const proto::StatusResponse& status, std::uint64_t now_ms, Findings& out);
// RILONs that were not heard for long: "no match" says little then.
void judge_coverage(const proto::Coverage& coverage, std::uint64_t now_ms, Findings& out);
// default_to, and whom the policy's never_to names: a name that nobody has guards nobody. A state
// may be named before it joins.
void judge_names(const Profile& profile, const OfficerPolicy& policy,
                 const proto::AudiencesResponse& audiences, Findings& out);

// Worst first, then in the order they were found; what is fixed comes last.
void sort_findings(Findings& findings);
// "✗ WHAT: WHY → REMEDY"; ! for a warning, ✓ for what was mended.
std::string finding_line(const Finding& finding);

}  // namespace rilon
