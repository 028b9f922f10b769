// Frames that wait for a peer who is slow to take them: the highest precedence first, bounded. When
// it is full the least urgent goes; sync makes up for it.
#pragma once

#include <array>
#include <deque>
#include <optional>

#include "node/event.h"

namespace rilon {

class OutboundQueue {
   public:
    static constexpr std::size_t frames_max = 4096;
    static constexpr std::size_t bytes_max = 16 * 1024 * 1024;

    bool empty() const { return frames_ == 0; }
    std::size_t bytes() const { return bytes_; }
    // Gives how many frames were dropped to stay within bounds.
    std::size_t push(SendFrame frame) {
        bytes_ += size_of(frame);
        ++frames_;
        lanes_[lane_of(frame)].push_back(std::move(frame));
        std::size_t dropped = 0;
        for (; frames_ > frames_max || bytes_ > bytes_max; ++dropped) drop_least();
        return dropped;
    }
    // The frame to send next; null when empty. Good until the next call.
    const SendFrame* front() const {
        for (std::size_t i = lanes_.size(); i-- > 0;)
            if (!lanes_[i].empty()) return &lanes_[i].front();
        return nullptr;
    }
    void pop() {
        for (std::size_t i = lanes_.size(); i-- > 0;) {
            if (lanes_[i].empty()) continue;
            forget(lanes_[i].front());
            lanes_[i].pop_front();
            return;
        }
    }
    static std::size_t size_of(const SendFrame& frame) {
        return frame.head.size() + frame.payload.size();
    }

   private:
    static std::size_t lane_of(const SendFrame& frame) {
        return std::min<std::size_t>(static_cast<std::size_t>(frame.precedence), 3);
    }
    void forget(const SendFrame& frame) {
        bytes_ -= size_of(frame);
        --frames_;
    }
    void drop_least() {
        for (auto& lane : lanes_) {
            if (lane.empty()) continue;
            forget(lane.back());
            lane.pop_back();
            return;
        }
    }
    std::array<std::deque<SendFrame>, 4> lanes_;
    std::size_t frames_ = 0;
    std::size_t bytes_ = 0;
};

}  // namespace rilon
