#include "config/key_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/armour.h"

namespace rilon {
namespace {

constexpr PassphraseCost cheap{1, 8192};

class CountingRng : public Rng {
   public:
    void fill(std::span<Byte> out) override {
        for (Byte& b : out) b = static_cast<Byte>(next_ = next_ * 1103515245u + 12345u);
    }

   private:
    unsigned next_ = 1;
};

class KeyFile : public testing::Test {
   protected:
    void SetUp() override {
        char name[] = "/tmp/rilon-key-XXXXXX";
        ASSERT_NE(::mkdtemp(name), nullptr);
        dir_ = name;
        ::unsetenv("CREDENTIALS_DIRECTORY");
    }
    void TearDown() override {
        ::unsetenv("CREDENTIALS_DIRECTORY");
        std::filesystem::remove_all(dir_);
    }
    std::filesystem::path put(const std::string& name, const std::string& text,
                              mode_t mode = 0600) {
        std::filesystem::path path = dir_ / name;
        EXPECT_TRUE(write_file(path, as_bytes(text), FileMode::secret, Overwrite::replace).ok());
        ::chmod(path.c_str(), mode);
        return path;
    }
    PersonalKey officer() {
        return {KeyHolder::officer,
                rng_.bytes<NetworkId>(),
                rng_.bytes<Random16>(),
                "A. Officer",
                "LO-3",
                make_sign_key_pair(rng_),
                make_transport_key_pair(rng_)};
    }
    std::filesystem::path dir_;
    CountingRng rng_;
};

TEST_F(KeyFile, StorageKeyIsWrittenOnceAndComesBack) {
    auto key = rng_.secret<StorageKey>();
    ASSERT_TRUE(save_storage_key(dir_ / "storage.key", key).ok());
    struct stat info {};
    ASSERT_EQ(::stat((dir_ / "storage.key").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777, 0600u);
    auto back = load_storage_key(dir_ / "storage.key");
    ASSERT_TRUE(back.ok());
    EXPECT_TRUE(equal_secret(back->expose(), key.expose()));
    EXPECT_EQ(save_storage_key(dir_ / "storage.key", key).code(), Errc::not_permitted);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir_), {}), 1);  // No leftovers.
}

TEST_F(KeyFile, Row51LooseKeyFileIsRefusedWithTheRemedy) {
    std::string text(64, 'a');
    for (mode_t mode : {0640u, 0604u, 0660u, 0666u, 0644u, 0601u, 0610u}) {
        auto refused = load_storage_key(put("k", text, mode));
        ASSERT_FALSE(refused.ok()) << std::oct << mode;
        EXPECT_EQ(refused.code(), Errc::not_permitted);
        EXPECT_NE(refused.error().detail.find("chmod 600"), std::string::npos);
    }
    EXPECT_TRUE(load_storage_key(put("k", text, 0600)).ok());
    EXPECT_TRUE(load_storage_key(put("k", text, 0400)).ok());
}

TEST_F(KeyFile, SystemdCredentialComesFirst) {
    put("storage.key", std::string(64, 'b'), 0440);
    ::setenv("CREDENTIALS_DIRECTORY", dir_.c_str(), 1);
    auto key = load_storage_key("/nowhere/storage.key");
    ASSERT_TRUE(key.ok()) << key.error().detail;
    EXPECT_EQ(key->expose()[0], 0xbb);
    put("storage.key", std::string(64, 'b'), 0444);
    EXPECT_EQ(load_storage_key("/nowhere/storage.key").code(), Errc::not_permitted);
}

TEST_F(KeyFile, StorageKeyTextIsStrict) {
    EXPECT_TRUE(load_storage_key(put("k", "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n")).ok());
    for (const std::string& bad :
         {std::string(), std::string(63, 'a'), std::string(65, 'a'), std::string(64, 'g'),
          std::string(64, '0'), std::string(300, 'a'), std::string(44, '=')})
        EXPECT_FALSE(load_storage_key(put("k", bad)).ok()) << bad;
    EXPECT_EQ(load_storage_key(dir_ / "none").code(), Errc::not_found);
    EXPECT_EQ(load_storage_key(dir_).code(), Errc::not_permitted);  // A directory.
    ASSERT_EQ(::mkfifo((dir_ / "pipe").c_str(), 0600), 0);
    EXPECT_EQ(load_storage_key(dir_ / "pipe").code(), Errc::not_permitted);  // And no hang.
}

