// rilon history: a node that joined, or whose store was put back, is given the keys of alerts that
// were sealed before it could read them. Which these are the node says (node/history.cc).
#include "tools/exit_code.h"
#include "tools/problem.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/options.h"
#include "tools/rilon/output.h"
#include "tools/rilon/posting.h"

namespace rilon {
namespace {

// The moment so long ago.
Result<std::uint64_t> time_ago(const std::string& text) {
    auto ago = parse_duration(text);
    if (!ago) return ago.error();
    const std::uint64_t now = now_ms();
    return now > *ago ? now - *ago : 1;
}

}  // namespace

Result<int> run_history(Context& context) {
    auto since = time_ago(context.args.get("since", "30d"));
    if (!since) return since.error();
    Posting posting;
    posting.prepare.mutable_operation()->mutable_history();
    proto::HistoryWish& wish = *posting.prepare.mutable_history();
    wish.set_node(context.args.word(0));
    wish.set_since_ms(*since);
    if (context.args.has("until")) {
        auto until = time_ago(context.args.get("until"));
        if (!until) return until.error();
        if (*until < *since)
            return problem(Errc::usage, "--until is before --since",
                           "as in --since 60d --until 30d");
        wish.set_until_ms(*until);
    }
    auto session = Session::open(context);
    if (!session) return session.error();
    return post(context, *session, posting);
}

}  // namespace rilon
