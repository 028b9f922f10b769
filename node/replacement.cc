// New signing and transport keys of our own: persons put them in the place of the present ones. For
// a signing key their statement says where our streams end under the old one (the cuts), so nothing
// is sealed from the moment that they are drawn until it is recorded, has expired, or is cancelled,
// restarts included. A transport key stops nothing; the switch to it is in transport_key.cc.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "node/core.h"
#include "protocol/directory_rules.h"
#include "protocol/mutant.h"

namespace rilon {
namespace {

constexpr const char* replacements_name = "replacements";
constexpr std::string_view sign_prefix = "sign.";
constexpr std::uint8_t flag_cancelled = 1;
constexpr std::uint8_t flag_stolen = 2;

std::string sign_name(const SignPublicKey& pk) {
    return std::string(sign_prefix) + pk.hex();
}

Result<Replacement> read_replacement(ByteReader& in, const std::vector<StoredSecret>& secrets) {
    in.raw(SignPublicKey::size());  // Of the first new key: the statement says which there are.
    Replacement out;
    out.expires = UnixMillis{in.u64()};
    const std::uint8_t flags = in.u8();
    out.cancelled = (flags & flag_cancelled) != 0;
    out.stolen = (flags & flag_stolen) != 0;
    out.statement = to_bytes(in.raw(in.u32()));
    if (in.failed()) return {Errc::damaged, "the stored key replacements do not parse"};
    auto statement = parse_statement(out.statement);
    if (!statement.ok() || !statement->has_replace_key())
        return {Errc::damaged, "a stored key replacement has no statement"};
    const proto::ReplaceKey& body = statement->replace_key();
    if (!body.new_transport_pk().empty())
        out.transport = TransportPublicKey::copy_of(as_bytes(body.new_transport_pk()));
    if (body.new_sign_pk().empty()) return out;
    const auto pk = SignPublicKey::copy_of(as_bytes(body.new_sign_pk()));
    for (const StoredSecret& held : secrets)
        if (held.name == sign_name(pk)) out.sign = sign_key_pair(SignSeed(held.key.expose()));
    if (!out.sign.has_value())
        return {Errc::damaged, "the secret of a signing key that waits for its record is gone"};
    return out;
}

KeyKinds kinds_of(const Replacement& one) {
    return {one.sign.has_value(), one.transport.has_value()};
}

bool is_recorded(const Replacement& one, const NodeRecord& self) {
    return (!one.sign.has_value() || one.sign->pk == self.current_key().pk) &&
           (!one.transport.has_value() || *one.transport == self.transport_pk);
}

ByteView first_key(const Replacement& one) {
    return one.sign.has_value() ? one.sign->pk.view() : one.transport->view();
}

}  // namespace

// And the key itself, where the process ended before it was in the identity file.
Status NodeCore::load_replacements(const std::vector<StoredSecret>& secrets) {
    auto stored = store_.private_value(replacements_name);
    if (!stored.ok()) return stored.error();
    const Bytes list = stored->value_or(Bytes{});
    for (ByteReader in(list); !in.done();) {
        auto one = read_replacement(in, secrets);
        if (!one.ok()) return one.error();
        rotation_.replacements.push_back(std::move(*one));
    }
    const NodeRecord* self = directory_.empty() ? nullptr : directory_.now().node(identity_.id);
    for (const StoredSecret& held : secrets) {
        if (!held.name.starts_with(sign_prefix)) continue;
        SignKeyPair pair = sign_key_pair(SignSeed(held.key.expose()));
        const bool waits = std::any_of(
            rotation_.replacements.begin(), rotation_.replacements.end(),
            [&](const Replacement& one) { return one.sign && one.sign->pk == pair.pk; });
        if (self != nullptr && self->current_key().pk == pair.pk) {
            if (identity_.sign.pk == pair.pk) continue;
            ChangeIdentity change;
            change.sign = std::move(pair);
            change.generation = self->current_key().generation;
            change_identity(identity_, std::move(change));
        } else if (!waits) {
            rotation_.orphans.push_back(held.name);
        }
    }
    return {};
}

void NodeCore::save_replacements() {
    ByteWriter out;
    for (const Replacement& one : rotation_.replacements) {
        const auto flags = static_cast<std::uint8_t>((one.cancelled ? flag_cancelled : 0) |
                                                     (one.stolen ? flag_stolen : 0));
        out.raw(first_key(one)).u64(one.expires.value).u8(flags);
        out.u32(static_cast<std::uint32_t>(one.statement.size())).raw(one.statement);
    }
    write(PutPrivate{replacements_name, std::move(out).take()});
}

const Replacement* NodeCore::under_way() const {
    for (const Replacement& one : rotation_.replacements)
        if (!one.cancelled) return &one;
    return nullptr;
}

const Replacement* NodeCore::replacing() const {
    const Replacement* one = under_way();
    return one != nullptr && one->sign.has_value() ? one : nullptr;
}

Status NodeCore::not_replacing() const {
    if (replacing() == nullptr || mutant(Mutant::seal_after_cuts)) return {};
    return {
        Errc::locked,
        "this node's signing key is being replaced: what it posted now would be refused by all"};
}

std::string NodeCore::replacement_note(const Replacement& replacement) const {
    const std::uint64_t hours = (replacement.expires.since(posting_now()) + ms_hour - 1) / ms_hour;
    if (!replacement.sign.has_value())
        return fmt::format(
            "a new transport key waits until persons have signed the draft, at most {} h more",
            hours);
    return fmt::format(
        "the signing key is being replaced: nothing is posted until persons have "
        "signed the draft, at most {} h more",
        hours);
}

// Our heads: under the old key nothing behind them counts.
Result<std::vector<StreamCut>> NodeCore::own_cuts() const {
    std::vector<StreamCut> cuts;
    for (const auto& [id, info] : streams_)
        if (is_self(info.state.origin) && info.state.founded)
            cuts.push_back({id, info.state.head, info.state.head_id});
    if (cuts.size() > static_cast<std::size_t>(cuts_max))
        return {Errc::too_large, fmt::format("this node has {} streams of its own, and a statement "
                                             "cuts {} at most: admit a new node in its place",
                                             cuts.size(), cuts_max)};
    return cuts;
}

Status NodeCore::may_replace(KeyKinds kinds) const {
    const NodeRecord* self = directory_.empty() ? nullptr : directory_.now().node(identity_.id);
    if (self == nullptr || self->standing == Standing::revoked)
        return {Errc::not_enrolled, "this node is revoked or not in the directory"};
    if (const Replacement* one = under_way(); one != nullptr && kinds_of(*one) != kinds)
        return {Errc::busy,
                "another replacement of keys is under way: the record of one would "
                "void the other; end it with --cancel"};
    if (options_.refuse_intake)
        return {Errc::full, "this node's disk is full: no key can be kept safely"};
    if (rotation_.replacements.size() >= replacements_max)
        return {Errc::busy, "too many cancelled replacements have not expired yet"};
    return {};
}

// The same draft until it is decided: whoever lost the file asks again.
Result<const Replacement*> NodeCore::begin_replacement(KeyKinds kinds, bool stolen) {
    if (const Replacement* one = under_way(); one != nullptr && kinds_of(*one) == kinds) return one;
    if (Status may = may_replace(kinds); !may.ok()) return may.error();
    std::vector<StreamCut> cuts;
    Replacement next;
    if (kinds.sign) {
        auto own = own_cuts();
        if (!own.ok()) return own.error();
        cuts = std::move(*own);
        next.sign = make_sign_key_pair(rng_);
        write(PutSecret{sign_name(next.sign->pk),
                        NodeSecret(next.sign->sk.expose().first(SignSeed::size()))});
        log(5, fmt::format("signing_key_made streams={}", cuts.size()));
        // Without the present key what it wrote may be known to others and not to us: new streams
        // too.
        next.stolen =
            stolen || directory_.now().node(identity_.id)->current_key().pk != identity_.sign.pk;
    }
    if (kinds.transport) next.transport = make_transport_key();
    const DraftBasis basis = draft_basis(directory_, posting_now(),
                                         kinds.sign ? replacement_valid_ms : statement_valid_ms);
    next.expires = basis.expires;
    const ReplacementKeys keys{next.sign ? &*next.sign : nullptr,
                               next.transport ? &*next.transport : nullptr};
    next.statement = Drafter(rng_, basis).replace_key(identity_.network, identity_.id, keys, cuts);
    rotation_.replacements.push_back(std::move(next));
    save_replacements();
    return &rotation_.replacements.back();
}

// What we post from now on is lost to most if somebody has the draft signed all the same; the keys
// are kept until that can't be, so that the node does not end with it.
Status NodeCore::cancel_replacement(KeyKinds kinds) {
    for (Replacement& one : rotation_.replacements) {
        if (one.cancelled || kinds_of(one) != kinds) continue;
        one.cancelled = true;
        save_replacements();
        return {};
    }
    if (under_way() != nullptr)
        return {Errc::not_found, "the replacement under way is of other keys: name the same ones"};
    return {Errc::not_found, "no such key is being replaced here"};
}

void NodeCore::drop_secrets(const Replacement& dead) {
    if (dead.sign.has_value()) write(DropSecret{sign_name(dead.sign->pk)});
    if (dead.transport.has_value()) drop_transport_key(*dead.transport);
}

// Recorded, or never any more: another key was recorded, or a checkpoint later than the expiry
// covers all we have.
void NodeCore::settle_replacements(const NodeRecord& self) {
    for (const std::string& name : std::exchange(rotation_.orphans, {})) write(DropSecret{name});
    auto& all = rotation_.replacements;
    auto recorded = std::find_if(all.begin(), all.end(),
                                 [&](const Replacement& one) { return is_recorded(one, self); });
    if (recorded != all.end()) {
        Replacement done = std::move(*recorded);
        all.erase(recorded);
        // The others were drafted against the keys before it.
        for (const Replacement& dead : all) drop_secrets(dead);
        all.clear();
        save_replacements();
        if (done.sign.has_value() && identity_.sign.pk != done.sign->pk)
            switch_signing(std::move(done), self);
        return;
    }
    auto over = [&](const Replacement& one) {
        const bool expired = newest_checkpoint_.has_value() &&
                             newest_checkpoint_->issued > one.expires &&
                             newest_checkpoint_->n == directory_.now().n;
        if (expired) drop_secrets(one);
        return expired;
    };
    if (std::erase_if(all, over) == 0) return;
    log(5, "key_draft_expired");
    save_replacements();
}

// With the commit of this batch. Where we sealed behind a cut, or a thief may have, others can't
// follow: those streams end, and new ones supersede them.
void NodeCore::switch_signing(Replacement replacement, const NodeRecord& self) {
    const SigningKey& old = self.signing[self.signing.size() - 2];
    for (auto& item : streams_) {
        StreamInfo& info = item.second;
        if (!is_self(info.state.origin) || !info.state.founded) continue;
        auto cut = std::find_if(old.cuts.begin(), old.cuts.end(),
                                [&](const StreamCut& one) { return one.stream == item.first; });
        const bool whole = cut != old.cuts.end() && cut->entry == info.state.head_id;
        if (!whole || replacement.stolen) retire(info);
    }
    save_retired();
    officers_.drop_certificates();
    write(DropSecret{sign_name(identity_.sign.pk)});
    write(PutAudit{now_, "node", "rotate", "signing key replaced"});
    log(5, fmt::format("signing_key_replaced generation={}", self.current_key().generation.value));
    ChangeIdentity change;
    change.sign = std::move(replacement.sign);
    change.generation = self.current_key().generation;
    emit(std::move(change));
}

}  // namespace rilon
