// Mallory: entries that no honest daemon makes, under its own real key.
#include "node/index.h"
#include "node/sync.pb.h"
#include "protocol/alert.h"
#include "protocol/officer.h"
#include "protocol/short_id.h"
#include "tests/sim/mallory.h"

namespace rilon {
namespace {

std::string text(ByteView bytes) {
    return std::string(as_text(bytes));
}

}  // namespace

// --- making them --------------------------------------------------------------------------------

AlertId Mallory::new_alert() {
    return make_alert_id(net_.now(), draw_);
}

const StreamState* Mallory::own_stream() {
    std::vector<const StreamState*> open;
    for (const auto& [id, state] : self().disk().streams)
        if (state.origin == self().id() && state.epoch_open && !state.frozen && !state.derived)
            open.push_back(&state);
    return open.empty() ? nullptr : open[draw_.below(open.size())];
}

std::optional<VerifiedEntry> Mallory::craft(StreamState state, const Draft& draft) {
    auto key = self().store().epoch_key(state.id, state.epoch);
    if (!key.ok() || !key->has_value()) return std::nullopt;
    OriginKeys keys{self().identity().sign.sk, self().identity().generation};
    auto made =
        seal({draft.kind, Precedence::flash, self().node().directory().now().n, draft.plain}, state,
             keys, &**key, draw_.bytes<Nonce24>());
    if (!made.ok()) return std::nullopt;
    return std::move(*made);
}

Bytes Mallory::resigned(const VerifiedEntry& made,
                        const std::function<void(EntryHeader&)>& change) {
    EntryHeader header = made.header();
    change(header);
    auto raw = encode_header(header);
    ByteWriter out;
    out.raw(raw).raw(sign(self().identity().sign.sk, raw).view()).raw(made.body());
    return std::move(out).take();
}

std::string Mallory::entries_frame(const StreamId& stream, const Bytes& entry, std::uint64_t head) {
    proto::SyncEntries frame;
    frame.set_stream_id(stream.str());
    frame.add_entries()->set_entry(text(entry));
    frame.set_head(head);
    return frame.SerializeAsString();
}

void Mallory::push(const StreamId& stream, const Bytes& entry) {
    tell_members(SyncType::push, stream, entries_frame(stream, entry, 1));
}

// What its officer would say, signed for `signed_for`.
Bytes Mallory::content(const StreamId& signed_for, const AlertId& alert,
                       const std::string& operation, const NodeId& certified_by) {
    const NodeIdentity& me = self().identity();
    Certificate body{draw_.bytes<OfficerId>(), "mallory",    "officer",
                     self().officer().sign.pk, certified_by, net_.now(),
                     net_.now().plus(ms_day)};
    Bytes bytes = to_bytes(as_bytes(operation));
    Signature by =
        sign(self().officer().sign.sk, officer_message(me.network, signed_for, alert, bytes));
    return encode_content(certify_officer(me.network, body, me.generation, me.sign.sk), alert,
                          bytes, by);
}

Bytes Mallory::bulletin(const StreamId& signed_for, const AlertId& alert) {
    proto::Operation operation;
    auto* publish = operation.mutable_publish();
    publish->set_alert_id(alert.str());
    publish->set_revision(1);
    publish->set_part("person");
    publish->mutable_bulletin()->set_text("canary-false");
    apply_defaults(*publish, net_.now());
    return content(signed_for, alert, operation.SerializeAsString(), self().id());
}

// --- tricks: forks ------------------------------------------------------------------------------

// One entry to one peer, another of the same seq to all.
void Mallory::fork() {
    const StreamState* state = own_stream();
    if (state == nullptr) return;
    auto made = craft(*state, {EntryKind::content, bulletin(state->id, new_alert())});
    if (!made.has_value()) return;
    ledger_.distrust(name_);
    ledger_.forked({state->id, made->header().seq, made->id()});
    auto to = peers();
    NodeId one = to[draw_.below(to.size())];
    if (net_.by_id(one)->is_coordinator() || ledger_.may_know(one, state->id))
        net_.inject(self().id(), one, SyncType::push, entries_frame(state->id, made->bytes(), 1));
    net_.run(300);
    (void)net_.post(name_, {net_.network().node(name_).application.rilon}, "canary-other");
}

// Two branches of three entries each, one to every second peer.
void Mallory::fork_in_two() {
    const StreamState* start = own_stream();
    if (start == nullptr) return;
    StreamId stream = start->id;
    StreamState branches[] = {*start, *start};
    auto to = peers();
    ledger_.distrust(name_);
    for (int length = 0; length < 3; ++length)
        for (std::size_t branch = 0; branch < 2; ++branch) {
            StreamState& state = branches[branch];
            auto made = craft(state, {EntryKind::content, bulletin(stream, new_alert())});
            if (!made.has_value()) return;
            if (length == 0) ledger_.forked({stream, made->header().seq, made->id()});
            state.head = made->header().seq;
            state.head_id = made->id();
            ++state.entries_in_epoch;
            for (std::size_t i = branch; i < to.size(); i += 2)
                if (net_.by_id(to[i])->is_coordinator() || ledger_.may_know(to[i], stream))
                    net_.inject(self().id(), to[i], SyncType::push,
                                entries_frame(stream, made->bytes(), state.head.value));
        }
}

// --- tricks: entries that must be refused -------------------------------------------------------

void Mallory::sign_for_another() {
    for (const auto& [id, state] : self().disk().streams) {
        if (state.origin == self().id() || !state.epoch_open) continue;
        auto made = craft(state, {EntryKind::content, bulletin(id, new_alert())});
        if (!made.has_value()) continue;
        push(id, made->bytes());
        return;
    }
}

void Mallory::break_the_chain() {
    const StreamState* own = own_stream();
    if (own == nullptr) return;
    StreamState state = *own;
    state.head_id = draw_.bytes<EntryId>();
    auto made = craft(state, {EntryKind::content, bulletin(state.id, new_alert())});
    if (!made.has_value()) return;
    ledger_.distrust(name_);
    push(state.id, made->bytes());
}

// Before what its last entry had applied.
void Mallory::turn_back_the_directory() {
    const StreamState* state = own_stream();
    if (state == nullptr || state->dir_seq.value == 0) return;
    auto made = craft(*state, {EntryKind::content, bulletin(state->id, new_alert())});
    if (!made.has_value()) return;
    ledger_.distrust(name_);
    DirSeq back{state->dir_seq.value - 1};
    push(state->id, resigned(*made, [&](EntryHeader& h) { h.dir_seq = back; }));
}

void Mallory::jump_an_epoch() {
    const StreamState* state = own_stream();
    if (state == nullptr) return;
    auto made = craft(*state, {EntryKind::content, bulletin(state->id, new_alert())});
    if (!made.has_value()) return;
    ledger_.distrust(name_);
    push(state->id, resigned(*made, [&](EntryHeader& h) { h.epoch = h.epoch.next(); }));
}

// Of a generation that the directory does not know.
void Mallory::use_an_unknown_key() {
    const StreamState* state = own_stream();
    if (state == nullptr) return;
    auto made = craft(*state, {EntryKind::content, bulletin(state->id, new_alert())});
    if (!made.has_value()) return;
    ledger_.distrust(name_);
    push(state->id, resigned(*made, [&](EntryHeader& h) { h.generation = h.generation.next(); }));
}

// A stream of an audience that it is not in.
void Mallory::found_uninvited() {
    const Directory& directory = self().node().directory();
    for (const auto& [id, audience] : directory.now().audiences) {
        if (directory.now().is_member(id, self().id())) continue;
        StreamState state;
        state.network = self().identity().network;
        state.origin = self().id();
        OriginKeys keys{self().identity().sign.sk, self().identity().generation};
        auto made = seal({EntryKind::genesis, Precedence::routine, directory.now().n,
                          encode_genesis({id, draw_.bytes<Random16>(), {}})},
                         state, keys, nullptr, draw_.bytes<Nonce24>());
        if (!made.ok()) continue;
        ledger_.uninvited(state.id);
        push(state.id, made->bytes());
        return;
    }
}

// --- tricks: content that must not count --------------------------------------------------------

// An officer's signature made for another stream.
void Mallory::move_a_signature() {
    const StreamState* state = own_stream();
    if (state == nullptr) return;
    AlertId alert = new_alert();
    auto made = craft(*state, {EntryKind::content, bulletin(draw_.bytes<StreamId>(), alert)});
    if (!made.has_value()) return;
    ledger_.distrust(name_);
    ledger_.forked({state->id, made->header().seq, made->id()});
    ledger_.forbid(alert);
    push(state->id, made->bytes());
}

// An officer that another node certified, it says.
void Mallory::certify_for_another() {
    const StreamState* state = own_stream();
    if (state == nullptr) return;
    AlertId alert = new_alert();
    proto::Operation operation;
    operation.mutable_publish()->set_alert_id(alert.str());
    operation.mutable_publish()->set_revision(1);
    operation.mutable_publish()->set_part("person");
    operation.mutable_publish()->mutable_bulletin()->set_text("canary-false");
    NodeId other = net_.daemon(net_.network().node_names().front()).id();
    if (other == self().id()) other = draw_.bytes<NodeId>();
    auto made = craft(*state, {EntryKind::content,
                               content(state->id, alert, operation.SerializeAsString(), other)});
    if (!made.has_value()) return;
    ledger_.distrust(name_);
    ledger_.forked({state->id, made->header().seq, made->id()});
    ledger_.forbid(alert);
    push(state->id, made->bytes());
}

// A colleague's alert is none of its business.
void Mallory::withdraw_what_is_not_ours() {
    const StreamState* state = own_stream();
    auto posts = ledger_.open_posts();
    if (state == nullptr || posts.empty()) return;
    const Said& one = *posts[draw_.below(posts.size())];
    const TestNetwork& network = net_.network();
    if (network.node(one.node).application.party == network.node(name_).application.party) return;
    proto::Operation operation;
    operation.mutable_withdraw()->set_reason("error");
    operation.mutable_withdraw()->set_revision(1);
    auto made =
        craft(*state, {EntryKind::content,
                       content(state->id, one.alert, operation.SerializeAsString(), self().id())});
    if (!made.has_value()) return;
    ledger_.distrust(name_);
    ledger_.forked({state->id, made->header().seq, made->id()});
    ledger_.told(one.alert, ledger_.members_now(state->id));
    push(state->id, made->bytes());
}

// Its own alerts, but no officer withdrew them: whoever stole a node's key must not erase.
void Mallory::redact_without_an_officer() {
    for (const Said* one : ledger_.open_posts()) {
        if (one->node != name_) continue;
        auto held = self().disk().streams.find(one->stream);
        if (held == self().disk().streams.end() || !held->second.epoch_open) continue;
        std::vector<SeqRange> ranges{{one->seq, one->seq}};
        auto made = craft(held->second, {EntryKind::redact, encode_redact(ranges)});
        if (!made.has_value()) continue;
        ledger_.distrust(name_);
        ledger_.forked({one->stream, made->header().seq, made->id()});
        ledger_.must_keep({one->stream, one->seq, one->alert, net_.now().plus(23 * ms_hour), {}});
        push(one->stream, made->bytes());
        return;
    }
}

// Content under an epoch whose members have changed since.
void Mallory::keep_the_old_key() {
    if (!is_member()) return;
    const StreamState* state = own_stream();
    if (state == nullptr) return;
    const Directory& directory = self().node().directory();
    if (!directory.members_changed(state->audience, state->grant_dir_seq, directory.now().n))
        return;
    AlertId alert = new_alert();
    auto made = craft(*state, {EntryKind::content, bulletin(state->id, alert)});
    if (!made.has_value()) return;
    ledger_.distrust(name_);
    ledger_.forbid(alert);
    push(state->id, made->bytes());
}

// Put out, it has an accomplice pass on what it back-dates.
void Mallory::speak_through_another() {
    const StreamState* state = own_stream();
    if (state == nullptr) return;
    AlertId alert = new_alert();
    auto made = craft(*state, {EntryKind::content, bulletin(state->id, alert)});
    if (!made.has_value()) return;
    ledger_.distrust(name_);
    ledger_.forbid(alert, self().id());
    std::string frame = entries_frame(state->id, made->bytes(), 1);
    auto may_know = [&](const Daemon& one) {
        return &one != &self() && (one.is_coordinator() || ledger_.may_know(one.id(), state->id));
    };
    // Who has not heard yet that we are put out may take it, as whatever we said before.
    auto has_heard = [&](const Daemon& one) {
        const NodeRecord* us =
            one.running() ? one.node().directory().now().node(self().id()) : nullptr;
        return us != nullptr && us->standing != Standing::good;
    };
    for (const auto& [name, one] : net_.daemons())
        for (const auto& [other, to] : net_.daemons())
            if (may_know(*one) && may_know(*to) && has_heard(*to) &&
                net_.connected(one->id(), to->id()))
                net_.inject(one->id(), to->id(), SyncType::push, frame);
}

}  // namespace rilon
