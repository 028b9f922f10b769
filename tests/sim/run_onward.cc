// Run: a reader asks an alert's author that others may have it, and the author's officer answers;
// alerts of a node that was revoked, taken back by order.
#include <algorithm>

#include "protocol/short_id.h"
#include "tests/sim/run.h"

namespace rilon {

// Mostly about an alert that somebody does not read yet, and for him.
void Run::ask(const Action& action) {
    constexpr std::size_t looked_at = 20;
    if (mallory_.is_member() && action.n[2] % 3 == 0) return mallory_.ask_unread(draw(action));
    auto posts = oracle_.ledger().open_posts();
    if (posts.empty()) return;
    auto post = [&](std::size_t i) -> const Said& {
        return *posts[(action.n[0] + i) % posts.size()];
    };
    for (std::size_t i = 0; i < std::min(looked_at, posts.size()); ++i)
        for (std::size_t j = 0; j < names_.size(); ++j) {
            const std::string& whom = node(action.n[2] + j);
            if (!oracle_.ledger().may_ask(post(i).alert, net_.daemon(whom).id()))
                return ask(post(i), whom, action);
        }
    ask(post(0), node(action.n[2]), action);
}

// By one who has to do with the alert, its reader or not: his node refuses who may not ask.
void Run::ask(Said post, const std::string& whom, const Action& action) {
    std::set<NodeId> party = *oracle_.ledger().party_to(post.alert);
    if (action.n[1] % 8 != 0 && party.size() > 1) party.erase(net_.daemon(post.node).id());
    const Daemon* asker =
        net_.by_id(*std::next(party.begin(), static_cast<long>(action.n[1] % party.size())));
    if (asker == nullptr || !asker->running()) return;
    const bool outside = action.n[1] % 7 == 0;
    const bool all = action.n[1] % 5 == 0;
    std::vector<std::string> to;
    if (!outside) to = {all ? net_.network().node(whom).application.rilon : whom};
    auto asked = net_.prepare_and_commit(
        asker->name(), TestNet::onward_wish(post.alert, to, outside ? "police" : "",
                                            "canary-" + std::to_string(++texts_)));
    if (asked.ok()) oracle_.said("ask", *asked);
    net_.note("ask by " + asker->name() + " for " + (outside ? "outside" : to.front()) + " about " +
              post.alert.hex() + ": " + outcome(asked));
}

// The first author from there on who is asked something.
void Run::answer(const Action& action) {
    for (std::size_t i = 0; i < names_.size(); ++i) {
        const std::string& by = node(action.n[0] + i);
        auto waiting = oracle_.onward_waiting(by);
        if (waiting.empty()) continue;
        const proto::Onward& one = waiting[action.n[1] % waiting.size()];
        return answer(by, one, action.n[2] % 4 != 0);
    }
}

// Who was shown as a reader may have the next revision from then on, and must at rest.
void Run::answer(const std::string& by, const proto::Onward& asked, bool grant) {
    const auto request = AlertId::copy_of(as_bytes(asked.request_id()));
    const std::string note = "canary-" + std::to_string(++texts_);
    auto shown = net_.prepare(by, TestNet::onward_answer(format_alert_id(request), grant, note));
    if (!shown.ok()) return net_.note("answer by " + by + ": " + shown.error().detail);
    oracle_.ledger().may_be_granted(*shown);
    auto done = net_.commit(by, *shown);
    if (done.ok()) oracle_.said(grant ? "grant" : "refuse", *done);
    net_.note(std::string(grant ? "grant" : "refuse") + " by " + by + " of what " + asked.node() +
              " asks: " + outcome(done));
}

// An alert of a revoked node that nobody has taken back yet.
std::optional<Said> Run::orphan_of(std::uint64_t n) const {
    std::vector<const Said*> all;
    for (const Said* one : oracle_.ledger().open_posts()) {
        const NodeRecord* author = oracle_.ledger().state().node(net_.daemon(one->node).id());
        if (author != nullptr && author->standing == Standing::revoked && !one->readers.empty())
            all.push_back(one);
    }
    if (all.empty()) return std::nullopt;
    return *all[n % all.size()];
}

// Who reads it now and is of another party, which withdraws nothing without an order; null where
// nobody does.
const Daemon* Run::reader_of(const Said& said, std::uint64_t n) const {
    std::vector<const Daemon*> all;
    const TestNetwork& network = net_.network();
    for (const std::string& name : names_)
        if (network.node(name).application.party != network.node(said.node).application.party &&
            net_.reads(name, said.alert))
            all.push_back(&net_.daemon(name));
    return all.empty() ? nullptr : all[n % all.size()];
}

// Two persons sign it; where one does, or both for another alert, nothing may come of it.
void Run::orphan(const Action& action) {
    auto one = orphan_of(action.n[0]);
    if (!one.has_value()) return;
    const bool alone = action.n[2] % 6 == 0;
    const bool astray = action.n[2] % 6 == 1;
    if ((alone || astray) && mallory_.is_member()) return mallory_.order_badly(*one, draw(action));
    const Daemon* by = reader_of(*one, action.n[1]);
    if (by == nullptr) return;
    TestNetwork::Signers signers{
        &net_.network().rso(0),
        &net_.network().chair(net_.network().node(one->node).application.rilon)};
    if (alone) signers.pop_back();
    const AlertId named = astray ? draw(action).bytes<AlertId>() : one->alert;
    auto done = net_.withdraw_by_order(
        by->name(), one->alert,
        net_.orphan_order(by->name(), net_.daemon(one->node).id(), named, signers));
    if (done.ok() && alone)
        oracle_.problem("(4) " + by->name() + " carries out an order that one person signed");
    if (done.ok() && astray)
        oracle_.problem("(4) " + by->name() + " carries out an order for another alert");
    if (done.ok()) oracle_.said("withdraw", *done);
    if (!done.ok() && done.code() == Errc::unreachable) {  // It may be durable all the same.
        oracle_.ledger().unsure(one->alert);
        oracle_.ledger().told(one->alert, oracle_.ledger().members_now(one->stream));
    }
    net_.note("order about " + one->node + "'s " + one->alert.hex() + " by " + by->name() + ": " +
              outcome(done));
}

}  // namespace rilon
