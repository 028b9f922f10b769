#include "tools/rilon/identity_file.h"

namespace rilon {
namespace {

constexpr std::size_t identity_bytes_max = 64 * 1024;

template <class Secret>
Secret read_secret(ByteReader& in) {
    const ByteView bytes = in.raw(Secret::size());
    return in.failed() ? Secret() : Secret(bytes);
}

}  // namespace

Bytes encode_identity(const NodeIdentity& identity) {
    ByteWriter out(identity_bytes_max);  // Never grows: no copy of a secret is left behind.
    out.u8(static_cast<std::uint8_t>(identity.role)).raw(identity.network.view()).raw(identity.id.view());
    out.u16(identity.generation.value).raw(identity.sign.pk.view()).raw(identity.sign.sk.expose());
    out.raw(identity.transport.pk.view()).raw(identity.transport.sk.expose());
    out.u8(static_cast<std::uint8_t>(identity.enc.size()));
    for (const EncKeyPair& pair : identity.enc) out.raw(pair.pk.view()).raw(pair.sk.expose());
    out.u8(static_cast<std::uint8_t>(identity.psks.size()));
    for (const PskEntry& entry : identity.psks) out.u32(entry.generation).raw(entry.psk.expose());
    out.u8(identity.online ? 1 : 0);
    if (identity.online) out.raw(identity.online->pk.view()).raw(identity.online->sk.expose());
    return std::move(out).take();
}

Result<NodeIdentity> parse_identity(ByteView plain) {
    ByteReader in(plain);
    NodeIdentity out;
    const std::uint8_t role = in.u8();
    out.role = role == 1 ? NodeRole::coordinator : NodeRole::node;
    out.network = in.fixed<NetworkId>();
    out.id = in.fixed<NodeId>();
    out.generation = Generation{in.u16()};
    out.sign.pk = in.fixed<SignPublicKey>();
    out.sign.sk = read_secret<SignSecretKey>(in);
    out.transport.pk = in.fixed<TransportPublicKey>();
    out.transport.sk = read_secret<TransportSecretKey>(in);
    for (std::uint8_t n = in.u8(); n > 0 && !in.failed(); --n) {
        EncKeyPair pair;
        pair.pk = in.fixed<EncPublicKey>();
        pair.sk = read_secret<EncSecretKey>(in);
        out.enc.push_back(std::move(pair));
    }
    for (std::uint8_t n = in.u8(); n > 0 && !in.failed(); --n) {
        PskEntry entry;
        entry.generation = in.u32();
        entry.psk = read_secret<Psk>(in);
        out.psks.push_back(std::move(entry));
    }
    const std::uint8_t online = in.u8();
    if (online == 1) {
        SignKeyPair pair;
        pair.pk = in.fixed<SignPublicKey>();
        pair.sk = read_secret<SignSecretKey>(in);
        out.online = std::move(pair);
    }
    if (!in.done() || role > 1 || online > 1 || out.generation.value == 0)
        return {Errc::malformed, "the node's identity file is damaged or of another version"};
    return out;
}

Status save_identity(const std::filesystem::path& path, const StorageKey& key,
                     const NodeIdentity& identity, Overwrite overwrite, Rng& rng) {
    Bytes plain = encode_identity(identity);
    const Bytes sealed = seal_at_rest(SealedPurpose::node_identity, key, plain, rng);
    wipe(plain);
    return write_file(path, sealed, FileMode::secret, overwrite);
}

Result<NodeIdentity> load_identity(const std::filesystem::path& path, const StorageKey& key) {
    auto sealed = read_secret_file(path, identity_bytes_max);
    if (!sealed) return sealed.error();
    auto plain = open_at_rest(SealedPurpose::node_identity, key, *sealed);
    if (!plain) return plain.error();
    auto out = parse_identity(*plain);
    wipe(*plain);
    return out;
}

}  // namespace rilon
