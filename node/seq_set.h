// A set of seqs of one stream as ascending ranges: most of what is noted of entries lies side by
// side. Bounded: what would make one range too many is left out, and `add` says so.
#pragma once

#include <optional>
#include <vector>

#include "protocol/stream.h"

namespace rilon {

class SeqSet {
   public:
    static constexpr std::size_t ranges_max = 4096;

    bool add(SeqRange range);
    void remove(SeqRange range);
    bool contains(Seq seq) const;
    bool empty() const { return ranges_.empty(); }
    std::uint64_t count() const;
    // Errors of a caller who asks an empty set are his own.
    Seq first() const { return ranges_.front().from; }
    const std::vector<SeqRange>& ranges() const { return ranges_; }

    Bytes encode() const;                         // u64 from ‖ u64 to for each.
    static Result<SeqSet> parse(ByteView bytes);  // Errors: malformed.

   private:
    std::vector<SeqRange> ranges_;
};

}  // namespace rilon
