#include "tests/sim/mallory.h"

#include "node/sync.pb.h"
#include "protocol/alert.h"
#include "protocol/officer.h"
#include "protocol/short_id.h"

namespace rilon {
namespace {
constexpr std::size_t taken_max = 600;
std::string text(const Bytes& bytes) {
    return std::string(as_text(bytes));
}
}  // namespace

void Mallory::become(const std::string& node) {
    name_ = node;
    NodeId me = self().id();
    net_.filter = [this, me](const SentFrame& frame) {
        bool useful = frame.live || frame.head.type == SyncType::put ||
                      frame.head.type == SyncType::push || frame.head.type == SyncType::slots ||
                      frame.head.type == SyncType::ack;
        if (frame.to == me && useful && taken_.size() < taken_max && !frame.live)
            taken_.push_back({frame.head.type, frame.payload});
        return false;
    };
}

std::vector<NodeId> Mallory::peers() {
    std::vector<NodeId> out;
    for (const auto& [name, daemon] : net_.daemons())
        if (net_.connected(self().id(), daemon->id())) out.push_back(daemon->id());
    return out;
}

void Mallory::act() {
    if (!self().running()) return;
    if (net_.coordinator().running() && !oracle_.good(self().id())) return speak_through_another();
    if (peers().empty()) return;
    keep_the_old_key();
    switch (draw_.below(9)) {
        case 0: return replay();
        case 1: return flip_bits();
        case 2: return ask_for_everything();
        case 3: return boast();
        case 4: return fork();
        case 5: return sign_for_another();
        case 6: return break_the_chain();
        case 7: return move_a_signature();
        default: return forge_a_record();
    }
}

// A member can always re-share, as with any copy: what it gives to a state left out is no finding.
void Mallory::pass_on(const NodeId& peer, const Taken& one) {
    if (net_.by_id(peer)->is_coordinator() || oracle_.may_get(peer, one.payload))
        net_.inject(self().id(), peer, one.type, text(one.payload));
}

void Mallory::replay() {
    if (taken_.empty()) return;
    const Taken& one = taken_[draw_.below(taken_.size())];
    for (const NodeId& peer : peers()) pass_on(peer, one);
}

void Mallory::replay_everything() {
    for (const NodeId& peer : peers())
        for (const Taken& one : taken_) pass_on(peer, one);
}

void Mallory::flip_bits() {
    if (taken_.empty()) return;
    Taken one = taken_[draw_.below(taken_.size())];
    for (unsigned i = 0; i < 3; ++i)
        one.payload[draw_.below(one.payload.size())] ^= static_cast<Byte>(1u << draw_.below(8));
    for (const NodeId& peer : peers()) pass_on(peer, one);
}

void Mallory::ask_for_everything() {
    for (const NodeId& peer : peers()) {
        for (const Said& one : oracle_.all()) {
            proto::SyncRange want;
            want.set_stream_id(one.stream.str());
            want.set_to(~0ull);
            want.set_max_bytes(1u << 20);
            net_.inject(self().id(), peer, SyncType::range, want.SerializeAsString());
        }
    }
}

void Mallory::boast() {
    proto::SyncHeads heads;
    heads.set_has_rows(true);
    for (const Said& one : oracle_.all()) {
        // Who names a stream itself is asked for it: no finding.
        if (!oracle_.may_get(self().id(), one.stream.view())) continue;
        auto* row = heads.add_rows();
        row->set_stream_id(one.stream.str());
        row->set_seq(one.seq.value + 1000);
        row->set_entry_id(draw_.bytes<EntryId>().str());
    }
    for (const NodeId& peer : peers())
        net_.inject(self().id(), peer, SyncType::heads, heads.SerializeAsString());
}

void Mallory::send_entry(const NodeId& to, const StreamId& stream, const Bytes& entry) {
    proto::SyncEntries frame;
    frame.set_stream_id(stream.str());
    frame.add_entries()->set_entry(text(entry));
    frame.set_head(1);
    net_.inject(self().id(), to, SyncType::push, frame.SerializeAsString());
}

const StreamState* Mallory::own_stream() {
    for (const auto& [id, state] : self().disk().streams)
        if (state.origin == self().id() && state.epoch_open && !state.frozen && !state.derived)
            return &state;
    return nullptr;
}

std::optional<VerifiedEntry> Mallory::craft(StreamState state, EntryKind kind, Bytes plain) {
    auto key = self().store().epoch_key(state.id, state.epoch);
    if (!key.ok() || !key->has_value()) return std::nullopt;
    OriginKeys keys{self().identity().sign.sk, self().identity().generation};
    auto made = seal({kind, Precedence::flash, self().node().directory().now().n, std::move(plain)},
                     state, keys, &**key, draw_.bytes<Nonce24>());
    if (!made.ok()) return std::nullopt;
    return std::move(*made);
}

// What its officer would say, signed for `signed_for`.
Bytes Mallory::content_for(const StreamId& signed_for, const AlertId& alert) {
    const NodeIdentity& me = self().identity();
    Certificate body{draw_.bytes<OfficerId>(), "mallory", "officer",
                     self().officer().sign.pk, me.id,     net_.now(),
                     net_.now().plus(ms_day)};
    proto::Operation operation;
    auto* publish = operation.mutable_publish();
    publish->set_alert_id(alert.str());
    publish->set_revision(1);
    publish->set_part("person");
    publish->mutable_bulletin()->set_text("canary-false");
    apply_defaults(*publish, net_.now());
    Bytes bytes = to_bytes(as_bytes(operation.SerializeAsString()));
    Signature by =
        sign(self().officer().sign.sk, officer_message(me.network, signed_for, alert, bytes));
    return encode_content(certify_officer(me.network, body, me.generation, me.sign.sk), alert,
                          bytes, by);
}

// One entry to one peer, another of the same seq to all.
void Mallory::fork() {
    const StreamState* state = own_stream();
    if (state == nullptr) return;
    AlertId alert = make_alert_id(net_.now(), draw_);
    auto made = craft(*state, EntryKind::content, content_for(state->id, alert));
    if (!made.has_value()) return;
    oracle_.distrust(name_);
    oracle_.forked(state->id, made->header().seq, made->id());
    auto to = peers();
    send_entry(to[draw_.below(to.size())], state->id, made->bytes());
    net_.run(300);
    (void)net_.post(name_, {net_.network().node(name_).application.rilon}, "canary-other");
}

void Mallory::sign_for_another() {
    for (const auto& [id, state] : self().disk().streams) {
        if (state.origin == self().id() || !state.epoch_open) continue;
        auto made =
            craft(state, EntryKind::content, content_for(id, make_alert_id(net_.now(), draw_)));
        if (!made.has_value()) continue;
        for (const NodeId& peer : peers()) send_entry(peer, id, made->bytes());
        return;
    }
}

void Mallory::break_the_chain() {
    const StreamState* own = own_stream();
    if (own == nullptr) return;
    StreamState state = *own;
    state.head_id = draw_.bytes<EntryId>();
    auto made =
        craft(state, EntryKind::content, content_for(state.id, make_alert_id(net_.now(), draw_)));
    if (!made.has_value()) return;
    oracle_.distrust(name_);
    for (const NodeId& peer : peers()) send_entry(peer, state.id, made->bytes());
}

// An officer's signature made for another stream.
void Mallory::move_a_signature() {
    const StreamState* state = own_stream();
    if (state == nullptr) return;
    AlertId alert = make_alert_id(net_.now(), draw_);
    auto made = craft(*state, EntryKind::content, content_for(draw_.bytes<StreamId>(), alert));
    if (!made.has_value()) return;
    oracle_.distrust(name_);
    oracle_.forked(state->id, made->header().seq, made->id());
    oracle_.forbid(alert);
    for (const NodeId& peer : peers()) send_entry(peer, state->id, made->bytes());
}

// A record by which one person alone would put a node out.
void Mallory::forge_a_record() {
    const Directory& directory = self().node().directory();
    Drafter drafter(draw_, draft_basis(directory, net_.now()));
    NodeId victim = net_.daemon(net_.network().node_names().front()).id();
    Bytes statement = drafter.revoke(victim, "mallory", {});
    Bytes by_one =
        net_.network().authorise(statement, TestNetwork::Signers{&net_.network().rso(0)});
    proto::SyncDirectory frame;
    auto* record = frame.add_records();
    record->set_n(directory.size());
    record->set_recorded_ms(net_.now().value);
    record->set_statement(text(statement));
    record->set_authorisations(text(by_one));
    for (const NodeId& peer : peers())
        net_.inject(self().id(), peer, SyncType::directory, frame.SerializeAsString());
}

// Put out, it has an accomplice pass on what it back-dates.
void Mallory::speak_through_another() {
    const StreamState* state = own_stream();
    if (state == nullptr) return;
    AlertId alert = make_alert_id(net_.now(), draw_);
    auto made = craft(*state, EntryKind::content, content_for(state->id, alert));
    if (!made.has_value()) return;
    oracle_.distrust(name_);
    oracle_.forbid(alert, self().id());
    proto::SyncEntries frame;
    frame.set_stream_id(state->id.str());
    frame.add_entries()->set_entry(text(made->bytes()));
    auto may_know = [&](const Daemon& one) {
        return &one != &self() &&
               (one.is_coordinator() || oracle_.may_get(one.id(), state->id.view()));
    };
    for (const auto& [name, one] : net_.daemons())
        for (const auto& [other, to] : net_.daemons())
            if (may_know(*one) && may_know(*to) && net_.connected(one->id(), to->id()))
                net_.inject(one->id(), to->id(), SyncType::push, frame.SerializeAsString());
}

// Content under an epoch whose members have changed since.
void Mallory::keep_the_old_key() {
    const StreamState* state = own_stream();
    if (state == nullptr) return;
    const Directory& directory = self().node().directory();
    if (!directory.members_changed(state->audience, state->grant_dir_seq, directory.now().n))
        return;
    AlertId alert = make_alert_id(net_.now(), draw_);
    auto made = craft(*state, EntryKind::content, content_for(state->id, alert));
    if (!made.has_value()) return;
    oracle_.distrust(name_);
    oracle_.forbid(alert);
    for (const NodeId& peer : peers()) send_entry(peer, state->id, made->bytes());
}

}  // namespace rilon
