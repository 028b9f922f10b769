// An alert whose author's node was revoked has nobody left to withdraw it. Then an RSO officer and
// a chair or deputy of that node's RILON sign an order, and any reader of the alert withdraws it:
// the order goes inside the withdrawal, so that only who reads the alert ever hears of it
// (docs/wire.md §9, "Orphans"). Why no directory record: docs/decisions/0027-orphans.md.
#pragma once

#include <string>
#include <vector>

#include "protocol/directory.h"

namespace rilon {

constexpr int orphan_parts_max = 2;  // An alert's parts: of the person, of the document.

struct OrphanOrder {
    NodeId origin;  // The author's node.
    std::vector<AlertId> alerts;
    std::string reason;  // A code of withdraw_reasons.

    bool covers(const AlertId& alert) const;
};

// What it says, whoever signed it. Errors: malformed, unsupported; invalid when the statement is no
// such order.
Result<OrphanOrder> parse_order(ByteView draft);

// As of `state`, the directory that the withdrawal was sealed under. Errors: those of parse_order;
// invalid when the node is not revoked, or the order is no longer valid; not_authorised,
// unknown_key and bad_signature of its signatures.
Result<OrphanOrder> verify_order(const NetworkId& network, const DirectoryState& state,
                                 ByteView draft);

}  // namespace rilon
