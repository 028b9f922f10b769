// The release rule: who must not get the person part, what the document part may say, and who reads
// either. Pure: an alert, the officer's wishes and a directory state in, audiences out. The parts
// are kept apart by cryptography: each goes to a stream whose keys its readers alone have.
// What follows from it and what it costs: docs/decisions/0003-except-host-and-document-part.md.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "protocol/alert.pb.h"
#include "protocol/audience.h"
#include "protocol/directory.h"

namespace rilon {

enum class HostWish { as_ruled, except_host, with_host };

// What the officer asked for.
struct ReleaseWish {
    AudienceId base;                     // network, a RILON, its missions, a group
    HostWish host = HostWish::as_ruled;  // Of the person part; a document part follows `base`.
    std::vector<std::string> exclude;    // Party or country codes; from both parts.
    // When not empty: exactly these (within base), in both parts. Where the holder's home is
    // unknown they are demanded for the person part, and the document part goes to the whole base.
    std::vector<NodeId> only;
    bool tell_issuer = false;  // For two officers to decide: second_officer.h puts it off.
};

struct Withheld {
    std::string party;
    // "documentary", "claimed", "suspected", "established", "born there", "persecutor", "might be",
    // "under CHN", "over HKG", "host, protected person", "host, missions only", "host, trafficking
    // indicator", "you said so"; several are joined with ", ".
    std::string why;
    bool in_base = false;  // plan_release: a node other than the author's is left out by it.
};

// One part on its way to its readers.
struct PartPlan {
    std::string part;  // "person" or "document"
    proto::Alert alert;
    AudienceDefinition definition;  // Base, exclusions, names; recipients not filled.
    bool derived = false;           // False: the base audience itself, no definition needed.
    std::vector<NodeId> readers;    // Without the author's own node; ascending.
    // Every party left out, ascending, those without a node in the base too: previews show those
    // with in_base and, of the person's, the documentary one (UTO has no nodes and is shown).
    std::vector<Withheld> withheld;
};

struct ReleasePlan {
    std::vector<PartPlan> parts;  // Person first. A bulletin has one part, "person", named so too.
    // What may still be asked; unanswered it is taken as "unsure", which withholds most. What must
    // be answered is an error instead.
    std::vector<std::string> questions;
};

// Every party the person part must not reach, with the reason; parties under them included, and the
// state over a territory (HKG: CHN), which is home too.
// `unknown_holder`: only nodes named one by one may read.
struct WithheldParties {
    std::vector<Withheld> parties;  // Ascending by party.
    bool unknown_holder = false;
};
// Empty under protection NONE. Errors: invalid: a code without a home (XXA …) or a person without
// any country while the holder question isn't answered, a "no" that says not who else, an unmapped
// code. The detail asks the question.
Result<WithheldParties> withheld_parties(const proto::Alert& alert, const DirectoryState& state);

// Plans the parts. The alert is one that check_alert takes; part "person". Errors: invalid (an
// answer is missing, an unmapped code, a wish that can't be met: detail says how), no_readers
// (nobody but the author would read any part), not_permitted (the author isn't in the base; what
// two officers decide and have not: see second_officer.h).
Result<ReleasePlan> plan_release(const proto::Alert& alert, const ReleaseWish& wish,
                                 const DirectoryState& state, const NodeId& author);

// Gives a document part that has no id this one, and links the person part to it. In a correction
// plan_release takes the id from the "other-part" link that the alert has already.
void give_document_id(ReleasePlan& plan, const AlertId& id);

// The parties that an officer leaves out by these party or country codes, with those under them,
// and why. Errors: invalid: a code that is none, with the nearest; it must not become an exclusion
// of nobody.
using LeftOut = std::map<std::string, std::string>;  // Party → why.
Result<LeftOut> excluded_parties(const std::vector<std::string>& codes,
                                 const DirectoryState& state);
// The host parties of the RILONs that an audience is of.
std::set<std::string> hosts_of(const AudienceInfo& base, const DirectoryState& state);

// H over part names, definitions and readers: COMMIT is refused when it differs from PREPARE's.
Hash32 readers_hash(const ReleasePlan& plan);

// Whether the alert has a document part: counterfeit, fantasy, camouflage, stolen blank; another
// travel fraud when two officers decided to tell the issuer.
bool has_document_part(const proto::Alert& alert);

// The document part of an alert: type, issuer, number or series, expiry, fraud type, month,
// country. Nothing else, ever: it is built from nothing. Of a fraud only the first document, the
// one the fraud is about (a second one may be genuine and lead to its holder); of stolen blanks
// all. Times, TLP and purge are made from those fields and the month of writing alone.
proto::Alert document_part(const proto::Alert& alert);

// A sanctions list that everybody can read: a lookout, TLP CLEAR, with the authority, reference and
// legal basis of such a list. Protection NONE needs no second officer for it.
bool is_public_listing(const proto::Alert& alert);
// What is_public_listing asks for: the UN Security Council's.
constexpr std::string_view un_list_authority = "UN Security Council";
constexpr std::string_view un_list_legal_basis = "UN Security Council list, public";

}  // namespace rilon
