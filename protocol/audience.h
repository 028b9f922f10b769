// Derived audiences: a standing one less some parties, or named nodes of it. The definition exists
// only inside the sealed member list of the stream's key grants (epoch.h); nobody outside learns
// who was left out.
#pragma once

#include <string>
#include <vector>

#include "protocol/directory.h"

namespace rilon {

struct AudienceDefinition {
    AudienceId base;
    std::vector<std::string> excluded;  // Party codes, ascending bytewise, no duplicates.
    std::vector<NodeId> named;          // Ascending; when not empty, exactly these (within base).
    std::vector<KeyId> recipients;      // Current encryption keys of all members but the origin.

    bool same_audience(const AudienceDefinition& other) const {
        return base == other.base && excluded == other.excluded && named == other.named;
    }
};

constexpr std::size_t definition_parties_max = 300;
constexpr std::size_t definition_nodes_max = 4096;

// base ‖ u16 n ‖ n × (u8 length ‖ party) ‖ u16 m ‖ m × node ‖ u16 r ‖ r × key id.
Bytes encode_definition(const AudienceDefinition& definition);
// Strict: order, duplicates, lengths, nothing left over.
Result<AudienceDefinition> parse_definition(ByteView bytes);

// Who is in it in this state, ascending: the base's members, or of them exactly the named; minus
// every node of an excluded party and of parties under it; the origin always stays.
std::vector<NodeId> derived_members(const DirectoryState& state,
                                    const AudienceDefinition& definition, const NodeId& origin);
// Sets `recipients` from the state: ascending key ids of the members but the origin.
void fill_recipients(const DirectoryState& state, AudienceDefinition& definition,
                     const NodeId& origin);

// Did that member set ever differ between the states after records `from` and `to`, both inclusive,
// from the one at `from`? Also true when either record is not there.
bool derived_members_changed(const Directory& directory, const AudienceDefinition& definition,
                             const NodeId& origin, DirSeq from, DirSeq to);

}  // namespace rilon
