// P3 and P4: entries from a peer into a reader's node.
//
// Both feed frames to the loop (step, jobs on the worker pool, one commit a turn, acks) without
// sockets. P3: PUSH frames of one entry each, 240 a turn, the key being at hand. P4: the real
// conversation HEADS → RANGE → PUT in frames of 256 KiB until every alert can be found.
// Raw P3: two verifies and one AEAD each, one LMDB commit for 240. Raw P4: two hashes each, one
// verify for 1,024, one LMDB commit for 1,024.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "tools/benchmark/bench.h"
#include "tools/benchmark/bench_live.h"
#include "tools/benchmark/bench_node.h"
#include "tools/benchmark/bench_origin.h"
#include "tools/benchmark/raw_crypto.h"
#include "tools/benchmark/raw_disk.h"

namespace rilon::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

double seconds_since(SteadyClock::time_point start) {
    return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

RawRows ingest_rows(const std::string& data_file) {
    return {rows_of(data_file, {"entries", "arrivals", "search"}), rows_of(data_file, {"streams"})};
}

constexpr std::size_t raw_batch = 1024;

double raw_live_round(const RawCrypto& crypto, RawLmdb& store, unsigned cores) {
    auto start = SteadyClock::now();
    for (std::size_t i = 0; i < live_batches; ++i) {
        in_parallel(cores, live_batch, [&](std::size_t) {
            crypto.verify_node();
            crypto.verify_officer();
            crypto.open();
        });
        store.commit(live_batch);
    }
    return static_cast<double>(live_batches * live_batch) / seconds_since(start);
}

}  // namespace

void bench_ingest(BenchRun& run) {
    const std::size_t rounds = 5;
    const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
    LiveReader one(run, "p3-one", 0);
    LiveReader all(run, "p3-all", cores - 1);
    one.round();
    all.round();
    RawRows rows = ingest_rows(one.data_file());
    RawLmdb store_one(run.sub("p3-raw-one"), rows);
    RawLmdb store_all(run.sub("p3-raw-all"), rows);
    RawCrypto crypto(one.plain_bytes());
    std::vector<double> product_one, product_all, raw_one, raw_all, raw_cpu;
    for (std::size_t round = 0; round < rounds; ++round) {
        product_one.push_back(one.round());
        double cpu = cpu_seconds();
        raw_one.push_back(raw_live_round(crypto, store_one, 1));
        raw_cpu.push_back((cpu_seconds() - cpu) * 1e6 / (live_batch * live_batches));
        product_all.push_back(all.round());
        raw_all.push_back(raw_live_round(crypto, store_all, cores));
    }
    one.check();
    all.check();
    std::string what = fmt::format(
        "{} PUSH frames of one entry a turn, {} bytes of padded plaintext; parse, verify, open, "
        "officer checked, index in memory, ack, one commit; no sockets. Raw: 2 verify + 1 AEAD "
        "an entry, one LMDB commit for {}",
        live_batch, one.plain_bytes(), live_batch);
    run.figures.push_back({"P3", "ingest, live, on one core", "/s", Better::higher,
                           median(product_one), median(raw_one), 0.80, what});
    run.figures.push_back({"P3", fmt::format("ingest, live, on {} cores", cores), "/s",
                           Better::higher, median(product_all), median(raw_all), 0.80, ""});
    run.figures.push_back({"P3", fmt::format("  {} cores against one (product columns)", cores),
                           "/s", Better::higher, median(product_all), median(product_one),
                           cores == 2 ? 1.70 : 0, "the column raw is the product on one core"});
    run.figures.push_back(
        {"P3", "  processor an entry", "us", Better::lower, one.cpu(), median(raw_cpu), 0, ""});
}

namespace {

struct CatchUp {
    double stored_s = 0;  // Until the last entry was stored.
    double cpu_s = 0;     // Of processor.
    double found_s = 0;   // Until every alert could be found.
};

CatchUp catch_up(ScriptedNode& node, const BenchOrigin& origin) {
    CatchUp out;
    node.turn(origin.greeting());
    std::vector<Event> events;
    events.push_back(origin.push(0));  // The stream is known, as to a node that was away.
    node.turn(std::move(events));
    node.take_sent();
    events.clear();
    events.push_back(origin.heads());
    std::size_t last = 0;  // Given to the node.
    for (;;) {
        out.found_s += node.turn(std::move(events));
        if (out.stored_s == 0 && last + 1 == origin.entries()) out.stored_s = out.found_s;
        events = origin.replies(node.take_sent(), last);
        if (!events.empty() && last + 1 < origin.entries()) continue;
        bool looked_for = events.empty() && out.stored_s > 0;
        if (looked_for && node.status().alerts() == origin.contents()) {
            out.cpu_s = node.cpu();
            return out;
        }
        if (out.found_s > 3600) give_up("P4: catch-up does not come to an end");
    }
}

double raw_catch_up(const RawCrypto& crypto, RawLmdb& store, std::size_t entries) {
    auto start = SteadyClock::now();
    for (std::size_t done = 0; done < entries; done += raw_batch) {
        std::size_t batch = std::min(raw_batch, entries - done);
        crypto.verify_node();
        for (std::size_t i = 0; i < batch; ++i) crypto.chain();
        store.commit(batch);
    }
    return static_cast<double>(entries) / seconds_since(start);
}

}  // namespace

void bench_catch_up(BenchRun& run) {
    const std::size_t rounds = run.full ? 1 : 5;
    const std::size_t entries = run.quick ? 2000 : run.full ? 1000000 : 100000;
    const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
    BenchOrigin origin(run.network, "aus-bkk", "BKK");
    while (origin.contents() < entries) origin.add_content();
    RawCrypto crypto(origin.plain_bytes());
    std::unique_ptr<RawLmdb> raw;
    std::vector<double> stored, found, bare, found_s, cpu, bare_cpu;
    const double us_each = 1e6 / static_cast<double>(entries);
    for (std::size_t round = 0; round < rounds; ++round) {
        ScriptedNode node(run.network, "can-bkk",
                          {run.sub("p4-" + std::to_string(round)), cores - 1, false});
        CatchUp took = catch_up(node, origin);
        stored.push_back(static_cast<double>(entries) / took.stored_s);
        found.push_back(static_cast<double>(entries) / took.found_s);
        found_s.push_back(took.found_s);
        cpu.push_back(took.cpu_s * us_each);
        if (raw == nullptr)
            raw = std::make_unique<RawLmdb>(run.sub("p4-raw"), ingest_rows(node.parts.data_file()));
        double cpu_before = cpu_seconds();
        bare.push_back(raw_catch_up(crypto, *raw, entries));
        bare_cpu.push_back((cpu_seconds() - cpu_before) * us_each);
    }
    run.figures.push_back(
        {"P4", fmt::format("bulk catch-up of {} entries, until all are found", entries), "/s",
         Better::higher, median(found), median(bare), 0.60,
         fmt::format("HEADS, RANGE, PUT of 256 KiB a turn and a commit each, {} cores, no "
                     "sockets; {:.1f} s until every alert is indexed (officers are checked later). "
                     "Raw: two hashes an entry, one verify and one LMDB commit for {}",
                     cores, median(found_s), raw_batch)});
    run.figures.push_back({"P4", "  until the last entry is stored", "/s", Better::higher,
                           median(stored), median(bare), 0,
                           "the loop opens and indexes between the batches: not storing alone"});
    run.figures.push_back(
        {"P4", "  processor an entry", "us", Better::lower, median(cpu), median(bare_cpu), 0, ""});
}

}  // namespace rilon::bench
