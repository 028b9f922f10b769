// A bounded room that many fill, each with no more than a share: so that nobody can keep the others
// out. What finds no room is dropped or refused, and comes again.
#pragma once

#include <algorithm>
#include <map>

#include "protocol/ids.h"

namespace rilon {

class SharedRoom {
   public:
    SharedRoom(std::size_t max, std::size_t share) : max_(max), share_(share) {}

    // False, and nothing is taken, where it would be more than `who` or all may have.
    bool take(const NodeId& who, std::size_t amount) {
        auto found = of_.find(who);
        std::size_t own = found == of_.end() ? 0 : found->second;
        if (used_ + amount > max_ || own + amount > share_) return false;
        of_[who] = own + amount;
        used_ += amount;
        return true;
    }
    void give_back(const NodeId& who, std::size_t amount) {
        auto found = of_.find(who);
        if (found == of_.end()) return;
        amount = std::min(amount, found->second);
        used_ -= amount;
        found->second -= amount;
        if (found->second == 0) of_.erase(found);
    }
    std::size_t used() const { return used_; }
    std::size_t max() const { return max_; }
    std::size_t share() const { return share_; }
    std::size_t most_of_one() const {
        std::size_t most = 0;
        for (const auto& [who, amount] : of_) most = std::max(most, amount);
        return most;
    }

   private:
    std::size_t max_;
    std::size_t share_;
    std::size_t used_ = 0;
    std::map<NodeId, std::size_t> of_;
};

}  // namespace rilon
