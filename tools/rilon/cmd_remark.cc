// rilon confirm, rilon dispute, rilon hit: what another party than its author's says about an
// alert.
#include <chrono>

#include "protocol/codes.h"
#include "protocol/partial_date.h"
#include "tools/problem.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/operation.h"
#include "tools/rilon/options.h"
#include "tools/rilon/output.h"
#include "tools/rilon/posting.h"
#include "tools/rilon/terminal.h"
#include "tools/rilon/view.h"

namespace rilon {
namespace {

std::uint64_t ms_of(const PartialDate& date) {
    using namespace std::chrono;
    auto day =
        sys_days{year{*date.year} / static_cast<int>(*date.month) / static_cast<int>(*date.day)};
    return static_cast<std::uint64_t>(duration_cast<milliseconds>(day.time_since_epoch()).count());
}

// A day, or how long ago; today without a word.
Result<proto::TimeRange> when_of(const std::string& text) {
    const std::uint64_t now = now_ms();
    proto::TimeRange when;
    when.set_precision("day");
    when.set_from_ms(now);
    if (text.empty()) return when;
    if (auto ago = parse_duration(text); ago.ok() && *ago < now) {
        when.set_precision("hour");
        when.set_from_ms(now - *ago);
        return when;
    }
    auto date = parse_partial_date(text);
    if (!date || !date->complete() || *date->year < 1970)
        return problem(Errc::usage, "--when " + text + " is no day",
                       "write 2026-11-23, or how long ago: 2h, 3d");
    if (ms_of(*date) > now + ms_day)
        return problem(Errc::usage, "--when " + text + " is still to come",
                       "give the day on which it was met");
    when.set_from_ms(ms_of(*date));
    return when;
}

// What an alert is about, unless its reader says which of it he means.
std::string subject_of(const proto::Alert& alert) {
    if (alert.persons_size() > 0) return "person";
    return alert.has_modus_operandi() ? "mo" : "document";
}

Result<std::string> confirmed_what(const Context& context, const proto::Alert& alert) {
    const std::string what = context.args.get("what", subject_of(alert));
    if (what == "person" || what == "document" || what == "mo") return what;
    return problem(Errc::usage, "--what " + what + " is not known", "write person, document or mo");
}

// Only what the alert names can be met.
Result<std::string> met_what(const Context& context, const proto::Alert& alert) {
    const std::string what = context.args.get("what", subject_of(alert));
    if (context.args.has("what") && what != "person" && what != "document")
        return problem(Errc::usage, "--what " + what + " is not known", "write person or document");
    const bool there = what == "person"     ? alert.persons_size() > 0
                       : what == "document" ? alert.documents_size() > 0
                                            : false;
    if (there) return what;
    if (alert.persons_size() + alert.documents_size() > 0)
        return problem(
            Errc::usage, "this alert names no " + what,
            std::string("give --what ") + (alert.persons_size() > 0 ? "person" : "document"));
    return problem(Errc::not_permitted, "this alert names neither a person nor a document to meet",
                   "say that you saw the same with rilon confirm");
}

// Settled is said of a dispute of one's own.
Status may_settle(Session& session, const proto::AlertRow& row) {
    auto hello = session.hello();
    if (!hello) return hello.error();
    for (const proto::Remark& remark : row.remarks())
        if (stands(remark) && remark.party() == hello->party()) return {};
    return problem(Errc::not_permitted, "your party has no dispute of this alert to settle",
                   "see who disputes it: rilon show " + short_form(row.alert_id()));
}

Result<int> post_dispute(Context& context, const std::string& reason, const std::string& note) {
    auto session = Session::open(context);
    if (!session) return session.error();
    auto row = alert_named(*session, context.args.word(0));
    if (!row) return row.error();
    if (reason == "settled")
        if (Status own = may_settle(*session, *row); !own) return own.error();
    Posting posting;
    posting.headline = headline_of("DISPUTE", *row);
    posting.prepare.set_alert(context.args.word(0));
    proto::Dispute& dispute = *posting.prepare.mutable_operation()->mutable_dispute();
    dispute.set_reason(reason);
    dispute.set_note(note);
    return post(context, *session, posting);
}

Result<int> post_hit(Context& context, const proto::TimeRange& when, const std::string& outcome) {
    auto session = Session::open(context);
    if (!session) return session.error();
    auto row = alert_named(*session, context.args.word(0));
    if (!row) return row.error();
    auto what = met_what(context, row->alert());
    if (!what) return what.error();
    Posting posting;
    posting.headline = headline_of("HIT", *row);
    posting.prepare.set_alert(context.args.word(0));
    proto::Hit& hit = *posting.prepare.mutable_operation()->mutable_hit();
    hit.set_what(*what);
    *hit.mutable_when() = when;
    hit.mutable_where()->set_country(context.args.get("country"));
    hit.mutable_where()->set_location(context.args.get("where"));
    hit.set_outcome(outcome);
    return post(context, *session, posting);
}

}  // namespace

Result<int> run_confirm(Context& context) {
    auto session = Session::open(context);
    if (!session) return session.error();
    auto row = alert_named(*session, context.args.word(0));
    if (!row) return row.error();
    auto what = confirmed_what(context, row->alert());
    if (!what) return what.error();
    Posting posting;
    posting.headline = headline_of("CONFIRM", *row);
    posting.prepare.set_alert(context.args.word(0));
    proto::Confirm& confirm = *posting.prepare.mutable_operation()->mutable_confirm();
    confirm.set_confirmed(row->alert_id());
    confirm.set_what(*what);
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

Result<int> run_dispute(Context& context) {
    if (!context.args.has("reason")) {
        std::string all;
        for (const Code& c : dispute_reasons())
            all += (all.empty() ? "" : ", ") + std::string(c.code);
        return problem(Errc::usage, "a dispute needs its reason", "give --reason: " + all);
    }
    auto reason = known_reason(context.args.get("reason"), dispute_reasons());
    if (!reason) return reason.error();
    const std::string words = words_after_id(context);
    auto note = text_or_input(words);
    if (!note) return note.error();
    auto done = post_dispute(context, *reason, *note);
    if (done) return done;
    return keep_typed({words}, *note,
                      "rilon dispute " + context.args.word(0) + " --reason " + *reason + " - <",
                      done.error());
}

Result<int> run_hit(Context& context) {
    if (!context.args.has("outcome"))
        return problem(Errc::usage, "a hit needs what came of it",
                       "give --outcome, as \"refused entry\" or \"passed, seen later\"");
    auto when = when_of(context.args.get("when"));
    if (!when) return when.error();
    auto outcome = text_or_input(context.args.get("outcome"));
    if (!outcome) return outcome.error();
    auto done = post_hit(context, *when, *outcome);
    if (done) return done;
    return keep_typed({context.args.get("outcome")}, *outcome,
                      "rilon hit " + context.args.word(0) + " --outcome - <", done.error());
}

}  // namespace rilon
