// Officers' and persons' keys under a passphrase; the format is drawn in key_file.h.
#include <sodium.h>

#include "config/armour.h"
#include "config/key_file.h"

namespace rilon {
namespace {

constexpr Magic key_magic = magic("RLN1KEY");
constexpr std::uint8_t key_version = 1;
constexpr std::size_t salt_bytes = crypto_pwhash_SALTBYTES;
constexpr std::size_t head_bytes = 8 + 1 + 8 + 8 + salt_bytes + 24 + 1 + 16 + 32 + 32;
constexpr std::size_t name_bytes_max = 255;

struct ParsedFile {
    PersonalKeyHead head;
    PassphraseCost cost;
    ByteView salt;
    Nonce24 nonce;
    ByteView associated;
    ByteView sealed;
};

Result<ParsedFile> parse_file(ByteView bytes) {
    ByteReader in(bytes);
    ParsedFile out;
    ByteView found = in.raw(key_magic.size());
    std::uint8_t version = in.u8();
    if (in.failed() || !equal(found, key_magic)) return {Errc::malformed, "not a RILON key file"};
    if (version != key_version)
        return {Errc::unsupported, "a key file of a newer version of RILON: install that one"};
    out.cost.ops = in.u64();
    out.cost.memory_bytes = in.u64();
    out.salt = in.raw(salt_bytes);
    out.nonce = in.fixed<Nonce24>();
    std::uint8_t holder = in.u8();
    out.head.network = in.fixed<NetworkId>();
    out.head.sign_pk = in.fixed<SignPublicKey>();
    out.head.transport_pk = in.fixed<TransportPublicKey>();
    if (in.failed() || in.rest().size() < aead_tag_bytes)
        return {Errc::malformed, "the key file is cut short; take it from a backup"};
    if (holder != static_cast<std::uint8_t>(KeyHolder::officer) &&
        holder != static_cast<std::uint8_t>(KeyHolder::person))
        return {Errc::malformed, "a key file of an unknown kind of holder"};
    out.head.holder = static_cast<KeyHolder>(holder);
    // A hostile file must not make us work for hours or take all memory.
    if (out.cost.ops < crypto_pwhash_OPSLIMIT_MIN || out.cost.ops > passphrase_ops_max ||
        out.cost.memory_bytes < crypto_pwhash_MEMLIMIT_MIN ||
        out.cost.memory_bytes > passphrase_memory_bytes_max)
        return {Errc::malformed, "the key file asks for an unreasonable passphrase cost"};
    out.associated = bytes.first(head_bytes);
    out.sealed = in.rest();
    return out;
}

Result<AeadKey> passphrase_key(std::string_view passphrase, const PassphraseCost& cost,
                               ByteView salt) {
    if (passphrase.empty() || passphrase.size() > passphrase_bytes_max)
        return {Errc::invalid, "a passphrase has 1 to 1024 bytes"};
    AeadKey out;
    if (crypto_pwhash(out.writable().data(), 32, passphrase.data(), passphrase.size(), salt.data(),
                      cost.ops, static_cast<std::size_t>(cost.memory_bytes),
                      crypto_pwhash_ALG_ARGON2ID13) != 0)
        return {Errc::io, "not enough memory to check the passphrase (" +
                              std::to_string(cost.memory_bytes >> 20) +
                              " MiB are needed): close other programs"};
    return out;
}

void put_text(ByteWriter& out, const std::string& text) {
    out.u8(static_cast<std::uint8_t>(text.size())).raw(as_bytes(text));
}

Result<PersonalKey> parse_plain(const PersonalKeyHead& head, ByteView plain) {
    ByteReader in(plain);
    PersonalKey out;
    out.holder = head.holder;
    out.network = head.network;
    out.id = in.fixed<Random16>();
    out.name = std::string(as_text(in.raw(in.u8())));
    out.mark = std::string(as_text(in.raw(in.u8())));
    ByteView seed = in.raw(SignSeed::size());
    ByteView transport = in.raw(TransportSecretKey::size());
    if (!in.done()) return {Errc::malformed, "the key file's contents are not as they should be"};
    out.sign = sign_key_pair(SignSeed(seed));
    out.transport.sk = TransportSecretKey(transport);
    crypto_scalarmult_base(out.transport.pk.data(), out.transport.sk.expose().data());
    if (out.sign.pk != head.sign_pk || out.transport.pk != head.transport_pk)
        return {Errc::malformed, "the key file's public and secret keys do not belong together"};
    return out;
}

}  // namespace

Result<std::string> seal_personal_key(const PersonalKey& key, std::string_view passphrase, Rng& rng,
                                      const PassphraseCost& cost) {
    if (key.name.size() > name_bytes_max || key.mark.size() > name_bytes_max)
        return {Errc::invalid, "a name is longer than 255 bytes"};
    auto salt = rng.bytes<Random16>();
    auto nonce = rng.bytes<Nonce24>();
    static_assert(Random16::size() == salt_bytes);
    auto own = passphrase_key(passphrase, cost, salt.view());
    if (!own) return own.error();
    ByteWriter out(1024);
    out.raw(key_magic).u8(key_version).u64(cost.ops).u64(cost.memory_bytes).raw(salt.view());
    out.raw(nonce.view()).u8(static_cast<std::uint8_t>(key.holder)).raw(key.network.view());
    out.raw(key.sign.pk.view()).raw(key.transport.pk.view());
    RILON_ASSERT(out.size() == head_bytes);
    ByteWriter plain(1024);  // Reserved at once: growing would leave copies behind.
    plain.raw(key.id.view());
    put_text(plain, key.name);
    put_text(plain, key.mark);
    plain.raw(key.sign.sk.expose().first(SignSeed::size())).raw(key.transport.sk.expose());
    Bytes secret = std::move(plain).take();
    out.raw(aead_seal(own->expose(), nonce, out.view(), secret));
    wipe(secret);
    return encode_armour(ArmourKind::key, out.view());
}

Result<PersonalKeyHead> read_personal_key_head(std::string_view armour) {
    auto bytes = parse_armour_of(ArmourKind::key, armour);
    if (!bytes) return bytes.error();
    auto file = parse_file(*bytes);
    if (!file) return file.error();
    return file->head;
}

Result<PersonalKey> open_personal_key(std::string_view armour, std::string_view passphrase) {
    auto bytes = parse_armour_of(ArmourKind::key, armour);
    if (!bytes) return bytes.error();
    auto file = parse_file(*bytes);
    if (!file) return file.error();
    auto own = passphrase_key(passphrase, file->cost, file->salt);
    if (!own) return own.error();
    auto plain = aead_open(own->expose(), file->nonce, file->associated, file->sealed);
    if (!plain)
        return {Errc::locked, "the passphrase is wrong (or the key file was changed): try again"};
    auto key = parse_plain(file->head, *plain);
    wipe(*plain);
    return key;
}

}  // namespace rilon
