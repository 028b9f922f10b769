// Streams to store, a directory to store them in, and a look at the raw files.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "protocol/epoch.h"
#include "store/lmdb_store.h"
#include "store/memory_store.h"
#include "tests/support/seeded_rng.h"

namespace rilon {

// One origin's stream, entry by entry, with the keys of its epochs.
class TestStream {
   public:
    explicit TestStream(SeededRng& rng) : rng_(rng), keys_(make_sign_key_pair(rng)) {
        state.network = rng.bytes<NetworkId>();
        state.origin = rng.bytes<NodeId>();
    }

    PutEntry genesis() {
        GenesisBody body{rng_.bytes<AudienceId>(), rng_.bytes<Random16>(), std::nullopt};
        return put(EntryKind::genesis, encode_genesis(body));
    }
    PutEntry grant() {
        key = rng_.secret<EpochKey>();
        Epoch epoch = state.epoch.next();
        GrantBody body{{}, key_commitment(key, state.id, epoch), {}};
        return put(EntryKind::grant, encode_grant(body));
    }
    PutEntry content(std::string_view text) {
        return put(EntryKind::content, to_bytes(as_bytes(text)));
    }
    PutEntry redact(std::vector<SeqRange> ranges) {
        return put(EntryKind::redact, encode_redact(ranges));
    }
    PutStream stream() const { return {state}; }
    PutEpochKey epoch_key() const { return {state.id, state.epoch, key.duplicate()}; }
    CloseEpoch close() const { return {state.id, state.epoch}; }

    // Genesis, grant, K and `n` contents "text 0" …: seqs 2 to n + 1.
    Batch founded(int n, const std::string& text = "alert text ") {
        Batch batch;
        batch.push_back(genesis());
        batch.push_back(grant());
        batch.push_back(epoch_key());
        for (int i = 0; i < n; ++i) batch.push_back(content(text + std::to_string(i)));
        batch.push_back(stream());
        return batch;
    }
    // What a node does on a withdraw: redact, the epoch closed, the entries erased.
    Batch withdrawn(std::vector<SeqRange> ranges) {
        CloseEpoch over = close();
        Batch batch;
        batch.push_back(redact(ranges));
        batch.push_back(stream());
        batch.push_back(over);
        batch.push_back(Erase{state.id, ranges});
        return batch;
    }

    StreamState state;
    EpochKey key;

   private:
    PutEntry put(EntryKind kind, Bytes plain) {
        EntryDraft draft{kind, Precedence::routine, DirSeq{}, std::move(plain)};
        OriginKeys own{keys_.sk, Generation{1}};
        auto entry = seal(draft, state, own, &key, rng_.bytes<Nonce24>());
        EXPECT_TRUE(entry.ok()) << entry.error().detail;
        return PutEntry{std::move(entry).value(), UnixMillis{1795420800000 + state.head.value}};
    }

    SeededRng& rng_;
    SignKeyPair keys_;
};

// The entry as one that came without its body.
inline VerifiedEntry without_body(const VerifiedEntry& entry) {
    auto bare = parse_absent_entry(entry.prefix());
    EXPECT_TRUE(bare.ok());
    return std::move(trust_stored(std::move(bare).value(), entry.id())).value();
}

// Reads an entry as the node would: key from the store, body from the store.
inline Result<std::string> read_text(const StoreView& store, const StreamId& stream, Seq seq) {
    auto key = store.entry_key(stream, seq);
    if (!key) return key.error();
    auto held = store.entry(stream, seq);
    if (!held) return held.error();
    if (!held->has_value()) return {Errc::not_found, "no entry"};
    EntryId id = (*held)->entry.id();
    auto trusted = trust_stored(std::move((*held)->entry), id);
    if (!trusted) return trusted.error();
    auto plain = open_body(*trusted, *key);
    if (!plain) return plain.error();
    return std::string(as_text(*plain));
}

class TempDir {
   public:
    TempDir() {
        std::string name = (std::filesystem::temp_directory_path() / "rilon-store-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) std::abort();
        path = name;
    }
    ~TempDir() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    std::string path;
};

inline Bytes read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(in), {});
}
inline std::size_t count_in(const Bytes& haystack, ByteView needle) {
    std::size_t n = 0;
    auto at = haystack.begin();
    while ((at = std::search(at, haystack.end(), needle.begin(), needle.end())) != haystack.end())
        ++n, ++at;
    return n;
}
inline std::size_t count_in_dir(const std::string& dir, ByteView needle) {
    std::size_t n = 0;
    for (const auto& file : std::filesystem::directory_iterator(dir))
        if (file.is_regular_file()) n += count_in(read_file(file.path().string()), needle);
    return n;
}

class LmdbFixture : public testing::Test {
   protected:
    Result<std::unique_ptr<LmdbStore>> try_open(const StorageKey& with) {
        return LmdbStore::open({dir.path, with, map_bytes, rng, fault});
    }
    std::unique_ptr<LmdbStore> open() {
        auto store = try_open(key);
        EXPECT_TRUE(store.ok()) << store.error().detail;
        return store.ok() ? std::move(store).value() : nullptr;
    }

    TempDir dir;
    SeededRng rng{7};
    StorageKey key = rng.secret<StorageKey>();
    std::uint64_t map_bytes = 64ull << 20;
    FaultHook fault;
};

}  // namespace rilon
