// Encryption keys of our own: a new one every 90 days, made by the node itself and signed with its
// signing key; the old one's secret is destroyed 45 days after the new one was recorded.
//
//   made        in the vault and in the identity file before its statement leaves
//   pending     asked for again until the directory has it; a start finds it by that it has not
//   recorded    slots of new grants are made for it; old ones still open with the old key
//   replaced    45 days later the old secret is destroyed, in memory, vault and file
//
// Nothing else is written down: what a key is to us follows from the directory, at every start.
#include <fmt/format.h>

#include <algorithm>

#include "node/core.h"
#include "protocol/mutant.h"

namespace rilon {
namespace {

constexpr std::string_view enc_prefix = "enc.";
constexpr std::uint64_t submission_valid_ms = ms_day;
constexpr std::uint64_t look_ms = ms_minute;
constexpr std::uint64_t warn_late_ms = ms_hour;

std::string enc_name(const EncPublicKey& pk) {
    return std::string(enc_prefix) + pk.hex();
}

// The keys that persons replace, as a request names them.
std::optional<KeyKinds> kinds_by_name(const std::string& name) {
    if (name == "signing") return KeyKinds{true, false};
    if (name == "transport") return KeyKinds{false, true};
    if (name == "signing+transport") return KeyKinds{true, true};
    return std::nullopt;
}

}  // namespace

// What the store has of our keys and the identity file not yet.
Status NodeCore::load_keys() {
    if (is_coordinator()) return {};
    auto secrets = store_.secrets();
    if (!secrets.ok()) return secrets.error();
    for (const StoredSecret& held : *secrets) {
        if (!held.name.starts_with(enc_prefix)) continue;  // replacement.cc has the others.
        EncKeyPair pair{{}, EncSecretKey(held.key.expose())};
        pair.pk = enc_public_key(pair.sk);
        if (own_secret(pair.pk) != nullptr) continue;
        ChangeIdentity change;
        change.add.push_back(std::move(pair));
        change_identity(identity_, std::move(change));
    }
    if (Status read = load_replacements(*secrets); !read.ok()) return read;
    return load_transport_keys(*secrets);
}

// At the start, each second and with every new record.
void NodeCore::keep_keys() {
    if (is_coordinator() || directory_.empty()) return;
    const NodeRecord* self = directory_.now().node(identity_.id);
    if (self == nullptr) return;
    if (self->enc_pk != rotation_.seen) {
        const bool ours = rotation_.pending == self->enc_pk;
        if (ours) {
            write(PutAudit{now_, "node", "rotate", "encryption key recorded"});
            log(5, fmt::format("encryption_key_recorded n={}", directory_.now().n.value));
        }
        rotation_.next_look = {};
        sort_keys(*self);
    }
    settle_replacements(*self);
    switch_transport(*self);
    if (now_ >= rotation_.next_look && !options_.refuse_intake) {  // It needs a little room.
        rotation_.next_look = now_.plus(look_ms);
        destroy_old_keys(*self);
        if (!identity_.stored) emit(ChangeIdentity{});  // The file could not be written.
    }
    if (self->standing != Standing::good || options_.refuse_intake) return;
    if (!rotation_.pending.has_value() && rotation_due(*self) && may_rotate(*self).ok())
        make_encryption_key();
    submit_encryption_key(*self);
}

// A key of ours that the directory never had is the next one.
void NodeCore::sort_keys(const NodeRecord& self) {
    rotation_.seen = self.enc_pk;
    rotation_.pending.reset();
    rotation_.refused.clear();
    for (const EncKeyPair& pair : identity_.enc)
        if (pair.pk != self.enc_pk && !enc_replaced(pair.pk).has_value())
            rotation_.pending = pair.pk;
}

// When the directory replaced this key of ours; empty where it never had it or has it now.
std::optional<UnixMillis> NodeCore::enc_replaced(const EncPublicKey& pk) const {
    const NodeRecord* self = directory_.now().node(identity_.id);
    if (self == nullptr || self->enc_pk == pk) return std::nullopt;
    for (const OldEncKey& old : self->old_encs)
        if (old.pk == pk) return old.replaced;
    // A rotation forgets those of more than 45 days ago; the records don't.
    for (std::uint64_t n = directory_.size() - 1; n-- > 0;) {
        const NodeRecord* then = directory_.at(DirSeq{n})->node(identity_.id);
        if (then == nullptr) break;
        if (then->enc_pk == pk) return directory_.at(DirSeq{n + 1})->recorded;
    }
    return std::nullopt;
}

// By a time that the sequencer has signed: a clock that is wrong destroys nothing early.
void NodeCore::destroy_old_keys(const NodeRecord& self) {
    if (mutant(Mutant::keep_old_secrets)) return;
    ChangeIdentity change;
    for (const EncKeyPair& pair : identity_.enc) {
        if (pair.pk == self.enc_pk || rotation_.pending == pair.pk) continue;
        auto replaced = enc_replaced(pair.pk);
        if (!replaced.has_value() || sure_time(now_).since(*replaced) < enc_secret_kept_ms)
            continue;
        write(DropSecret{enc_name(pair.pk)});
        change.forget.push_back(pair.pk);
    }
    if (change.forget.empty()) return;
    write(PutAudit{now_, "node", "rotate", "old encryption key destroyed"});
    log(5, fmt::format("encryption_key_destroyed count={}", change.forget.size()));
    emit(std::move(change));
}

// When the present key was recorded.
UnixMillis NodeCore::enc_since(const NodeRecord& self) const {
    if (!self.old_encs.empty()) return self.old_encs.back().replaced;
    const DirectoryState* admitted = directory_.at(self.since);
    return admitted == nullptr ? UnixMillis{} : admitted->recorded;
}

// As the directory will judge it.
Status NodeCore::may_rotate(const NodeRecord& self) const {
    if (self.standing != Standing::good)
        return {Errc::not_permitted,
                "this node is suspended or revoked: its keys stay as they are"};
    const UnixMillis now = std::max(sure_time(now_), directory_.now().recorded);
    auto recent = std::count_if(
        self.old_encs.begin(), self.old_encs.end(),
        [&](const OldEncKey& old) { return now.since(old.replaced) < rotations_within_ms; });
    if (static_cast<std::size_t>(recent) < rotations_max) return {};
    return {Errc::not_permitted,
            fmt::format("this node had {} new encryption keys within 30 days: that is the most "
                        "that the directory takes",
                        rotations_max)};
}

// Old, or gone: a store and an identity file that were put back know nothing of a later key.
bool NodeCore::rotation_due(const NodeRecord& self) const {
    if (own_secret(self.enc_pk) == nullptr) return true;
    return sure_time(now_).since(enc_since(self)) >= options_.rotate_encryption_ms;
}

void NodeCore::make_encryption_key() {
    EncKeyPair next = make_enc_key_pair(rng_);
    write(PutSecret{enc_name(next.pk), NodeSecret(next.sk.expose())});
    write(PutAudit{now_, "node", "rotate", "encryption key made"});
    log(5, "encryption_key_made");
    rotation_.pending = next.pk;
    rotation_.next_try = {};
    ChangeIdentity change;
    change.add.push_back(std::move(next));
    emit(std::move(change));
}

// To a coordinator that knows no record more than we do; again until one has recorded it. A
// statement that was recorded already and not seen here is refused: a key has one owner, once.
void NodeCore::submit_encryption_key(const NodeRecord& self) {
    if (!rotation_.pending.has_value() || now_ < rotation_.next_try) return;
    if (self.current_key().pk != identity_.sign.pk) return;  // Nobody would take it.
    proto::SyncDirectory frame;
    for (const auto& coordinator : directory_.now().coordinators) {
        auto peer = peers_.find(coordinator.id);
        if (peer == peers_.end() || !peer->second.up || !peer->second.greeted ||
            peer->second.records > directory_.size())
            continue;
        if (!frame.has_submit()) {
            Drafter drafter(rng_, draft_basis(directory_, posting_now(), submission_valid_ms));
            Bytes statement = drafter.rotate_encryption(identity_.id, *rotation_.pending);
            Bytes signature = make_authorisation(identity_.network, statement, identity_.sign.pk,
                                                 identity_.sign.sk);
            *frame.mutable_submit() = to_proto({std::move(statement), std::move(signature)});
        }
        const std::uint64_t number = next_request(coordinator.id);
        rotation_.asked[coordinator.id] = number;
        send(coordinator.id, SyncType::directory, number, frame.SerializeAsString());
    }
    if (frame.has_submit()) rotation_.next_try = now_.plus(rotation_retry_ms);
}

bool NodeCore::encryption_key_answered(const NodeId& from, std::uint64_t request,
                                       const proto::SyncDirectory& frame) {
    auto asked = rotation_.asked.find(from);
    if (asked == rotation_.asked.end() || asked->second != request) return false;
    rotation_.asked.erase(asked);
    if (frame.accepted() || !rotation_.pending.has_value()) return true;
    rotation_.refused = frame.refused();
    rotation_.next_try = now_.plus(rotation_refused_ms);
    log(4, fmt::format("encryption_key_refused why=\"{}\"", rotation_.refused));
    return true;
}

// Whoever has a reader's old key must not have the next alerts with it.
bool NodeCore::recipients_changed(StreamInfo& info) const {
    const DirectoryState& now = directory_.now();
    if (info.recipients_checked == now.n) return false;
    const DirectoryState* then = directory_.at(info.state.grant_dir_seq);
    if (then == nullptr) return true;
    for (const NodeId& id : members(info)) {
        const NodeRecord* before = then->node(id);
        const NodeRecord* after = now.node(id);
        if (is_self(id) || before == after) continue;
        if (before == nullptr || after == nullptr || before->enc_pk != after->enc_pk) return true;
    }
    info.recipients_checked = now.n;
    return false;
}

// --- asked for by the administrator ------------------------------------------------------------

Result<std::string> NodeCore::rotate_encryption() {
    const NodeRecord* self = directory_.now().node(identity_.id);
    if (self == nullptr) return {Errc::not_enrolled, "this node is not in the directory yet"};
    if (options_.refuse_intake)
        return {Errc::full, "this node's disk is full: no key can be kept safely"};
    if (Status may = may_rotate(*self); !may.ok()) return may.error();
    const bool fresh = !rotation_.pending.has_value();
    if (fresh) make_encryption_key();
    rotation_.next_try = {};
    submit_encryption_key(*self);
    return std::string(fresh ? "a new encryption key is made" : "a new encryption key was made") +
           (rotation_.asked.empty()
                ? "; it is recorded when the coordinator can be reached"
                : " and sent to the coordinator; it is in use as soon as it is recorded") +
           ". The old one opens what was sealed to it for 45 days more";
}

void NodeCore::on_rotate(const Asker& asker, ClientId client, const proto::Request& request) {
    const auto& rotate = request.rotate();
    proto::Response response;
    auto* out = response.mutable_rotate();
    const auto kinds = kinds_by_name(rotate.key());
    if (rotate.key() == "encryption" && !rotate.cancel()) {
        auto note = rotate_encryption();
        if (!note.ok()) return fail(client, request.id(), note.error());
        out->set_note(*note);
    } else if (kinds.has_value() && rotate.cancel()) {
        if (Status done = cancel_replacement(*kinds); !done.ok())
            return fail(client, request.id(), done.error());
        out->set_note(kinds->sign ? "this node posts again" : "the replacement is ended");
    } else if (kinds.has_value()) {
        auto begun = begin_replacement(*kinds, rotate.stolen());
        if (!begun.ok()) return fail(client, request.id(), begun.error());
        out->set_note(replacement_note(**begun));
        out->set_draft(std::string(as_text(encode_draft({(*begun)->statement, {}}))));
        out->set_expires_ms((*begun)->expires.value);
    } else {
        return fail(client, request.id(),
                    {Errc::unsupported, "a key that this version does not replace"});
    }
    write(PutAudit{now_, asker.subject(), rotate.cancel() ? "rotate-cancel" : "rotate",
                   rotate.key()});
    answer(client, response, request.id());
}

void NodeCore::warn_of_keys(proto::StatusResponse& out) const {
    if (is_coordinator() || directory_.empty()) return;
    const NodeRecord* self = directory_.now().node(identity_.id);
    if (self == nullptr) return;
    const std::string why =
        rotation_.refused.empty() ? "" : "; the coordinator says: " + rotation_.refused;
    const std::uint64_t age = sure_time(now_).since(enc_since(*self));
    if (own_secret(self->enc_pk) == nullptr)
        out.add_warnings(
            "this node's encryption key is lost (an older copy was put back): what was sealed to "
            "it and not opened yet stays closed; a new key waits to be recorded" +
            why);
    else if (age >= options_.rotate_encryption_ms + warn_late_ms)
        out.add_warnings(
            fmt::format("the encryption key is {} days old, and its successor is not "
                        "recorded yet{}",
                        age / ms_day, why));
    if (!identity_.stored)
        out.add_warnings(
            "the identity file could not be written (see the log): its keys are not "
            "those in use");
    if (const Replacement* replacement = under_way())
        out.add_warnings(replacement_note(*replacement));
    warn_of_transport_key(*self, out);
}

}  // namespace rilon
