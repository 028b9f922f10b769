// What the administrative commands share: the verified directory as the node has it, a statement
// shown to its signer, a draft handed in.
#pragma once

#include <string>

#include "protocol/directory.h"
#include "protocol/statement.h"
#include "tools/rilon/session.h"

namespace rilon {

// All records, replayed here from the pinned first one: what is shown and signed does not rest on
// the node's word. Errors: those of Directory::apply; bad_signature when the chain does not begin
// with the pinned record.
Result<Directory> fetch_directory(Session& session);

// Shows what is about to be signed, asks, signs with the session's key: the draft with that
// signature beside the others'. Nobody is asked to sign what the directory would refuse whoever
// signs it: those errors of Directory::progress.
Result<StatementDraft> sign_draft(Context& context, Session& session, const Directory& directory,
                                  const StatementDraft& draft);

// Shows what is about to be signed, asks, signs with the session's key, hands it in, says who is
// still waited for. `authorisations`: of others, so far.
Result<int> sign_and_submit(Context& context, Session& session, const Directory& directory,
                            const StatementDraft& draft);

// Drafts against the directory as it is now.
DraftBasis basis_of(const Directory& directory);

// "good", "suspended", "revoked".
const char* standing_word(Standing standing);

// A node by its name. Errors: not_found, with the nearest name.
Result<NodeId> node_named(const Directory& directory, const std::string& name);

}  // namespace rilon
