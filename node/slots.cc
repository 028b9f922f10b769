// Slots: an epoch key for each reader, unsigned, from whoever has them. Ours are opened and
// forgotten, those of others kept to be served; both asked for by tag.
#include <fmt/format.h>

#include <algorithm>

#include "node/core.h"
#include "protocol/mutant.h"

namespace rilon {

// A slot from any holder; unsigned, so it counts only if what it opens fits the grant's commitment.
// False: whoever sent it is not heard on the rest of the frame.
bool NodeCore::use_slot(const NodeId& from, const Slot& slot) {
    StreamInfo* info = stream(slot.stream);
    if (info == nullptr || slot.epoch.value == 0) return false;
    // Who holds a derived stream is known by its definition, which a slot brings; until then
    // anybody may.
    bool known =
        info->state.founded &&
        (standing(*info) != nullptr || info->definition.has_value() || !info->carried_for.empty());
    if (known && !may_hold(from, *info)) {
        ++counters_.refused;
        return false;
    }
    if (!info->state.founded || slot.epoch > info->state.epoch) {
        bool soon = slot.epoch.value - info->state.epoch.value <= early_epochs_max;
        if (soon && early_slots_room_.take(from, 1)) info->early_slots.emplace_back(from, slot);
        return true;
    }
    auto held = store_.slot(slot.stream, slot.epoch, slot.tag);
    if (!held.ok() || held->has_value()) return true;
    if (is_coordinator() || !is_own(*info, slot)) return keep_slot(from, slot);
    auto missing = missing_.find(slot.stream);
    if (missing == missing_.end()) return true;
    for (const auto& key : missing->second) {
        if (key.epoch != slot.epoch) continue;
        auto stored = store_.entry(slot.stream, key.grant);
        if (!stored.ok() || !stored->has_value()) return true;  // Of this batch: asked for again.
        auto grant = parse_grant((*stored)->entry.body());
        if (!grant.ok() || !try_slot(*info, (*stored)->entry.header(), *grant, slot)) return false;
        save_missing();
        return true;
    }
    return true;
}

// Another reader's, to be served. Nothing shows that it is one, so a peer may bring so much a day.
bool NodeCore::keep_slot(const NodeId& from, const Slot& slot) {
    if (!slots_taken_.room(from, slot_bytes, now_)) {
        ++counters_.refused;
        return false;
    }
    slots_taken_.count(from, slot_bytes);
    write(PutSlot{slot, now_});
    return true;
}

// All of them, or what this peer brought.
void NodeCore::forget_early_slots(StreamInfo& info, const NodeId* from) {
    std::erase_if(info.early_slots, [&](const auto& early) {
        if (from != nullptr && early.first != *from) return false;
        early_slots_room_.give_back(early.first, 1);
        return true;
    });
}

// Ours, by its tag. Such a slot is opened and never stored: with our encryption key it would give K
// back to whoever seizes this node after a purge.
bool NodeCore::is_own(StreamInfo& info, const Slot& slot) {
    auto [known, fresh] = info.own_tags.try_emplace(slot.epoch);
    std::vector<SlotTag>& tags = known->second;
    if (fresh) {
        const NodeRecord* origin = directory_.now().node(info.state.origin);
        std::vector<EncPublicKey> keys;
        if (origin != nullptr) {
            for (const OldEncKey& old : origin->old_encs) keys.push_back(old.pk);
            keys.push_back(origin->enc_pk);
        }
        if (auto seq = grant_of(info, slot.epoch)) {  // By a key that is listed no longer.
            auto grant = store_.entry(info.state.id, *seq);
            if (grant.ok() && grant->has_value())
                if (auto tag = own_tag(info, (*grant)->entry.header())) tags.push_back(*tag);
        }
        for (const auto& pair : identity_.enc)
            for (const auto& pk : keys)
                if (auto tag = slot_tag(pair.sk, pk, info.state.id, slot.epoch))
                    tags.push_back(*tag);
    }
    return std::find(tags.begin(), tags.end(), slot.tag) != tags.end();
}

// The tag our slot of this grant carries; nothing when we are not among its recipients.
std::optional<SlotTag> NodeCore::own_tag(const StreamInfo& info, const EntryHeader& grant) const {
    const DirectoryState* then = directory_.at(grant.dir_seq);
    if (then == nullptr) return std::nullopt;
    const NodeRecord* origin = then->node(info.state.origin);
    const NodeRecord* self = then->node(identity_.id);
    if (origin == nullptr || self == nullptr) return std::nullopt;
    for (const auto& pair : identity_.enc)
        if (pair.pk == self->enc_pk)
            return slot_tag(pair.sk, origin->enc_pk, info.state.id, grant.epoch);
    return std::nullopt;
}

bool NodeCore::try_slot(StreamInfo& info, const EntryHeader& header, const GrantBody& grant,
                        const Slot& slot) {
    auto tag = own_tag(info, header);
    if (!tag.has_value() || slot.tag != *tag) return false;
    const DirectoryState* then = directory_.at(header.dir_seq);
    SlotEnds ends{identity_.network,
                  info.state.id,
                  header.epoch,
                  info.state.origin,
                  then->node(info.state.origin)->enc_pk,
                  then->node(identity_.id)->enc_pk};
    for (const auto& psk : identity_.psks) {
        if (psk.generation != slot.psk_id) continue;
        for (const auto& pair : identity_.enc) {
            if (pair.pk != ends.recipient_pk) continue;
            auto key = open_slot(slot, ends, pair.sk, psk);
            if (key.ok()) return got_key(info, header, grant, std::move(*key));
        }
    }
    log(4,
        fmt::format("slot_refused stream={} epoch={}", info.state.id.brief(), header.epoch.value));
    return false;
}

// Asks connected peers that may hold the stream for our slots, by tag.
void NodeCore::ask_slots(bool all) {
    if (mutant(Mutant::no_slot_requests)) return;
    for (auto& [id, keys] : missing_) {
        StreamInfo* info = stream(id);
        if (info == nullptr) continue;
        for (auto& key : keys) {
            if (!all && now_.since(key.asked) < slot_retry_ms) continue;
            auto stored = store_.entry(id, key.grant);
            if (!stored.ok() || !stored->has_value()) continue;
            auto tag = own_tag(*info, (*stored)->entry.header());
            if (!tag.has_value()) continue;
            key.asked = now_;
            proto::SyncSlots ask;
            ask.set_stream_id(id.str());
            ask.set_epoch(key.epoch.value);
            ask.add_tags(tag->str());
            for (const auto& [peer, state] : peers_) {
                if (!state.up) continue;
                if (may_hold(peer, *info))
                    send(peer, SyncType::slots, next_request(peer), ask.SerializeAsString(),
                         Precedence::immediate);
            }
        }
    }
}

void NodeCore::on_slots(const NodeId& from, const SyncHead& head, const Bytes& payload) {
    proto::SyncSlots frame;
    if (!frame.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return;
    auto id = StreamId::parse(frame.stream_id());
    if (!id.ok()) return;
    for (const auto& bytes : frame.slots())
        if (auto slot = parse_slot(as_bytes(bytes)); slot.ok() && slot->stream == *id)
            if (!use_slot(from, *slot)) break;
    const StreamInfo* info = stream(*id);
    if (frame.tags().empty() || info == nullptr || !may_hold(from, *info)) return;
    proto::SyncSlots answer;
    answer.set_stream_id(frame.stream_id());
    answer.set_epoch(frame.epoch());
    proto::SyncSlots lacking = answer;
    for (const auto& bytes : frame.tags()) {
        auto tag = SlotTag::parse(bytes);
        if (!tag.ok()) return;
        auto slot = store_.slot(*id, Epoch{frame.epoch()}, *tag);
        if (slot.ok() && slot->has_value())
            answer.add_slots(std::string(as_text(encode_slot(**slot))));
        else
            lacking.add_tags(bytes);
    }
    // A carrier may have the grant without its slots (its frame was lost, or came too early): the
    // origin has them; who asked asks again.
    const NodeId& origin = info->state.origin;
    bool carries = is_coordinator() || options_.hub;
    if (carries && lacking.tags_size() > 0 && from != origin && peers_[origin].up)
        send(origin, SyncType::slots, next_request(origin), lacking.SerializeAsString(),
             Precedence::immediate);
    if (answer.slots_size() > 0)
        send(from, SyncType::slots, head.request, answer.SerializeAsString(),
             Precedence::immediate);
}

}  // namespace rilon
