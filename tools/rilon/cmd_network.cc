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
    const std::uint64_t now = now_ms();
    int connected = 0;
    for (const proto::PeerStatus& p : s.peers()) connected += p.connected() ? 1 : 0;
    out.line(fmt::format("{} ({}), {} of {} peers connected, {} alerts", shown(s.node()),
                         shown(s.role()), connected, s.peers_size(), s.alerts()));
    if (s.outbox() > 0)
        out.line(fmt::format("{} no other node holds yet, the oldest from {}", s.outbox(),
                             local_time(s.outbox_oldest_ms())));
    if (s.unopened() > 0)
        out.line(fmt::format("{} not yet opened: their keys have not come", s.unopened()));
    for (const proto::PeerStatus& p : s.peers())
        out.line(fmt::format(
            "  {:<20} {:<14} heard {}{}", shown(p.name()),
            shown(p.state().empty() ? (p.connected() ? "connected" : "away") : p.state()),
            ago(p.last_heard_ms(), now),
            p.behind() > 0 ? fmt::format(", {} behind", p.behind()) : ""));
    out.line(fmt::format("directory: {} records, checkpoint {}", s.records(),
                         ago(s.checkpoint_ms(), now)));
    if (out.verbose())
        out.line(fmt::format(
            "version {}, up {} h, store {:.0f} % full, {} commits, the last took {} µs, "
            "{} published, {} received, {} refused, {} gaps repaired",
            shown(s.software()), s.uptime_ms() / ms_hour, s.store_ratio() * 100, s.commits(),
            s.last_commit_us(), s.published(), s.received(), s.refused(), s.gaps_repaired()));
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
    read_wish(context.args, *prepare.mutable_wish());
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
