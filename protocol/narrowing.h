// Fewer readers for an alert (docs/wire.md §9, "Narrowing"). Narrowing draws a token. The revision
// for those who stay carries it, sealed to them alone; the withdrawal that goes to all readers
// carries what it hashes to. So whoever has the token shows that his revision knows of the
// narrowing, and nobody who was dropped can make one that lives.
// Why nothing simpler will do: docs/decisions/0018-narrowing-an-alert.md.
#pragma once

#include <string_view>
#include <vector>

#include "protocol/alert.pb.h"
#include "protocol/ids.h"

namespace rilon {

using NarrowingToken = FixedBytes<struct NarrowingTokenTag, 32>;

constexpr std::string_view reason_narrowed = "narrowed";
// How often one alert can be narrowed: its revisions carry every token.
constexpr int narrowings_max = 64;

// H(`RLN1NAR\0` ‖ token ‖ alert_id)
Hash32 successor_of(const NarrowingToken& token, const AlertId& alert);
// What a revision opens. A token of another length opens nothing.
std::vector<Hash32> opened_by(const proto::Supersede& supersede, const AlertId& alert);
// Does the withdrawal leave anything? A malformed one ends the alert as any other does.
bool narrows(const proto::Withdraw& withdraw);

}  // namespace rilon
