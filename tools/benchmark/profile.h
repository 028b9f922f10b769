// What some threads of this process spend their processor time on: each is interrupted after so
// much of its own time, wherever it is, and its stack is filed by what it was doing. No rights are
// needed. Time in the kernel counts for who called it.
//
// A sample is filed by the innermost frame that says something: in libsodium it is cryptography
// (also when libzmq called it), in liblmdb or a flush it is the disk, in libzmq the socket.
// Everything else is ours, with libprotobuf, the allocator and waking of threads told apart.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace rilon::bench {

// Of this process, now.
std::set<pid_t> threads_now();
pid_t this_thread();

struct ProfileCounts {
    std::size_t samples = 0;
    std::map<std::string, std::size_t> classes;  // "crypto", "disk", "socket", …
    // Of what is none of these three: by innermost own function, and by every one on the stack.
    std::map<std::string, std::size_t> functions;
    std::map<std::string, std::size_t> within;

    // Of all samples: neither crypto, disk nor socket. 0 to 1.
    double other() const;
    // "crypto 61 %, disk 20 %, …", the largest first.
    std::string text() const;
    // The functions with the most, as a share of all samples.
    std::string top(const std::map<std::string, std::size_t>& of, std::size_t max) const;
};

class Profile {
   public:
    // Starts. One at a time. Ends the process when the system gives no timers.
    explicit Profile(const std::set<pid_t>& threads);
    ~Profile();
    Profile(const Profile&) = delete;

    // Ends it, and says what was seen.
    ProfileCounts stop();

   private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace rilon::bench
