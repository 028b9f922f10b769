// rilon inbox, rilon show.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "tools/exit_code.h"
#include "tools/problem.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/json_lines.h"
#include "tools/rilon/kept.h"
#include "tools/rilon/operation.h"
#include "tools/rilon/options.h"
#include "tools/rilon/output.h"
#include "tools/rilon/session.h"
#include "tools/rilon/terminal.h"
#include "tools/rilon/view.h"

namespace rilon {
namespace {

void put_alert(Output& out, const proto::AlertRow& row) {
    if (out.json()) {
        out.line(json_alert_full(row));
        return;
    }
    for (const std::string& line : alert_lines(row, out)) out.line(line);
}

void put_evidence(Output& out, const proto::Evidence& e) {
    if (out.json()) {
        out.line(json_evidence(e));
        return;
    }
    out.line(fmt::format("entry          {} seq {} of stream {}", to_hex(as_bytes(e.entry_id())),
                         e.seq(), to_hex(as_bytes(e.stream_id()))));
    out.line("verified by    " + shown(e.verified_by()));
    out.line("signed header  " + to_hex(as_bytes(e.header_and_signature())));
}

Status put_receipts(Session& session, Output& out, const std::string& alert) {
    proto::Request request;
    request.mutable_receipts()->set_alert(alert);
    auto response = session.call(request);
    if (!response) return response.error();
    const proto::ReceiptsResponse& receipts = response->receipts();
    if (out.json()) {
        for (const proto::Receipt& r : receipts.receipts()) out.line(json_receipt(r));
        for (const proto::Receipt& r : receipts.narrowed()) out.line(json_receipt(r));
        return {};
    }
    for (const std::string& line : receipt_lines(receipts, now_ms())) out.line(line);
    return {};
}

// Replies to a request, a line each; of a program's every one is an alert of its own.
void put_replies(Output& out, const proto::ShowResponse& show) {
    for (const proto::AlertRow& row : show.replies())
        out.line(out.json() ? json_alert(row) : reply_line(row));
}

// Whom to call for a victim: what the officer's profile says for the host country. No list comes
// with rilon, for a number that is wrong is worse than none (docs/decisions/0019).
Status put_referral(Context& context, Session& session, const proto::AlertRow& row) {
    if (!row.alert().has_trafficking_indicator()) return {};
    auto hello = session.hello();
    if (!hello) return hello.error();
    const std::string& contacts = session.profile().referral;
    if (context.out.json()) {
        context.out.line(json_plain("referral", {{"host", hello->host()}, {"contacts", contacts}}));
        return {};
    }
    for (const std::string& line : referral_lines(contacts, hello->host())) context.out.line(line);
    if (contacts.empty())
        context.out.line(fmt::format("{:<14} {}: none known; write referral = \"…\" into {}",
                                     "referral", shown(hello->host()),
                                     shown(profile_path(session.profile().name))));
    return {};
}

// In a crowded room: on a terminal the alert leaves the screen when it was read.
void clear_after_reading(Context& context) {
    if (context.out.json() || isatty(STDOUT_FILENO) == 0 || !context.terminal.can_ask()) return;
    if (!context.out.flush()) return;
    auto answer = context.terminal.ask("(Enter clears the screen) ", "");
    if (answer) context.out.raw("\x1b[2J\x1b[3J\x1b[H");
}

}  // namespace

// Whom the officer keeps a look-out for may be among what came.
Status tell_of_kept(Context& context, Session& session) {
    auto all = kept_caseloads(session);
    if (!all) return all.error();
    const bool arrived = std::any_of(all->begin(), all->end(),
                                     [](const proto::Kept& kept) { return kept.arrived() > 0; });
    if (arrived)
        context.out.talk("entries came since your kept persons were screened: rilon screen --kept");
    return {};
}

Result<int> run_inbox(Context& context) {
    proto::Request request;
    proto::ListRequest& list = *request.mutable_list();
    list.set_unread(context.args.has("unread"));
    list.set_urgent(context.args.has("urgent"));
    if (context.args.has("type")) {
        auto kind = known_kind("--type", context.args.get("type"));
        if (!kind) return kind.error();
        list.set_type(*kind);
    }
    if (context.args.has("since")) {
        auto since = parse_duration(context.args.get("since"));
        if (!since) return since.error();
        const std::uint64_t now = now_ms();
        list.set_since_ms(now > *since ? now - *since : 0);
    }
    auto session = Session::open(context);
    if (!session) return session.error();
    auto response = session->call(request);
    if (!response) return response.error();
    const proto::AlertsResponse& alerts = response->alerts();
    for (const proto::AlertRow& row : alerts.rows())
        context.out.line(context.out.json() ? json_alert(row) : inbox_line(row, context.out));
    const auto count = static_cast<std::uint64_t>(alerts.rows_size());
    if (count == 0)
        context.out.talk("nothing here");
    else if (alerts.next() != 0)
        context.out.talk(
            fmt::format("the newest {}; --since 2d, --unread or rilon search narrow it", count));
    if (alerts.release_requests() != 0)
        context.out.talk(
            fmt::format("{} for a second officer: rilon release",
                        alerts.release_requests() == 1
                            ? "1 alert waits"
                            : fmt::format("{} alerts wait", alerts.release_requests())));
    if (alerts.onward_requests() != 0)
        context.out.talk(
            fmt::format("{} to let others have an alert of yours: rilon release",
                        alerts.onward_requests() == 1
                            ? "1 request waits"
                            : fmt::format("{} requests wait", alerts.onward_requests())));
    if (alerts.reviews() != 0)
        context.out.talk(fmt::format(
            "{} of your node to be looked at again: rilon review",
            alerts.reviews() == 1 ? "1 alert" : fmt::format("{} alerts", alerts.reviews())));
    if (!context.out.json())
        if (Status s = tell_of_kept(context, *session); !s) return s.error();
    return exit_done;
}

Result<int> run_show(Context& context) {
    const std::string alert = context.args.word(0);
    proto::Request request;
    request.mutable_show()->set_alert(alert);
    request.mutable_show()->set_history(context.args.has("history"));
    request.mutable_show()->set_evidence(context.args.has("evidence"));
    auto session = Session::open(context);
    if (!session) return session.error();
    auto response = session->call(request);
    if (!response) return response.error();
    put_alert(context.out, response->show().row());
    put_replies(context.out, response->show());
    for (const proto::Onward& one : response->show().onward()) put_onward(context.out, one);
    for (const proto::AlertRow& row : response->show().history()) {
        context.out.talk("—");
        put_alert(context.out, row);
    }
    for (const proto::Evidence& e : response->show().evidence()) put_evidence(context.out, e);
    if (context.args.has("receipts"))
        if (Status s = put_receipts(*session, context.out, alert); !s) return s.error();
    if (Status s = put_referral(context, *session, response->show().row()); !s) return s.error();
    clear_after_reading(context);
    return exit_done;
}

}  // namespace rilon
