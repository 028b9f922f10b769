// What the accept rules ask of the directory: DirectoryAuthority, and for the origin's side
// epoch_due.
#include "protocol/mutant.h"
#include "protocol/stream_accept.h"

namespace rilon {

namespace {

Error not_member(const EntryHeader& h, const std::string& why) {
    return {Errc::not_member, "stream " + h.stream.brief() + " seq " + std::to_string(h.seq.value) +
                                  ": node " + h.origin.brief() + " " + why};
}

Error ahead(DirSeq n) {
    return {Errc::parked, "directory record " + std::to_string(n.value) + " has not come yet"};
}

bool good(const DirectoryState& state, const NodeId& id) {
    const NodeRecord* node = state.node(id);
    return node != nullptr && node->standing == Standing::good;
}

// Are the members of the derived audience the same all the way?
Result<bool> derived_unchanged(const Directory& directory, const AudienceDefinition& definition,
                               const NodeId& origin, EpochSpan span) {
    if (directory.at(span.grant) == nullptr || directory.at(span.entry) == nullptr)
        return ahead(span.entry);
    if (span.entry <= span.grant) return true;
    return !derived_members_changed(directory, definition, origin, span.grant, span.entry);
}

}  // namespace

Result<SignPublicKey> DirectoryAuthority::signer(const EntryHeader& h) const {
    if (directory_.at(h.dir_seq) == nullptr) return ahead(h.dir_seq);
    const SigningKey* key = directory_.signing_key(h.origin, h.generation, h.dir_seq);
    if (key == nullptr)
        return {Errc::unknown_key, "node " + h.origin.brief() + " has no key of generation " +
                                       std::to_string(h.generation.value) + " at record " +
                                       std::to_string(h.dir_seq.value)};
    return key->pk;
}

Status DirectoryAuthority::check_member(const EntryHeader& h, const StreamState& stream) const {
    const DirectoryState* then = directory_.at(h.dir_seq);
    if (then == nullptr) return ahead(h.dir_seq);
    // Suspended at that very record: REINSTATE or cuts decide, as for every such entry.
    if (!good(*then, h.origin))
        return {Errc::quarantined, "node " + h.origin.brief() + " was not in good standing"};
    if (then->audience(stream.audience) != nullptr) {
        if (stream.derived) return not_member(h, "sealed a definition for a known audience");
        if (!then->is_member(stream.audience, h.origin)) return not_member(h, "is no member");
        return {};
    }
    // Not in the directory then: derived, or not yet or no longer there.
    const bool granted = stream.epoch.value > 0;
    if (granted && !stream.derived) return not_member(h, "writes to a closed audience");
    if (!granted && directory_.now().audience(stream.audience) != nullptr)
        return not_member(h, "founds a stream before its audience");
    if (definition_ != nullptr && !then->is_member(definition_->base, h.origin))
        return not_member(h, "is no member of the base");
    return {};
}

Status DirectoryAuthority::check_standing(const UnverifiedEntry& entry,
                                          const StreamState& stream) const {
    if (mutant(Mutant::skip_standing)) return {};
    const EntryHeader& h = entry.header();
    const NodeRecord* node = directory_.now().node(h.origin);
    if (node == nullptr) return {Errc::unknown_key, "node " + h.origin.brief() + " is unknown"};
    const std::optional<Seq> held = stream.founded ? std::optional<Seq>(stream.head) : std::nullopt;
    return rilon::check_standing(*node, h.generation, h.stream, h.seq, entry.id(), held);
}

Status DirectoryAuthority::check_grant(const EntryHeader& h, const GrantBody& body,
                                       const StreamState& stream) const {
    const DirectoryState* then = directory_.at(h.dir_seq);
    if (then == nullptr) return ahead(h.dir_seq);
    const std::string where =
        "stream " + h.stream.brief() + " epoch " + std::to_string(h.epoch.value);
    if (body.dir_link != then->link)
        return {Errc::structure, where + ": the origin has another directory than ours at record " +
                                     std::to_string(h.dir_seq.value)};
    const bool known = then->audience(stream.audience) != nullptr;
    if (known != body.sealed_definition.empty())
        return {Errc::structure,
                where + ": a definition is sealed for derived audiences, and for them only"};
    return {};
}

Result<bool> DirectoryAuthority::check_epoch(const EntryHeader& h,
                                             const StreamState& stream) const {
    if (mutant(Mutant::skip_stale_epoch)) return true;
    const EpochSpan span{stream.members_checked, h.dir_seq};
    bool unchanged = true;
    if (!stream.derived) {
        unchanged = span.entry <= span.grant ||
                    !directory_.members_changed(stream.audience, span.grant, span.entry);
    } else {
        if (definition_ == nullptr) return false;
        auto same = derived_unchanged(directory_, *definition_, h.origin, span);
        if (!same) return same.error();
        unchanged = *same;
    }
    if (!unchanged)
        return {Errc::stale_epoch, "stream " + h.stream.brief() + " seq " +
                                       std::to_string(h.seq.value) +
                                       ": the members changed since the grant"};
    return true;
}

Status check_stale_epoch(const Directory& directory, const AudienceDefinition& definition,
                         const NodeId& origin, EpochSpan span) {
    auto same = derived_unchanged(directory, definition, origin, span);
    if (!same) return same.error();
    if (!directory.at(span.entry)->is_member(definition.base, origin))
        return {Errc::not_member, "node " + origin.brief() + " is no member of the base"};
    if (!*same)
        return {Errc::stale_epoch, "the members changed between records " +
                                       std::to_string(span.grant.value) + " and " +
                                       std::to_string(span.entry.value)};
    return {};
}

bool epoch_due(const StreamState& stream, const AcceptContext& context,
               std::uint64_t grant_age_ms) {
    if (!stream.epoch_open || stream.entries_in_epoch >= epoch_entries_max) return true;
    if (grant_age_ms >= epoch_age_max_ms) return true;
    const EpochSpan span{stream.members_checked, context.directory.now().n};
    if (!stream.derived)
        return span.entry > span.grant &&
               context.directory.members_changed(stream.audience, span.grant, span.entry);
    // An origin that lost its own definition had better say it anew.
    if (context.definition == nullptr) return true;
    auto same = derived_unchanged(context.directory, *context.definition, stream.origin, span);
    return !same || !*same;
}

}  // namespace rilon
