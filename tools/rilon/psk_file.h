// The network's pre-shared key on an RSO officer's disk, as the founding ceremony wrote it: one
// line of text, 0600, refused when others may read it.
#pragma once

#include <string>

#include "protocol/ids.h"
#include "protocol/secret.h"

namespace rilon {

struct PskFile {
    NetworkId network;
    std::uint32_t generation = 0;
    Psk key;
};
// Errors: not_found, not_permitted (loose mode), malformed.
Result<PskFile> load_psk(const std::string& path);
// Refuses to replace one.
Status save_psk(const std::string& path, const PskFile& psk);

}  // namespace rilon
