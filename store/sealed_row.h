// How rows are sealed at rest. Every row of every table is authenticated together with its table
// and key, so that none can be changed, moved or swapped unseen; all but entries (ciphertext
// already) are encrypted too. Subkeys come from the storage key, one per use.
#pragma once

#include <atomic>
#include <optional>

#include "protocol/rng.h"
#include "store/schema.h"

namespace rilon {

constexpr std::size_t row_mac_bytes = 16;
constexpr std::size_t sealed_overhead_bytes = Nonce24::size() + aead_tag_bytes;
using Name16 = FixedBytes<struct Name16Tag, 16>;
using KeyCheck = FixedBytes<struct KeyCheckTag, 32>;

// `seal*` belongs to the writing thread; the rest to any.
class RowSealer {
   public:
    RowSealer(const StorageKey& key, Rng& rng);

    // nonce ‖ XChaCha20-Poly1305(plain), AD = table ‖ key. The nonce is a keyed hash of this
    // opening's randomness, a counter and the row itself: even an Rng that repeats makes no pair
    // of key and nonce twice for different rows.
    Bytes seal(Table table, ByteView key, ByteView plain);
    std::optional<Bytes> open(Table table, ByteView key, ByteView sealed) const;
    // The same under another key (bucket key, key of a search record) with more AD.
    Bytes seal_under(ByteView key32, Table table, ByteView key, ByteView more, ByteView plain);
    static std::optional<Bytes> open_under(ByteView key32, Table table, ByteView key, ByteView more,
                                           ByteView sealed);

    // First 16 of H_mackey(table ‖ u16 key length ‖ key ‖ value).
    void mac(Table table, ByteView key, ByteView value, std::span<Byte> out16) const;
    [[nodiscard]] bool mac_ok(Table table, ByteView key, ByteView value, ByteView mac16) const;

    // A name that tells nothing without the storage key, for row keys made of ids and names.
    Name16 name(Table table, ByteView what) const;
    // Tells a wrong storage key from a damaged store.
    KeyCheck check() const;

   private:
    AeadKey rows_;
    AeadKey macs_;
    AeadKey names_;
    AeadKey nonces_;
    AeadKey checks_;
    Hash32 opening_;
    std::uint64_t counter_ = 0;
};

// The key of an entry's search record: H_entrykey(`RLN1SRK\0`). Dies with the entry's own.
AeadKey search_key(ByteView entry_key32);

}  // namespace rilon
