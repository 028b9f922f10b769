// The store's directory and files as somebody may have left them.
#include "store/store_files.h"

#include <sys/stat.h>

#include "store/lmdb_env.h"
#include "store/store_core.h"
#include "tests/unit/store/store_fixture.h"

namespace rilon {
namespace {

using StoreFiles = LmdbFixture;

TEST_F(StoreFiles, WhatIsNoDirectoryIsRefused) {
    const std::string file = dir.path + "/file";
    std::ofstream(file) << "x";
    EXPECT_EQ(prepare_directory(file).code(), Errc::not_permitted);
    EXPECT_EQ(prepare_directory(file + "/below").code(), Errc::io);
    EXPECT_EQ(prepare_directory(dir.path + "/none/below").code(), Errc::io);
    EXPECT_TRUE(prepare_directory(dir.path + "/new").ok());
    struct stat info {};
    ASSERT_EQ(::stat((dir.path + "/new").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0700u);
}

// Somebody who can put a link there must not have us write to what it names.
TEST_F(StoreFiles, NoLinkIsFollowed) {
    const std::string victim = dir.path + "/victim";
    std::ofstream(victim) << "precious";
    for (const char* name : {"/lock", "/ballast", "/wiped"})
        std::filesystem::create_symlink(victim, dir.path + name);
    EXPECT_FALSE(DirectoryLock::take(dir.path).ok());
    EXPECT_FALSE(make_ballast(dir.path + "/ballast", 4096).ok());
    EXPECT_TRUE(wipe_file(dir.path + "/wiped").ok());  // The link goes, what it names stays.
    EXPECT_FALSE(std::filesystem::exists(std::filesystem::symlink_status(dir.path + "/wiped")));
    EXPECT_EQ(read_file(victim), to_bytes(as_bytes("precious")));
}

TEST_F(StoreFiles, OneLockAtATimeAndItIsFreeAgain) {
    {
        auto first = DirectoryLock::take(dir.path);
        ASSERT_TRUE(first.ok());
        auto second = DirectoryLock::take(dir.path);
        ASSERT_FALSE(second.ok());
        EXPECT_EQ(second.code(), Errc::busy);
        EXPECT_NE(second.error().detail.find(dir.path), std::string::npos);
    }
    EXPECT_TRUE(DirectoryLock::take(dir.path).ok());
}

TEST_F(StoreFiles, WhatIsNotThereIsSaid) {
    const std::string none = dir.path + "/none";
    EXPECT_FALSE(file_exists(none));
    EXPECT_FALSE(file_has_content(none));
    EXPECT_FALSE(same_file(none, dir.path));
    EXPECT_TRUE(same_file(dir.path, dir.path + "/."));
    EXPECT_TRUE(wipe_file(none).ok());  // Gone is what it should be.
    EXPECT_TRUE(wipe_file(dir.path + "/none/below").ok());
    EXPECT_EQ(rename_file(none, dir.path + "/other").code(), Errc::io);
    EXPECT_EQ(flush_directory(none).code(), Errc::io);
    EXPECT_EQ(free_disk_bytes(none), 0u);
    EXPECT_GT(free_disk_bytes(dir.path), 0u);
    std::filesystem::create_directory(none);
    EXPECT_FALSE(wipe_file(none).ok());
}

TEST_F(StoreFiles, RoomThatCantBeKeptBackLeavesNothing) {
    const std::string ballast = dir.path + "/ballast";
    EXPECT_FALSE(make_ballast(ballast, 1ull << 62).ok());
    EXPECT_FALSE(file_exists(ballast));
    ASSERT_TRUE(make_ballast(ballast, 8192).ok());
    EXPECT_EQ(std::filesystem::file_size(ballast), 8192u);
}

// The rows that say which store this is: each of them lost, or of another length.
TEST_F(StoreFiles, AStoreThatDoesNotSayWhatItIsIsDamaged) {
    open();
    const Bytes whole = read_file(dir.path + "/data.mdb");
    const auto meta_is = [&](std::string_view name, const Bytes& value) {
        auto env = LmdbEnv::open(dir.path + "/data.mdb", 64 << 20);
        ASSERT_TRUE(env.ok());
        ASSERT_TRUE(*(*env)->open_tables(data_tables));
        auto txn = (*env)->write();
        ASSERT_TRUE(txn->put(Table::meta, as_bytes(name), value).ok());
        ASSERT_TRUE(txn->commit().ok());
    };
    const auto put_back = [&] {
        std::ofstream(dir.path + "/data.mdb", std::ios::binary)
            .write(reinterpret_cast<const char*>(whole.data()), std::streamsize(whole.size()));
    };
    for (const auto& [name, value] : {std::pair<std::string_view, Bytes>{meta_schema, {}},
                                      {meta_schema, {1}},
                                      {meta_check, {}},
                                      {meta_check, Bytes(7, 1)}}) {
        meta_is(name, value);
        auto store = try_open(key);
        ASSERT_FALSE(store.ok());
        EXPECT_EQ(store.code(), Errc::damaged) << name << " of " << value.size();
        put_back();
        EXPECT_TRUE(try_open(key).ok());
    }
}

// Data of one store beside the keys of another: nothing would open, so nothing is tried.
TEST_F(StoreFiles, FilesOfTwoStoresAreToldApart) {
    open();
    TempDir other;
    ASSERT_TRUE(LmdbStore::open({other.path, key, map_bytes, rng}).ok());
    std::filesystem::copy_file(other.path + "/keys.mdb", dir.path + "/keys.mdb",
                               std::filesystem::copy_options::overwrite_existing);
    auto mixed = try_open(key);
    ASSERT_FALSE(mixed.ok());
    EXPECT_EQ(mixed.code(), Errc::damaged) << mixed.error().detail;
}

}  // namespace
}  // namespace rilon
