// rilon request, rilon reply: a question with a date, and what is known of it.
#include <fmt/format.h>

#include "node/system.h"
#include "protocol/alert.h"
#include "tools/alert_input.h"
#include "tools/problem.h"
#include "tools/rilon/alert_draft.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/operation.h"
#include "tools/rilon/output.h"
#include "tools/rilon/posting.h"
#include "tools/rilon/publish.h"
#include "tools/rilon/session.h"
#include "tools/rilon/terminal.h"
#include "tools/rilon/view.h"

namespace rilon {
namespace {

Result<proto::Alert> request_of_text(Context& context, const std::string& text, Args& args) {
    const std::string name = context.args.get("template", "request");
    auto form = find_template(name);
    if (!form) return problem(Errc::usage, form.error().detail, "rilon request needs no -t");
    if ((*form)->kind != "request")
        return problem(Errc::usage, fmt::format("-t {} is no template of a request", name),
                       "rilon post -t " + name);
    args.set("template", {std::string((*form)->name)});
    if (!text.empty()) args.set("text", {text});
    Context asked{args, context.globals, context.out, context.terminal};
    return alert_from_options(asked);
}

Result<proto::AlertRow> row_of(Context& context, const std::string& alert) {
    auto session = Session::open(context);
    if (!session) return session.error();
    auto row = alert_named(*session, alert);
    if (!row || row->type() == "request") return row;
    return problem(Errc::usage, short_form(row->alert_id()) + " is no request: " + row->type(),
                   "rilon confirm and rilon update say something of another alert");
}

Result<proto::Alert> reply_to(Context& context, const std::string& text) {
    auto row = row_of(context, context.args.word(0));
    if (!row) return row.error();
    PostRequest reply;
    reply.template_name = "reply";
    reply.text = text;
    reply.title = context.args.get("title");
    reply.tlp = context.args.get("tlp");
    reply.caveats = context.args.all("caveat");
    reply.today = civil_today();
    SystemRng rng;
    auto alert = build_alert(reply, UnixMillis{now_ms()}, rng);
    if (!alert) return alert.error();
    alert->mutable_reply()->set_request_id(row->alert_id());
    if (reply.title.empty()) alert->set_title(headline(*alert));
    return alert;
}

}  // namespace

Result<int> run_request(Context& context) {
    auto text = text_of_words(context.args.words());
    if (!text) return text.error();
    Args args = context.args;
    Context asked{args, context.globals, context.out, context.terminal};
    auto alert = request_of_text(context, *text, args);
    if (!alert) return keep_typed(context.args.words(), *text, "rilon request - <", alert.error());
    proto::PrepareRequest prepare;
    *prepare.mutable_operation()->mutable_publish() = std::move(*alert);
    return publish(asked, std::move(prepare));
}

Result<int> run_reply(Context& context) {
    const std::vector<std::string>& words = context.args.words();
    auto text = text_of_words({words.begin() + 1, words.end()});
    if (!text) return text.error();
    auto alert = reply_to(context, *text);
    if (!alert)
        return keep_typed({words.begin() + 1, words.end()}, *text,
                          "rilon reply " + words[0] + " - <", alert.error());
    proto::PrepareRequest prepare;
    *prepare.mutable_operation()->mutable_publish() = std::move(*alert);
    return publish(context, std::move(prepare));
}

}  // namespace rilon
