#include "protocol/grant.h"

#include <sodium.h>

#include "protocol/directory.pb.h"
#include "protocol/statement.h"

namespace rilon {
namespace {

void put_record(const DirectoryRecord& record, proto::Record& out) {
    out.set_n(record.n.value);
    out.set_recorded_ms(record.recorded.value);
    out.set_statement(std::string(as_text(record.statement)));
    out.set_authorisations(std::string(as_text(record.authorisations)));
}

DirectoryRecord record_of(const proto::Record& in) {
    return {DirSeq{in.n()}, UnixMillis{in.recorded_ms()}, to_bytes(as_bytes(in.statement())),
            to_bytes(as_bytes(in.authorisations()))};
}

void put_pin(const NetworkPin& pin, proto::NetworkFile& out) {
    out.set_network_id(pin.network.str());
    put_record(pin.first, *out.mutable_first());
    for (const DirectoryRecord& record : pin.more) put_record(record, *out.add_more());
}

Result<NetworkPin> read_pin(const proto::NetworkFile& in) {
    auto network = NetworkId::parse(in.network_id());
    if (!network) return network.error();
    NetworkPin out{*network, record_of(in.first()), {}};
    Directory directory(*network);
    if (Status s = directory.apply(out.first); !s) return s.error();
    for (const proto::Record& record : in.more()) {
        out.more.push_back(record_of(record));
        if (Status s = directory.apply(out.more.back()); !s) return s.error();
    }
    return out;
}

// nonce = BLAKE2b-192(ephemeral pk ‖ pk), as crypto_box_seal has it.
std::array<Byte, crypto_box_NONCEBYTES> seal_nonce(const EncPublicKey& ephemeral,
                                                   const EncPublicKey& to) {
    std::array<Byte, crypto_box_NONCEBYTES> nonce{};
    crypto_generichash_state state;
    crypto_generichash_init(&state, nullptr, 0, nonce.size());
    crypto_generichash_update(&state, ephemeral.data(), EncPublicKey::size());
    crypto_generichash_update(&state, to.data(), EncPublicKey::size());
    crypto_generichash_final(&state, nonce.data(), nonce.size());
    return nonce;
}

}  // namespace

Bytes encode_network_file(const NetworkPin& pin) {
    proto::NetworkFile out;
    put_pin(pin, out);
    std::string text = out.SerializeAsString();
    return to_bytes(as_bytes(text));
}

Result<NetworkPin> parse_network_file(ByteView bytes) {
    proto::NetworkFile in;
    if (bytes.size() > network_file_bytes_max ||
        !in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
        return {Errc::malformed, "a network file that can't be read"};
    return read_pin(in);
}

// crypto_box_seal draws its ephemeral key from the system; this is its construction with the key
// from the Rng seam. crypto_box_seal_open opens it, which pins the format.
Bytes seal_grant(const NodeGrant& grant, const EncPublicKey& to, Rng& rng) {
    proto::Grant message;
    put_pin(grant.pin, *message.mutable_network());
    message.set_psk_generation(grant.psk_generation);
    message.set_psk(std::string(as_text(grant.psk.expose())));
    message.set_node_id(grant.node.str());
    std::string plain = message.SerializeAsString();
    wipe(*message.mutable_psk());
    EncKeyPair ephemeral = make_enc_key_pair(rng);
    Bytes out = to_bytes(ephemeral.pk.view());
    out.resize(plain.size() + crypto_box_SEALBYTES);
    int failed = crypto_box_easy(
        out.data() + EncPublicKey::size(), reinterpret_cast<const Byte*>(plain.data()),
        plain.size(), seal_nonce(ephemeral.pk, to).data(), to.data(), ephemeral.sk.expose().data());
    wipe(plain);
    RILON_ASSERT(failed == 0);  // Keys of low order were refused at enrolment.
    return out;
}

Result<NodeGrant> open_grant(ByteView sealed, const EncPublicKey& pk, const EncSecretKey& sk) {
    if (sealed.size() < crypto_box_SEALBYTES ||
        sealed.size() > network_file_bytes_max + crypto_box_SEALBYTES)
        return {Errc::malformed, "a grant of an impossible length"};
    Bytes plain(sealed.size() - crypto_box_SEALBYTES);
    if (crypto_box_seal_open(plain.data(), sealed.data(), sealed.size(), pk.data(),
                             sk.expose().data()) != 0)
        return {Errc::cannot_open, "the grant is not for this node's key or was changed"};
    proto::Grant message;
    bool read = message.ParseFromArray(plain.data(), static_cast<int>(plain.size()));
    wipe(plain);
    if (!read || message.psk().size() != Psk::size()) {
        wipe(*message.mutable_psk());
        return {Errc::malformed, "a grant that can't be read"};
    }
    Psk psk(as_bytes(message.psk()));
    wipe(*message.mutable_psk());
    auto pin = read_pin(message.network());
    if (!pin) return pin.error();
    auto node = NodeId::parse(message.node_id());
    if (!node) return node.error();
    return NodeGrant{std::move(*pin), message.psk_generation(), std::move(psk), *node};
}

}  // namespace rilon
