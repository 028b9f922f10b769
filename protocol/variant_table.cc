#include "protocol/variant_table.h"

#include <utility>

#include "protocol/assert.h"

namespace rilon {
namespace {

constexpr std::size_t first_slots = 1024;

}  // namespace

// By half: doubling would leave up to two thirds of the largest table of the index empty.
void VariantTable::grow() {
    std::vector<Slot> old(slots_.empty() ? first_slots : slots_.size() + slots_.size() / 2);
    old.swap(slots_);
    for (const Slot& slot : old)
        if (slot.value != nothing) slots_[find(slot.variant)] = slot;
}

void VariantTable::add(std::uint32_t variant, std::uint32_t number) {
    RILON_ASSERT(number < lists);
    if ((used_ + 1) * 4 > slots_.size() * 3) grow();
    Slot& slot = slots_[find(variant)];
    if (slot.value == nothing) {
        slot = {variant, number};
        ++used_;
        return;
    }
    const Place others = slot.value < lists ? link(slot.value, list_end) : slot.value - lists;
    slot.value = lists + link(number, others);
}

void VariantTable::remove(std::uint32_t variant, std::uint32_t number) {
    RILON_ASSERT(!slots_.empty());
    const std::size_t at = find(variant);
    if (slots_[at].value != number) {
        unlink(slots_[at], number);
        return;
    }
    close_gap(at);
    --used_;
}

VariantTable::Place VariantTable::link(std::uint32_t number, Place next) {
    Place out = free_;
    if (out == list_end) {
        out = static_cast<Place>(links_.size());
        RILON_ASSERT(out < list_end);
        links_.emplace_back();
    } else {
        free_ = links_[out].next;
    }
    links_[out] = {number, next};
    return out;
}

// What is left alone moves back into the slot.
void VariantTable::unlink(Slot& slot, std::uint32_t number) {
    RILON_ASSERT(slot.value >= lists && slot.value != nothing);
    Place head = slot.value - lists;
    Place* at = &head;
    while (*at != list_end && links_[*at].number != number) at = &links_[*at].next;
    RILON_ASSERT(*at != list_end);
    free_link(std::exchange(*at, links_[*at].next));
    slot.value = lists + head;
    if (links_[head].next != list_end) return;
    slot.value = links_[head].number;
    free_link(head);
}

void VariantTable::free_link(Place place) {
    links_[place] = {0, free_};
    free_ = place;
}

// Whoever was put past the gap moves up.
void VariantTable::close_gap(std::size_t gap) {
    for (std::size_t at = next(gap); slots_[at].value != nothing; at = next(at)) {
        if (distance(home(slots_[at].variant), at) < distance(gap, at)) continue;
        slots_[gap] = slots_[at];
        gap = at;
    }
    slots_[gap] = {};
}

}  // namespace rilon
