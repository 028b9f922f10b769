// An Authority (protocol/stream_accept.h) of one origin whose directory is what the test says.
#pragma once

#include <functional>
#include <map>

#include "protocol/stream_accept.h"

namespace rilon {

class FixedAuthority final : public Authority {
   public:
    NetworkId net;
    NodeId origin;
    std::map<Generation, SignPublicKey> keys;
    std::vector<DirLink> links;  // Of the records there are.
    bool derived = false;        // The stream's audience is not in the directory.
    bool knows_definition = true;
    std::vector<DirSeq> changes;  // Records that changed the members.
    std::function<Status(const EntryHeader&)> member = [](const EntryHeader&) { return Status(); };
    std::function<Status(const UnverifiedEntry&, const StreamState&)> standing =
        [](const UnverifiedEntry&, const StreamState&) { return Status(); };

    const NetworkId& network() const override { return net; }
    Result<SignPublicKey> signer(const EntryHeader& h) const override {
        if (h.dir_seq.value >= links.size()) return {Errc::parked, "ahead"};
        auto key = keys.find(h.generation);
        if (h.origin != origin || key == keys.end()) return {Errc::unknown_key, "no such key"};
        return key->second;
    }
    Status check_member(const EntryHeader& h, const StreamState&) const override {
        return member(h);
    }
    Status check_standing(const UnverifiedEntry& entry, const StreamState& stream) const override {
        return standing(entry, stream);
    }
    Status check_grant(const EntryHeader& h, const GrantBody& body,
                       const StreamState&) const override {
        if (body.dir_link != links[h.dir_seq.value]) return {Errc::structure, "another directory"};
        if (derived == body.sealed_definition.empty()) return {Errc::structure, "definition"};
        return {};
    }
    Result<bool> check_epoch(const EntryHeader& h, const StreamState& stream) const override {
        if (derived && !knows_definition) return false;
        for (DirSeq n : changes)
            if (n > stream.members_checked && n <= h.dir_seq)
                return {Errc::stale_epoch, "members changed"};
        return true;
    }
};

}  // namespace rilon
