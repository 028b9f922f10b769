// The key to VerifiedEntry. Private: only seal.cc and stream*.cc include it (tests/lint checks), so
// that every maker of a trusted entry stands in those files.
#pragma once

#include "protocol/entry.h"

namespace rilon {

struct EntryTrust {
    // Of rules just enforced by the caller.
    static VerifiedEntry vouch(UnverifiedEntry entry) { return VerifiedEntry(std::move(entry)); }

    // Of what the caller has just encoded and signed itself.
    static UnverifiedEntry assemble(const EntryHeader& header,
                                    const std::array<Byte, header_bytes>& encoded,
                                    const Signature& signature, Bytes body) {
        UnverifiedEntry entry;
        entry.header_ = header;
        std::memcpy(entry.prefix_.data(), encoded.data(), header_bytes);
        std::memcpy(entry.prefix_.data() + header_bytes, signature.data(), Signature::size());
        entry.id_ = EntryId::copy_of(hash({entry.prefix_}).view());
        entry.body_ = std::move(body);
        return entry;
    }
};

}  // namespace rilon
