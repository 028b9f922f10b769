#include "tools/rilon/status_text.h"

#include <fmt/format.h>

#include "protocol/units.h"
#include "tools/rilon/output.h"

namespace rilon {
namespace {

std::string head_line(const proto::StatusResponse& s) {
    int connected = 0;
    for (const proto::PeerStatus& p : s.peers()) connected += p.connected() ? 1 : 0;
    return fmt::format("{} ({}), {} of {} peers connected{}", shown(s.node()), shown(s.role()),
                       connected, s.peers_size(),
                       s.counts() ? fmt::format(", {} alerts", s.alerts()) : "");
}

std::string peer_line(const proto::PeerStatus& p, std::uint64_t now_ms) {
    std::string state = !p.state().empty() ? p.state() : p.connected() ? "connected" : "away";
    std::vector<std::string> more;
    if (p.last_heard_ms() > 0) more.push_back("heard " + ago(p.last_heard_ms(), now_ms));
    if (p.behind() > 0) more.push_back(fmt::format("{} behind", p.behind()));
    if (p.lacks()) more.emplace_back("has entries that are missing here");
    if (more.empty()) return fmt::format("  {:<20} {}", shown(p.name()), shown(state));
    return fmt::format("  {:<20} {:<14} {}", shown(p.name()), shown(state), fmt::join(more, ", "));
}

std::string version_line(const proto::StatusResponse& s) {
    std::string out =
        fmt::format("version {}, up {} h", shown(s.software()), s.uptime_ms() / ms_hour);
    if (!s.counts()) return out;
    return out + fmt::format(
                     ", store {:.0f} % full, {} commits, the last took {} µs, {} published, {} "
                     "received, {} refused, {} gaps repaired",
                     s.store_ratio() * 100, s.commits(), s.last_commit_us(), s.published(),
                     s.received(), s.refused(), s.gaps_repaired());
}

}  // namespace

std::vector<std::string> status_lines(const proto::StatusResponse& s, std::uint64_t now_ms,
                                      bool verbose) {
    std::vector<std::string> out{head_line(s)};
    if (s.outbox() > 0)
        out.push_back(fmt::format("{} no other node holds yet, the oldest from {}", s.outbox(),
                                  local_time(s.outbox_oldest_ms())));
    if (s.unopened() > 0)
        out.push_back(fmt::format("{} not yet opened: their keys have not come", s.unopened()));
    for (const proto::PeerStatus& p : s.peers()) out.push_back(peer_line(p, now_ms));
    out.push_back(fmt::format("directory: {} records, checkpoint {}", s.records(),
                              ago(s.checkpoint_ms(), now_ms)));
    if (!s.counts()) out.emplace_back("what it holds is told to its own officers only");
    if (verbose) out.push_back(version_line(s));
    return out;
}

}  // namespace rilon
