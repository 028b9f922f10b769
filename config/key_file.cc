#include "config/key_file.h"

#include <sodium.h>

#include <cstdlib>

#include "config/armour.h"

namespace rilon {
namespace {

constexpr Magic sealed_magic = magic("RLN1SEA");
constexpr std::uint8_t sealed_version = 1;
constexpr std::size_t sealed_head_bytes = 8 + 1 + 1;
constexpr std::size_t storage_key_text_max = 256;

// Each purpose has a key of its own, none of them the store's.
AeadKey purpose_key(SealedPurpose purpose, const StorageKey& key) {
    static constexpr Magic prefix = magic("RLN1SKD");
    Byte number = static_cast<Byte>(purpose);
    AeadKey out;
    keyed_hash(key.expose(), {prefix, ByteView(&number, 1)}, out.writable());
    return out;
}

Result<StorageKey> parse_storage_key(std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
        text.remove_suffix(1);
    StorageKey key;
    std::size_t size = 0;
    const char* stop = nullptr;
    int bad = -1;
    if (text.size() == 64)
        bad = sodium_hex2bin(key.writable().data(), 32, text.data(), text.size(), nullptr, &size,
                             &stop);
    else if (text.size() == 43 || text.size() == 44)
        bad = sodium_base642bin(key.writable().data(), 32, text.data(), text.size(), nullptr, &size,
                                &stop,
                                text.size() == 44 ? sodium_base64_VARIANT_ORIGINAL
                                                  : sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
    if (bad != 0 || size != 32 || stop != text.data() + text.size())
        return {Errc::malformed,
                "a storage key is 32 bytes written as 64 hex digits or as base64, one line"};
    if (sodium_is_zero(key.expose().data(), 32) == 1)
        return {Errc::malformed, "the storage key is all zero"};
    return key;
}

}  // namespace

Result<StorageKey> load_storage_key(const std::filesystem::path& path) {
    std::filesystem::path place = path;
    SecretPlace kind = SecretPlace::own_file;
    const char* credentials = std::getenv("CREDENTIALS_DIRECTORY");
    std::error_code ignored;
    if (credentials != nullptr) {
        std::filesystem::path credential = std::filesystem::path(credentials) / path.filename();
        if (std::filesystem::exists(credential, ignored)) {
            place = credential;
            kind = SecretPlace::credential_directory;
        }
    }
    auto text = read_secret_file(place, storage_key_text_max, kind);
    if (!text) return text.error();
    auto key = parse_storage_key(as_text(*text));
    wipe(*text);
    if (!key) return {key.code(), place.string() + ": " + key.error().detail};
    return key;
}

Status save_storage_key(const std::filesystem::path& path, const StorageKey& key) {
    std::string text = to_hex(key.expose()) + "\n";
    Status done = write_file(path, as_bytes(text), FileMode::secret, Overwrite::refuse);
    wipe(text);
    return done;
}

Bytes seal_at_rest(SealedPurpose purpose, const StorageKey& key, ByteView plain, Rng& rng) {
    auto nonce = rng.bytes<Nonce24>();
    ByteWriter out(sealed_head_bytes + Nonce24::size() + plain.size() + aead_tag_bytes);
    out.raw(sealed_magic).u8(sealed_version).u8(static_cast<std::uint8_t>(purpose));
    AeadKey own = purpose_key(purpose, key);
    Bytes sealed = aead_seal(own.expose(), nonce, out.view(), plain);
    out.raw(nonce.view()).raw(sealed);
    return std::move(out).take();
}

Result<Bytes> open_at_rest(SealedPurpose purpose, const StorageKey& key, ByteView sealed) {
    ByteReader in(sealed);
    ByteView found = in.raw(sealed_magic.size());
    std::uint8_t version = in.u8();
    std::uint8_t number = in.u8();
    auto nonce = in.fixed<Nonce24>();
    if (in.failed() || !equal(found, sealed_magic))
        return {Errc::malformed, "not a file sealed by RILON"};
    if (version != sealed_version)
        return {Errc::unsupported, "sealed by a newer version of RILON: install that one"};
    if (number != static_cast<std::uint8_t>(purpose))
        return {Errc::malformed, "a RILON file of another purpose"};
    AeadKey own = purpose_key(purpose, key);
    auto plain = aead_open(own.expose(), nonce, sealed.first(sealed_head_bytes), in.rest());
    if (!plain)
        return {Errc::cannot_open,
                "this storage key does not open it: another key's file, or damaged; restore the "
                "storage key that belongs to it"};
    return std::move(*plain);
}

}  // namespace rilon
