// Certificates found good, one set for each thread that opens alerts: an officer's next alert costs
// one check of its own signature and not a second one of his certificate. Private to node/.
#pragma once

#include "protocol/officer.h"

namespace rilon {

inline CertificateCache& known_certificates() {
    static thread_local CertificateCache cache;
    return cache;
}

}  // namespace rilon
