#include "protocol/result.h"

#include <cstdio>
#include <cstdlib>

namespace rilon {

void assert_failed(const char* expression, const char* file, int line) {
    std::fprintf(stderr, "<2>assertion failed: %s at %s:%d\n", expression, file, line);
    std::abort();
}

const char* errc_name(Errc code) {
    switch (code) {
        case Errc::usage: return "usage";
        case Errc::invalid: return "invalid";
        case Errc::malformed: return "malformed";
        case Errc::too_large: return "too-large";
        case Errc::not_found: return "not-found";
        case Errc::locked: return "locked";
        case Errc::not_enrolled: return "not-enrolled";
        case Errc::not_permitted: return "not-permitted";
        case Errc::readers_changed: return "readers-changed";
        case Errc::no_readers: return "no-readers";
        case Errc::queued: return "queued";
        case Errc::wrong_network: return "wrong-network";
        case Errc::bad_signature: return "bad-signature";
        case Errc::unknown_key: return "unknown-key";
        case Errc::not_authorised: return "not-authorised";
        case Errc::not_member: return "not-member";
        case Errc::quarantined: return "quarantined";
        case Errc::structure: return "structure";
        case Errc::stale_epoch: return "stale-epoch";
        case Errc::fork: return "fork";
        case Errc::cannot_open: return "cannot-open";
        case Errc::duplicate: return "duplicate";
        case Errc::gap: return "gap";
        case Errc::parked: return "parked";
        case Errc::absent: return "absent";
        case Errc::unreachable: return "unreachable";
        case Errc::timed_out: return "timed-out";
        case Errc::busy: return "busy";
        case Errc::full: return "full";
        case Errc::damaged: return "damaged";
        case Errc::io: return "io";
        case Errc::unsupported: return "unsupported";
        case Errc::interrupted: return "interrupted";
        case Errc::internal: return "internal";
    }
    return "unknown";
}

}  // namespace rilon
