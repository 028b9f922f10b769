// Visits 0 to count - 1, where each lies somewhere in a memory far larger than the processor's
// cache: it is sent for some visits before, so that the processor does not wait for one after the
// other.
#pragma once

#include <algorithm>
#include <cstddef>

namespace rilon {

// send(i) is a prefetch, visit(i) the work.
template <class Send, class Visit>
void visit_ahead(std::size_t count, Send send, Visit visit) {
    constexpr std::size_t ahead = 16;
    for (std::size_t i = 0; i < std::min(ahead, count); ++i) send(i);
    for (std::size_t i = 0; i < count; ++i) {
        if (i + ahead < count) send(i + ahead);
        visit(i);
    }
}

}  // namespace rilon
