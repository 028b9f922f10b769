#include "tools/rilon/doctor.h"

#include <fmt/format.h>
#include <strings.h>

#include <algorithm>
#include <set>

#include "protocol/content.pb.h"
#include "protocol/country_codes.h"
#include "protocol/nearest.h"
#include "tools/rilon/output.h"

namespace rilon {
namespace {

std::string span_text(std::uint64_t ms) {
    if (ms < 2 * ms_minute) return fmt::format("{} s", ms / ms_second);
    if (ms < 2 * ms_hour) return fmt::format("{} min", ms / ms_minute);
    if (ms < 2 * ms_day) return fmt::format("{} h", ms / ms_hour);
    return fmt::format("{} days", ms / ms_day);
}

std::uint64_t apart(std::uint64_t a, std::uint64_t b) {
    return a > b ? a - b : b - a;
}

// Those who are there now, by what never_to may name.
struct Known {
    std::set<std::string> audiences, parties, nodes;
};

Finding guards_nobody(const std::string& whom, std::string remedy) {
    return {Severity::warning, "policy", "never_to in policy.toml names " + whom,
            "if it is misspelt nobody is kept out", std::move(remedy)};
}

std::string nearest_of(const std::string& name, const std::set<std::string>& names) {
    const std::vector<std::string_view> views(names.begin(), names.end());
    const auto near = nearest(name, views);
    return near ? "did you mean " + shown(views[*near]) + "?"
                : "compare it with rilon audience show network";
}

void judge_never_to(const NeverTo& never_to, const Known& known, Findings& out) {
    for (const std::string& party : never_to.parties)
        if (!known.parties.contains(party) && find_country(party) == nullptr)
            out.push_back(guards_nobody(shown(party) + ", which is no member's party and no state",
                                        nearest_of(party, known.parties)));
    for (const std::string& node : never_to.nodes)
        if (!known.nodes.contains(node))
            out.push_back(guards_nobody(shown(node) + ", which is no member now",
                                        nearest_of(node, known.nodes)));
    std::size_t unknown = 0;
    for (const std::string& audience : never_to.audiences)
        unknown += std::none_of(
            known.audiences.begin(), known.audiences.end(),
            [&](const std::string& one) { return strcasecmp(one.c_str(), audience.c_str()) == 0; });
    if (unknown > 0)
        out.push_back(guards_nobody(fmt::format("{} audience{} that your node does not know",
                                                unknown, unknown == 1 ? "" : "s"),
                                    "compare them with rilon audience list"));
}

}  // namespace

void judge_clock(const ClockReading& reading, Findings& out) {
    // Anywhere between the two looks is right.
    const std::uint64_t nearest = std::clamp(reading.node_ms, reading.before_ms,
                                             std::max(reading.before_ms, reading.after_ms));
    const std::uint64_t off = apart(reading.node_ms, nearest);
    if (off <= clock_off_ms) return;
    out.push_back({off > clock_wrong_ms ? Severity::broken : Severity::warning, "clock",
                   fmt::format("this machine's clock and the node's differ by {}", span_text(off)),
                   "times in alerts, --since and dates of birth are judged by them",
                   "timedatectl set-ntp true on the machine that is wrong"});
}

void judge_version(const std::string& ours, const std::string& nodes, Findings& out) {
    if (ours == nodes) return;
    out.push_back({Severity::warning, "version",
                   fmt::format("rilon is version {}, the node {}", shown(ours),
                               nodes.empty() ? "does not say" : shown(nodes)),
                   "one may not know what the other asks", "install both from one release"});
}

void judge_certificate(const proto::HelloResponse& hello, std::uint64_t now, Findings& out) {
    if (hello.role() == "person" || hello.coordinator()) return;
    proto::OfficerCertificate certificate;
    const bool read =
        !hello.certificate().empty() && certificate.ParseFromString(hello.certificate());
    const std::uint64_t until = read ? certificate.valid_until_ms() : 0;
    if (until <= now) {
        out.push_back({Severity::broken, "certificate",
                       read ? "your certificate ended " + local_time(until)
                            : "the node has no certificate for you",
                       "readers refuse what you sign",
                       "your administrator: rilon officer certify"});
        return;
    }
    if (until - now < certificate_short_ms)
        out.push_back({Severity::warning, "certificate",
                       "your certificate ends " + local_time(until),
                       "the node makes a new one long before that, and did not",
                       "tell your administrator: rilon status on the node"});
}

void judge_status(const proto::StatusResponse& status, std::uint64_t now, Findings& out) {
    const bool alone = std::none_of(status.peers().begin(), status.peers().end(),
                                    [](const proto::PeerStatus& peer) { return peer.connected(); });
    if (alone)
        out.push_back({Severity::broken, "links", "no other node is connected to yours",
                       "what you post stays here, what others post does not come",
                       "check the network; your administrator: rilon status -v"});
    const std::uint64_t checkpoint = status.checkpoint_ms();
    const std::uint64_t age = now > checkpoint ? now - checkpoint : 0;
    if (checkpoint == 0 || age > ms_day)
        out.push_back({Severity::broken, "checkpoint",
                       checkpoint == 0
                           ? std::string("the node has no checkpoint of the directory")
                           : "the directory's last checkpoint is " + span_text(age) + " old",
                       "a revoked node may still look like a reader: posting is refused",
                       "the coordinator must be reached; --stale-directory posts all the same"});
    else if (age > checkpoint_late_ms)
        out.push_back({Severity::warning, "checkpoint",
                       "the directory's last checkpoint is " + span_text(age) + " old",
                       "after a day nothing can be posted", "tell the RSO"});
    for (const std::string& warning : status.warnings())
        out.push_back({Severity::warning, "node", shown(warning), "your node warns of it",
                       "rilon status; docs/operations.md says more"});
}

void judge_coverage(const proto::Coverage& coverage, std::uint64_t now, Findings& out) {
    for (const proto::Coverage::Source& source : coverage.sources())
        if (source.stale())
            out.push_back({Severity::warning, "stale",
                           fmt::format("{} was last heard {}", shown(source.name()),
                                       ago(source.last_heard_ms(), now)),
                           "\"no match\" does not count what was posted there since",
                           "rilon status shows which links are down"});
}

void judge_names(const Profile& profile, const OfficerPolicy& policy,
                 const proto::AudiencesResponse& audiences, Findings& out) {
    bool known = false;
    Known there;
    for (const proto::AudienceRow& row : audiences.audiences()) {
        known = known || (row.ours() && row.name() == profile.default_to);
        there.audiences.insert(row.name());
        for (const proto::Reader& reader : row.members()) {
            there.parties.insert(reader.party());
            there.nodes.insert(reader.name());
        }
    }
    if (!profile.default_to.empty() && !known)
        out.push_back({Severity::warning, "default_to",
                       "default_to in your profile is no audience of your node",
                       "a post without --to fails",
                       "rilon audience list; then correct " + profile_path(profile.name)});
    judge_never_to(policy.never_to, there, out);
}

void sort_findings(Findings& findings) {
    std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
        if (a.fixed != b.fixed) return b.fixed;
        return a.severity < b.severity;
    });
}

std::string finding_line(const Finding& finding) {
    if (finding.fixed) return fmt::format("✓ mended: {}", finding.what);
    return fmt::format("{} {}: {} → {}", finding.severity == Severity::broken ? "✗" : "!",
                       finding.what, finding.why, finding.remedy);
}

}  // namespace rilon
