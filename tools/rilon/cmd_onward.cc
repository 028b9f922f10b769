// rilon release request, grant, refuse: a reader asks an alert's author to let others have it, and
// the author's officer answers (originator control).
#include <fmt/format.h>

#include "protocol/short_id.h"
#include "tools/problem.h"
#include "tools/rilon/columns.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/operation.h"
#include "tools/rilon/options.h"
#include "tools/rilon/output.h"
#include "tools/rilon/posting.h"
#include "tools/rilon/terminal.h"
#include "tools/rilon/view.h"

namespace rilon {
namespace {

// Why others should have it: the author decides by that.
Result<std::string> request_reason(Context& context) {
    const std::string words = words_after_id(context);
    if (!words.empty()) return text_or_input(words);
    return context.terminal.ask("Its author must know why. Reason: ",
                                "write the reason behind the ID, or - and type it");
}

Result<int> post_request(Context& context, const std::string& reason) {
    auto session = Session::open(context);
    if (!session) return session.error();
    auto row = alert_named(*session, context.args.word(0));
    if (!row) return row.error();
    Posting posting;
    posting.headline = headline_of("REQUEST RELEASE", *row);
    auto id = AlertId::parse(row->alert_id());
    if (!id) return id.error();
    posting.prepare.set_alert(format_alert_id(*id));
    proto::OnwardWish& wish = *posting.prepare.mutable_onward();
    for (const std::string& who : context.args.all("to")) wish.add_to(who);
    wish.set_outside(context.args.get("outside"));
    wish.set_reason(reason);
    return post(context, *session, posting);
}

bool is_named(const proto::Onward& one, const std::string& word) {
    auto reference = parse_alert_reference(word);
    if (!reference) return false;
    for (const std::string* bytes : {&one.request_id(), &one.alert_id()}) {
        auto id = AlertId::parse(*bytes);
        if (id && refers_to(*reference, *id)) return true;
    }
    return false;
}

// The request that the word names, as it waits here. None: the node says why not.
Result<std::optional<proto::Onward>> waiting_named(Session& session, const std::string& word) {
    proto::Request request;
    request.mutable_list()->set_release(true);
    auto response = session.call(request);
    if (!response) return response.error();
    std::optional<proto::Onward> out;
    for (const proto::Onward& one : response->alerts().onward()) {
        if (one.own() || one.state() != "waits" || !is_named(one, word)) continue;
        if (out.has_value()) return std::optional<proto::Onward>();
        out = one;
    }
    return out;
}

Result<int> post_answer(Context& context, bool grant, const std::string& note) {
    auto session = Session::open(context);
    if (!session) return session.error();
    auto asked = waiting_named(*session, context.args.word(0));
    if (!asked) return asked.error();
    Posting posting;
    proto::OnwardDecision& decision = *posting.prepare.mutable_onward_decision();
    decision.set_request(context.args.word(0));
    decision.set_grant(grant);
    decision.set_note(note);
    if (asked->has_value()) {
        auto id = AlertId::parse((*asked)->request_id());
        auto alert = AlertId::parse((*asked)->alert_id());
        if (!id || !alert) return {Errc::malformed, "a request without an id"};
        decision.set_request(format_alert_id(*id));
        if (context.args.has("wait") && !(*asked)->outside().empty())
            return problem(Errc::usage, "--wait: nobody new would read it, so nobody can hold it",
                           "leave --wait out");
        auto row = alert_named(*session, format_alert_id(*alert));
        if (!row) return row.error();
        posting.headline = headline_of(grant ? "GRANT" : "REFUSE", *row);
        posting.text = row->alert();
        posting.onward = **asked;
        for (const std::string& line : onward_lines(**asked, context.out.columns_talk()))
            context.out.talk(line);
    }
    return post(context, *session, posting);
}

// The answer reaches who asked: what is added to it too.
Result<int> answer(Context& context, bool grant) {
    const std::string words = words_after_id(context);
    auto note = text_or_input(words);
    if (!note) return note.error();
    auto done = post_answer(context, grant, *note);
    if (done) return done;
    return keep_typed(
        {words}, *note,
        fmt::format("rilon release {} {} - <", grant ? "grant" : "refuse", context.args.word(0)),
        done.error());
}

}  // namespace

Result<int> run_release_request(Context& context) {
    if (context.args.has("to") == context.args.has("outside"))
        return problem(Errc::usage,
                       context.args.has("to") ? "--to and --outside are two requests"
                                              : "nobody is named for whom it is asked",
                       "give --to NODE, PARTY or AUDIENCE, or --outside NAME for a body that is "
                       "not in the network");
    auto reason = request_reason(context);
    if (!reason) return reason.error();
    auto done = post_request(context, *reason);
    if (done) return done;
    std::string again = "rilon release request " + context.args.word(0) + wish_words(context.args);
    if (context.args.has("outside"))
        again += " --outside '" + shown(context.args.get("outside")) + "'";
    return keep_typed({words_after_id(context)}, *reason, again + " - <", done.error());
}

Result<int> run_release_grant(Context& context) {
    return answer(context, true);
}

Result<int> run_release_refuse(Context& context) {
    return answer(context, false);
}

}  // namespace rilon
