// What search and screen print, and with which code a screening ends.
#pragma once

#include <optional>
#include <string>

#include "node/control.pb.h"
#include "tools/rilon/caseload.h"
#include "tools/rilon/output.h"

namespace rilon {

// `reference`: of the row of a caseload; empty: there is none.
void put_match(Output& out, const proto::Match& match, const std::string& reference);
// The closing line. `counts`: of a caseload.
void put_coverage(Output& out, const proto::Coverage& coverage,
                  const std::optional<ScreenCounts>& counts = std::nullopt);

// The strongest of what was found. Where nothing was, a line that could not be screened comes
// before a stale store: whoever sees 0 may take it that every line was screened.
class Verdict {
   public:
    void add(const proto::SearchResponse& found);
    int exit(std::size_t unscreened = 0) const;

   private:
    bool strong_ = false;
    bool possible_ = false;
    bool stale_ = false;
};

// rilon screen --batch (cmd_screen_batch.cc). `until_ms`: as keep_until.
Result<int> screen_batch(Context& context, const std::string& path, std::uint64_t until_ms);

}  // namespace rilon
