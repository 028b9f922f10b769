// Acks on their way, as letters: each is kept until the next hop has it durable. Half of the places
// and a bounded room are for what a node carries for others. Private to node/; the steps are in
// mail.cc.
#pragma once

#include <algorithm>
#include <map>
#include <utility>

#include "node/limits.h"
#include "node/shared_room.h"
#include "store/store.h"

namespace rilon {

// MailRow.kind
constexpr std::uint8_t mail_sealed = 1;   // a sealed ack
constexpr std::uint8_t mail_direct = 2;   // only to the addressee or by the coordinator
constexpr std::uint8_t mail_carried = 4;  // of another node: a hub gives it to the addressee alone

class Mailbox {
   public:
    struct Letter {
        MailRow row;
        UnixMillis sent{};  // Last; zero: not yet.
    };

    // One that a start found in the store. Numbers ascend.
    void restore(MailRow row) {
        next_ = row.n;
        add({std::move(row), {}});
    }
    // The next hop sees the number; made of the time it does not count what goes to others.
    std::uint64_t next_number(UnixMillis now) {
        next_ = std::max(next_ + 1, now.value * 1000);
        return next_;
    }
    void add(Letter letter) {
        const std::uint64_t n = letter.row.n;
        letters_[n] = std::move(letter);
    }
    bool full() const { return letters_.size() >= mail_max; }
    // Room for what `from` hands over as letter `n`. False: it stays with its sender.
    bool take_carried(const NodeId& from, std::uint64_t n, std::size_t bytes) {
        if (letters_.size() >= mail_max / 2 || !room_.take(from, weight(bytes))) return false;
        carried_[n] = from;
        return true;
    }
    const Letter* find(std::uint64_t n) const {
        auto it = letters_.find(n);
        return it == letters_.end() ? nullptr : &it->second;
    }
    void drop(std::uint64_t n) {
        auto it = letters_.find(n);
        if (it == letters_.end()) return;
        if (auto sender = carried_.extract(n))
            room_.give_back(sender.mapped(), weight(it->second.row.bytes.size()));
        letters_.erase(it);
    }
    void send_all_again() {
        for (auto& [n, letter] : letters_) letter.sent = {};
    }
    std::map<std::uint64_t, Letter>& letters() { return letters_; }  // By number.
    std::size_t size() const { return letters_.size(); }
    const SharedRoom& carried_room() const { return room_; }

   private:
    static std::size_t weight(std::size_t bytes) { return std::max(bytes, letter_bytes); }

    std::map<std::uint64_t, Letter> letters_;
    std::map<std::uint64_t, NodeId> carried_;  // Who handed over what is not ours, since the start.
    SharedRoom room_{carried_bytes_max, carried_bytes_peer_max};
    std::uint64_t next_ = 1;
};

}  // namespace rilon
