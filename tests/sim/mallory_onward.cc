// Mallory: letters about alerts that it does not read, and orders that are none.
#include "node/sync.pb.h"
#include "protocol/alert.h"
#include "protocol/short_id.h"
#include "protocol/statement.h"
#include "tests/sim/mallory.h"

namespace rilon {

bool Mallory::may_act(SeededRng draw) {
    if (!is_member() || !self().running() || !ledger_.good(name_) || peers().empty()) return false;
    draw_ = draw;
    return true;
}

// An entry of its own that its daemon knows nothing of, about another's alert: all who hold the
// stream hear that there is one, and its next post is the other half of a fork.
void Mallory::say(const StreamState& state, const AlertId& alert,
                  const proto::Operation& operation) {
    auto made = craft(
        state,
        {EntryKind::content, content(state.id, alert, operation.SerializeAsString(), self().id())});
    if (!made.has_value()) return;
    ledger_.distrust(name_);
    ledger_.forked({state.id, made->header().seq, made->id()});
    ledger_.told(alert, ledger_.members_now(state.id));
    push(state.id, made->bytes());
}

// It knows the id from somewhere, and wants the text.
void Mallory::ask_unread(SeededRng draw) {
    if (!may_act(draw)) return;
    const StreamState* state = own_stream();
    if (state == nullptr) return;
    const std::set<NodeId> hear = ledger_.members_now(state->id);
    std::vector<const Said*> unread;
    for (const Said* one : ledger_.open_posts())
        if (!ledger_.may_ask(one->alert, self().id()) && hear.contains(net_.daemon(one->node).id()))
            unread.push_back(one);
    if (unread.empty()) return;
    const Said& one = *unread[draw_.below(unread.size())];
    proto::Operation operation;
    proto::OnwardRequest& asked = *operation.mutable_onward_request();
    asked.set_request_id(new_alert().str());
    asked.add_nodes(self().id().str());
    asked.set_reason("canary-wanted");
    say(*state, one.alert, operation);
}

// Signed by one person, or by both for another alert. A node of the author's party needs none.
void Mallory::order_badly(const Said& orphan, SeededRng draw) {
    if (!may_act(draw)) return;
    const StreamState* state = own_stream();
    if (state == nullptr) return;
    const TestNetwork& network = net_.network();
    if (network.node(orphan.node).application.party == network.node(name_).application.party)
        return;
    const NodeId origin = net_.daemon(orphan.node).id();
    const auto& rso = network.rso(0);
    const auto& chair = network.chair(network.node(orphan.node).application.rilon);
    const Bytes order = draw_.below(2) == 0
                            ? net_.orphan_order(name_, origin, orphan.alert, {&rso})
                            : net_.orphan_order(name_, origin, new_alert(), {&rso, &chair});
    proto::Operation operation;
    operation.mutable_withdraw()->set_reason("error");
    operation.mutable_withdraw()->set_revision(1);
    operation.mutable_withdraw()->set_order(std::string(as_text(order)));
    ledger_.must_keep({orphan.stream, orphan.seq, orphan.alert, net_.now().plus(23 * ms_hour), {}});
    say(*state, orphan.alert, operation);
}

}  // namespace rilon
