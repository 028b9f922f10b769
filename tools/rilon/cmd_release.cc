// rilon release: what waits for a second officer, and the second officer's word on it; and the
// requests of onward release (cmd_onward.cc).
#include <fmt/format.h>

#include "protocol/short_id.h"
#include "tools/exit_code.h"
#include "tools/rilon/columns.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/json_lines.h"
#include "tools/rilon/operation.h"
#include "tools/rilon/output.h"
#include "tools/rilon/posting.h"
#include "tools/rilon/view.h"

namespace rilon {
namespace {

// "asked by LO-3: a person's own states may know of him: …"
std::vector<std::string> asked_lines(const proto::AlertRow& row, std::size_t columns) {
    return folded(
        fmt::format("asked by {}: {}", shown(row.officer()), shown(release_asked(row.alert()))),
        columns, 2);
}

Result<int> decide(Context& context, bool decline) {
    auto session = Session::open(context);
    if (!session) return session.error();
    auto row = alert_named(*session, context.args.word(0));
    if (!row) return row.error();
    Posting posting;
    posting.headline = headline_of(decline ? "DECLINE" : "RELEASE", *row);
    if (row->alert().has_release_request())
        for (const std::string& line : asked_lines(*row, context.out.columns_talk()))
            context.out.talk(line);
    posting.prepare.set_alert(format_alert_id(AlertId::copy_of(as_bytes(row->alert_id()))));
    posting.prepare.mutable_release()->set_decline(decline);
    return post(context, *session, posting);
}

}  // namespace

Result<int> run_release(Context& context) {
    proto::Request request;
    request.mutable_list()->set_release(true);
    auto session = Session::open(context);
    if (!session) return session.error();
    auto response = session->call(request);
    if (!response) return response.error();
    for (const proto::AlertRow& row : response->alerts().rows()) {
        if (context.out.json()) {
            context.out.line(json_alert_full(row));
            continue;
        }
        context.out.line(inbox_line(row, context.out));
        for (const std::string& line : asked_lines(row, context.out.columns()))
            context.out.line(line);
    }
    bool waits = false;
    for (const proto::Onward& one : response->alerts().onward()) {
        put_onward(context.out, one);
        waits = waits || (!one.own() && one.state() == "waits");
    }
    if (!response->alerts().rows().empty())
        context.out.talk("rilon release approve ID, or decline ID; who asked can't approve");
    if (waits) context.out.talk("rilon release grant ID, or refuse ID; ID is the request's");
    if (response->alerts().rows().empty() && response->alerts().onward().empty())
        context.out.talk("nothing waits for a second officer, and nobody asks to pass anything on");
    return exit_done;
}

Result<int> run_release_approve(Context& context) {
    return decide(context, false);
}

Result<int> run_release_decline(Context& context) {
    return decide(context, true);
}

}  // namespace rilon
