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

Result<proto::Alert> alert_of(Context& context) {
    const bool file = context.args.has("file");
    const std::string word = context.args.word(0);
    if (file || word == "-") {
        auto text = Terminal::read_input(file ? context.args.get("file") : "-", draft_bytes_max);
        if (!text) return text.error();
        return alert_from_text(*text);
    }
    if (!word.empty())
        return problem(Errc::usage, "rilon post takes a template by -t", "rilon post -t " + word);
    auto alert = alert_from_options(context);
    const bool bare = !context.args.has("mrz") && !context.args.has("template");
    if (!alert || !(context.args.has("edit") || (bare && context.terminal.can_ask()))) return alert;
    auto text = edit_text(context, alert_to_text(*alert));
    if (!text) return text.error();
    auto edited = alert_from_text(*text);
    if (edited) return edited;
    auto draft = KeptDraft::keep(*text);  // What was typed outlives what is wrong with it.
    return draft ? draft->kept(edited.error()) : edited.error();
}

Result<int> publish(Context& context, proto::Alert alert) {
    apply_defaults(alert, UnixMillis{now_ms()});
    auto draft = KeptDraft::keep(alert_to_draft(alert));
    if (!draft) return draft.error();
    if (Status s = check_alert(alert); !s) return draft->kept(s.error());
    auto session = Session::open(context);
    if (!session) return draft->kept(session.error());
    Posting posting;
    posting.headline = headline(alert);
    read_wish(context.args, *posting.prepare.mutable_wish());
    if (Status s = choose_audience(context, *session, *posting.prepare.mutable_wish()); !s)
        return draft->kept(s.error());
    *posting.prepare.mutable_operation()->mutable_publish() = std::move(alert);
    auto done = post(context, *session, posting);
    if (!done) return draft->kept(done.error());
    draft->done();
    return done;
}

}  // namespace

Result<int> run_post(Context& context) {
    auto alert = alert_of(context);
    if (!alert) return alert.error();
    return publish(context, std::move(*alert));
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
    return publish(context, std::move(*alert));
}

}  // namespace rilon
