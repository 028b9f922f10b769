#include "node/identity_file.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "config/key_file.h"
#include "store/store_files.h"

namespace rilon {
namespace {

constexpr std::uint8_t identity_version = 1;
constexpr std::uint8_t identity_version_control = 2;  // The control socket has a key of its own.
constexpr std::size_t identity_file_bytes_max = 64 * 1024;
constexpr const char* old_suffix = ".old";
constexpr std::size_t keys_max = 256;  // Encryption keys, PSKs.

template <class Key>
ByteView seed_of(const Key& key) {
    return key.expose().first(SignSeed::size());
}

}  // namespace

// version ‖ role ‖ network ‖ id ‖ u16 generation ‖ signing seed ‖ transport secret ‖
// u16 n ‖ n × encryption secret ‖ u16 m ‖ m × (u32 generation ‖ psk) ‖ u8 has online ‖ [seed] ‖
// [control]
Bytes encode_identity(const NodeIdentity& identity) {
    RILON_ASSERT(identity.enc.size() <= keys_max && identity.psks.size() <= keys_max);
    ByteWriter out(256 + 32 * identity.enc.size() + 36 * identity.psks.size());
    out.u8(identity.control ? identity_version_control : identity_version);
    out.u8(identity.role == NodeRole::coordinator ? 1 : 0);
    out.raw(identity.network.view()).raw(identity.id.view()).u16(identity.generation.value);
    out.raw(seed_of(identity.sign.sk)).raw(identity.transport.sk.expose());
    out.u16(static_cast<std::uint16_t>(identity.enc.size()));
    for (const EncKeyPair& pair : identity.enc) out.raw(pair.sk.expose());
    out.u16(static_cast<std::uint16_t>(identity.psks.size()));
    for (const PskEntry& psk : identity.psks) out.u32(psk.generation).raw(psk.psk.expose());
    out.u8(identity.online ? 1 : 0);
    if (identity.online) out.raw(seed_of(identity.online->sk));
    if (identity.control) out.raw(identity.control->sk.expose());
    return std::move(out).take();
}

Result<NodeIdentity> parse_identity(ByteView bytes) {
    const Error malformed{Errc::malformed, "the node identity is not as it should be: restore it"};
    ByteReader in(bytes);
    const std::uint8_t version = in.u8();
    if (version != identity_version && version != identity_version_control)
        return {Errc::unsupported, "an identity of another version of RILON: install that one"};
    NodeIdentity out;
    std::uint8_t role = in.u8();
    out.role = role == 1 ? NodeRole::coordinator : NodeRole::node;
    out.network = in.fixed<NetworkId>();
    out.id = in.fixed<NodeId>();
    out.generation = Generation{in.u16()};
    ByteView seed = in.raw(SignSeed::size());
    ByteView transport = in.raw(TransportSecretKey::size());
    if (in.failed() || role > 1 || out.generation.value == 0) return malformed;
    out.sign = sign_key_pair(SignSeed(seed));
    out.transport = transport_key_pair(TransportSecretKey(transport));
    std::size_t encs = in.u16();
    if (encs > keys_max) return malformed;
    for (std::size_t i = 0; i < encs; ++i) {
        ByteView secret = in.raw(EncSecretKey::size());
        if (in.failed()) return malformed;
        EncKeyPair pair{{}, EncSecretKey(secret)};
        pair.pk = enc_public_key(pair.sk);
        out.enc.push_back(std::move(pair));
    }
    std::size_t psks = in.u16();
    if (psks > keys_max) return malformed;
    for (std::size_t i = 0; i < psks; ++i) {
        std::uint32_t generation = in.u32();
        ByteView secret = in.raw(Psk::size());
        if (in.failed()) return malformed;
        out.psks.push_back(PskEntry{generation, Psk(secret)});
    }
    std::uint8_t has_online = in.u8();
    if (has_online > 1) return malformed;
    if (has_online == 1) {
        ByteView online = in.raw(SignSeed::size());
        if (in.failed()) return malformed;
        out.online = sign_key_pair(SignSeed(online));
    }
    if (version == identity_version_control) {
        ByteView control = in.raw(TransportSecretKey::size());
        if (in.failed()) return malformed;
        out.control = transport_key_pair(TransportSecretKey(control));
    }
    if (!in.done()) return malformed;
    return out;
}

Result<NodeIdentity> load_identity(const std::filesystem::path& path, const StorageKey& key) {
    auto sealed = read_secret_file(path, identity_file_bytes_max);
    if (!sealed) return sealed.error();
    auto plain = open_at_rest(SealedPurpose::node_identity, key, *sealed);
    if (!plain) return {plain.code(), path.string() + ": " + plain.error().detail};
    auto identity = parse_identity(*plain);
    wipe(*plain);
    return identity;
}

Status save_identity(const std::filesystem::path& path, const NodeIdentity& identity,
                     const StorageKey& key, Rng& rng, Overwrite overwrite) {
    Bytes plain = encode_identity(identity);
    Bytes sealed = seal_at_rest(SealedPurpose::node_identity, key, plain, rng);
    wipe(plain);
    return write_file(path, sealed, FileMode::secret, overwrite);
}

Status tidy_identity_file(const std::filesystem::path& path) {
    const std::string old = path.string() + old_suffix;
    if (!file_exists(old)) return {};
    if (!same_file(old, path.string())) return wipe_file(old);
    if (::unlink(old.c_str()) != 0) return {Errc::io, old + ": can't remove"};
    return {};
}

Status renew_identity_file(const std::filesystem::path& path, NodeIdentity& identity,
                           const StorageKey& key, Rng& rng) {
    if (Status s = tidy_identity_file(path); !s) return s;
    auto held = load_identity(path, key);
    if (!held && held.code() != Errc::not_found) return held.error();
    if (held)
        for (PskEntry& psk : held->psks) {
            bool known =
                std::any_of(identity.psks.begin(), identity.psks.end(),
                            [&](const PskEntry& one) { return one.generation == psk.generation; });
            if (!known) identity.psks.push_back(std::move(psk));
        }
    // Never a moment without the file: a second name for it first, then an atomic rename.
    const std::string old = path.string() + old_suffix;
    if (held && ::link(path.c_str(), old.c_str()) != 0)
        return {Errc::io, old + ": can't be made; the file system needs hard links"};
    if (Status s = save_identity(path, identity, key, rng, Overwrite::replace); !s) return s;
    identity.stored = true;
    return tidy_identity_file(path);
}

}  // namespace rilon
