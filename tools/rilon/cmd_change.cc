// rilon withdraw, rilon confirm, rilon update: operations on an alert that is there.
#include <fmt/format.h>

#include "protocol/codes.h"
#include "tools/exit_code.h"
#include "tools/problem.h"
#include "tools/rilon/alert_draft.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/output.h"
#include "tools/rilon/posting.h"
#include "tools/rilon/terminal.h"
#include "tools/rilon/view.h"

namespace rilon {
namespace {

Result<proto::AlertRow> alert_named(Session& session, const std::string& alert) {
    proto::Request request;
    request.mutable_show()->set_alert(alert);
    auto response = session.call(request);
    if (!response) return response.error();
    return response->show().row();
}

std::string headline_of(const char* what, const proto::AlertRow& row) {
    return fmt::format("{} {}  {}", what, short_form(row.alert_id()), title_of(row));
}

Result<std::string> withdraw_reason(Context& context) {
    std::string reason = context.args.get("reason");
    if (reason.empty()) {
        std::string question = "Why? ";
        for (const Code& c : withdraw_reasons()) question += std::string(c.code) + " ";
        auto answer = context.terminal.ask(question + ": ", "give --reason CODE");
        if (!answer) return answer.error();
        reason = *answer;
    }
    if (find_code(withdraw_reasons(), reason) != nullptr) return reason;
    const Code* near = nearest_code(withdraw_reasons(), reason);
    std::string all;
    for (const Code& c : withdraw_reasons()) all += (all.empty() ? "" : ", ") + std::string(c.code);
    return problem(
        Errc::usage, "no such reason: " + reason,
        near != nullptr ? "did you mean " + std::string(near->code) + "?" : "one of " + all);
}

}  // namespace

Result<int> run_withdraw(Context& context) {
    auto reason = withdraw_reason(context);
    if (!reason) return reason.error();
    auto session = Session::open(context);
    if (!session) return session.error();
    auto row = alert_named(*session, context.args.word(0));
    if (!row) return row.error();
    Posting posting;
    posting.headline = headline_of("WITHDRAW", *row);
    posting.prepare.set_alert(context.args.word(0));
    proto::Withdraw& withdraw = *posting.prepare.mutable_operation()->mutable_withdraw();
    withdraw.set_reason(*reason);
    withdraw.set_note(context.args.get("note"));
    withdraw.set_revision(row->revision());
    return post(context, *session, posting);
}

Result<int> run_confirm(Context& context) {
    auto session = Session::open(context);
    if (!session) return session.error();
    auto row = alert_named(*session, context.args.word(0));
    if (!row) return row.error();
    const std::string what =
        context.args.get("what", row->alert().persons_size() > 0 ? "person" : "document");
    if (what != "person" && what != "document" && what != "mo")
        return problem(Errc::usage, "--what " + what + " can't be confirmed",
                       "write person, document or mo");
    Posting posting;
    posting.headline = headline_of("CONFIRM", *row);
    posting.prepare.set_alert(context.args.word(0));
    proto::Confirm& confirm = *posting.prepare.mutable_operation()->mutable_confirm();
    confirm.set_confirmed(row->alert_id());
    confirm.set_what(what);
    confirm.mutable_when()->set_from_ms(now_ms());
    confirm.mutable_when()->set_precision("day");
    confirm.mutable_where()->set_country(context.args.get("country"));
    confirm.mutable_where()->set_location(context.args.get("where"));
    confirm.set_outcome(context.args.get("outcome"));
    confirm.set_quotes(context.args.has("quotes"));
    auto hello = session->hello();
    if (!hello) return hello.error();
    confirm.set_party(hello->party());
    return post(context, *session, posting);
}

Result<int> run_update(Context& context) {
    auto session = Session::open(context);
    if (!session) return session.error();
    auto row = alert_named(*session, context.args.word(0));
    if (!row) return row.error();
    if (row->withdrawn())
        return problem(Errc::not_permitted, "a withdrawn alert is not updated", "post a new one");
    const std::string go_on =
        fmt::format("rilon update {}{} -f", short_form(row->alert_id()), wish_words(context.args));
    auto text = context.args.has("file")
                    ? Terminal::read_input(context.args.get("file"), draft_bytes_max)
                    : edit_text(context, alert_to_text(row->alert()), go_on);
    if (!text) return text.error();
    auto draft = KeptDraft::keep(*text, go_on);
    if (!draft) return draft.error();
    auto edited = posting_from_text(*text);
    if (!edited) return draft->kept(edited.error());
    Posting posting;
    posting.headline = headline_of("UPDATE", *row);
    posting.prepare.set_alert(context.args.word(0));
    // The node sets id, revision and readers: an update goes to those who read the alert.
    *posting.prepare.mutable_operation()->mutable_supersede()->mutable_alert() =
        edited->operation().publish();
    read_wish(context.args, *posting.prepare.mutable_wish());
    if (!context.args.has("to")) {
        // Who was left out then must not slip in now: the officer names the readers again.
        if (row->audience().empty() || row->audience().find(' ') != std::string::npos)
            return draft->kept(problem(Errc::usage, "this alert went to " + row->audience(),
                                       "give --to and what else named its readers"));
        posting.prepare.mutable_wish()->set_audience(row->audience());
    }
    auto done = post(context, *session, posting);
    if (!done) return draft->kept(done.error());
    draft->done();
    return done;
}

}  // namespace rilon
