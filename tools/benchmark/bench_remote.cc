// P6: from COMMIT at one node until the alert is readable at another.
//
// Two nodes in this process with rilond's loops, stores and sockets on loopback: an author and
// its RILON's hub, one hop. A client posts 100 times a second; another waits at the hub's feed. The
// time runs from the COMMIT leaving the client until the feed gave the alert. Raw, at the same
// pace: verify, sign, AEAD and an LMDB commit, a CURVE message, two verifies, AEAD and an LMDB
// commit, the answer.
#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <thread>

#include "tools/benchmark/bench.h"
#include "tools/benchmark/bench_node.h"
#include "tools/benchmark/raw_crypto.h"
#include "tools/benchmark/raw_disk.h"
#include "tools/benchmark/raw_link.h"
#include "tools/control_client.h"

namespace rilon::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr std::uint64_t timeout_ms = 20000;
constexpr auto pace = std::chrono::milliseconds(10);

double ms_between(SteadyClock::time_point from, SteadyClock::time_point to) {
    return std::chrono::duration<double, std::milli>(to - from).count();
}

ControlConnection connect(const LiveNode& node) {
    return must(ControlConnection::open({node.control_endpoint(), node.parts.identity.transport.pk},
                                        node.parts.officer.transport),
                "the control socket");
}

// Reads a node's feed on a thread of its own and notes when each alert came.
class FeedReader {
   public:
    explicit FeedReader(const LiveNode& node) : thread_([this, &node] { read(node); }) {}
    ~FeedReader() {
        stop_ = true;
        thread_.join();
    }
    std::optional<SteadyClock::time_point> seen(const std::string& alert) {
        std::lock_guard lock(mutex_);
        auto it = seen_.find(alert);
        return it == seen_.end() ? std::nullopt : std::optional(it->second);
    }

   private:
    void read(const LiveNode& node) {
        ControlConnection client = connect(node);
        std::string cursor;
        while (!stop_) {
            proto::Request ask;
            auto* feed = ask.mutable_feed();
            feed->set_consumer("0123456789abcdef0123456789abcdef");
            feed->set_after(cursor);
            feed->set_max(100);
            feed->set_wait_ms(500);
            auto answer = must(client.call(ask, timeout_ms), "the feed");
            auto now = SteadyClock::now();
            cursor = answer.feed().cursor();
            std::lock_guard lock(mutex_);
            for (const auto& event : answer.feed().events())
                seen_.emplace(event.row().alert_id(), now);
        }
    }
    std::mutex mutex_;
    std::map<std::string, SteadyClock::time_point> seen_;
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

class Author {
   public:
    explicit Author(const LiveNode& node) : node_(node), client_(connect(node)) {}

    struct Sent {
        std::string alert;
        SteadyClock::time_point at;
    };
    Sent post() {
        proto::Request prepare = prepare_bulletin("BKK", ++number_);
        auto prepared = must(client_.call(prepare, timeout_ms), "PREPARE");
        proto::Request commit = commit_of(prepared.prepared(), node_.parts);
        auto at = SteadyClock::now();
        auto posted = must(client_.call(commit, timeout_ms), "COMMIT");
        return {posted.posted().alert_id(), at};
    }
    bool connected() {
        proto::Request ask;
        ask.mutable_status();
        auto answer = must(client_.call(ask, timeout_ms), "status");
        for (const auto& peer : answer.status().peers())
            if (peer.connected()) return true;
        return false;
    }

   private:
    const LiveNode& node_;
    ControlConnection client_;
    std::uint64_t number_ = 0;
};

// Milliseconds of each post.
std::vector<double> product_round(Author& author, FeedReader& reader, std::size_t posts) {
    std::vector<Author::Sent> sent;
    auto next = SteadyClock::now();
    for (std::size_t i = 0; i < posts; ++i) {
        std::this_thread::sleep_until(next);
        next += pace;
        sent.push_back(author.post());
    }
    std::vector<double> out;
    auto deadline = SteadyClock::now() + std::chrono::seconds(30);
    for (const auto& one : sent) {
        auto seen = reader.seen(one.alert);
        while (!seen) {
            if (SteadyClock::now() > deadline) give_up("P6: an alert never came");
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
            seen = reader.seen(one.alert);
        }
        out.push_back(ms_between(one.at, *seen));
    }
    return out;
}

class RawPath {
   public:
    RawPath(const std::string& dir, const RawRows& here, const RawRows& there)
        : here_(dir + "-here", here), there_(dir + "-there", there), link_([this] {
              crypto_.verify_node();
              crypto_.verify_officer();
              crypto_.open();
              there_.commit(1);
          }) {}
    std::vector<double> round(std::size_t posts) {
        std::vector<double> out;
        auto next = SteadyClock::now();
        for (std::size_t i = 0; i < posts; ++i) {
            std::this_thread::sleep_until(next);
            next += pace;
            auto start = SteadyClock::now();
            crypto_.verify_officer();
            crypto_.sign();
            crypto_.seal();
            here_.commit(1);
            link_.round(1024);
            out.push_back(ms_between(start, SteadyClock::now()));
        }
        return out;
    }

   private:
    RawCrypto crypto_{768};
    RawLmdb here_;
    RawLmdb there_;
    RawLink link_;
};

}  // namespace

void bench_remote(BenchRun& run) {
    const std::size_t rounds = 5;
    const std::size_t posts = run.quick ? 20 : 200;
    LiveNode hub(run.network, "tha-bkk", {run.sub("p6-hub"), 1, true});
    TransportLink link = hub.link();
    LiveNode node(run.network, "aus-bkk", {run.sub("p6-author"), 1, false}, &link);
    Author author(node);
    for (int i = 0; !author.connected(); ++i) {
        if (i > 1000) give_up("P6: the nodes do not connect");
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    FeedReader reader(hub);
    product_round(author, reader, 10);
    RawPath raw(run.sub("p6-raw"),
                {rows_of(node.parts.data_file(), {"entries", "arrivals", "search", "audit"}),
                 rows_of(node.parts.data_file(), {"streams", "meta"})},
                {rows_of(hub.parts.data_file(), {"entries", "arrivals", "search"}),
                 rows_of(hub.parts.data_file(), {"streams"})});
    std::vector<double> product, bare, product_p50, bare_p50;
    for (std::size_t round = 0; round < rounds; ++round) {
        auto a = product_round(author, reader, posts);
        auto b = raw.round(posts);
        product_p50.push_back(median(a));
        bare_p50.push_back(median(b));
        product.insert(product.end(), a.begin(), a.end());
        bare.insert(bare.end(), b.begin(), b.end());
    }
    run.figures.push_back(
        {"P6", "post to readable at a remote node, 100/s, p50", "ms", Better::lower,
         median(product_p50), median(bare_p50), 1.25,
         "COMMIT leaving the client until the hub's feed gave the alert to its client: control "
         "socket, commit, sync link, commit, query worker, control socket; both nodes and both "
         "clients on these cores. Raw: verify, sign, AEAD, commit, one CURVE round with two "
         "verifies, AEAD and a commit at the far end"});
    run.figures.push_back({"P6", "  the same, p99", "ms", Better::lower, quantile(product, 0.99),
                           quantile(bare, 0.99), 0, "of all rounds together"});
}

}  // namespace rilon::bench
