#include "protocol/orphan.h"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/codes.h"
#include "protocol/directory_rules.h"
#include "protocol/mutant.h"
#include "protocol/statement.h"

namespace rilon {
namespace {

Result<OrphanOrder> order_of(const proto::Statement& statement) {
    if (!statement.has_withdraw_orphan())
        return {Errc::invalid, "a statement that is no order to withdraw"};
    const proto::WithdrawOrphan& body = statement.withdraw_orphan();
    if (body.alert_ids_size() == 0 || body.alert_ids_size() > orphan_parts_max)
        return {Errc::malformed, "an order for no alert, or for several"};
    OrphanOrder out;
    auto origin = NodeId::parse(body.origin());
    if (!origin) return origin.error();
    out.origin = *origin;
    for (const std::string& bytes : body.alert_ids()) {
        auto alert = AlertId::parse(bytes);
        if (!alert) return alert.error();
        out.alerts.push_back(*alert);
    }
    out.reason = body.reason();
    if (find_code(withdraw_reasons(), out.reason) == nullptr)
        return {Errc::malformed, "an order with a reason that is none"};
    return out;
}

}  // namespace

bool OrphanOrder::covers(const AlertId& alert) const {
    return std::find(alerts.begin(), alerts.end(), alert) != alerts.end() ||
           mutant(Mutant::order_for_all);
}

Result<OrphanOrder> parse_order(ByteView bytes) {
    auto draft = parse_draft(bytes);
    if (!draft) return draft.error();
    auto statement = parse_statement(draft->statement);
    if (!statement) return statement.error();
    return order_of(*statement);
}

Result<OrphanOrder> verify_order(const NetworkId& network, const DirectoryState& state,
                                 ByteView bytes) {
    auto draft = parse_draft(bytes);
    if (!draft) return draft.error();
    auto statement = parse_statement(draft->statement);
    if (!statement) return statement.error();
    auto order = order_of(*statement);
    if (!order) return order.error();
    if (state.recorded.value > statement->expires_ms())
        return {Errc::invalid, "the order expired before it was carried out"};
    auto demand = demand_of(*statement, state);
    if (!demand) return demand.error();
    AuthorisationInput input{network, draft->statement, draft->authorisations};
    auto signers = verify_authorisations(input, &state, {}, nullptr);
    if (!signers) return signers.error();
    const std::vector<std::string> missing = empty_seats(*demand, *signers);
    if (!missing.empty() && !mutant(Mutant::skip_authorisation))
        return {Errc::not_authorised, fmt::format("not signed by {}", fmt::join(missing, ", "))};
    return order;
}

}  // namespace rilon
