#include "tools/rilon/top_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "protocol/text.h"
#include "tools/rilon/output.h"
#include "tools/rilon/status_text.h"

namespace rilon {
namespace {

std::string clock_text(std::uint64_t ms) {
    const std::time_t seconds = static_cast<std::time_t>(ms / 1000);
    std::tm parts{};
    localtime_r(&seconds, &parts);
    return fmt::format("{}:{:02}", local_time(ms), parts.tm_sec);
}

// In as many lines as it takes, broken at blanks, those after the first set in.
void wrap(const std::string& text, std::size_t columns, std::vector<std::string>& out) {
    constexpr const char* set_in = "    ";
    std::string line;
    std::size_t from = text.find_first_not_of(' ');
    if (from != text.npos) line = text.substr(0, from);
    bool empty = true;
    while (from != text.npos) {
        const std::size_t end = text.find(' ', from);
        const std::size_t next = end == text.npos ? end : text.find_first_not_of(' ', end);
        std::string word = text.substr(from, end == text.npos ? end : end - from);
        if (!empty && display_width(line) + display_width(word) > columns) {
            out.push_back(line.substr(0, line.find_last_not_of(' ') + 1));
            line = set_in;
        }
        // Longer than a line: cut, whoever wants it whole has rilon status.
        while (display_width(line) + display_width(word) > columns && code_points(word) > 1)
            word = std::string(first_code_points(word, code_points(word) - 1));
        line += word;
        empty = false;
        if (next != text.npos) line += text.substr(end, next - end);
        from = next;
    }
    out.push_back(line.substr(0, line.find_last_not_of(' ') + 1));
}

// Links that are down first.
proto::StatusResponse sorted(const proto::StatusResponse& status) {
    proto::StatusResponse out = status;
    std::vector<proto::PeerStatus> peers(out.peers().begin(), out.peers().end());
    std::stable_sort(peers.begin(), peers.end(),
                     [](const proto::PeerStatus& a, const proto::PeerStatus& b) {
                         return !a.connected() && b.connected();
                     });
    out.clear_peers();
    for (proto::PeerStatus& peer : peers) *out.add_peers() = std::move(peer);
    return out;
}

}  // namespace

std::vector<std::string> top_screen(const TopView& view, std::uint64_t now, ScreenSize size) {
    std::vector<std::string> out;
    const bool known = !view.status.node().empty();
    wrap(fmt::format("rilon top   {}   every {} s   q leaves", clock_text(now),
                     view.every_ms / 1000),
         size.columns, out);
    if (!view.problem.empty())
        wrap("! " + shown(view.problem) +
                 (known ? "; what follows is of " + ago(view.at_ms, now) : ""),
             size.columns, out);
    for (const std::string& warning : view.status.warnings())
        wrap("! " + shown(warning), size.columns, out);
    out.emplace_back();
    if (known)
        for (const std::string& line : status_lines(sorted(view.status), now, true))
            wrap(line, size.columns, out);
    if (out.size() <= size.rows) return out;
    const std::size_t left = out.size() - size.rows + 1;
    out.resize(size.rows - 1);
    std::vector<std::string> last;
    wrap(fmt::format("… {} more lines: rilon status -v", left), size.columns, last);
    out.push_back(last[0]);
    return out;
}

std::string top_line(const proto::StatusResponse& status, std::uint64_t now) {
    std::string out = clock_text(now) + "  " + status_lines(status, now, false)[0];
    if (status.outbox() > 0) out += fmt::format(", {} no other node holds yet", status.outbox());
    out += ", checkpoint " + ago(status.checkpoint_ms(), now);
    for (const std::string& warning : status.warnings()) out += " ! " + shown(warning);
    return out;
}

}  // namespace rilon
