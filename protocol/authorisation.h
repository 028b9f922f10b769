// Who must sign a statement, and whether those who signed are enough. Seats are to be filled by
// distinct persons: a person in two roles, or with two keys, takes one seat only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/directory.h"

namespace rilon {

// What a key may sign as.
struct Role {
    enum class Kind { rso, next_rso, chair, deputy, administrator, node };
    Kind kind;
    std::string of;  // RILON or party code; a node's id in hex; empty for the RSO.
    auto operator<=>(const Role&) const = default;
};

// One signature that is needed: from anybody with one of these roles.
struct Seat {
    std::vector<Role> any_of;        // An empty `of` in a chair's role: of whichever RILON.
    std::string label;               // "one RSO officer"
    std::optional<PersonId> except;  // This person may not take it.
};

// Seats within a group go to distinct persons; between groups a person may sit again (a ROOT needs
// the threshold of the old and, apart, of the new).
using Demand = std::vector<std::vector<Seat>>;

// A person (or the node itself) who validly signed.
struct Signer {
    PersonId id;
    std::string name;
    std::vector<Role> roles;  // Of all the keys this person signed with.
};

struct SignatureBytes {
    KeyId key;
    Signature signature;
};
// n × (key id ‖ signature), n ≤ authorisations_max, no key twice.
Result<std::vector<SignatureBytes>> parse_authorisations(ByteView bytes);

// Verifies every signature; one bad or unknown spoils all. `next_rso` are a ROOT's new persons.
// Errors: malformed, unknown_key, bad_signature.
struct AuthorisationInput {
    const NetworkId& network;
    ByteView statement;
    ByteView authorisations;
};
Result<std::vector<Signer>> verify_authorisations(const AuthorisationInput& input,
                                                  const DirectoryState* state,
                                                  const std::vector<Person>& next_rso,
                                                  const NodeRecord* self);

bool may_take(const Signer& signer, const Seat& seat);
// For each seat of the group the index of its signer, or -1: a largest matching, so that nobody is
// sent away because another took the only seat he could have.
std::vector<int> fill_seats(const std::vector<Seat>& group, const std::vector<Signer>& signers);
// Labels of the seats that stay empty; empty when the demand is met.
std::vector<std::string> empty_seats(const Demand& demand, const std::vector<Signer>& signers);

// The first signer who may take a seat of the demand by a role of the present state.
std::optional<PersonId> first_seated(const Demand& demand, const std::vector<Signer>& signers);

Seat rso_seat();
Seat administrator_seat(const std::string& party);
Seat chair_or_deputy_seat(const std::string& rilon);
Seat any_chair_seat();
// `count` RSO officers, of the present root or of the next.
std::vector<Seat> rso_seats(std::uint32_t count, Role::Kind kind);

}  // namespace rilon
