#include "protocol/audience.h"

#include <algorithm>
#include <limits>

namespace rilon {
namespace {

constexpr std::size_t party_bytes_max = 255;

template <class Item>
bool strictly_ascending(const std::vector<Item>& items) {
    return std::adjacent_find(items.begin(), items.end(), std::greater_equal<>()) == items.end();
}

template <class Id>
void write_ids(ByteWriter& out, const std::vector<Id>& ids) {
    RILON_ASSERT(ids.size() <= std::numeric_limits<std::uint16_t>::max());
    out.u16(static_cast<std::uint16_t>(ids.size()));
    for (const Id& id : ids) out.raw(id.view());
}

template <class Id>
Result<std::vector<Id>> read_ids(ByteReader& in) {
    std::size_t count = in.u16();
    if (count > definition_nodes_max) return {Errc::malformed, "a definition of too many nodes"};
    std::vector<Id> ids;
    for (std::size_t i = 0; i < count && !in.failed(); ++i) ids.push_back(in.template fixed<Id>());
    if (in.failed()) return {Errc::malformed, "a definition that ends early"};
    if (!strictly_ascending(ids)) return {Errc::malformed, "a definition out of order"};
    return ids;
}

}  // namespace

Bytes encode_definition(const AudienceDefinition& definition) {
    RILON_ASSERT(definition.excluded.size() <= definition_parties_max);
    ByteWriter out;
    out.raw(definition.base.view()).u16(static_cast<std::uint16_t>(definition.excluded.size()));
    for (const std::string& party : definition.excluded) {
        RILON_ASSERT(!party.empty() && party.size() <= party_bytes_max);
        out.u8(static_cast<std::uint8_t>(party.size())).raw(as_bytes(party));
    }
    write_ids(out, definition.named);
    write_ids(out, definition.recipients);
    return std::move(out).take();
}

Result<AudienceDefinition> parse_definition(ByteView bytes) {
    ByteReader in(bytes);
    AudienceDefinition out;
    out.base = in.fixed<AudienceId>();
    std::size_t parties = in.u16();
    if (parties > definition_parties_max)
        return {Errc::malformed, "a definition that excludes too many parties"};
    for (std::size_t i = 0; i < parties && !in.failed(); ++i) {
        out.excluded.emplace_back(as_text(in.raw(in.u8())));
        if (out.excluded.back().empty())
            return {Errc::malformed, "a definition with an empty party code"};
    }
    if (in.failed()) return {Errc::malformed, "a definition that ends early"};
    // std::string compares bytes as unsigned: ascending bytewise, without the length.
    if (!strictly_ascending(out.excluded)) return {Errc::malformed, "a definition out of order"};
    auto named = read_ids<NodeId>(in);
    if (!named) return named.error();
    auto recipients = read_ids<KeyId>(in);
    if (!recipients) return recipients.error();
    if (!in.done()) return {Errc::malformed, "bytes after a definition"};
    out.named = std::move(*named);
    out.recipients = std::move(*recipients);
    return out;
}

std::vector<NodeId> derived_members(const DirectoryState& state,
                                    const AudienceDefinition& definition, const NodeId& origin) {
    std::vector<NodeId> out;
    const AudienceInfo* base = state.audience(definition.base);
    if (base == nullptr) return out;
    for (const NodeId& id : base->members) {
        const NodeRecord* node = state.node(id);
        if (node == nullptr) continue;
        bool chosen = definition.named.empty() ||
                      std::binary_search(definition.named.begin(), definition.named.end(), id);
        bool excluded = std::any_of(
            definition.excluded.begin(), definition.excluded.end(),
            [&](const std::string& party) { return state.is_or_under(node->party, party); });
        // The origin stays even when its own party is among those withheld or nobody named it.
        if (id == origin || (chosen && !excluded)) out.push_back(id);
    }
    return out;
}

void fill_recipients(const DirectoryState& state, AudienceDefinition& definition,
                     const NodeId& origin) {
    definition.recipients.clear();
    for (const NodeId& id : derived_members(state, definition, origin))
        if (id != origin) definition.recipients.push_back(key_id(state.node(id)->enc_pk.view()));
    std::sort(definition.recipients.begin(), definition.recipients.end());
}

bool derived_members_changed(const Directory& directory, const AudienceDefinition& definition,
                             const NodeId& origin, DirSeq from, DirSeq to) {
    const DirectoryState* first = directory.at(from);
    if (first == nullptr || directory.at(to) == nullptr) return true;
    std::vector<NodeId> then = derived_members(*first, definition, origin);
    for (DirSeq n = from; n < to;) {
        n = n.next();
        if (derived_members(*directory.at(n), definition, origin) != then) return true;
    }
    return false;
}

}  // namespace rilon
