// What the commands that say something about an alert have in common.
#pragma once

#include <string>

#include "protocol/codes.h"
#include "tools/rilon/session.h"

namespace rilon {

// The alert of an id or prefix, as the node shows it. Errors: the node's.
Result<proto::AlertRow> alert_named(Session& session, const std::string& alert);
// What stands behind the ID; and the text itself, or standard input for "-": it need not stand in
// the shell's history.
std::string words_after_id(const Context& context);
Result<std::string> text_or_input(std::string text);
// "WITHDRAW 7KQ2-M4XD  title", before the readers.
std::string headline_of(const char* what, const proto::AlertRow& row);
// A request of onward release on stdout, as text or JSON.
void put_onward(Output& out, const proto::Onward& one);
// Who reads the next revision: whom the options say, else those of before.
Status wish_readers_again(const Args& args, const proto::AlertRow& row,
                          proto::PrepareRequest& prepare);
// The reason if the list has it; else usage, with the nearest.
Result<std::string> known_reason(const std::string& reason, CodeList reasons);
// The kind of alert that an option names; else usage, with the nearest: a kind that nobody posts
// would look like nothing found.
Result<std::string> known_kind(const std::string& option, const std::string& kind);

}  // namespace rilon