TEST_F(KeyFile, SealedAtRestOpensOnlyWhole) {
    auto key = rng_.secret<StorageKey>();
    Bytes plain = to_bytes(as_bytes("the node's keys"));
    Bytes sealed = seal_at_rest(SealedPurpose::node_identity, key, plain, rng_);
    EXPECT_EQ(*open_at_rest(SealedPurpose::node_identity, key, sealed), plain);
    EXPECT_FALSE(open_at_rest(SealedPurpose::agent, key, sealed).ok());
    EXPECT_EQ(open_at_rest(SealedPurpose::node_identity, rng_.secret<StorageKey>(), sealed).code(),
              Errc::cannot_open);
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        Bytes bad = sealed;
        bad[i] ^= 1;
        EXPECT_FALSE(open_at_rest(SealedPurpose::node_identity, key, bad).ok()) << i;
        bad.resize(i);
        EXPECT_FALSE(open_at_rest(SealedPurpose::node_identity, key, bad).ok()) << i;
    }
}

TEST_F(KeyFile, PersonalKeyComesBackUnderItsPassphraseOnly) {
    PersonalKey key = officer();
    auto text = seal_personal_key(key, "correct horse", rng_, cheap);
    ASSERT_TRUE(text.ok()) << text.error().detail;
    auto head = read_personal_key_head(*text);
    ASSERT_TRUE(head.ok());
    EXPECT_EQ(head->sign_pk, key.sign.pk);
    EXPECT_EQ(text->find("Officer"), std::string::npos);
    auto back = open_personal_key(*text, "correct horse");
    ASSERT_TRUE(back.ok()) << back.error().detail;
    EXPECT_EQ(back->name, key.name);
    EXPECT_EQ(back->mark, key.mark);
    EXPECT_EQ(back->id, key.id);
    EXPECT_TRUE(equal_secret(back->sign.sk.expose(), key.sign.sk.expose()));
    EXPECT_TRUE(equal_secret(back->transport.sk.expose(), key.transport.sk.expose()));
    EXPECT_EQ(open_personal_key(*text, "wrong").code(), Errc::locked);
    EXPECT_EQ(open_personal_key(*text, "").code(), Errc::invalid);
    EXPECT_EQ(seal_personal_key(key, "", rng_, cheap).code(), Errc::invalid);
}

TEST_F(KeyFile, Row44HostilePersonalKeysAreRefusedQuickly) {
    auto text = seal_personal_key(officer(), "pass", rng_, cheap);
    Bytes good = *parse_armour_of(ArmourKind::key, *text);
    for (std::size_t i = 0; i < good.size(); ++i) {
        // The low bytes of the costs would only change the key; the high ones are out of bounds.
        Bytes bad = good;
        bad[i] ^= 0x80;
        EXPECT_FALSE(open_personal_key(encode_armour(ArmourKind::key, bad), "pass").ok()) << i;
    }
    for (std::size_t n = 1; n < good.size(); ++n) {
        Bytes cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(n));
        EXPECT_FALSE(open_personal_key(encode_armour(ArmourKind::key, cut), "pass").ok()) << n;
    }
    Bytes greedy = good;
    greedy[17 + 2] = 0xff;  // Memory: terabytes.
    EXPECT_EQ(read_personal_key_head(encode_armour(ArmourKind::key, greedy)).code(),
              Errc::malformed);
}

TEST_F(KeyFile, WritingIsAllOrNothing) {
    std::filesystem::path path = dir_ / "f";
    ASSERT_TRUE(write_file(path, as_bytes("one"), FileMode::shared, Overwrite::refuse).ok());
    EXPECT_FALSE(write_file(path, as_bytes("two"), FileMode::shared, Overwrite::refuse).ok());
    EXPECT_EQ(as_text(*read_file(path, 10)), "one");
    ASSERT_TRUE(write_file(path, as_bytes("two"), FileMode::shared, Overwrite::replace).ok());
    EXPECT_EQ(as_text(*read_file(path, 10)), "two");
    EXPECT_EQ(read_file(path, 2).code(), Errc::too_large);
}

}  // namespace
}  // namespace rilon
