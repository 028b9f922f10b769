#include "tools/rilon/matches.h"

#include "tools/exit_code.h"
#include "tools/rilon/columns.h"
#include "tools/rilon/json_lines.h"
#include "tools/rilon/view.h"

namespace rilon {

void put_match(Output& out, const proto::Match& match, const std::string& reference) {
    if (out.json()) {
        out.line(json_match(match, reference));
        return;
    }
    if (!reference.empty()) out.line(shown(reference));
    for (const std::string& line : match_lines(match, out)) out.line(line);
}

void put_coverage(Output& out, const proto::Coverage& coverage,
                  const std::optional<ScreenCounts>& counts) {
    if (out.json()) return out.line(json_coverage(coverage, counts));
    for (const std::string& line : folded(coverage_line(coverage, now_ms()), out.columns_talk(), 2))
        out.talk(line);
}

void Verdict::add(const proto::SearchResponse& found) {
    for (const proto::Match& m : found.matches())
        (m.strength() == "strong" ? strong_ : possible_) = true;
    stale_ |= coverage_stale(found.coverage());
}

int Verdict::exit(std::size_t unscreened) const {
    if (strong_) return exit_strong;
    if (possible_) return exit_possible;
    if (unscreened > 0) return exit_usage;
    return stale_ ? exit_stale : exit_done;
}

}  // namespace rilon
