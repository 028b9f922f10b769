// Pictures beside an alert, from the officer's file to the node: --attach, --caption, --detach.
#pragma once

#include "tools/rilon/session.h"

namespace rilon {

// Adds the files of --attach to the alert, stripped, with the captions of --caption in their order.
// `attached` gets their bytes in the order of the alert's attachments: empty where the node has
// them already. Errors, with the file's name: usage, not_found, io, and those of clean_picture.
Status attach_files(Context& context, proto::Alert& alert, std::vector<Bytes>& attached);
// Takes out the attachments that --detach names by number. Errors: usage.
Status detach(const Args& args, proto::Alert& alert);
// The options as words to repeat: " --attach FILE --caption TEXT".
std::string attach_words(const Args& args);
// Between PREPARE and COMMIT. Errors: the node's.
Status hand_over(Session& session, const std::string& ticket, const std::vector<Bytes>& attached);

// "482 KiB".
std::string bytes_text(std::uint64_t bytes);

}  // namespace rilon
