// A snapshot that is held keeps every page alive that was freed since: row 15 of the fault
// catalogue.
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "store/lmdb_env.h"
#include "tests/unit/store/store_fixture.h"

namespace rilon {
namespace {

constexpr std::chrono::milliseconds limit{200};

class HeldRead : public testing::Test {
   protected:
    void SetUp() override {
        auto opened = LmdbEnv::open(dir.path + "/data.mdb", 256ull << 20);
        ASSERT_TRUE(opened.ok()) << opened.error().detail;
        env = std::move(*opened);
        ASSERT_TRUE(env->make_tables(data_tables).ok());
    }
    // The same row again and again, a commit each. Gives the bytes never used before that it took.
    std::uint64_t rewrite(int times) {
        const Bytes value(64 * 1024, 'x');
        const std::uint64_t before = env->space(false)->tail_bytes;
        for (int i = 0; i < times; ++i) {
            auto txn = env->write();
            EXPECT_TRUE(txn.ok());
            EXPECT_TRUE(env->reserve(1 << 20).ok());
            EXPECT_TRUE(txn->put(Table::mail, as_bytes("row"), value).ok());
            EXPECT_TRUE(txn->commit().ok());
        }
        return before - env->space(false)->tail_bytes;
    }
    void read_to_the_end() {
        auto txn = env->read();
        ASSERT_TRUE(txn.ok());
        auto cursor = Cursor::open(*txn, Table::mail);
        ASSERT_TRUE(cursor.ok());
        EXPECT_TRUE(txn->get(Table::mail, as_bytes("row")).ok());
        EXPECT_TRUE(cursor->seek({}).ok());
        const auto begin = std::chrono::steady_clock::now();
        while (txn->get(Table::mail, as_bytes("row")).ok())
            ASSERT_LT(std::chrono::steady_clock::now() - begin, 20 * limit);
        EXPECT_GE(std::chrono::steady_clock::now() - begin, limit / 2);
        EXPECT_EQ(txn->get(Table::mail, as_bytes("row")).code(), Errc::busy);
        EXPECT_EQ(cursor->next().code(), Errc::busy);
    }
    TempDir dir;
    std::unique_ptr<LmdbEnv> env;
};

// The danger first: with a snapshot held, nothing that is freed is used again.
TEST_F(HeldRead, Row15AReadThatLastsIsEnded) {
    constexpr int times = 200;
    rewrite(10);
    const std::uint64_t without = rewrite(times);
    auto held = env->read();
    ASSERT_TRUE(held.ok());
    const std::uint64_t with = rewrite(times);
    EXPECT_GT(with, std::uint64_t{times} * 60 * 1024);
    EXPECT_LT(without, with / 20);

    env->end_reads_after(limit);
    auto own = env->read();
    ASSERT_TRUE(own.ok());
    std::thread([&] { read_to_the_end(); }).join();
    // The writer's own: nobody writes meanwhile, and a process may be stopped in mid-reading.
    EXPECT_TRUE(own->get(Table::mail, as_bytes("row")).ok());
    EXPECT_TRUE(held->get(Table::mail, as_bytes("row")).ok());
}

// A child that opens the store as a copying program would, and reads until it is killed.
class Reader {
   public:
    explicit Reader(const std::string& path) {
        int ready[2];
        EXPECT_EQ(::pipe(ready), 0);
        child_ = ::fork();
        if (child_ == 0) {
            auto env = LmdbEnv::open(path, 64ull << 20);
            if (!env.ok() || !(*env)->open_tables(data_tables).ok()) ::_exit(1);
            auto txn = (*env)->read();
            if (!txn.ok() || ::write(ready[1], "r", 1) != 1) ::_exit(1);
            for (;;) ::pause();
        }
        ::close(ready[1]);
        pollfd wait{ready[0], POLLIN, 0};
        char byte = 0;
        EXPECT_EQ(::poll(&wait, 1, 20000), 1);
        EXPECT_EQ(::read(ready[0], &byte, 1), 1);
        ::close(ready[0]);
    }
    ~Reader() { end(); }
    void end() {
        if (child_ <= 0) return;
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
        child_ = -1;
    }
    pid_t process() const { return child_; }

   private:
    pid_t child_ = -1;
};

using ForeignReader = LmdbFixture;

TEST_F(ForeignReader, Row15AReadHeldByAnotherProcessIsTold) {
    auto store = open();
    TestStream stream(rng);
    ASSERT_TRUE(store->append(stream.founded(1)).ok());
    EXPECT_EQ(store->use().commits_since_oldest_read, 0u);
    Reader reader(dir.path + "/data.mdb");
    for (int i = 0; i < 5; ++i) {
        Batch batch;
        batch.push_back(stream.content("more"));
        batch.push_back(stream.stream());
        ASSERT_TRUE(store->append(std::move(batch)).ok());
    }
    const StoreUse held = store->use();
    EXPECT_NE(held.oldest_read, 0u);
    EXPECT_EQ(held.commits_since_oldest_read, 5u);
    EXPECT_EQ(held.oldest_reader, reader.process());
    reader.end();
    EXPECT_NE(store->use().oldest_reader, held.oldest_reader);  // The dead hold nothing.
}

}  // namespace
}  // namespace rilon
