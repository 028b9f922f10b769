// The change of a node's own keys while it is under way. Private to node/; the steps are in
// node/rotation.cc (encryption), node/replacement.cc (signing and transport, by persons) and
// node/transport_key.cc (the switch to a new transport key).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "protocol/crypto.h"
#include "protocol/units.h"

namespace rilon {

// Keys that wait for the persons who put them in the place of the present ones.
struct Replacement {
    std::optional<SignKeyPair> sign;              // Nothing is sealed while it waits.
    std::optional<TransportPublicKey> transport;  // NodeIdentity::waiting has its secret.
    Bytes statement;                              // REPLACE KEY, with the cuts.
    UnixMillis expires;
    bool cancelled = false;  // We post again; the keys stay until nobody can record the draft.
    bool stolen = false;     // Somebody else has the present key: new streams with the new one.
};

// Which keys a replacement is of.
struct KeyKinds {
    bool sign = false;
    bool transport = false;
    auto operator<=>(const KeyKinds&) const = default;
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
    // A transport key is recorded, and the switch to it waits for who must know the record first.
    struct Switch {
        TransportPublicKey to;
        std::size_t records = 0;  // With it.
        UnixMillis at_latest;
        bool done = false;
    };
    std::optional<Switch> transport;
};

constexpr std::uint64_t rotation_retry_ms = 30 * ms_second;
constexpr std::uint64_t rotation_refused_ms = 10 * ms_minute;
// The node can't post in this time: as short as four persons can sign.
constexpr std::uint64_t replacement_valid_ms = 72 * ms_hour;
constexpr std::size_t replacements_max = 8;
// Who is connected and has not shown by then that he knows a new transport key finds out by
// himself.
constexpr std::uint64_t transport_switch_ms = 10 * ms_second;

}  // namespace rilon
