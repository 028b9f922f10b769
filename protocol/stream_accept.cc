#include "protocol/stream_accept.h"

#include "protocol/entry_trust.h"
#include "protocol/mutant.h"

namespace rilon {

namespace {

std::string name_of(const EntryHeader& h) {
    return "stream " + h.stream.brief() + " seq " + std::to_string(h.seq.value);
}

// Step 3 without the directory: the stream's own identity.
Status check_identity(const EntryHeader& h, const StreamState& stream) {
    if (!stream.id.is_zero() && h.stream != stream.id)
        return {Errc::structure, name_of(h) + ": belongs to another stream"};
    if (!stream.origin.is_zero() && h.origin != stream.origin)
        return {Errc::structure, name_of(h) + ": the origin is not the stream's"};
    if (stream.founded && h.network != stream.network)
        return {Errc::wrong_network, name_of(h) + ": of another network than its stream"};
    return {};
}

// A genesis brings the audience that step 3 is about.
Result<StreamState> founding_state(const UnverifiedEntry& entry) {
    auto body = parse_genesis(entry.body());
    if (!body) return body.error();
    StreamState state;
    state.audience = body->audience;
    return state;
}

// Have we this seq already, and if so, is it the same entry?
Status check_held(const UnverifiedEntry& entry, const StreamState& stream,
                  const std::optional<EntryId>& held) {
    const EntryHeader& h = entry.header();
    if (!stream.founded || h.seq > stream.head) return {};
    const bool known = held.has_value() || h.seq == stream.head;
    const EntryId& ours = held ? *held : stream.head_id;
    if (known && ours != entry.id())
        return {Errc::fork, name_of(h) + ": another entry than the one we hold"};
    return {Errc::duplicate, name_of(h) + ": we hold this seq"};
}

Status check_order(const UnverifiedEntry& entry, const StreamState& stream) {
    const EntryHeader& h = entry.header();
    const std::uint64_t next = stream.founded ? stream.head.value + 1 : 0;
    if (h.seq.value > next)
        return {Errc::gap, name_of(h) + ": we have no " + std::to_string(next) + " yet"};
    if (stream.founded && h.prev != stream.head_id && !mutant(Mutant::accept_wrong_prev))
        return {Errc::fork, name_of(h) + ": its prev is not the entry we hold"};
    return {};
}

Status check_grant_body(const UnverifiedEntry& entry, const StreamState& stream,
                        const Authority& authority) {
    auto body = parse_grant(entry.body());
    if (!body) return body.error();
    return authority.check_grant(entry.header(), *body, stream);
}

// Steps 3 and 4, and what the order of seqs says.
Status check_place(const UnverifiedEntry& entry, const StreamState& stream,
                   const Authority& authority, const std::optional<EntryId>& held) {
    const EntryHeader& h = entry.header();
    Status identity = check_identity(h, stream);
    if (!identity.ok()) return identity;
    // An entry we hold is dropped whatever the directory says of its origin by now.
    Status ours = check_held(entry, stream, held);
    if (!ours.ok() && ours.code() == Errc::duplicate) return ours;
    if (h.kind == EntryKind::genesis && !stream.founded) {
        auto founding = founding_state(entry);
        if (!founding) return founding.error();
        Status member = authority.check_member(h, *founding);
        if (!member.ok() && !mutant(Mutant::outsider_writes)) return member;
    } else if (stream.founded) {
        Status member = authority.check_member(h, stream);
        if (!member.ok() && !mutant(Mutant::outsider_writes)) return member;
    }
    // Before a fork is cried: whoever stole a replaced key must not freeze the stream with it.
    Status standing = authority.check_standing(entry, stream);
    if (!standing.ok()) return standing;
    if (!ours.ok()) return ours;
    return check_order(entry, stream);
}

}  // namespace

Status accept(const UnverifiedEntry& entry, const SignPublicKey& signer, StreamState& stream,
              const Authority& authority, const std::optional<EntryId>& held) {
    Status place = check_place(entry, stream, authority, held);
    if (!place.ok()) return place;
    const Candidate next{entry.header(), entry.body(), signer};
    Status structure = check_structure(next, stream);
    if (!structure.ok()) return structure;
    bool epoch_checked = false;
    if (entry.header().kind == EntryKind::grant) {
        Status grant = check_grant_body(entry, stream, authority);
        if (!grant.ok()) return grant;
    } else if (!is_clear(entry.header().kind)) {
        auto checked = authority.check_epoch(entry.header(), stream);
        if (!checked) return checked.error();
        epoch_checked = *checked;
    }
    advance(stream, next, entry.id());
    if (epoch_checked) stream.members_checked = entry.header().dir_seq;
    return {};
}

Result<SignPublicKey> signer_under(const UnverifiedEntry& entry, const Authority& authority) {
    const EntryHeader& h = entry.header();
    if (h.network != authority.network())
        return {Errc::wrong_network, name_of(h) + ": of network " + h.network.brief()};
    return authority.signer(h);
}

Result<VerifiedEntry> verify_under(SignedEntry&& entry, StreamState& stream,
                                   const Authority& authority, const std::optional<EntryId>& held) {
    auto signer = signer_under(entry.entry(), authority);
    if (!signer) return signer.error();
    if (*signer != entry.key())
        return {Errc::bad_signature,
                name_of(entry.entry().header()) + ": was checked under another key"};
    Status accepted = accept(entry.entry(), *signer, stream, authority, held);
    if (!accepted.ok()) return accepted.error();
    return EntryTrust::vouch(std::move(entry).take());
}

}  // namespace rilon
