// rilon post, rilon say: a new alert.
#include <fmt/format.h>

#include "node/system.h"
#include "protocol/alert.h"
#include "tools/alert_input.h"
#include "tools/exit_code.h"
#include "tools/problem.h"
#include "tools/rilon/alert_draft.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/output.h"
#include "tools/rilon/posting.h"
#include "tools/rilon/terminal.h"

namespace rilon {
namespace {

constexpr std::size_t say_bytes_max = 4 * 8000;

constexpr const char* go_on = "rilon post -f";

Result<proto::PrepareRequest> edited(Context& context, const proto::Alert& alert) {
    // The text says nothing of the readers.
    const std::string resume = "rilon post" + wish_words(context.args) + " -f";
    auto text = edit_text(context, alert_to_text(alert), resume);
    if (!text) return text.error();
    auto posting = posting_from_text(*text);
    if (posting) return posting;
    auto draft = KeptDraft::keep(*text, resume);  // What was typed outlives what is wrong with it.
    return draft ? draft->kept(posting.error()) : posting.error();
}

Result<proto::PrepareRequest> posting_of(Context& context) {
    const bool file = context.args.has("file");
    const std::string word = context.args.word(0);
    if (file || word == "-") {
        auto text = Terminal::read_input(file ? context.args.get("file") : "-", draft_bytes_max);
        if (!text) return text.error();
        return posting_from_text(*text);
    }
    if (!word.empty())
        return problem(Errc::usage, "rilon post takes a template by -t", "rilon post -t " + word);
    auto alert = alert_from_options(context);
    if (!alert) return alert.error();
    const bool bare = !context.args.has("mrz") && !context.args.has("template");
    if (context.args.has("edit") || (bare && context.terminal.can_ask()))
        return edited(context, *alert);
    proto::PrepareRequest posting;
    *posting.mutable_operation()->mutable_publish() = std::move(*alert);
    return posting;
}

Result<int> publish(Context& context, proto::PrepareRequest prepare) {
    proto::Alert& alert = *prepare.mutable_operation()->mutable_publish();
    apply_defaults(alert, UnixMillis{now_ms()});
    Posting posting;
    posting.headline = headline(alert);
    posting.prepare = std::move(prepare);
    read_wish(context.args, *posting.prepare.mutable_wish());
    read_precedence(context.args, posting.prepare);
    auto draft = KeptDraft::keep(posting_to_draft(posting.prepare), go_on);
    if (!draft) return draft.error();
    if (Status s = check_alert(posting.prepare.operation().publish()); !s)
        return draft->kept(s.error());
    auto session = Session::open(context);
    if (!session) return draft->kept(session.error());
    if (Status s = choose_audience(context, *session, *posting.prepare.mutable_wish()); !s)
        return draft->kept(s.error());
    auto done = post(context, *session, posting);
    if (!done) return draft->kept(done.error());
    draft->done();
    return done;
}

}  // namespace

Result<int> run_post(Context& context) {
    auto posting = posting_of(context);
    if (!posting) return posting.error();
    return publish(context, std::move(*posting));
}

Result<int> run_say(Context& context) {
    std::string text;
    for (const std::string& word : context.args.words()) text += (text.empty() ? "" : " ") + word;
    if (text == "-") {
        auto input = Terminal::read_input("-", say_bytes_max);
        if (!input) return input.error();
        text = *input;
        while (!text.empty() && text.back() == '\n') text.pop_back();
    }
    PostRequest request;
    request.template_name = "bulletin";
    request.text = text;
    request.tlp = context.args.get("tlp");
    request.today = civil_today();
    SystemRng rng;
    auto alert = build_alert(request, UnixMillis{now_ms()}, rng);
    if (!alert) return alert.error();
    proto::PrepareRequest posting;
    *posting.mutable_operation()->mutable_publish() = std::move(*alert);
    return publish(context, std::move(posting));
}

}  // namespace rilon
