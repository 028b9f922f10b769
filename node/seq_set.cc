#include "node/seq_set.h"

#include <algorithm>

namespace rilon {

bool SeqSet::add(SeqRange range) {
    // Those that it touches become one with it.
    auto first = std::find_if(ranges_.begin(), ranges_.end(), [&](const SeqRange& have) {
        return have.to.value + 1 >= range.from.value || have.to.value == ~0ull;
    });
    auto end = first;
    for (; end != ranges_.end() && end->from.value <= range.to.value + 1; ++end) {
        range.from = std::min(range.from, end->from);
        range.to = std::max(range.to, end->to);
    }
    if (first == end) {
        if (ranges_.size() >= ranges_max) return false;
        ranges_.insert(first, range);
        return true;
    }
    *first = range;
    ranges_.erase(first + 1, end);
    return true;
}

void SeqSet::remove(SeqRange range) {
    std::vector<SeqRange> left;
    for (const SeqRange& have : ranges_) {
        if (have.to < range.from || range.to < have.from) {
            left.push_back(have);
            continue;
        }
        if (have.from < range.from) left.push_back({have.from, Seq{range.from.value - 1}});
        if (range.to < have.to) left.push_back({range.to.next(), have.to});
    }
    ranges_ = std::move(left);
}

bool SeqSet::contains(Seq seq) const {
    return std::any_of(ranges_.begin(), ranges_.end(),
                       [&](const SeqRange& have) { return have.from <= seq && seq <= have.to; });
}

std::uint64_t SeqSet::count() const {
    std::uint64_t sum = 0;
    for (const SeqRange& have : ranges_) sum += have.to.value - have.from.value + 1;
    return sum;
}

Bytes SeqSet::encode() const {
    ByteWriter out;
    for (const SeqRange& have : ranges_) out.u64(have.from.value).u64(have.to.value);
    return std::move(out).take();
}

Result<SeqSet> SeqSet::parse(ByteView bytes) {
    SeqSet out;
    ByteReader in(bytes);
    while (!in.rest().empty()) {
        SeqRange range{Seq{in.u64()}, Seq{in.u64()}};
        bool ascending = out.ranges_.empty() || out.ranges_.back().to < range.from;
        if (in.failed() || range.to < range.from || !ascending || out.ranges_.size() >= ranges_max)
            return {Errc::malformed, "a stored list of entries does not parse"};
        out.ranges_.push_back(range);
    }
    return out;
}

}  // namespace rilon
