// From hash to numbers, a multimap for millions: 8 bytes a hash and as many for each number more
// that shares it, and a third of room to grow (std's takes 40), without slowing down where
// thousands share one. In memory only; no lock of its own.
//
// An open hash table with linear probing, at most 75 % full. The slot of a hash with one number
// holds that number itself, as almost all do: one place to look. Of one with several it holds where
// the list of them begins.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "protocol/paged_vector.h"

namespace rilon {

class VariantTable {
   public:
    // Numbers below 2^31.
    void add(std::uint32_t variant, std::uint32_t number);
    void remove(std::uint32_t variant, std::uint32_t number);
    // Calls visit with every number of each. The table is far larger than a processor's cache: all
    // slots are sent for before the first is looked at.
    template <class Visit>
    void each(const std::vector<std::uint32_t>& variants, Visit visit) const {
        if (slots_.empty()) return;
        for (std::uint32_t variant : variants) __builtin_prefetch(&slots_[home(variant)]);
        for (std::uint32_t variant : variants) {
            const Slot& slot = slots_[find(variant)];
            if (slot.value < lists) visit(slot.value);
            if (slot.value < lists || slot.value == nothing) continue;
            for (Place at = slot.value - lists; at != list_end; at = links_[at].next)
                visit(links_[at].number);
        }
    }

   private:
    using Place = std::uint32_t;
    static constexpr std::uint32_t nothing = ~std::uint32_t{0};
    static constexpr std::uint32_t lists = 0x80000000u;  // From here on a value is a list's place.
    static constexpr Place list_end = 0x7fffffffu;
    struct Slot {
        std::uint32_t variant = 0;
        std::uint32_t value = nothing;  // Nothing: free.
    };
    struct Link {
        std::uint32_t number = 0;
        Place next = list_end;
    };

    // The share of the table that the hash is of all hashes: so it may have any size.
    std::size_t home(std::uint32_t variant) const {
        return static_cast<std::size_t>((std::uint64_t{variant} * slots_.size()) >> 32);
    }
    std::size_t next(std::size_t at) const { return at + 1 == slots_.size() ? 0 : at + 1; }
    std::size_t distance(std::size_t from, std::size_t to) const {
        return to >= from ? to - from : to + slots_.size() - from;
    }
    // Its slot, or the free one where that would be.
    std::size_t find(std::uint32_t variant) const {
        std::size_t at = home(variant);
        while (slots_[at].value != nothing && slots_[at].variant != variant) at = next(at);
        return at;
    }
    void grow();
    void close_gap(std::size_t gap);
    Place link(std::uint32_t number, Place next);
    void unlink(Slot& slot, std::uint32_t number);
    void free_link(Place place);

    std::vector<Slot> slots_;
    std::size_t used_ = 0;
    PagedVector<Link> links_;  // Lists of two and more.
    Place free_ = list_end;
};

}  // namespace rilon
