#include "tools/rilon/orphan_order.h"

#include <fmt/format.h>

#include "config/armour.h"
#include "config/file_io.h"
#include "node/system.h"
#include "protocol/orphan.h"
#include "protocol/short_id.h"
#include "tools/exit_code.h"
#include "tools/problem.h"
#include "tools/rilon/json_lines.h"
#include "tools/rilon/output.h"
#include "tools/rilon/setup.h"
#include "tools/rilon/view.h"

namespace rilon {
namespace {

// The person part knows the document part; the two go together.
std::vector<AlertId> parts_of(const proto::AlertRow& row) {
    std::vector<AlertId> out;
    if (auto id = AlertId::parse(row.alert_id())) out.push_back(*id);
    for (const proto::Link& link : row.alert().links())
        if (link.type() == "other-part")
            if (auto id = AlertId::parse(link.alert_id())) out.push_back(*id);
    return out;
}

// Whom the file is for next, or what is done with it.
Status report(Output& out, const Directory& directory, const StatementDraft& draft,
              const std::string& path) {
    auto statement = parse_statement(draft.statement);
    if (!statement) return statement.error();
    auto order = parse_order(encode_draft(draft));
    if (!order) return order.error();
    auto progress = directory.progress(draft.statement, draft.authorisations, UnixMillis{now_ms()});
    if (!progress) return progress.error();
    if (out.json()) {
        proto::PendingDraft line;
        line.set_statement_id(statement->statement_id());
        line.set_what(describe_statement(*statement, directory.now()));
        for (const std::string& name : progress->signed_by) line.add_signed_by(name);
        for (const std::string& seat : progress->waiting_for) line.add_waiting_for(seat);
        line.set_expires_ms(statement->expires_ms());
        out.line(json_pending(line));
        return {};
    }
    if (!progress->complete) {
        out.talk(fmt::format("✓ {}, waiting for {}", shown(path),
                             fmt::join(progress->waiting_for, " and ")));
        out.talk("  give them the file; they run: rilon admin approve " + shown(path));
        return {};
    }
    out.talk(fmt::format("✓ {}, signed by all who must", shown(path)));
    out.talk("  back to an officer who reads the alert, who runs:");
    out.talk(fmt::format("  rilon withdraw {} --reason {} --order {}",
                         format_short_id(order->alerts.front()), order->reason, shown(path)));
    return {};
}

}  // namespace

Status write_order(Context& context, Session& session, const proto::AlertRow& row,
                   const std::string& reason, const std::string& path) {
    auto directory = fetch_directory(session);
    if (!directory) return directory.error();
    auto origin = node_named(*directory, row.origin());
    if (!origin) return origin.error();
    const NodeRecord& node = *directory->now().node(*origin);
    if (node.standing != Standing::revoked)
        return problem(Errc::not_permitted,
                       shown(node.name) + " is still in the network: its party withdraws the alert",
                       "ask that mission; if you hold the alert for wrong: rilon dispute");
    SystemRng rng;
    Drafter drafter(rng, basis_of(*directory));
    StatementDraft draft{drafter.withdraw_orphan(*origin, parts_of(row), reason), {}};
    const std::string text = encode_armour(ArmourKind::draft, encode_draft(draft));
    if (Status s = put_public(context, path, text); !s) return s;
    return report(context.out, *directory, draft, path);
}

Result<Bytes> read_order(const std::string& path, const proto::AlertRow& row,
                         const std::string& reason) {
    auto bytes = read_armoured(path, ArmourKind::draft);
    if (!bytes) return bytes.error();
    auto order = parse_order(*bytes);
    const std::string again = "rilon withdraw ID --reason CODE --ask-order FILE writes one";
    if (!order) return problem(order.code(), shown(path) + ": " + order.error().detail, again);
    auto alert = AlertId::parse(row.alert_id());
    if (!alert || !order->covers(*alert))
        return problem(Errc::invalid, shown(path) + " is the order for another alert", again);
    if (order->reason != reason)
        return problem(Errc::invalid, shown(path) + " was signed for the reason " + order->reason,
                       "give --reason " + order->reason);
    return bytes;
}

Result<int> sign_order(Context& context, Session& session, const Directory& directory,
                       const StatementDraft& draft, const std::string& path) {
    auto signed_draft = sign_draft(context, session, directory, draft);
    if (!signed_draft) return signed_draft.error();
    const std::string text = encode_armour(ArmourKind::draft, encode_draft(*signed_draft));
    if (Status s = write_file(path, as_bytes(text), FileMode::shared, Overwrite::replace); !s)
        return s.error();
    if (Status s = report(context.out, directory, *signed_draft, path); !s) return s.error();
    return exit_done;
}

}  // namespace rilon
