#include "node/quota.h"

namespace rilon {

bool OriginQuota::room(const NodeId& origin, std::uint64_t bytes, UnixMillis now) {
    Use& use = uses_[origin];
    const std::uint64_t day = now.value / ms_day;
    if (use.day != day) {
        use.day = day;
        use.bytes = 0;
        use.refused = false;
    }
    if (use.bytes + bytes <= bytes_per_day_) return true;
    use.refused = true;
    return false;
}

bool OriginQuota::spent(const NodeId& origin, UnixMillis now) const {
    auto use = uses_.find(origin);
    return use != uses_.end() && use->second.refused && use->second.day == now.value / ms_day;
}

bool OriginQuota::take_flash(const NodeId& origin, UnixMillis now) {
    Use& use = uses_[origin];
    const std::uint64_t hour = now.value / ms_hour;
    if (use.hour != hour) {
        use.hour = hour;
        use.flash = 0;
    }
    return ++use.flash <= flash_per_hour_max;
}

bool OriginQuota::flash_spent(const NodeId& origin, UnixMillis now) const {
    auto use = uses_.find(origin);
    return use != uses_.end() && use->second.hour == now.value / ms_hour &&
           use->second.flash >= flash_per_hour_max;
}

std::vector<NodeId> OriginQuota::waiting(UnixMillis now) const {
    std::vector<NodeId> out;
    for (const auto& [origin, use] : uses_)
        if (spent(origin, now)) out.push_back(origin);
    return out;
}

}  // namespace rilon
