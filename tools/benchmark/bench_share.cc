// P7: what of a node's processor time is neither cryptography, disk nor socket.
//
// The threads of the node alone are sampled (profile.h): its loop, helpers and query worker, with
// sockets also libzmq's and the ZAP handler. Who makes the entries or is the client has threads of
// its own. A post alone goes through the control socket; 256 waiting and ingest are handed to the
// loop without sockets, so that their share of everything else is higher than in rilond.
#include <fmt/format.h>

#include <algorithm>

#include "tools/benchmark/bench.h"
#include "tools/benchmark/bench_live.h"
#include "tools/benchmark/bench_waiting.h"
#include "tools/benchmark/profile.h"
#include "tools/control_client.h"

namespace rilon::bench {
namespace {

constexpr std::uint64_t timeout_ms = 10000;
constexpr double share_goal = 0.15;
constexpr std::size_t functions_shown = 12;

std::set<pid_t> without(std::set<pid_t> all, const std::set<pid_t>& others) {
    for (pid_t thread : others) all.erase(thread);
    return all;
}

void add_figure(BenchRun& run, const std::string& step, const ProfileCounts& seen) {
    if (seen.samples < 20) give_up("P7: too few samples: " + step);
    run.figures.push_back(
        {"P7", "neither crypto, disk nor socket: " + step, "share", Better::lower, seen.other(), 1,
         share_goal,
         fmt::format("{} samples: {}. What is neither, by function, of all: {}; with what they "
                     "call: {}",
                     seen.samples, seen.text(), seen.top(seen.functions, functions_shown),
                     seen.top(seen.within, 3 * functions_shown))});
}

void post_alone(BenchRun& run) {
    const std::set<pid_t> others = threads_now();
    LiveNode node(run.network, "aus-bkk", {run.sub("p7-alone"), 1, false});
    const std::set<pid_t> of_node = without(threads_now(), others);
    auto client =
        must(ControlConnection::open({node.control_endpoint(), node.parts.identity.transport.pk},
                                     node.parts.officer.transport),
             "the control socket");
    const std::size_t posts = run.quick ? 500 : 8000;
    Profile profile(of_node);
    for (std::size_t i = 0; i < posts; ++i) {
        proto::Request prepare = prepare_bulletin("BKK", i);
        auto prepared = must(client.call(prepare, timeout_ms), "PREPARE");
        proto::Request commit = commit_of(prepared.prepared(), node.parts);
        if (!must(client.call(commit, timeout_ms), "COMMIT").has_posted())
            give_up("a post that was not posted");
    }
    add_figure(run, "post, one at a time", profile.stop());
}

void post_waiting(BenchRun& run) {
    const std::set<pid_t> others = threads_now();
    WaitingPosts posts(run.network, run.sub("p7-waiting"), 1);
    const std::set<pid_t> of_node = without(threads_now(), others);
    posts.round(256);
    Profile profile(of_node);
    for (std::size_t i = 0; i < (run.quick ? 8u : 120u); ++i) posts.round(256);
    add_figure(run, "post, 256 waiting", profile.stop());
}

void ingest(BenchRun& run) {
    const std::set<pid_t> others = threads_now();
    LiveReader reader(run, "p7-ingest", 0);
    const std::set<pid_t> of_node = without(threads_now(), others);
    Profile profile(of_node);
    for (std::size_t i = 0; i < (run.quick ? 2u : 40u); ++i) reader.round();
    ProfileCounts seen = profile.stop();
    reader.check();
    add_figure(run, "ingest, live", seen);
}

}  // namespace

void bench_share(BenchRun& run) {
    post_alone(run);
    post_waiting(run);
    ingest(run);
}

}  // namespace rilon::bench
