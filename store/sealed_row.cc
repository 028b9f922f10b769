#include "store/sealed_row.h"

namespace rilon {
namespace {

AeadKey subkey(const StorageKey& root, std::string_view use) {
    static constexpr Magic prefix = magic("RLN1STO");
    AeadKey out;
    keyed_hash(root.expose(), {prefix, as_bytes(use)}, out.writable());
    return out;
}

Bytes row_ad(Table table, ByteView key, ByteView more) {
    Bytes ad;
    ad.reserve(1 + key.size() + more.size());
    ad.push_back(static_cast<Byte>(table));
    ad.insert(ad.end(), key.begin(), key.end());
    ad.insert(ad.end(), more.begin(), more.end());
    return ad;
}

}  // namespace

RowSealer::RowSealer(const StorageKey& key, Rng& rng)
    : rows_(subkey(key, "rows")),
      macs_(subkey(key, "macs")),
      names_(subkey(key, "names")),
      nonces_(subkey(key, "nonces")),
      checks_(subkey(key, "check")),
      opening_(rng.bytes<Hash32>()) {}

Bytes RowSealer::seal(Table table, ByteView key, ByteView plain) {
    return seal_under(rows_.expose(), table, key, {}, plain);
}

std::optional<Bytes> RowSealer::open(Table table, ByteView key, ByteView sealed) const {
    return open_under(rows_.expose(), table, key, {}, sealed);
}

Bytes RowSealer::seal_under(ByteView key32, Table table, ByteView key, ByteView more,
                            ByteView plain) {
    Bytes ad = row_ad(table, key, more);
    RowKey count = number_key(++counter_);
    Hash32 mixed;
    keyed_hash(nonces_.expose(), {opening_.view(), count, key32, ad, plain},
               {mixed.data(), Hash32::size()});
    auto nonce = Nonce24::copy_of(mixed.view().first(Nonce24::size()));
    Bytes out = to_bytes(nonce.view());
    Bytes ct = aead_seal(key32, nonce, ad, plain);
    out.insert(out.end(), ct.begin(), ct.end());
    return out;
}

std::optional<Bytes> RowSealer::open_under(ByteView key32, Table table, ByteView key, ByteView more,
                                           ByteView sealed) {
    if (sealed.size() < sealed_overhead_bytes) return std::nullopt;
    auto nonce = Nonce24::copy_of(sealed.first(Nonce24::size()));
    return aead_open(key32, nonce, row_ad(table, key, more), sealed.subspan(Nonce24::size()));
}

void RowSealer::mac(Table table, ByteView key, ByteView value, std::span<Byte> out16) const {
    RILON_ASSERT(out16.size() == row_mac_bytes);
    Byte prefix[3] = {static_cast<Byte>(table), static_cast<Byte>(key.size() >> 8),
                      static_cast<Byte>(key.size())};
    Hash32 full;
    keyed_hash(macs_.expose(), {prefix, key, value}, {full.data(), Hash32::size()});
    std::memcpy(out16.data(), full.data(), row_mac_bytes);
}

bool RowSealer::mac_ok(Table table, ByteView key, ByteView value, ByteView mac16) const {
    Byte want[row_mac_bytes];
    mac(table, key, value, want);
    return equal_secret(want, mac16);
}

Name16 RowSealer::name(Table table, ByteView what) const {
    Byte prefix[1] = {static_cast<Byte>(table)};
    Hash32 full;
    keyed_hash(names_.expose(), {prefix, what}, {full.data(), Hash32::size()});
    return Name16::copy_of(full.view().first(Name16::size()));
}

KeyCheck RowSealer::check() const {
    KeyCheck out;
    keyed_hash(checks_.expose(), {}, {out.data(), KeyCheck::size()});
    return out;
}

AeadKey search_key(ByteView entry_key32) {
    static constexpr Magic prefix = magic("RLN1SRK");
    AeadKey out;
    keyed_hash(entry_key32, {prefix}, out.writable());
    return out;
}

}  // namespace rilon
