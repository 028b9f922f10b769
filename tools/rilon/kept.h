// Caseloads that the node keeps for this officer (node/kept.h), as the commands use them.
#pragma once

#include <string>
#include <vector>

#include "tools/rilon/caseload.h"
#include "tools/rilon/command.h"
#include "tools/rilon/session.h"

namespace rilon {

// When what `--keep 90d` says is over, ms since 1970; 0: it was not given. Error usage: a day to a
// year.
Result<std::uint64_t> keep_until(const Args& args);
// Sends them to the node, part by part, and says so. All or, after an error, none for longer than
// an hour.
Status keep_applicants(Context& context, Session& session, const std::vector<Applicant>& rows,
                       std::uint64_t until_ms);

Result<std::vector<proto::Kept>> kept_caseloads(Session& session);

// Screens one against what came since it was looked at last, or since the feed's cursor `from`, and
// prints what is like somebody. Gives what was found, and how far was looked.
struct Look {
    proto::SearchResponse found;
    std::string to;
    bool more = false;
};
Result<Look> look_again(Context& context, Session& session, const proto::Kept& kept,
                        const std::string& from = "");

// rilon screen --kept, rilon screen --forget.
Result<int> screen_kept(Context& context);
Result<int> forget_kept(Context& context, const std::string& id);

}  // namespace rilon
