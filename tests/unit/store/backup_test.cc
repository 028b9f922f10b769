// Backups: consistent beside a daemon that writes, whole when put back, and what a purge means for
// them (row 52).
#include "store/backup.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/store_core.h"
#include "tests/unit/store/store_fixture.h"

namespace rilon {
namespace {

constexpr UnixMillis noon{1795420800000};

// Appends, closes epochs and purges without end; writes the head after each batch.
[[noreturn]] void write_on(const std::string& dir, const StorageKey& key, int pipe) {
    SeededRng rng(77);
    auto store = LmdbStore::open({dir, key, 256ull << 20, rng});
    if (!store) _exit(2);
    TestStream stream(rng);
    if (!(*store)->append(stream.founded(1)).ok()) _exit(3);
    for (std::uint64_t n = 0;; ++n) {
        Batch batch;
        bool purge = n % 5 == 4;
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
        Bytes line =
            std::move(ByteWriter{}.raw(stream.state.id.view()).u64(stream.state.head.value)).take();
        if (::write(pipe, line.data(), line.size()) != ssize_t(line.size())) _exit(6);
    }
}

class BackupTest : public LmdbFixture {
   protected:
    std::string target() const { return elsewhere.path + "/backup"; }
    std::string back() const { return elsewhere.path + "/store"; }
    Result<std::unique_ptr<LmdbStore>> open_back() {
        return LmdbStore::open({back(), key, map_bytes, rng});
    }
    // In a process of its own, as `rilon backup`: LMDB takes one environment once a process.
    int back_up_apart() {
        pid_t child = ::fork();
        if (child == 0) {
            auto made = back_up_store(dir.path, target(), noon);
            ::_exit(made.ok() ? 0 : 10 + (made.code() == Errc::busy ? 1 : 0));
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

    TempDir elsewhere;
};

TEST_F(BackupTest, ComesBackWhole) {
    TestStream stream(rng);
    {
        auto store = open();
        ASSERT_TRUE(store->append(stream.founded(200)).ok());
        Batch batch;
        batch.push_back(PutPrivate{"name", to_bytes(as_bytes("value"))});
        ASSERT_TRUE(store->append(std::move(batch)).ok());
    }
    ASSERT_EQ(back_up_apart(), 0);
    auto made = put_back_store(target(), back());
    ASSERT_TRUE(made.ok()) << made.error().detail;
    EXPECT_EQ(made->made, noon);
    auto store = open_back();
    ASSERT_TRUE(store.ok()) << store.error().detail;
    EXPECT_EQ(*read_text(**store, stream.state.id, Seq{150}), "alert text 148");
    EXPECT_EQ(as_text(**(*store)->private_value("name")), "value");
    // And goes on: the map is the store's own, not the copy's size.
    Batch more;
    for (int i = 0; i < 300; ++i) more.push_back(stream.content(std::string(4000, 'x')));
    more.push_back(stream.stream());
    EXPECT_TRUE((*store)->append(std::move(more)).ok());
}

TEST_F(BackupTest, BesideADaemonThatWritesEveryEntryKeepsItsKey) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    pid_t writer = ::fork();
    if (writer == 0) write_on(dir.path, key, ends[1]);
    ::close(ends[1]);
    StreamId id;
    std::uint64_t head = 0;
    auto heard = [&] {  // The writer's next word.
        Byte line[40];
        if (::read(ends[0], line, sizeof line) != ssize_t{sizeof line}) return false;
        ByteReader in(line);
        id = in.fixed<StreamId>();
        head = in.u64();
        return true;
    };
    constexpr int rounds = 12;
    int done = 0;
    for (int i = 0; i < rounds; ++i) {
        ASSERT_TRUE(heard()) << "the writer ended by itself";
        int code = back_up_apart();
        ASSERT_TRUE(code == 0 || code == 11) << code;  // 11: its keys changed each time.
        if (code != 0) continue;
        ++done;
        std::filesystem::remove_all(back());
        auto made = put_back_store(target(), back());
        ASSERT_TRUE(made.ok()) << made.error().detail;
        auto store = open_back();
        ASSERT_TRUE(store.ok()) << store.error().detail;
        auto entries = (*store)->range(id, Seq{0}, Seq{~0ull}, std::size_t{1} << 30);
        ASSERT_TRUE(entries.ok());
        EXPECT_GE(entries->size(), head + 1) << "less than was durable before the backup began";
        for (const UnverifiedEntry& entry : *entries) {
            if (is_clear(entry.header().kind) || entry.absent()) continue;
            auto text = read_text(**store, id, entry.header().seq);
            EXPECT_TRUE(text.ok()) << entry.header().seq.value;
        }
        EXPECT_EQ((*store)->use().damaged_rows, 0u);
    }
    ::kill(writer, SIGKILL);
    ::waitpid(writer, nullptr, 0);
    ::close(ends[0]);
    EXPECT_GT(done, 0);
}

// What was purged stays in a backup of before, with its keys; made again over it, it is gone there.
TEST_F(BackupTest, Row52MadeAgainABackupKeepsNothingThatWasPurged) {
    TestStream stream(rng);
    Batch batch = stream.founded(40);
    Bytes sealed;
    {
        auto store = open();
        ASSERT_TRUE(store->append(std::move(batch)).ok());
    }
    {
        auto env = LmdbEnv::open(dir.path + "/keys.mdb", 64 << 20);
        ASSERT_TRUE(env.ok() && *(*env)->open_tables(key_tables));
        auto txn = (*env)->read();
        auto cursor = Cursor::open(*txn, Table::epoch_keys);
        ASSERT_TRUE(*cursor->seek({}));
        sealed = to_bytes(cursor->value());  // K, from which every entry key follows.
    }
    ASSERT_EQ(back_up_apart(), 0);
    {
        auto store = open();
        ASSERT_TRUE(store->append(stream.withdrawn({{Seq{5}, Seq{5}}})).ok());
        ASSERT_TRUE(store->erase().ok());
    }
    // The danger: the copy of before still opens it.
    EXPECT_GT(count_in_dir(target(), sealed), 0u);
    std::filesystem::remove_all(back());
    ASSERT_TRUE(put_back_store(target(), back()).ok());
    EXPECT_TRUE(read_text(**open_back(), stream.state.id, Seq{5}).ok());

    ASSERT_EQ(back_up_apart(), 0);
    EXPECT_EQ(count_in_dir(target(), sealed), 0u);
    std::filesystem::remove_all(back());
    ASSERT_TRUE(put_back_store(target(), back()).ok());
    auto store = open_back();
    EXPECT_FALSE(read_text(**store, stream.state.id, Seq{5}).ok());
    EXPECT_TRUE(read_text(**store, stream.state.id, Seq{6}).ok());
}

TEST_F(BackupTest, RefusesWhatWouldDestroyOrDeceive) {
    EXPECT_EQ(back_up_store(dir.path, target(), noon).code(), Errc::not_found);
    TestStream stream(rng);
    ASSERT_TRUE(open()->append(stream.founded(3)).ok());
    std::ofstream(elsewhere.path + "/letter") << "dear";
    ::chmod(elsewhere.path.c_str(), 0700);
    EXPECT_EQ(back_up_store(dir.path, elsewhere.path, noon).code(), Errc::not_permitted);
    EXPECT_EQ(put_back_store(elsewhere.path, back()).code(), Errc::not_found);
    ASSERT_TRUE(back_up_store(dir.path, target(), noon).ok());
    EXPECT_EQ(put_back_store(target(), dir.path).code(), Errc::not_permitted);  // A store is there.
    {
        auto running = open();
        EXPECT_EQ(put_back_store(target(), dir.path).code(), Errc::busy);
    }
    Bytes keys = read_file(target() + "/keys.mdb");
    keys[keys.size() / 2] ^= 1;
    std::ofstream(target() + "/keys.mdb", std::ios::binary)
        .write(reinterpret_cast<const char*>(keys.data()), std::streamsize(keys.size()));
    EXPECT_EQ(put_back_store(target(), back()).code(), Errc::damaged);
    EXPECT_FALSE(std::filesystem::exists(back() + "/keys.mdb"));
    std::filesystem::remove(target() + "/manifest");
    EXPECT_EQ(put_back_store(target(), back()).code(), Errc::not_found);
}

// The manifest says what must be there: changed in any line, cut or lengthened it is none.
TEST_F(BackupTest, AManifestThatWasTouchedPutsNothingBack) {
    TestStream stream(rng);
    ASSERT_TRUE(open()->append(stream.founded(3)).ok());
    ASSERT_EQ(back_up_apart(), 0);
    const std::string path = target() + "/manifest";
    const Bytes bytes = read_file(path);
    const std::string whole(as_text(bytes));
    const auto put_back_with = [&](const std::string& text) {
        std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
        auto done = put_back_store(target(), back());
        return done.ok() ? Errc::internal : done.code();  // Internal stands for "it was".
    };
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_EQ(put_back_with(whole.substr(0, size)), Errc::damaged) << size;
    EXPECT_EQ(put_back_with(whole + "x"), Errc::damaged);
    EXPECT_EQ(put_back_with(std::string(100'000, 'x')), Errc::too_large);
    for (const char* word : {"made ", "data.mdb ", "keys.mdb "}) {
        std::string changed = whole;
        changed.insert(changed.find(word) + std::string_view(word).size(), "x");
        EXPECT_EQ(put_back_with(changed), Errc::damaged) << word;
    }
    for (const char* word : {"data.mdb ", "keys.mdb "}) {
        std::string changed = whole;  // Another size than the file's.
        changed.insert(changed.find(word) + std::string_view(word).size(), "1");
        EXPECT_EQ(put_back_with(changed), Errc::damaged) << word;
    }
    EXPECT_FALSE(file_exists(back() + "/data.mdb"));
    EXPECT_FALSE(file_exists(back() + "/keys.mdb"));
    EXPECT_EQ(put_back_with(whole), Errc::internal);
}

TEST_F(BackupTest, AFileThatIsMissingOrAFolderIsSaid) {
    TestStream stream(rng);
    ASSERT_TRUE(open()->append(stream.founded(3)).ok());
    ASSERT_EQ(back_up_apart(), 0);
    for (const char* name : {"/data.mdb", "/keys.mdb"}) {
        std::filesystem::rename(target() + name, elsewhere.path + "/aside");
        auto done = put_back_store(target(), back());
        ASSERT_FALSE(done.ok());
        EXPECT_NE(done.error().detail.find(name), std::string::npos) << done.error().detail;
        std::filesystem::create_directory(target() + name);
        EXPECT_FALSE(put_back_store(target(), back()).ok());
        std::filesystem::remove(target() + name);
        std::filesystem::rename(elsewhere.path + "/aside", target() + name);
    }
    std::ofstream(elsewhere.path + "/file") << "x";
    EXPECT_EQ(back_up_store(dir.path, elsewhere.path + "/file", noon).code(), Errc::not_permitted);
    EXPECT_TRUE(put_back_store(target(), back()).ok());
}

}  // namespace
}  // namespace rilon
