// Row 1: a process that is killed at any moment has on disk whatever it acknowledged.
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/store/store_fixture.h"

namespace rilon {
namespace {

constexpr int cycles = 20;

// Appends without end, now and then closing an epoch and purging; writes each number after append
// returned. Never comes back.
[[noreturn]] void run_child(const std::string& dir, const StorageKey& key, int cycle, int pipe) {
    SeededRng rng(1000 + std::uint64_t(cycle));
    auto store = LmdbStore::open({dir, key, 256ull << 20, rng});
    if (!store) _exit(2);
    TestStream stream(rng);
    if (!(*store)->append(stream.founded(1)).ok()) _exit(3);
    for (std::uint64_t n = 0;; ++n) {
        Batch batch;
        bool purge = n % 16 == 15;
        if (purge) {
            batch = stream.withdrawn({{stream.state.head, stream.state.head}});
            batch.push_back(stream.grant());
            batch.push_back(stream.epoch_key());
        } else {
            batch.push_back(stream.content("n " + std::to_string(n)));
        }
        batch.push_back(stream.stream());
        if (!(*store)->append(std::move(batch)).ok()) _exit(4);
        if (purge && !(*store)->erase().ok()) _exit(5);
        std::uint64_t head = stream.state.head.value;
        Bytes line = std::move(ByteWriter{}.raw(stream.state.id.view()).u64(head)).take();
        if (::write(pipe, line.data(), line.size()) != ssize_t(line.size())) _exit(6);
    }
}

TEST(Kill9, Row01EverythingAcknowledgedIsThere) {
    TempDir dir;
    SeededRng rng(5);
    StorageKey key = rng.secret<StorageKey>();
    std::map<StreamId, std::uint64_t> acknowledged;
    for (int cycle = 0; cycle < cycles; ++cycle) {
        int ends[2];
        ASSERT_EQ(::pipe(ends), 0);
        pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            ::close(ends[0]);
            run_child(dir.path, key, cycle, ends[1]);
        }
        ::close(ends[1]);
        // The first acknowledgement, then some random milliseconds more.
        pollfd ready{ends[0], POLLIN, 0};
        ASSERT_EQ(::poll(&ready, 1, 30000), 1);
        ::usleep(static_cast<useconds_t>(rng.below(40000)));
        ::kill(child, SIGKILL);
        int status = 0;
        ::waitpid(child, &status, 0);
        ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);
        Byte line[40];
        while (::read(ends[0], line, sizeof line) == ssize_t{sizeof line}) {
            ByteReader in(line);
            auto id = in.fixed<StreamId>();
            acknowledged[id] = in.u64();
        }
        ::close(ends[0]);
        auto store = LmdbStore::open({dir.path, key, 256ull << 20, rng});
        ASSERT_TRUE(store.ok()) << store.error().detail;
        ASSERT_TRUE((*store)->erase().ok());
        for (const auto& [id, head] : acknowledged) {
            auto entries = (*store)->range(id, Seq{0}, Seq{head}, std::size_t{1} << 30);
            ASSERT_TRUE(entries.ok());
            ASSERT_EQ(entries->size(), head + 1);
            for (const UnverifiedEntry& entry : *entries) {
                if (is_clear(entry.header().kind) || entry.absent()) continue;
                ASSERT_TRUE(read_text(**store, id, entry.header().seq).ok());
            }
        }
        std::uint64_t last = (*store)->last_arrival().value;
        EXPECT_EQ((*store)->arrivals(Arrival{}, 1 << 20)->size(), last);
    }
    EXPECT_EQ(acknowledged.size(), std::size_t{cycles});
}

}  // namespace
}  // namespace rilon
