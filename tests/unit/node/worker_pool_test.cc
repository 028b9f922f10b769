#include "node/worker_pool.h"

#include <gtest/gtest.h>

#include <numeric>

namespace rilon {
namespace {

TEST(WorkerPool, EveryIndexOnceWhateverTheNumberOfHelpers) {
    for (std::size_t helpers : {0u, 1u, 3u}) {
        WorkerPool pool(helpers);
        for (std::size_t count : {0u, 1u, 2u, 7u, 500u}) {
            std::vector<std::atomic<int>> seen(count);
            pool.run(count, [&](std::size_t i) { ++seen[i]; });
            for (auto& n : seen) EXPECT_EQ(n, 1);
        }
    }
}

TEST(WorkerPool, ManyBatchesInARow) {
    WorkerPool pool(2);
    std::vector<std::size_t> out(16);
    for (std::size_t batch = 0; batch < 5000; ++batch) {
        pool.run(out.size(), [&](std::size_t i) { out[i] = batch + i; });
        ASSERT_EQ(out[15], batch + 15);
    }
}

TEST(WorkerPool, HelpersTakePart) {
    WorkerPool pool(1);
    std::mutex mutex;
    std::condition_variable both;
    int inside = 0;
    // Each of the two waits for the other: it ends only when they run at the same time.
    pool.run(2, [&](std::size_t) {
        std::unique_lock lock(mutex);
        ++inside;
        both.notify_all();
        EXPECT_TRUE(both.wait_for(lock, std::chrono::seconds(20), [&] { return inside == 2; }));
    });
}

}  // namespace
}  // namespace rilon
