// What one officer may not decide alone: to tell a person's own states of him (protection NONE), or
// a document's issuer of a document that may lead to its holder (tell_issuer). The first officer's
// alert goes to those whom the rule allows, at once, and asks for the rest in it
// (Alert.release_request). Another officer of the node approves: the next revision goes to all, and
// says so (Alert.released). Neither field is ever taken from a client.
// Why, and what it costs: docs/decisions/0020-the-second-officer.md.
#pragma once

#include <string>
#include <string_view>

#include "protocol/release.h"

namespace rilon {

// Of codes.h release_kinds.
constexpr std::string_view release_protection_none = "protection-none";
constexpr std::string_view release_tell_issuer = "tell-issuer";

// Whether alert and wish ask for what two officers decide; empty: they don't. A public listing may
// be NONE; an issuer who reads a document part anyhow needs no telling.
std::string_view asked_release(const proto::Alert& alert, const ReleaseWish& wish);

// Puts off what asked_release names: afterwards the alert asks for it, and alert and wish are what
// one officer may post. A request or decision that the alert came with is taken away before.
// Errors: invalid: no reason, or one too long; tell_issuer of an alert without a document to tell
// of.
Status put_off_release(proto::Alert& alert, ReleaseWish& wish, const std::string& reason);

// An alert as it is posted by the second officer, and who is to read it.
struct Decided {
    proto::Alert alert;
    ReleaseWish wish;
};
// Errors: invalid (nothing is asked for), malformed (a request of a newer version).
Result<Decided> approve_release(const proto::Alert& alert);
Result<Decided> decline_release(const proto::Alert& alert);

// A correction of an alert that asks, or was released: it goes on asking, and what was decided
// holds as long as the correction tells no state of more than the second officer saw. Everything
// else that needs a second officer is put off. Errors: those of put_off_release; not_permitted.
Status carry_release(const proto::Alert& before, proto::Alert& correction, ReleaseWish& wish,
                     const std::string& reason, const DirectoryState& state);

// Of an alert that two officers let go: is one of these nodes of a state that the rule would keep
// it from, had they not? Then one of them alone does not add it. Errors: the release rule's.
Result<bool> reaches_home(const proto::Alert& alert, const std::vector<NodeId>& nodes,
                          const DirectoryState& state);

}  // namespace rilon
