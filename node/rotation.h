// The change of a node's own keys while it is under way. Private to node/; the steps are in
// node/rotation.cc (encryption) and node/replacement.cc (signing).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "protocol/crypto.h"
#include "protocol/units.h"

namespace rilon {

// A signing key that waits for the persons who put it in the place of the present one.
struct Replacement {
    SignKeyPair next;
    Bytes statement;  // REPLACE KEY, with the cuts.
    UnixMillis expires;
    bool cancelled = false;  // We post again; the key stays until nobody can record the draft.
    bool stolen = false;     // Somebody else has the present key: new streams with the new one.
};

struct Rotation {
    // Of an encryption key that is durable here and that the directory never had.
    std::optional<EncPublicKey> pending;
    EncPublicKey seen;  // What the directory had when our keys were last sorted.
    UnixMillis next_try{};
    UnixMillis next_look{};
    UnixMillis next_file{};
    std::map<NodeId, std::uint64_t> asked;  // Coordinator → number of the request.
    std::string refused;                    // Why the new key was not recorded.
    std::vector<Replacement> replacements;  // At most one of them not cancelled.
    std::vector<std::string> orphans;       // Secrets whose batch failed, to be dropped.
};

constexpr std::uint64_t rotation_retry_ms = 30 * ms_second;
constexpr std::uint64_t rotation_refused_ms = 10 * ms_minute;
// The node can't post in this time: as short as four persons can sign.
constexpr std::uint64_t replacement_valid_ms = 72 * ms_hour;
constexpr std::size_t replacements_max = 8;

}  // namespace rilon
