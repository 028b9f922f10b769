// rilon audience, rilon status, rilon log: what the node says about the network and itself.
#include <fmt/format.h>

#include "node/system.h"
#include "tools/alert_input.h"
#include "tools/exit_code.h"
#include "tools/problem.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/json_lines.h"
#include "tools/rilon/output.h"
#include "tools/rilon/posting.h"
#include "tools/rilon/preview.h"
#include "tools/rilon/session.h"
#include "tools/rilon/status_text.h"

namespace rilon {
namespace {

constexpr std::uint32_t log_rows_max = 500;

Result<proto::AudiencesResponse> audiences(Context& context, proto::Request& request) {
    auto session = Session::open(context);
    if (!session) return session.error();
    auto response = session->call(request);
    if (!response) return response.error();
    return response->audiences();
}

void put_members(Output& out, const proto::AudienceRow& row) {
    if (out.json()) {
        out.line(json_audience(row));
        return;
    }
    out.line(fmt::format("{}  ({} node{})", shown(row.name()), row.members_size(),
                         row.members_size() == 1 ? "" : "s"));
    for (const proto::Reader& r : row.members())
        out.line(fmt::format("  {:<20} {}{}", shown(r.name()), shown(r.party()),
                             r.host() ? "   host" : ""));
}

void put_status(Output& out, const proto::StatusResponse& s) {
    for (const std::string& l : status_lines(s, now_ms(), out.verbose())) out.line(l);
    for (const std::string& w : s.warnings()) out.line(out.paint(Paint::warning, "! " + shown(w)));
}

}  // namespace

Result<int> run_audience_list(Context& context) {
    proto::Request request;
    request.mutable_audiences();
    auto answer = audiences(context, request);
    if (!answer) return answer.error();
    for (const proto::AudienceRow& row : answer->audiences()) {
        if (context.out.json())
            context.out.line(json_audience(row));
        else
            context.out.line(fmt::format("{:<20} {:<10} {} node{}{}", shown(row.name()),
                                         shown(row.kind()), row.members_size(),
                                         row.members_size() == 1 ? "" : "s",
                                         row.ours() ? "" : "   (not ours)"));
    }
    return exit_done;
}

Result<int> run_audience_show(Context& context) {
    proto::Request request;
    request.mutable_audiences()->set_name(context.args.word(0));
    auto answer = audiences(context, request);
    if (!answer) return answer.error();
    for (const proto::AudienceRow& row : answer->audiences()) put_members(context.out, row);
    return exit_done;
}

// Asks as a posting would, with a bulletin that is never committed: the node applies the rules.
Result<int> run_audience_preview(Context& context) {
    PostRequest bulletin;
    bulletin.template_name = "bulletin";
    bulletin.text = "preview";
    bulletin.today = civil_today();
    SystemRng rng;
    auto alert = build_alert(bulletin, UnixMillis{now_ms()}, rng);
    if (!alert) return alert.error();
    proto::Request request;
    proto::PrepareRequest& prepare = *request.mutable_prepare();
    *prepare.mutable_operation()->mutable_publish() = std::move(*alert);
    if (Status s = read_wish(context.args, *prepare.mutable_wish()); !s) return s.error();
    prepare.mutable_wish()->set_audience(context.args.word(0));
    auto session = Session::open(context);
    if (!session) return session.error();
    auto response = session->call(request);
    if (!response) return response.error();
    if (context.out.json()) {
        context.out.line(json_preview(response->prepared()));
        return exit_done;
    }
    for (const std::string& line : reader_lines(response->prepared())) context.out.line(line);
    context.out.talk("a person's own states are left out as well, when there is a person");
    return exit_done;
}

Result<int> run_status(Context& context) {
    proto::Request request;
    request.mutable_status();
    auto session = Session::open(context);
    if (!session) return session.error();
    auto response = session->call(request);
    if (!response) return response.error();
    if (context.out.json())
        context.out.line(json_status(response->status()));
    else
        put_status(context.out, response->status());
    return exit_done;
}

Result<int> run_log(Context& context) {
    proto::Request request;
    proto::LogRequest& log = *request.mutable_log();
    log.set_max(log_rows_max);
    log.set_verify(context.args.has("verify"));
    if (context.args.has("from")) {
        const std::string from = context.args.get("from");
        if (from.empty() || from.size() > 18 ||
            from.find_first_not_of("0123456789") != std::string::npos)
            return problem(Errc::usage, "--from takes the number of a row",
                           "see the first column of rilon log");
        log.set_from(std::stoull(from));
    }
    auto session = Session::open(context);
    if (!session) return session.error();
    auto response = session->call(request);
    if (!response) return response.error();
    for (const proto::LogRow& row : response->log().rows()) {
        if (context.out.json())
            context.out.line(json_log(row));
        else
            context.out.line(fmt::format("{:>7}  {}  {:<16} {:<12} {}", row.n(),
                                         local_time(row.at_ms()), shown(row.subject()),
                                         shown(row.action()), shown(row.detail())));
    }
    if (log.verify() && !response->log().verified())
        return problem(Errc::damaged,
                       "the audit log does not verify: it was edited, cut or truncated",
                       "keep the node's disk as it is and tell the RSO");
    if (log.verify()) context.out.talk("✓ the chain verifies");
    return exit_done;
}

}  // namespace rilon
