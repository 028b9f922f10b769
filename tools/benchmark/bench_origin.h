// An author's node as a peer sees it: entries of one stream, made with the protocol's own seal, and
// the frames in which they travel. Its work is never measured.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "node/event.h"
#include "node/sync.pb.h"
#include "node/sync_frame.h"
#include "protocol/alert.pb.h"
#include "protocol/officer.h"
#include "protocol/stream.h"
#include "tests/support/founding.h"

namespace rilon::bench {

class BenchOrigin {
   public:
    // The stream of this node for an audience of the directory; genesis and first grant are made.
    BenchOrigin(const TestNetwork& network, const std::string& name, const std::string& audience);

    const NodeId& id() const { return node_.id; }
    std::size_t entries() const { return entries_.size(); }
    std::size_t contents() const { return contents_; }
    std::size_t plain_bytes() const { return plain_bytes_; }  // Of the last content, padded.
    void add_grant();
    void add_content();                         // With a grant first where one is due.
    void add_alert(const proto::Alert& alert);  // The same, saying this.

    // --- events for the reader ---
    std::vector<Event> greeting() const;  // PeerUp and HELLO.
    Event push(std::size_t index) const;  // One entry, with its slots when it is a grant.
    Event heads() const;                  // We hold everything up to the last entry.
    // What a peer answers: RANGE by PUT, SLOTS by slots, mail by its confirmation. `last` is raised
    // to the last entry given.
    std::vector<Event> replies(const std::vector<SendFrame>& sent, std::size_t& last) const;

   private:
    void seal_next(EntryKind kind, Bytes plain);
    Bytes make_plain(proto::Operation operation);
    void add_operation(proto::Operation operation);
    Event frame(SyncType type, std::uint64_t request, const std::string& payload) const;
    void add_item(std::size_t index, proto::SyncEntries& into) const;
    std::string answer_range(const Bytes& payload, std::size_t& last) const;
    std::string answer_slots(const Bytes& payload) const;

    struct Made {
        std::string bytes;
        EntryKind kind;
        Epoch epoch;
    };
    const TestNetwork& network_;
    const TestNode& node_;
    SeededRng rng_;
    SignKeyPair officer_;
    SignedCertificate certificate_;
    const AudienceInfo& audience_;
    StreamState state_;
    EpochKey key_;
    std::vector<Made> entries_;
    std::map<std::uint32_t, std::vector<Slot>> slots_;
    std::size_t contents_ = 0;
    std::size_t plain_bytes_ = 0;
};

}  // namespace rilon::bench
