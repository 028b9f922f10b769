// An alert as a text that a person edits, and from the command line's options and answers.
#pragma once

#include <string>

#include "node/control.pb.h"
#include "protocol/alert.pb.h"
#include "tools/rilon/command.h"

namespace rilon {

constexpr std::size_t draft_bytes_max = 256 * 1024;

// As a person edits it: the TOML of alert_file.h.
std::string alert_to_text(const proto::Alert& alert);
// The edited text of that alert. What the text does not show (its dates, the lines of a zone) is as
// it was. Errors: as posting_from_text.
Result<proto::Alert> alert_from_text(const std::string& text, const proto::Alert& before);
// As a draft that survives a failure: armoured, nothing lost, and with it who was to read the alert
// and who was not.
std::string posting_to_draft(const proto::PrepareRequest& posting);
// Reads either. Errors: malformed, invalid (with line and column).
Result<proto::PrepareRequest> posting_from_text(const std::string& text);

// $VISUAL or $EDITOR on the text, in a file 0600 on tmpfs where there is one; it stays when the
// editor fails (KeptDraft). Errors: usage (no terminal), interrupted, io, too_large.
Result<std::string> edit_text(Context& context, const std::string& text, std::string resume);

// From -t, --mrz and the other options of `rilon post`; asks what the template needs and is
// missing. Errors: usage (nobody to ask), invalid.
Result<proto::Alert> alert_from_options(Context& context);

}  // namespace rilon
