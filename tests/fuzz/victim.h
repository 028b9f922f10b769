// A daemon that is attacked: a node of fuzz_world with a past. It has posted to its RILON, to the
// missions only and to a derived audience, and it holds what the host posted; the host, an enrolled
// peer, is the attacker. Every input meets the same daemon, started anew from the same disk.
#pragma once

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/world.h"

namespace rilon {

constexpr const char* attacker_name = "tha-bkk";

// Where all inputs begin; made once by a network that ran.
struct Past {
    Past();
    UnixMillis now;
    std::map<std::string, MemoryDisk> disks;  // By daemon.
    std::vector<StreamId> secret;             // Streams that the attacker may not hear of.
    StreamId of_attacker;                     // Its own, known to all.
    std::vector<AlertId> alerts;              // The first is in `of_attacker`.
    std::vector<std::pair<std::string, Bytes>> frames;  // What the attacker really sent, to whom.
};
const Past& past();

class Victim {
   public:
    explicit Victim(const std::string& name);
    Daemon& daemon() { return daemon_; }
    UnixMillis now() const { return now_; }
    void wait(std::uint64_t ms) { now_ = now_.plus(ms); }
    // One turn. What may never happen is checked here: a commit that fails; a frame too large; a
    // word to the attacker about a stream that it may not hold.
    std::vector<Output> turn(std::vector<Event> events);
    void restart();
    // Frames that went to the attacker so far.
    std::size_t told() const { return told_; }

   private:
    std::vector<Output> checked(Result<std::vector<Output>> outputs);
    Daemon daemon_;
    NodeId attacker_;
    UnixMillis now_;
    std::size_t told_ = 0;
};

}  // namespace rilon
