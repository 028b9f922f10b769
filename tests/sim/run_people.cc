// Run: what persons decide, as statements handed to the sequencer. Where one is refused, because
// the sequencer is down or the subject changed meanwhile, nothing happens: officers try again.
#include <algorithm>

#include "tests/sim/run.h"

namespace rilon {

// All signatures at once, or one after the other as drafts travel in life.
void Run::submit(const std::function<Bytes(Drafter&)>& draft, const TestNetwork::Signers& signers,
                 bool apart) {
    if (!apart) {
        Status done = net_.submit(draft, signers);
        return net_.note("submit: " + (done.ok() ? std::string("done") : done.error().detail));
    }
    std::optional<Bytes> same;
    for (const TestPerson* signer : signers) {
        Status done = net_.submit(
            [&](Drafter& d) {
                if (!same.has_value()) same = draft(d);
                return *same;
            },
            {signer});
        net_.note("sign: " + (done.ok() ? std::string("done") : done.error().detail));
    }
}

std::vector<NodeId> Run::suspended() const {
    std::vector<NodeId> out;
    for (const auto& [id, record] : oracle_.ledger().state().nodes)
        if (record->standing == Standing::suspended) out.push_back(id);
    return out;
}

// Never the first host: who finds it put out has found a forged record.
void Run::suspend(const Action& action) {
    const std::string& name = mallory_.is_member() && action.n[2] % 2 == 0
                                  ? mallory_.name()
                                  : names_[1 + action.n[0] % (names_.size() - 1)];
    NodeId id = net_.daemon(name).id();
    if (name == names_.front() || !oracle_.ledger().good(id)) return;
    oracle_.ledger().put_out(id);
    bool stolen = action.n[1] % 4 == 0;
    submit([&](Drafter& d) { return d.suspend(id, "sim", stolen); }, {&net_.network().rso(0)},
           false);
}

void Run::confirm_suspension() {
    for (const NodeId& id : suspended()) {
        StatementId suspend = *oracle_.ledger().state().node(id)->suspend_id;
        submit([&](Drafter& d) { return d.confirm_suspend(suspend); }, {&net_.network().rso(1)},
               false);
    }
}

void Run::reinstate(const Action& action) {
    auto out = suspended();
    if (out.empty()) return;
    const NodeRecord* record = oracle_.ledger().state().node(out[action.n[0] % out.size()]);
    StatementId suspend = *record->suspend_id;
    submit([&](Drafter& d) { return d.reinstate(suspend); },
           net_.network().admitters(record->party, record->rilon), action.n[1] % 2 == 0);
}

// Where its streams stand at itself.
std::vector<StreamCut> Run::cuts_of(const Daemon& node) {
    std::vector<StreamCut> out;
    for (const auto& [stream, state] : node.disk().streams) {
        if (state.origin != node.id() || !state.founded) continue;
        out.push_back({stream, state.head, state.head_id});
        oracle_.ledger().published(stream);
    }
    return out;
}

void Run::revoke(const Action& action) {
    const std::string& name = names_[1 + action.n[0] % (names_.size() - 1)];
    const NodeId id = net_.daemon(name).id();
    const NodeApplication& self = net_.network().node(name).application;
    std::vector<StreamCut> cuts;  // What it had said until now counts, or nothing of it does.
    if (action.n[1] % 2 == 0) cuts = cuts_of(net_.daemon(name));
    oracle_.ledger().put_out(id);
    submit([&](Drafter& d) { return d.revoke(id, "sim", cuts); },
           {&net_.network().rso(0), &net_.network().chair(self.rilon)}, action.n[2] % 2 == 0);
}

// The node itself makes and signs what it needs; we ask as its administrator.
void Run::rotate(const Action& action) {
    const std::string& name = node(action.n[0]);
    if (!oracle_.ledger().good(name)) return;
    proto::Request request;
    request.mutable_rotate()->set_key("encryption");
    auto done = net_.request(name, std::move(request));
    net_.note("rotate " + name + ": " + (done.ok() ? done->rotate().note() : done.error().detail));
}

// Persons take their time, or never sign; the node may go down meanwhile, and somebody tries to
// post.
void Run::replace(const Action& action) {
    const std::string& name = node(action.n[0]);
    bool honest = !mallory_.is_member() || mallory_.name() != name;
    if (!oracle_.ledger().good(name) || !honest) return;
    proto::Request request;
    request.mutable_rotate()->set_key("signing");
    request.mutable_rotate()->set_stolen(action.n[1] % 4 == 0);
    auto begun = net_.request(name, std::move(request));
    net_.note("replace " + name + ": " + (begun.ok() ? "drafted" : begun.error().detail));
    if (!begun.ok()) return;
    auto draft = parse_draft(as_bytes(begun->rotate().draft()));
    RILON_ASSERT(draft.ok());
    const std::uint64_t takes = 200 * (action.n[1] % 40);
    if (action.n[2] % 3 == 0) {
        net_.kill(name);
        net_.at(takes / 3, [this, name] { net_.start(name); });
    }
    net_.at(takes / 2, [this, action] { post(action, 1); });
    if (action.n[2] % 5 == 0) return cancel_replacement(name, takes);
    net_.at(takes, [this, name, draft = std::move(*draft)] { sign_replacement(name, draft); });
}

// Only where the node still has the key: who restored it in between had better begin again. As soon
// as the sequencer runs: who has signed tries again, for the node posts nothing meanwhile.
void Run::sign_replacement(const std::string& name, const StatementDraft& draft) {
    if (!net_.coordinator().running())
        return net_.at(ms_second, [this, name, draft] { sign_replacement(name, draft); });
    auto statement = parse_statement(draft.statement);
    auto pk = SignPublicKey::parse(statement->replace_key().new_sign_pk());
    if (!net_.daemon(name).disk().secrets.contains("sign." + pk->hex())) return;
    for (const proto::Cut& cut : statement->replace_key().cuts())
        oracle_.ledger().published(*StreamId::parse(cut.stream_id()));
    const NodeApplication& self = net_.network().node(name).application;
    submit([&](Drafter&) { return draft.statement; },
           net_.network().admitters(self.party, self.rilon), false);
}

// Nobody signs it: then it is ended, as soon as the node runs, and it posts again.
void Run::cancel_replacement(const std::string& name, std::uint64_t takes) {
    net_.at(takes, [this, name] {
        if (!net_.daemon(name).running()) return cancel_replacement(name, ms_second);
        proto::Request request;
        request.mutable_rotate()->set_key("signing");
        request.mutable_rotate()->set_cancel(true);
        auto done = net_.request(name, std::move(request));
        net_.note("cancel " + name + ": " + (done.ok() ? "done" : done.error().detail));
    });
}

void Run::group(const Action& action) {
    SeededRng rng = draw(action);
    AudienceInfo info{group_ ? *group_ : rng.bytes<AudienceId>(),
                      AudienceInfo::Kind::group,
                      "ops",
                      "",
                      {},
                      {},
                      {}};
    for (std::size_t i = 0; i < names_.size(); ++i)
        if ((action.n[0] >> i) & 1) info.named.push_back(net_.daemon(names_[i]).id());
    std::sort(info.named.begin(), info.named.end());
    if (info.named.empty() && !group_.has_value()) return;
    const std::string& rilon = net_.network().node(names_.front()).application.rilon;
    Status done = net_.submit([&](Drafter& d) { return d.group(info); },
                              {&net_.network().rso(0), &net_.network().chair(rilon)});
    net_.note("group of " + std::to_string(info.named.size()) + ": " +
              (done.ok() ? "done" : done.error().detail));
    if (!done.ok()) return;
    group_ = info.id;
    if (info.named.empty()) group_.reset();
}

// A newcomer reads nothing earlier.
void Run::admit() {
    const std::string& name = net_.network().spare_names().front();
    if (net_.daemons().contains(name)) return;
    const TestNode& spare = net_.network().node(name);
    proto::SignedRequest request = net_.network().request(spare);
    Status done =
        net_.submit([&](Drafter& d) { return d.add_node(request); },
                    net_.network().admitters(spare.application.party, spare.application.rilon));
    net_.note("admit " + name + ": " + (done.ok() ? "done" : done.error().detail));
    if (!done.ok()) return;
    oracle_.watch(net_.enrol(name));
    names_.push_back(name);
    net_.start(name);
}

}  // namespace rilon
