// What was found good of officers, a set for each thread that opens alerts. Private to node/.
#pragma once

#include "protocol/officer.h"

namespace rilon {

// Of entries that are seen once: an officer's next one costs one check of its own signature and not
// a second one of his certificate.
inline OfficerCache& known_certificates() {
    static thread_local OfficerCache cache;
    return cache;
}

// Of alerts that are shown, again and again: some 3 MiB of hashes at most.
inline OfficerCache& known_shown() {
    constexpr std::size_t certificates_max = 4096;
    constexpr std::size_t signatures_max = 32768;
    static thread_local OfficerCache cache(certificates_max, signatures_max);
    return cache;
}

}  // namespace rilon
