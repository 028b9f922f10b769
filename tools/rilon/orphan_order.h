// The order by which an alert is withdrawn whose author's node is no longer in the network
// (protocol/orphan.h): a file that an officer writes, an RSO officer and a chair sign in turn, and
// an officer uses.
#pragma once

#include "tools/rilon/admin.h"
#include "tools/rilon/command.h"

namespace rilon {

// Writes the order for this alert, unsigned, to `path`, a new file; says who signs it and how.
// Errors: not_permitted when the author's node is still in the network.
Status write_order(Context& context, Session& session, const proto::AlertRow& row,
                   const std::string& reason, const std::string& path);

// A signed order, to go inside the withdrawal. Errors: those of reading the file; invalid when it
// is no order, or for another alert or reason.
Result<Bytes> read_order(const std::string& path, const proto::AlertRow& row,
                         const std::string& reason);

// Shows the order, signs it with the session's key, writes it back to `path`, says who is still
// waited for.
Result<int> sign_order(Context& context, Session& session, const Directory& directory,
                       const StatementDraft& draft, const std::string& path);

}  // namespace rilon
