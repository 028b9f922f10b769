// rilon review: what an author's node is to look at again, and its word that an alert still holds.
#include <fmt/format.h>

#include <algorithm>

#include "protocol/alert.h"
#include "tools/exit_code.h"
#include "tools/problem.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/json_lines.h"
#include "tools/rilon/operation.h"
#include "tools/rilon/options.h"
#include "tools/rilon/output.h"
#include "tools/rilon/posting.h"
#include "tools/rilon/view.h"

namespace rilon {
namespace {

constexpr std::uint64_t list_ahead_ms = 30 * ms_day;
constexpr unsigned review_months = 12;

Result<std::uint64_t> duration_of(const Args& args, const std::string& option,
                                  std::uint64_t otherwise) {
    return args.has(option) ? parse_duration(args.get(option)) : Result(otherwise);
}

Result<int> list_reviews(Context& context) {
    auto ahead = duration_of(context.args, "within", list_ahead_ms);
    if (!ahead) return ahead.error();
    proto::Request request;
    request.mutable_list()->set_review_by_ms(now_ms() + *ahead);
    auto session = Session::open(context);
    if (!session) return session.error();
    auto response = session->call(request);
    if (!response) return response.error();
    for (const proto::AlertRow& row : response->alerts().rows()) {
        if (context.out.json()) {
            context.out.line(json_alert_full(row));
            continue;
        }
        context.out.line(inbox_line(row, context.out));
        context.out.line(fmt::format("  by {}", local_time(row.alert().review_by_ms())));
    }
    if (response->alerts().rows().empty())
        context.out.talk("nothing is to be looked at again so soon");
    else
        context.out.talk("rilon review ID: it still holds; rilon update ID, rilon withdraw ID");
    return exit_done;
}

// Not after the alert's own end, which a review does not move.
Result<std::uint64_t> next_review(const Args& args, const proto::Alert& alert) {
    const std::uint64_t year = plus_months(UnixMillis{now_ms()}, review_months).value;
    auto ahead = duration_of(args, "again", year - now_ms());
    if (!ahead) return ahead.error();
    const std::uint64_t end = alert.purge_after_ms();
    if (alert.review_by_ms() == 0)
        return problem(Errc::usage, "this alert ends by itself; nobody looks at it again",
                       "rilon update or rilon withdraw, if it should end sooner");
    const std::uint64_t at = now_ms() + std::min(*ahead, year - now_ms());
    return end == 0 ? at : std::min(at, end);
}

}  // namespace

Result<int> run_review(Context& context) {
    if (context.args.words().empty()) return list_reviews(context);
    auto session = Session::open(context);
    if (!session) return session.error();
    auto row = alert_named(*session, context.args.word(0));
    if (!row) return row.error();
    if (!row->has_alert())
        return problem(Errc::not_permitted, "a withdrawn alert is not looked at again",
                       "post a new one");
    auto at = next_review(context.args, row->alert());
    if (!at) return at.error();
    Posting posting;
    posting.headline = headline_of("STILL HOLDS", *row);
    posting.prepare.set_alert(context.args.word(0));
    proto::Alert& alert =
        *posting.prepare.mutable_operation()->mutable_supersede()->mutable_alert();
    alert = row->alert();
    alert.set_review_by_ms(*at);
    if (Status s = wish_readers_again(context.args, *row, posting.prepare); !s) return s.error();
    return post(context, *session, posting);
}

}  // namespace rilon
