// The way of a new alert from a command to the node: post, say, request and reply.
#pragma once

#include "node/control.pb.h"
#include "tools/rilon/command.h"

namespace rilon {

// The words of a text command as one text; "-" alone reads stdin, at most 32,000 bytes. Errors:
// those of Terminal::read_input.
Result<std::string> text_of_words(const std::vector<std::string>& words);

// Posts a publish: defaults, the options of readers and precedence, the audience asked for where
// none is named (a reply's is known). A draft is kept until it is posted. Gives the exit code of
// post(). Errors: check_alert's, and those of post().
Result<int> publish(Context& context, proto::PrepareRequest prepare);

}  // namespace rilon
