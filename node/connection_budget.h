// What libzmq doesn't bound: a peer may send parts without end and subscriptions without number,
// and none of it reaches us while memory grows. So the kernel is asked how much came in by each
// connection since its last whole message; who is over the budget is cut.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace rilon {

// A connection of libzmq's, seen from outside: the descriptor may be closed and used again any
// time, so the inode is compared before anything is done to it.
struct ForeignSocket {
    int fd = -1;
    std::uint64_t inode = 0;
};
// Nothing for what is no socket, and for one that listens: libzmq aborts the process when somebody
// shuts that down.
std::optional<ForeignSocket> look_at_socket(int fd);
// Ends the connection; the rest libzmq does. Nothing happens when the descriptor is another's now.
void cut_socket(const ForeignSocket& socket);

class ConnectionBudget {
   public:
    explicit ConnectionBudget(std::uint64_t bytes_max) : bytes_max_(bytes_max) {}

    void accepted(int fd);
    void gone(int fd) { connections_.erase(fd); }
    // The connection that libzmq accepted with this descriptor and has not said to be gone. A
    // message may be read after its connection ended: its descriptor alone says nothing.
    std::optional<ForeignSocket> connection(int fd) const;
    // A whole message came by this connection.
    void heard(int fd);
    // Call when everything whole has been read. Cuts who is over; gives how many.
    std::size_t enforce();
    // Whose bytes went on coming between the last two calls of enforce: a long message on a thin
    // link is no silence.
    const std::vector<int>& moved() const { return moved_; }
    std::size_t size() const { return connections_.size(); }

   private:
    struct Connection {
        ForeignSocket socket;
        std::uint64_t bytes_before = 0;
        std::uint64_t bytes_seen = 0;
        bool heard = false;
    };
    std::uint64_t bytes_max_;
    std::map<int, Connection> connections_;
    std::vector<int> moved_;
};

}  // namespace rilon
