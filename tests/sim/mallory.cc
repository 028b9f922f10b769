// Mallory: who it is, what it keeps back, and frames that no honest daemon sends.
#include "tests/sim/mallory.h"

#include <iterator>

#include "node/sync.pb.h"

namespace rilon {
namespace {

constexpr std::size_t taken_max = 400;

std::string text(ByteView bytes) {
    return std::string(as_text(bytes));
}

}  // namespace

void Mallory::become(const std::string& node, unsigned withheld_percent) {
    name_ = node;
    withheld_percent_ = withheld_percent;
    if (withheld_percent > 0 && is_member()) ledger_.distrust(name_);  // Its own stay with it too.
    net_.filter = [this, me = self().id()](const SentFrame& frame) {
        if (frame.to == me) take(frame);
        return frame.from == me && keeps_back(frame);
    };
}

void Mallory::relent() {
    if (!active() || is_member() || withheld_percent_ == 0) return;
    withheld_percent_ = 0;
    net_.kill(name_);  // Its peers say HELLO again, and what they know.
    net_.start(name_);
}

void Mallory::take(const SentFrame& frame) {
    bool useful = frame.head.type == SyncType::put || frame.head.type == SyncType::push ||
                  frame.head.type == SyncType::slots || frame.head.type == SyncType::ack;
    if (useful && !frame.live && taken_.size() < taken_max)
        taken_.push_back({frame.head.type, frame.payload});
}

// What it should serve others with: entries, slots, receipts, heads, proofs.
bool Mallory::keeps_back(const SentFrame& frame) {
    if (withheld_percent_ == 0) return false;
    bool serves = frame.live;
    switch (frame.head.type) {
        case SyncType::put:
        case SyncType::push:
        case SyncType::heads:
        case SyncType::ack:
        case SyncType::fork:
        case SyncType::stream:
        case SyncType::beat: serves = true; break;
        case SyncType::slots: {
            proto::SyncSlots slots;
            serves = slots.ParseFromArray(frame.payload.data(),
                                          static_cast<int>(frame.payload.size())) &&
                     slots.slots_size() > 0;
            break;
        }
        default: break;
    }
    if (!serves || net_.rng().below(100) >= withheld_percent_) return false;
    net_.faults.add(Fault::withheld);
    return true;
}

std::vector<NodeId> Mallory::peers() {
    std::vector<NodeId> out;
    for (const auto& [name, daemon] : net_.daemons())
        if (net_.connected(self().id(), daemon->id())) out.push_back(daemon->id());
    return out;
}

void Mallory::act(std::uint64_t trick, SeededRng draw) {
    static constexpr Trick tricks[] = {
        &Mallory::replay,
        &Mallory::flip_bits,
        &Mallory::ask_for_everything,
        &Mallory::boast,
        &Mallory::spoil_slots,
        &Mallory::endless_catch_up,
        &Mallory::false_receipts,
        &Mallory::false_fork_proof,
        &Mallory::name_carriers,
        &Mallory::flood,
        &Mallory::forge_a_record,
        &Mallory::forge_a_checkpoint,
        &Mallory::pretend_to_be,
        &Mallory::fork,
        &Mallory::fork_in_two,
        &Mallory::sign_for_another,
        &Mallory::break_the_chain,
        &Mallory::turn_back_the_directory,
        &Mallory::jump_an_epoch,
        &Mallory::move_a_signature,
        &Mallory::certify_for_another,
        &Mallory::withdraw_what_is_not_ours,
        &Mallory::redact_without_an_officer,
        &Mallory::found_uninvited,
        &Mallory::use_an_unknown_key,
    };
    if (!active() || !self().running()) return;
    draw_ = draw;
    if (is_member() && !ledger_.good(name_)) return speak_through_another();
    if (peers().empty()) return;
    keep_the_old_key();
    (this->*tricks[trick % std::size(tricks)])();
}

// --- sending ------------------------------------------------------------------------------------

void Mallory::tell(SyncType type, const std::string& payload) {
    for (const NodeId& peer : peers()) net_.inject(self().id(), peer, type, payload);
}

void Mallory::tell_members(SyncType type, const StreamId& stream, const std::string& payload) {
    for (const NodeId& peer : peers())
        if (net_.by_id(peer)->is_coordinator() || ledger_.may_know(peer, stream))
            net_.inject(self().id(), peer, type, payload);
}

void Mallory::pass_on(const NodeId& peer, const Taken& one) {
    if (net_.by_id(peer)->is_coordinator() || !ledger_.names_forbidden(peer, one.payload))
        net_.inject(self().id(), peer, one.type, text(one.payload));
}

// --- tricks -------------------------------------------------------------------------------------

void Mallory::replay() {
    if (taken_.empty()) return;
    const Taken& one = taken_[draw_.below(taken_.size())];
    for (const NodeId& peer : peers()) pass_on(peer, one);
}

void Mallory::replay_everything() {
    if (!self().running()) return;
    for (const NodeId& peer : peers())
        for (const Taken& one : taken_) pass_on(peer, one);
}

void Mallory::flip_bits() {
    if (taken_.empty()) return;
    Taken one = taken_[draw_.below(taken_.size())];
    if (one.payload.empty()) return;
    for (unsigned i = 0; i < 3; ++i)
        one.payload[draw_.below(one.payload.size())] ^= static_cast<Byte>(1u << draw_.below(8));
    for (const NodeId& peer : peers()) pass_on(peer, one);
}

void Mallory::ask_for_everything() {
    std::set<StreamId> streams;
    for (const Said& one : ledger_.all()) streams.insert(one.stream);
    for (const StreamId& stream : streams) {
        proto::SyncRange want;
        want.set_stream_id(stream.str());
        want.set_to(~0ull);
        want.set_max_bytes(1u << 20);
        tell(SyncType::range, want.SerializeAsString());
    }
}

// Heads that nobody has; who asks for what is behind them gets nothing.
void Mallory::boast() {
    for (const auto& [id, state] : self().disk().streams) {
        proto::SyncHeads heads;
        heads.set_has_rows(true);
        auto* row = heads.add_rows();
        row->set_stream_id(id.str());
        row->set_seq(state.head.value + 1000);
        row->set_entry_id(draw_.bytes<EntryId>().str());
        tell_members(SyncType::heads, id, heads.SerializeAsString());
    }
}

// Slots of others with their tags, and another key inside.
void Mallory::spoil_slots() {
    for (const auto& [at, held] : self().disk().slots) {
        Slot slot = held.slot;
        draw_.fill(slot.sealed);
        proto::SyncSlots frame;
        frame.set_stream_id(slot.stream.str());
        frame.set_epoch(slot.epoch.value);
        frame.add_slots(text(encode_slot(slot)));
        tell_members(SyncType::slots, slot.stream, frame.SerializeAsString());
    }
}

// Ranges that nobody asked for, of which no entry is one.
void Mallory::endless_catch_up() {
    for (const auto& [id, state] : self().disk().streams) {
        proto::SyncEntries frame;
        frame.set_stream_id(id.str());
        frame.set_head(~0ull >> 1);
        for (int i = 0; i < 12; ++i) {
            Bytes entry(entry_prefix_bytes + 300);
            draw_.fill(entry);
            frame.add_entries()->set_entry(text(entry));
        }
        tell_members(SyncType::put, id, frame.SerializeAsString());
    }
}

// Receipts of the second level, which no officer here gives: of its own for an entry that is none,
// and in the name of another reader.
void Mallory::false_receipts() {
    const NodeIdentity& me = self().identity();
    for (const Said& one : ledger_.all()) {
        if (one.node == name_ || !one.readers.contains(self().id()) || draw_.below(4) != 0)
            continue;
        const Directory& directory = self().node().directory();
        Ack letter{
            me.id, me.generation, draw_.below(1000), directory.now().n, directory.now().link, {},
            {}};
        letter.rows.push_back({one.stream, one.seq, draw_.bytes<EntryId>(), AckLevel::opened});
        if (one.readers.size() > 1 && draw_.below(2) == 0) {
            for (const NodeId& other : one.readers)
                if (other != me.id) letter.node = other;
            auto entry = self().disk().entries.find({one.stream, one.seq});
            if (entry == self().disk().entries.end()) continue;
            letter.generation = directory.now().node(letter.node)->current_key().generation;
            letter.rows.front().entry = entry->second.entry.id();
        }
        proto::SyncAck frame;
        frame.set_mail(draw_.below(1u << 30));
        frame.set_to(net_.daemon(one.node).id().str());
        frame.set_ack(text(make_ack(me.network, letter, me.sign.sk)));
        frame.set_direct(true);  // Past hubs that may not know of the stream, as in tell_members.
        tell_members(SyncType::ack, one.stream, frame.SerializeAsString());
    }
}

// Two entries of one stream that are no fork of it.
void Mallory::false_fork_proof() {
    for (const auto& [id, state] : self().disk().streams) {
        if (state.origin == self().id() || state.head.value == 0) continue;
        const auto& held = self().disk().entries;
        Bytes one = to_bytes(held.at({id, state.head}).entry.prefix());
        Bytes other = to_bytes(held.at({id, Seq{state.head.value - 1}}).entry.prefix());
        switch (draw_.below(3)) {
            case 0: other = one; break;
            case 1: break;
            default: other = one, other[168] ^= 1; break;  // Another nonce; the signature is not.
        }
        proto::SyncFork fork;
        fork.set_one(text(one));
        fork.set_other(text(other));
        tell_members(SyncType::fork, id, fork.SerializeAsString());
    }
}

// That everybody may fetch the derived streams of others.
void Mallory::name_carriers() {
    std::set<StreamId> streams;
    for (const Said& one : ledger_.all()) streams.insert(one.stream);
    for (const StreamId& stream : streams) {
        auto held = net_.coordinator().disk().streams.find(stream);
        if (held == net_.coordinator().disk().streams.end() || held->second.origin == self().id())
            continue;
        proto::SyncStream frame;
        frame.set_stream_id(stream.str());
        for (const auto& [name, daemon] : net_.daemons()) frame.add_members(daemon->id().str());
        net_.inject(self().id(), net_.coordinator().id(), SyncType::stream,
                    frame.SerializeAsString());
    }
}

}  // namespace rilon
