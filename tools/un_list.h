// The UN Security Council's consolidated list (XML) → lookouts, one for each individual. Entities
// of the list are not persons and are left out.
//
// What becomes what:
// - Names. The list numbers up to four names and doesn't say which is the family's. The last is
// taken
//   as the primary identifier and those before it as the secondary one; on the DPRK's list the
//   first is the family's; a single name is primary (a mononym). Names are compared token by token,
//   so the choice decides what is shown, not what is found.
// - Aliases are identities of type alias; their quality (good, low) stands in the narrative.
// - Several birth dates: the first is the name's; each further one repeats the name as an alias
// with
//   that date. A range of at most 10 years gives each year, `1961-??-??`; a longer one
//   `????-??-??`.
// - Documents: the number is taken out of a phrase ("Afghan passport number OA296623"); the phrase
//   stays in the narrative. Passports are P, identity cards and numbers I, others OTHER.
// - The list is public: TLP CLEAR, protection NONE, so that the release rule leaves nobody out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/alert.pb.h"
#include "protocol/result.h"
#include "protocol/rng.h"
#include "protocol/units.h"

namespace rilon {

constexpr std::size_t un_list_bytes_max = 64 * 1024 * 1024;
constexpr std::size_t un_list_individuals_max = 100000;

struct UnList {
    std::string generated;             // As in the list: "2026-02-27T00:00:09.554Z".
    std::vector<proto::Alert> alerts;  // In the list's order; each passes check_alert.
    // What could not be taken over as data and stands in the narrative only, one line each.
    std::vector<std::string> notes;
};

// Ids are random (an import is a posting like any other). A DOCTYPE is refused: nothing in the list
// needs one. Errors: too_large; malformed with line and what was expected; invalid where an entry
// makes no alert (reference and problem).
Result<UnList> read_un_list(std::string_view xml, UnixMillis now, Rng& rng);

}  // namespace rilon
