// rilon officer: who may use this node. Local to the node; readers of an officer's alerts see the
// display sign alone.
#include <fmt/format.h>

#include "protocol/fingerprint.h"
#include "tools/exit_code.h"
#include "tools/problem.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/json_lines.h"
#include "tools/rilon/output.h"
#include "tools/rilon/session.h"
#include "tools/rilon/setup.h"
#include "tools/rilon/terminal.h"

namespace rilon {
namespace {

Result<std::vector<proto::OfficerRow>> officers(Session& session) {
    proto::Request request;
    request.mutable_officers();
    auto response = session.call(request);
    if (!response) return response.error();
    return std::vector<proto::OfficerRow>(response->officers().officers().begin(),
                                          response->officers().officers().end());
}

}  // namespace

Result<int> run_officer_certify(Context& context) {
    auto bytes = read_armoured(context.args.word(0), ArmourKind::officer_request);
    if (!bytes) return bytes.error();
    proto::Request request;
    proto::CertifyRequest& certify = *request.mutable_certify();
    if (!certify.mutable_request()->ParseFromArray(bytes->data(), static_cast<int>(bytes->size())))
        return problem(Errc::malformed, "the file holds no officer's request", "ask for it again");
    certify.set_role(context.args.get("role", "officer"));
    auto session = Session::open(context);
    if (!session) return session.error();
    context.out.talk(fmt::format("certify {} ({}) as {}", shown(certify.request().name()),
                                 shown(certify.request().display_sign()), shown(certify.role())));
    context.out.talk("fingerprint: " + fingerprint_line(*bytes));
    auto sure = context.terminal.confirm("Did the officer read out the same words? [y/N] ");
    if (!sure) return sure.error();
    if (!*sure)
        return problem(Errc::interrupted, "not certified", "compare the words by telephone");
    auto response = session->call(request);
    if (!response) return response.error();
    const std::string id = to_hex(as_bytes(response->certify().officer_id()));
    if (context.out.json())
        context.out.line(json_plain("certified", {{"id", id}, {"role", certify.role()}}));
    context.out.talk("✓ certified; officer " + id);
    return exit_done;
}

Result<int> run_officer_list(Context& context) {
    auto session = Session::open(context);
    if (!session) return session.error();
    auto rows = officers(*session);
    if (!rows) return rows.error();
    for (const proto::OfficerRow& row : *rows) {
        if (context.out.json())
            context.out.line(json_officer(row));
        else
            context.out.line(fmt::format(
                "{:<10} {:<14} {:<24} since {}{}", shown(row.display_sign()), shown(row.role()),
                shown(row.name()), local_time(row.since_ms()), row.revoked() ? "   revoked" : ""));
    }
    return exit_done;
}

Result<int> run_officer_revoke(Context& context) {
    const std::string who = context.args.word(0);
    auto session = Session::open(context);
    if (!session) return session.error();
    auto rows = officers(*session);
    if (!rows) return rows.error();
    const proto::OfficerRow* found = nullptr;
    for (const proto::OfficerRow& row : *rows) {
        const bool named = row.display_sign() == who || to_hex(as_bytes(row.officer_id())) == who;
        if (named && !row.revoked()) found = &row;
    }
    if (found == nullptr)
        return problem(Errc::not_found, "no officer " + who + " in force here",
                       "rilon officer list");
    auto sure = context.terminal.confirm("Revoke " + shown(found->display_sign()) + " (" +
                                         shown(found->name()) + ")? [y/N] ");
    if (!sure) return sure.error();
    if (!*sure) return problem(Errc::interrupted, "not revoked", "");
    proto::Request request;
    request.mutable_revoke_officer()->set_officer_id(found->officer_id());
    auto response = session->call(request);
    if (!response) return response.error();
    context.out.talk("✓ revoked; the key opens nothing here from now on");
    return exit_done;
}

}  // namespace rilon
