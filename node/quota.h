// What one origin may cost us. A member's node that is stolen, or whose owner wants to do harm, can
// write valid entries without end; they must not fill our store, nor overtake everybody's at FLASH.
// Whoever reaches its share waits until the day, or the hour, is over; nothing is lost by it. The
// same bound holds for what a peer has us store of slots, which carry no signature.
#pragma once

#include <map>
#include <vector>

#include "protocol/ids.h"
#include "protocol/units.h"

namespace rilon {

constexpr std::uint64_t origin_bytes_per_day_default = std::uint64_t{256} << 20;
constexpr std::uint32_t flash_per_hour_max = 30;

class OriginQuota {
   public:
    explicit OriginQuota(std::uint64_t bytes_per_day) : bytes_per_day_(bytes_per_day) {}

    // Is there room in the origin's share of this day? Asked before an entry is taken and counted
    // after: what others send in the origin's name, unsigned, must not cost it anything.
    bool room(const NodeId& origin, std::uint64_t bytes, UnixMillis now);
    // Was it asked for room in vain today? Then there is no use in fetching its entries.
    bool spent(const NodeId& origin, UnixMillis now) const;
    void count(const NodeId& origin, std::uint64_t bytes) { uses_[origin].bytes += bytes; }
    // Counts an entry marked FLASH; false when the origin had its share of this hour.
    bool take_flash(const NodeId& origin, UnixMillis now);
    // It has had it: the next would not count as FLASH.
    bool flash_spent(const NodeId& origin, UnixMillis now) const;
    // Who waits for tomorrow.
    std::vector<NodeId> waiting(UnixMillis now) const;

   private:
    struct Use {
        std::uint64_t day = 0;
        std::uint64_t bytes = 0;
        bool refused = false;
        std::uint64_t hour = 0;
        std::uint32_t flash = 0;
    };
    std::uint64_t bytes_per_day_;
    std::map<NodeId, Use> uses_;
};

}  // namespace rilon
