// P1 and P2: posting at one node.
//
// P1 takes rilond's loop, store and sockets in this process and one client on the control socket
// with CURVE: PREPARE, the officer's signature, COMMIT, each waited for. Raw: one LMDB commit of
// rows of the same sizes in the same file system; no sockets, no cryptography.
//
// P2 hands the loop 256 requests at once, as the socket would, without the socket: a turn of
// PREPAREs and a turn of COMMITs. Raw: per post one Ed25519 verify, one sign and one AEAD spread
// over all cores, then one LMDB commit of all.
#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "tools/benchmark/bench.h"
#include "tools/benchmark/bench_node.h"
#include "tools/benchmark/bench_waiting.h"
#include "tools/benchmark/raw_crypto.h"
#include "tools/benchmark/raw_disk.h"
#include "tools/benchmark/raw_link.h"
#include "tools/control_client.h"

namespace rilon::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

double seconds_since(SteadyClock::time_point start) {
    return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

// The rows a post writes, as the store has them.
RawRows post_rows(const std::string& data_file) {
    return {rows_of(data_file, {"entries", "arrivals", "search", "audit"}),
            rows_of(data_file, {"streams", "meta"})};
}

constexpr std::uint64_t timeout_ms = 10000;

// Seconds until PREPARE was answered.
double post(ControlConnection& client, const NodeParts& author, std::uint64_t number) {
    auto start = SteadyClock::now();
    proto::Request prepare = prepare_bulletin("BKK", number);
    auto prepared = must(client.call(prepare, timeout_ms), "PREPARE");
    double prepare_s = seconds_since(start);
    proto::Request commit = commit_of(prepared.prepared(), author);
    auto posted = must(client.call(commit, timeout_ms), "COMMIT");
    if (!posted.has_posted()) give_up("a post that was not posted");
    return prepare_s;
}

}  // namespace

void bench_post_alone(BenchRun& run) {
    const std::size_t posts = run.quick ? 100 : 1000;
    LiveNode node(run.network, "aus-bkk", {run.sub("p1"), 1, false});
    auto client =
        must(ControlConnection::open({node.control_endpoint(), node.parts.identity.transport.pk},
                                     node.parts.officer.transport),
             "the control socket");
    std::uint64_t number = 0;
    for (int i = 0; i < 10; ++i) (void)post(client, node.parts, ++number);
    RawLmdb raw(run.sub("p1-raw"), post_rows(node.parts.data_file()));
    RawLink link([] {});
    // Post and raw commit by turns, one each: the disk's pace changes within a second.
    std::vector<double> product, bare, prepare_ms, commit_ms, round_ms;
    for (std::size_t i = 0; i < posts; ++i) {
        auto start = SteadyClock::now();
        prepare_ms.push_back(post(client, node.parts, ++number) * 1e3);
        product.push_back(seconds_since(start));
        start = SteadyClock::now();
        raw.commit(1);
        bare.push_back(seconds_since(start));
        start = SteadyClock::now();
        link.round(1024);
        round_ms.push_back(seconds_since(start) * 1e3);
        if (i % 16 == 0)
            commit_ms.push_back(static_cast<double>(node.parts.store->use().last_commit_us) / 1e3);
    }
    run.figures.push_back(
        {"P1", "post, one at a time, durable before the answer", "/s", Better::higher,
         1 / median(product), 1 / median(bare), 0.90,
         fmt::format("a post is PREPARE + the officer's signature + COMMIT: two CURVE rounds on "
                     "the control socket, one sign by the client, one verify, one sign and one "
                     "AEAD by the node; raw is one bare LMDB commit of rows of the same sizes. "
                     "Of {:.2f} ms a post, PREPARE takes {:.2f} and the product's own commit "
                     "{:.2f} (medians); a bare CURVE round over tcp takes {:.2f}",
                     1e3 * median(product), median(prepare_ms), median(commit_ms),
                     median(round_ms))});
}

void bench_post_waiting(BenchRun& run) {
    const std::size_t rounds = run.quick ? 5 : 20;
    const std::size_t waiting = 256;
    const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
    WaitingPosts posts(run.network, run.sub("p2"), cores - 1);
    RawCrypto crypto(768);
    std::unique_ptr<RawLmdb> raw;
    std::vector<double> both, commits, bare, cpu, bare_cpu;
    for (std::size_t round = 0; round <= rounds; ++round) {
        WaitingPosts::Took took = posts.round(waiting);
        if (round == 0) {  // Warms up, and shows the rows.
            raw =
                std::make_unique<RawLmdb>(run.sub("p2-raw"), post_rows(posts.parts().data_file()));
            continue;
        }
        both.push_back(static_cast<double>(waiting) / (took.prepare_s + took.commit_s));
        commits.push_back(static_cast<double>(waiting) / took.commit_s);
        cpu.push_back(took.cpu_s * 1e6 / static_cast<double>(waiting));
        double cpu_before = cpu_seconds();
        auto start = SteadyClock::now();
        in_parallel(cores, waiting, [&](std::size_t) {
            crypto.verify_officer();
            crypto.sign();
            crypto.seal();
        });
        raw->commit(waiting);
        bare.push_back(static_cast<double>(waiting) / seconds_since(start));
        bare_cpu.push_back((cpu_seconds() - cpu_before) * 1e6 / static_cast<double>(waiting));
    }
    run.figures.push_back(
        {"P2", fmt::format("post, {} waiting, officer's signature checked", waiting), "/s",
         Better::higher, median(both), median(bare), 0.80,
         fmt::format("the loop's turns for PREPARE and COMMIT; the control socket and the "
                     "client's work are not in it. Raw: verify + sign + AEAD on {} cores, then "
                     "one LMDB commit",
                     cores)});
    run.figures.push_back({"P2", "  of it the COMMITs alone", "/s", Better::higher, median(commits),
                           median(bare), 0,
                           "the step that verifies, seals and commits; PREPARE writes nothing"});
    run.figures.push_back(
        {"P2", "  processor a post", "us", Better::lower, median(cpu), median(bare_cpu), 0, ""});
}

}  // namespace rilon::bench
