#include "tools/rilon/admin.h"

#include <fmt/format.h>

#include "protocol/nearest.h"
#include "tools/exit_code.h"
#include "tools/problem.h"
#include "tools/rilon/json_lines.h"
#include "tools/rilon/output.h"
#include "tools/rilon/terminal.h"

namespace rilon {
namespace {

constexpr std::uint32_t records_at_once = 256;

DirectoryRecord record_of(const proto::Record& record) {
    return {DirSeq{record.n()}, UnixMillis{record.recorded_ms()},
            to_bytes(as_bytes(record.statement())), to_bytes(as_bytes(record.authorisations()))};
}

bool same_record(const DirectoryRecord& a, const DirectoryRecord& b) {
    return a.n == b.n && a.recorded == b.recorded && a.statement == b.statement &&
           a.authorisations == b.authorisations;
}

std::string listed(const google::protobuf::RepeatedPtrField<std::string>& names) {
    std::string out;
    for (const std::string& name : names) out += (out.empty() ? "" : ", ") + shown(name);
    return out;
}

void report(Output& out, const StatementId& id, const proto::PendingResponse& pending) {
    const proto::PendingDraft* mine = nullptr;
    for (const proto::PendingDraft& d : pending.drafts())
        if (d.statement_id() == id.str()) mine = &d;
    if (out.json()) {
        if (mine != nullptr)
            out.line(json_pending(*mine));
        else
            out.line(json_plain("submitted", {{"id", id.hex()},
                                              {"state", pending.applied() ? "applied" : "sent"},
                                              {"note", pending.note()}}));
        return;
    }
    if (pending.applied())
        out.talk("✓ in force");
    else if (mine != nullptr && mine->waiting_for_size() > 0) {
        out.talk("✓ signed; waiting for " + listed(mine->waiting_for()));
        out.talk("  they run: rilon admin approve " + id.brief());
    } else
        out.talk("✓ handed in");
    const bool told = pending.applied() || (mine != nullptr && mine->waiting_for_size() > 0);
    if (!told && !pending.note().empty()) out.talk("  " + shown(pending.note()));
}

}  // namespace

Result<Directory> fetch_directory(Session& session) {
    auto pin = load_network(session.profile());
    if (!pin) return pin.error();
    Directory out(pin->network);
    while (true) {
        proto::Request request;
        request.mutable_directory()->set_from(out.size());
        request.mutable_directory()->set_max(records_at_once);
        auto response = session.call(request);
        if (!response) return response.error();
        for (const proto::Record& record : response->directory().records()) {
            if (out.empty() && !same_record(record_of(record), pin->first))
                return problem(Errc::bad_signature,
                               "this node's directory does not begin with the pinned network file",
                               "do not go on; compare the network files by telephone");
            if (Status s = out.apply(record_of(record)); !s) return s.error();
        }
        const bool all = out.size() >= response->directory().total();
        if (all || response->directory().records_size() == 0) break;
    }
    if (out.empty())
        return problem(Errc::not_enrolled, "this node has no directory yet",
                       "rilon status shows its links");
    return out;
}

DraftBasis basis_of(const Directory& directory) {
    return draft_basis(directory, UnixMillis{now_ms()});
}

const char* standing_word(Standing standing) {
    switch (standing) {
        case Standing::good: return "good";
        case Standing::suspended: return "suspended";
        case Standing::revoked: return "revoked";
    }
    return "";
}

Result<NodeId> node_named(const Directory& directory, const std::string& name) {
    if (const NodeRecord* node = directory.now().node_by_name(name)) return node->id;
    std::vector<std::string_view> names;
    for (const auto& [id, node] : directory.now().nodes) names.push_back(node->name);
    const auto near = nearest(name, names);
    return problem(Errc::not_found, "there is no node " + name,
                   near ? "did you mean " + std::string(names[*near]) + "?"
                        : "rilon admin directory lists them");
}

Result<StatementDraft> sign_draft(Context& context, Session& session, const Directory& directory,
                                  const StatementDraft& draft) {
    auto statement = parse_statement(draft.statement);
    if (!statement) return statement.error();
    auto id = StatementId::parse(statement->statement_id());
    if (!id) return id.error();
    const UnixMillis now{now_ms()};
    auto good = directory.progress(draft.statement, draft.authorisations, now);
    if (!good)
        return problem(good.code(), "not signed: " + good.error().detail,
                       "correct what was given, or ask who began it for a new draft");
    context.out.warn(fmt::format("You sign: {}", describe_statement(*statement, directory.now())));
    context.out.talk(fmt::format("  network {}, draft {}, valid until {}",
                                 shown(directory.now().network_name), id->brief(),
                                 local_time(statement->expires_ms())));
    auto sure = context.terminal.confirm("Sign? [y/N] ");
    if (!sure) return sure.error();
    if (!*sure) return problem(Errc::interrupted, "not signed", "nothing was sent");
    auto signature =
        session.keys().sign(authorisation_message(directory.network(), draft.statement));
    if (!signature) return signature.error();
    const Bytes own =
        std::move(
            ByteWriter{}.raw(key_id(session.keys().sign_pk().view()).view()).raw(signature->view()))
            .take();
    return merge_drafts(draft, {draft.statement, own});
}

Result<int> sign_and_submit(Context& context, Session& session, const Directory& directory,
                            const StatementDraft& draft) {
    auto merged = sign_draft(context, session, directory, draft);
    if (!merged) return merged.error();
    auto statement = parse_statement(merged->statement);
    if (!statement) return statement.error();
    auto id = StatementId::parse(statement->statement_id());
    if (!id) return id.error();
    proto::Request request;
    proto::Draft& out = *request.mutable_submit_draft()->mutable_draft();
    out.set_statement(std::string(as_text(merged->statement)));
    out.set_authorisations(std::string(as_text(merged->authorisations)));
    auto response = session.call(request);
    if (!response) return response.error();
    report(context.out, *id, response->pending());
    return exit_done;
}

}  // namespace rilon
