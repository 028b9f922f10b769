#include "tools/rilon/publish.h"

#include "protocol/alert.h"
#include "protocol/second_officer.h"
#include "protocol/short_id.h"
#include "tools/rilon/alert_draft.h"
#include "tools/rilon/attaching.h"
#include "tools/rilon/output.h"
#include "tools/rilon/policy.h"
#include "tools/rilon/posting.h"
#include "tools/rilon/terminal.h"
#include "tools/rilon/trimmed.h"

namespace rilon {
namespace {

constexpr std::size_t text_bytes_max = 4 * 8000;

// A reply names its request, by which the node knows the readers.
void name_request(proto::PrepareRequest& prepare) {
    const proto::Alert& alert = prepare.operation().publish();
    if (!alert.has_reply() || !prepare.alert().empty()) return;
    if (auto id = AlertId::parse(alert.reply().request_id()))
        prepare.set_alert(format_alert_id(*id));
}

// The node refuses without one; better asked than refused.
Status ask_release_reason(Context& context, proto::PrepareRequest& prepare) {
    proto::Wish& wish = *prepare.mutable_wish();
    ReleaseWish readers;
    readers.tell_issuer = wish.tell_issuer();
    if (!wish.release_reason().empty() || !context.terminal.can_ask() ||
        asked_release(prepare.operation().publish(), readers).empty())
        return {};
    auto reason =
        context.terminal.ask("This waits for a second officer, who must know why. Reason: ",
                             "give --release-reason TEXT");
    if (!reason) return reason.error();
    wish.set_release_reason(*reason);
    return {};
}

}  // namespace

Result<std::string> text_of_words(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
    if (text != "-") return trimmed(text);
    auto input = Terminal::read_input("-", text_bytes_max);
    if (!input) return input.error();
    return trimmed(*input);
}

Result<int> publish(Context& context, proto::PrepareRequest prepare) {
    proto::Alert& alert = *prepare.mutable_operation()->mutable_publish();
    auto policy = load_policy();
    if (policy) apply_policy(*policy, alert);
    apply_defaults(alert, UnixMillis{now_ms()});
    name_request(prepare);
    Posting posting;
    posting.headline = headline(alert);
    posting.prepare = std::move(prepare);
    const Status wished = read_wish(context.args, *posting.prepare.mutable_wish());
    read_precedence(context.args, posting.prepare);
    // Pictures stay where they are, and are named again.
    auto draft = KeptDraft::keep(posting_to_draft(posting.prepare),
                                 "rilon post" + attach_words(context.args) + " -f");
    if (!draft) return draft.error();
    if (!wished) return draft->kept(wished.error());
    if (!policy) return draft->kept(policy.error());
    if (Status s = attach_files(context, *posting.prepare.mutable_operation()->mutable_publish(),
                                posting.attached);
        !s)
        return draft->kept(s.error());
    if (Status s = check_alert(posting.prepare.operation().publish()); !s)
        return draft->kept(s.error());
    auto session = Session::open(context);
    if (!session) return draft->kept(session.error());
    const bool reply = posting.prepare.operation().publish().has_reply();
    if (!reply)
        if (Status s = choose_audience(context, *session, *posting.prepare.mutable_wish()); !s)
            return draft->kept(s.error());
    if (Status s = ask_release_reason(context, posting.prepare); !s) return draft->kept(s.error());
    auto done = post(context, *session, posting);
    if (!done) return draft->kept(done.error());
    draft->done();
    return done;
}

}  // namespace rilon
