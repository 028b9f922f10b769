// COMMIT: the officer signed what PREPARE showed. Readers that changed meanwhile refuse it; else
// the parts are sealed into their streams, with a new epoch key first where one is due. The answer
// goes out after the commit.
#include <fmt/format.h>

#include <algorithm>

#include "node/core.h"
#include "protocol/mutant.h"

namespace rilon {
namespace {

const AudienceId& base_of(const PlannedPart& part, const StreamInfo* info) {
    if (info != nullptr) return rilon::base_of(*info);
    return part.definition ? part.definition->base : part.found->audience;
}

}  // namespace

void NodeCore::on_commit(const Asker& asker, ClientId client, const proto::Request& request) {
    const auto& commit = request.commit();
    auto it = tickets_.find(to_bytes(as_bytes(commit.ticket())));
    if (it == tickets_.end() || it->second.officer != asker.officer->id || it->second.until < now_)
        return fail(client, request.id(),
                    {Errc::not_found, "this posting is no longer prepared here; post it again"});
    Ticket& ticket = it->second;
    if (ticket.checks_left != 0)
        return fail(client, request.id(), {Errc::busy, "this posting is being checked already"});
    if (commit.signatures_size() != static_cast<int>(ticket.parts.size()))
        return fail(client, request.id(), {Errc::malformed, "one signature for each part"});
    ticket.client = client;
    ticket.request = request.id();
    ticket.signatures.clear();
    for (const auto& bytes : commit.signatures()) {
        auto signature = Signature::parse(bytes);
        if (!signature.ok()) return fail(client, request.id(), signature.error());
        ticket.signatures.push_back(*signature);
    }
    std::uint64_t number = next_post_++;
    posts_[number] = it->first;
    ticket.checks_left = ticket.parts.size();
    ticket.good = true;
    for (std::size_t i = 0; i < ticket.parts.size(); ++i) {
        const PlannedPart& part = ticket.parts[i];
        out_->jobs.push_back(Job{CheckPostJob{
            number, asker.officer->pk,
            officer_message(identity_.network, part.stream, part.alert, part.operation),
            ticket.signatures[i]}});
    }
}

void NodeCore::on_post_checked(const PostChecked& checked) {
    auto post = posts_.find(checked.post);
    if (post == posts_.end()) return;
    Ticket& ticket = tickets_.at(post->second);
    ticket.good = ticket.good && checked.good;
    if (--ticket.checks_left == 0) finish_post(checked.post);
}

void NodeCore::finish_post(std::uint64_t number) {
    auto post = posts_.extract(number);
    auto node = tickets_.extract(post.mapped());
    Ticket ticket = std::move(node.mapped());
    auto refuse = [&](Error why) { fail(ticket.client, ticket.request, why); };
    if (!ticket.good)
        return refuse({Errc::bad_signature, "the officer's signature is not good for this stream"});
    const Officer* officer = officers_.certified(ticket.officer);
    if (officer == nullptr)
        return refuse({Errc::not_permitted, "this officer is no longer certified here"});
    for (const auto& part : ticket.parts)
        if (Status still = still_newest(part); !still.ok()) return refuse(still.error());
    auto readers = ticket.readers();
    if (!readers.ok()) return refuse(readers.error());
    if (*readers != ticket.readers_then)
        return refuse({Errc::readers_changed,
                       "who may read changed since the preview; look at the new list"});
    // All parts or none: whatever can refuse one is asked before the first is sealed.
    for (const auto& part : ticket.parts)
        if (Status can = check_sealable(part); !can.ok()) return refuse(can.error());
    std::vector<std::vector<EntryKey>> keys;
    for (const auto& part : ticket.parts) {
        auto read = history_keys(part.history);
        if (!read.ok()) return refuse(read.error());
        keys.push_back(std::move(*read));
    }
    for (auto& part : ticket.parts)
        if (Status found = find_attached(part); !found.ok()) return refuse(found.error());
    proto::Response response;
    auto* posted = response.mutable_posted();
    for (std::size_t i = 0; i < ticket.parts.size(); ++i) {
        Status sealed =
            keys[i].empty()
                ? publish_part(ticket.parts[i], ticket.signatures[i], *officer)
                : publish_history(ticket.parts[i], ticket.signatures[i], *officer, keys[i]);
        RILON_ASSERT(sealed.ok());
        posted->add_parts()->Swap(ticket.shown.mutable_parts(static_cast<int>(i)));
    }
    posted->set_alert_id(ticket.parts.front().alert.str());
    ++counters_.published;
    write(PutAudit{now_, officer->display_sign, ticket.action,
                   ticket.detail.empty() ? ticket.parts.front().alert.hex() : ticket.detail});
    if (ticket.stale_directory)
        write(PutAudit{now_, officer->display_sign, "stale-directory",
                       fmt::format("{} h", now_.since(directory_as_of()) / ms_hour)});
    answer(ticket.client, response, ticket.request);
    for (auto& part : ticket.parts)
        for (Attached& one : part.attached) wipe(one.bytes);
}

// May anything be sealed into our streams now, so that others take it?
Status NodeCore::can_seal() const {
    const NodeRecord* self = directory_.now().node(identity_.id);
    if (self == nullptr || self->standing != Standing::good)
        return {Errc::quarantined, "this node is suspended or not in the directory: it can't post"};
    // What a key signs before everybody can know it, or after it was replaced, is refused for good.
    if (self->current_key().pk != identity_.sign.pk)
        return {Errc::not_enrolled,
                "the directory, as far as it is here, has another signing key for this node"};
    if (current_psk() == nullptr)
        return {Errc::not_enrolled, "the network's PSK is missing; run rilon enrol"};
    if (own_secret(self->enc_pk) == nullptr)
        return {Errc::not_enrolled,
                "this node has lost its encryption key; it posts again as soon as the coordinator "
                "has recorded a new one, which it made by itself"};
    if (Status free = not_replacing(); !free.ok()) return free;
    if (Status again = resynced(); !again.ok()) return again;
    return not_cut_off();
}

Status NodeCore::check_sealable(const PlannedPart& part) const {
    if (Status can = can_seal(); !can.ok()) return can;
    const StreamInfo* info = stream(part.stream);
    if (info == nullptr && !part.found.has_value())
        return {Errc::not_found, "the stream of this posting is gone; post it again"};
    if (info != nullptr && info->state.frozen)
        return {Errc::fork, "this stream is frozen: another entry of ours was seen in it"};
    // Begun anew since the preview: who reads is the same, the stream is not.
    const bool renamed =
        info == nullptr && make_stream_id(identity_.network, identity_.id, identity_.sign.pk,
                                          *part.found) != part.stream;
    if (renamed || (info != nullptr && info->retired))
        return {Errc::readers_changed,
                "this node began its streams anew meanwhile: its signing key was replaced, or a "
                "peer showed later entries of its own than it has"};
    if (info != nullptr && !may_extend(*info))
        return {Errc::busy,
                "too few peers have confirmed yet that this node's store is not an old copy: post "
                "it again"};
    if (Status there = check_in_audience(part); !there.ok()) return there;
    constexpr std::size_t certificate_and_signatures = 4096;
    if (part.operation.size() + certificate_and_signatures > plaintext_bytes_max)
        return {Errc::too_large, "the alert is too large for one entry"};
    return {};
}

// What a node says in an audience that it has left nobody takes, nor a stream begun there.
Status NodeCore::check_in_audience(const PlannedPart& part) const {
    const StreamInfo* info = stream(part.stream);
    const bool known = info != nullptr || part.found.has_value() || part.definition.has_value();
    if (!known || directory_.now().is_member(base_of(part, info), identity_.id)) return {};
    return {Errc::not_member,
            "this node is no longer in the audience that the alert was posted to"};
}

const EncSecretKey* NodeCore::own_secret(const EncPublicKey& pk) const {
    for (const auto& pair : identity_.enc)
        if (pair.pk == pk) return &pair.sk;
    return nullptr;
}

// Of the generation that ROOT names.
const PskEntry* NodeCore::current_psk() const {
    for (const auto& psk : identity_.psks)
        if (psk.generation == directory_.now().psk_generation) return &psk;
    return nullptr;
}

Status NodeCore::publish_part(const PlannedPart& part, const Signature& signature,
                              const Officer& officer) {
    auto info = ensure_stream(part);
    if (!info.ok()) return info.error();
    StreamInfo& target = **info;
    if (Status status = ensure_epoch(target); !status.ok()) return status;
    SignedCertificate signed_certificate = certificate(officer);
    Bytes plain = encode_content(signed_certificate, part.alert, part.operation, signature);
    OfficerContent content{
        {officer.id, officer.display_sign, officer.role, officer.pk, identity_.id, {}, {}},
        part.alert,
        part.operation};
    Status sealed = seal_into(
        target, {EntryKind::content, part.precedence, DirSeq{}, std::move(plain)}, &content);
    if (!sealed.ok()) return sealed;
    if (part.covers.empty()) return seal_chunks(target, part);
    std::vector<SeqRange> ranges;
    for (const auto& ref : part.covers)
        if (ref.stream == target.state.id)
            ranges.push_back(with_chunks(ref));
        else
            owe_redact(ref);
    std::sort(ranges.begin(), ranges.end());
    if (ranges.empty()) return {};
    sealed = seal_into(
        target, {EntryKind::redact, part.precedence, DirSeq{}, encode_redact(ranges)}, nullptr);
    if (!sealed.ok()) return sealed;
    close_epoch(target, target.state.epoch);
    erase_now(target, ranges);
    return {};
}

Result<StreamInfo*> NodeCore::ensure_stream(const PlannedPart& part) {
    if (StreamInfo* info = stream(part.stream)) {
        if (info->state.frozen)
            return {Errc::fork, "this stream is frozen: another entry of ours was seen in it"};
        return info;
    }
    // Another posting may have founded the stream for these readers since PREPARE; a second one is
    // as good, and the officer signed for this one.
    RILON_ASSERT(part.found.has_value());
    StreamInfo info;
    info.state.network = identity_.network;
    info.state.id = part.stream;
    info.state.origin = identity_.id;
    info.definition = part.definition;
    info.confirmed = info.founded_here = true;
    StreamInfo& target = streams_.emplace(part.stream, std::move(info)).first->second;
    Status sealed = seal_into(
        target, {EntryKind::genesis, Precedence::routine, DirSeq{}, encode_genesis(*part.found)},
        nullptr);
    if (!sealed.ok()) {
        drop_stream(part.stream);
        return sealed.error();
    }
    if (part.definition.has_value())
        write(PutPrivate{"definition." + part.stream.hex(), encode_definition(*part.definition)});
    return &target;
}

// A new K before the next content where one is due: a grant, and a slot for every reader.
Status NodeCore::ensure_epoch(StreamInfo& info) {
    AcceptContext context{directory_, info.definition ? &*info.definition : nullptr};
    if (info.key.has_value() && mutant(Mutant::keep_epoch)) return {};
    bool granted_to_suspended = info.granted <= suspended_at_ && suspended_at_ != UnixMillis{};
    if (info.key.has_value() && !granted_to_suspended &&
        !epoch_due(info.state, context, now_.since(info.granted)) && !recipients_changed(info))
        return {};
    const DirectoryState& state = directory_.now();
    const NodeRecord* self = state.node(identity_.id);
    const EncSecretKey* own = self == nullptr ? nullptr : own_secret(self->enc_pk);
    const PskEntry* psk = current_psk();
    if (own == nullptr || psk == nullptr)
        return {Errc::not_enrolled, "this node's encryption key or the network's PSK is missing"};
    if (info.state.epoch.value > 0) close_epoch(info, info.state.epoch);
    EpochKey key = rng_.secret<EpochKey>();
    Epoch epoch = info.state.epoch.next();
    Nonce24 nonce = rng_.bytes<Nonce24>();
    GrantBody body{state.link, key_commitment(key, info.state.id, epoch), {}};
    if (info.definition.has_value()) {
        // By the records alone, as readers check it; a suspension not recorded costs the slot.
        fill_recipients(*directory_.at(state.n), *info.definition, identity_.id);
        body.sealed_definition = seal_definition(key, info.state.id, epoch, body.dir_link,
                                                 body.commitment, nonce, *info.definition);
    }
    Status sealed =
        seal_with(info, {EntryKind::grant, Precedence::immediate, DirSeq{}, encode_grant(body)},
                  nonce, nullptr);
    if (!sealed.ok()) return sealed;
    info.granted = now_;
    std::vector<NodeId> readers = members(info);
    if (mutant(Mutant::seal_to_all) || mutant(Mutant::filter_not_key)) {
        readers.clear();
        for (const auto& [id, node] : state.nodes) readers.push_back(id);
    }
    for (const NodeId& id : readers) {
        if (is_self(id)) continue;
        const NodeRecord* reader = state.node(id);
        SlotEnds ends{identity_.network, info.state.id, epoch,
                      identity_.id,      self->enc_pk,  reader->enc_pk};
        auto slot = make_slot(ends, *own, *psk, key, rng_);
        if (!slot.ok()) return slot.error();
        fresh_slots_[info.state.id].push_back(*slot);
        write(PutSlot{*slot, now_});
    }
    write(PutEpochKey{info.state.id, epoch, key.duplicate()});
    info.key = std::move(key);
    info.key_epoch = epoch;
    tell_coordinators(info);
    return {};
}

Status NodeCore::seal_into(StreamInfo& info, EntryDraft draft, const OfficerContent* content) {
    return seal_with(info, std::move(draft), rng_.bytes<Nonce24>(), content);
}

Status NodeCore::seal_with(StreamInfo& info, EntryDraft draft, const Nonce24& nonce,
                           const OfficerContent* content) {
    draft.dir_seq = directory_.now().n;
    OriginKeys keys{identity_.sign.sk, identity_.generation};
    auto entry = seal(draft, info.state, keys, info.key.has_value() ? &*info.key : nullptr, nonce);
    wipe(draft.plain);
    if (!entry.ok()) return entry.error();
    EntryHeader header = entry->header();
    touch(info);
    next_arrival_ = next_arrival_.next();
    forward(identity_.id, *entry);
    write(PutEntry{std::move(*entry), now_});
    if (content == nullptr) return {};
    auto read = read_content(*content, directory_, header.dir_seq);
    if (!read.ok()) return read.error();
    index_content(header, now_, std::move(*read));
    return {};
}

// A coordinator can't read a definition; it serves a derived stream to the nodes the origin names.
void NodeCore::tell_coordinators(StreamInfo& info) {
    if (!info.definition.has_value() || !is_self(info.state.origin)) return;
    proto::SyncStream frame;
    frame.set_stream_id(info.state.id.str());
    for (const auto& id : members(info)) frame.add_members(id.str());
    for (const auto& coordinator : directory_.now().coordinators)
        if (peers_[coordinator.id].up)
            send(coordinator.id, SyncType::stream, 0, frame.SerializeAsString(),
                 Precedence::flash);  // Before the entries, whatever their precedence.
}

}  // namespace rilon
