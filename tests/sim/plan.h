// A simulated run as a value: which network, what goes wrong at random, who is malicious, and what
// is done one after the other. Drawn from a seed, shortened by the shrinker, and written as one
// line that can be given back:
//
//   net=17 shape=1x3 mallory=2 withheld=30 delay=400 crash=5 | post 1 0 0 @250 | kill 2 5000 @90
//
// Nothing in a run depends on the seed but through its plan.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/result.h"
#include "tests/support/test_net.h"

namespace rilon {

// So many RILONs, each of its host's node and one of every mission. One more mission of the first
// RILON may be enrolled later.
struct Shape {
    unsigned rilons = 1;
    unsigned missions = 2;
    unsigned nodes() const { return rilons * (missions + 1); }
    auto operator<=>(const Shape&) const = default;
};
constexpr unsigned rilons_max = 4;
constexpr unsigned missions_max = 9;

// Numbers are taken modulo what there is to choose from, so that any plan can be run. `node` is one
// of the network's nodes, `end` one of those or the coordinator.
enum class Verb : unsigned {
    // officers
    post,         // node, readers (post_readers), whom (to name or to leave out)
    burst,        // the same, twelve times: enough for bulk catch-up
    withdraw,     // which of the open posts
    supersede,    // which
    narrow,       // which, by whom of its readers, how (three ways)
    confirm,      // which, by which reader; a confirmation, a dispute or a hit
    history,      // node, to whom; it is given what it could not read so far
    ask,          // about which, by whom of its party, for which node
    answer,       // by which author, which of what he is asked, a grant or not
    orphan,       // which alert of a revoked node, by which reader, by whose order
    feed,         // node: its consumer polls
    acknowledge,  // node: its consumer acknowledges what it has
    // persons
    suspend,  // node, 1: its key is reported stolen
    confirm_suspension,
    reinstate,  // which of the suspended
    revoke,     // node
    rotate,     // node: a new encryption key
    replace,    // node: a new signing key
    group,      // which nodes (a bit each); 0 closes it
    admit,      // the spare
    // faults
    partition,  // node, end
    one_way,    // node, end
    heal,       // all of them
    broken,     // node, end, how often
    isolate,    // node, for ms
    kill,       // end, for ms
    stop,       // end, for ms
    fill,       // end: its disk, for ms
    slow,       // end: its disk, ms a commit
    clock,      // end, how far (clock_steps)
    backup,     // node
    restore,    // which backup; odd: the lease's file with it
    lose_disk,  // the coordinator's
    // malice and time
    malice,  // which trick, of what
    sleep,   // minutes
    count_
};

struct Action {
    Verb verb = Verb::post;
    std::array<std::uint64_t, 3> n{};
    std::uint64_t wait_ms = 0;  // Before the next.
    auto operator<=>(const Action&) const = default;
};

struct Plan {
    std::uint64_t net = 1;  // Seed of keys, delays and losses.
    Shape shape;
    std::optional<unsigned> mallory;  // Who is malicious: 0 the coordinator, else a node from 1.
    unsigned withheld_percent = 0;    // Of the frames it should send.
    LinkQuality quality;
    std::uint64_t kept_seconds = 0;  // The coordinator keeps bodies so long only; 0: 30 days.
    bool silent = false;  // At the end no PUB frame arrives at all: sync alone has to do it.
    std::vector<Action> actions;
    auto operator<=>(const Plan&) const = default;
};

enum class SeedSize { small, large };
// One seed in 37 is large: up to 40 nodes, and days.
SeedSize seed_size(std::uint64_t seed);
Plan draw_plan(std::uint64_t seed);

std::string encode_plan(const Plan& plan);
// Errors: malformed, with the word that is not understood.
Result<Plan> parse_plan(const std::string& line);

}  // namespace rilon
