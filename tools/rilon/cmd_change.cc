// rilon withdraw, rilon update: what an author's party does to its alert.
#include <fmt/format.h>

#include "protocol/codes.h"
#include "tools/exit_code.h"
#include "tools/problem.h"
#include "tools/rilon/alert_draft.h"
#include "tools/rilon/attaching.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/operation.h"
#include "tools/rilon/orphan_order.h"
#include "tools/rilon/output.h"
#include "tools/rilon/policy.h"
#include "tools/rilon/posting.h"
#include "tools/rilon/setup.h"
#include "tools/rilon/terminal.h"
#include "tools/rilon/view.h"

namespace rilon {
namespace {

Result<std::string> withdraw_reason(Context& context) {
    std::string reason = context.args.get("reason");
    if (reason.empty()) {
        std::string question = "Why? ";
        for (const Code& c : withdraw_reasons()) question += std::string(c.code) + " ";
        auto answer = context.terminal.ask(question + ": ", "give --reason CODE");
        if (!answer) return answer.error();
        reason = *answer;
    }
    return known_reason(reason, withdraw_reasons());
}

// A file's, or what $EDITOR makes of the old; with pictures alone the text stays.
Result<std::string> new_text(Context& context, const proto::Alert& before,
                             const std::string& go_on) {
    if (context.args.has("file"))
        return Terminal::read_input(context.args.get("file"), draft_bytes_max);
    const std::string old = alert_to_text(before);
    if (context.args.has("attach") || context.args.has("detach")) return old;
    return edit_text(context, old, go_on);
}

}  // namespace

Result<int> run_withdraw(Context& context) {
    auto reason = withdraw_reason(context);
    if (!reason) return reason.error();
    if (Status s = must_be_new(context.args.get("ask-order")); !s) return s.error();
    auto session = Session::open(context);
    if (!session) return session.error();
    auto row = alert_named(*session, context.args.word(0));
    if (!row) return row.error();
    if (context.args.has("ask-order")) {
        if (Status s = write_order(context, *session, *row, *reason, context.args.get("ask-order"));
            !s)
            return s.error();
        return exit_done;
    }
    Posting posting;
    posting.headline = headline_of("WITHDRAW", *row);
    posting.prepare.set_alert(context.args.word(0));
    proto::Withdraw& withdraw = *posting.prepare.mutable_operation()->mutable_withdraw();
    withdraw.set_reason(*reason);
    withdraw.set_note(context.args.get("note"));
    withdraw.set_revision(row->revision());
    if (context.args.has("order")) {
        auto order = read_order(context.args.get("order"), *row, *reason);
        if (!order) return order.error();
        withdraw.set_order(std::string(as_text(*order)));
    }
    return post(context, *session, posting);
}

Result<int> run_update(Context& context) {
    auto session = Session::open(context);
    if (!session) return session.error();
    auto row = alert_named(*session, context.args.word(0));
    if (!row) return row.error();
    if (row->withdrawn())
        return problem(Errc::not_permitted, "a withdrawn alert is not updated", "post a new one");
    const std::string go_on = fmt::format("rilon update {}{}{} -f", short_form(row->alert_id()),
                                          wish_words(context.args), attach_words(context.args));
    auto text = new_text(context, row->alert(), go_on);
    if (!text) return text.error();
    auto draft = KeptDraft::keep(*text, go_on);
    if (!draft) return draft.error();
    auto edited = alert_from_text(*text, row->alert());
    if (!edited) return draft->kept(edited.error());
    Posting posting;
    posting.headline = headline_of("UPDATE", *row);
    posting.prepare.set_alert(context.args.word(0));
    // The node sets id, revision and readers: an update goes to those who read the alert.
    proto::Alert& alert =
        *posting.prepare.mutable_operation()->mutable_supersede()->mutable_alert();
    alert = std::move(*edited);
    auto policy = load_policy();
    if (!policy) return draft->kept(policy.error());
    apply_policy(*policy, alert);
    if (Status s = detach(context.args, alert); !s) return draft->kept(s.error());
    if (Status s = attach_files(context, alert, posting.attached); !s)
        return draft->kept(s.error());
    if (Status s = wish_readers_again(context.args, *row, posting.prepare); !s)
        return draft->kept(s.error());
    auto done = post(context, *session, posting);
    if (!done) return draft->kept(done.error());
    draft->done();
    if (context.args.has("file") && !context.args.has("dry-run"))
        KeptDraft::done_with(context.args.get("file"));
    return done;
}

}  // namespace rilon
