#include <sodium.h>

#include "protocol/entry_trust.h"
#include "protocol/structure.h"

namespace rilon {

namespace {

constexpr Magic entry_key_magic = magic("RLN1EKY");

// Header bytes 0–127 ‖ 160–191: all but body_hash, which is not known before the body is sealed.
constexpr std::size_t ad_bytes = 128 + 32;
std::array<Byte, ad_bytes> associated_data(ByteView header) {
    std::array<Byte, ad_bytes> ad;
    std::memcpy(ad.data(), header.data(), 128);
    std::memcpy(ad.data() + 128, header.data() + 160, 32);
    return ad;
}

SignPublicKey public_key_of(const SignSecretKey& sk) {
    return SignPublicKey::copy_of(sk.expose().subspan(32));  // libsodium's form: seed ‖ pk.
}

Status check_sizes(const EntryDraft& draft) {
    const std::size_t max = is_clear(draft.kind) ? body_bytes_max : plaintext_bytes_max;
    if (draft.plain.size() > max)
        return {Errc::too_large, "an entry of " + std::to_string(draft.plain.size()) +
                                     " bytes; at most " + std::to_string(max)};
    return {};
}

Result<EntryHeader> draft_header(const EntryDraft& draft, const StreamState& stream,
                                 Generation generation, const SignPublicKey& pk) {
    EntryHeader h;
    h.network = stream.network;
    h.stream = stream.id;
    h.origin = stream.origin;
    h.generation = generation;
    h.kind = draft.kind;
    h.precedence = draft.precedence;
    h.epoch = draft.kind == EntryKind::grant ? stream.epoch.next() : stream.epoch;
    h.seq = stream.next_seq();
    h.dir_seq = draft.dir_seq;
    h.prev = stream.head_id;
    if (draft.kind == EntryKind::genesis && !stream.founded) {
        auto body = parse_genesis(draft.plain);
        if (!body) return body.error();
        h.stream = make_stream_id(stream.network, stream.origin, pk, *body);
        h.epoch = Epoch{};
        h.prev = EntryId{};
    }
    return h;
}

// Pads and encrypts in one buffer: the plaintext's copy becomes the ciphertext.
Bytes seal_body(const EntryDraft& draft, const EntryHeader& h, const EpochKey& epoch_key) {
    const std::size_t padded = padded_size(draft.plain.size());
    Bytes body(padded + aead_tag_bytes);
    std::copy(draft.plain.begin(), draft.plain.end(), body.begin());
    body[draft.plain.size()] = 0x80;
    const auto ad = associated_data(encode_header(h));
    const EntryKey key = entry_key(epoch_key, h.stream, h.seq);
    crypto_aead_xchacha20poly1305_ietf_encrypt(body.data(), nullptr, body.data(), padded, ad.data(),
                                               ad.size(), nullptr, h.nonce.data(),
                                               key.expose().data());
    return body;
}

}  // namespace

EntryKey entry_key(const EpochKey& epoch_key, const StreamId& stream, Seq seq) {
    std::array<Byte, 8> number;
    for (std::size_t i = 0; i < 8; ++i) number[i] = static_cast<Byte>(seq.value >> (56 - 8 * i));
    EntryKey key;
    keyed_hash(epoch_key.expose(), {entry_key_magic, stream.view(), number}, key.writable());
    return key;
}

Result<VerifiedEntry> seal(const EntryDraft& draft, StreamState& stream, const OriginKeys& keys,
                           const EpochKey* epoch_key, const Nonce24& nonce) {
    Status sizes = check_sizes(draft);
    if (!sizes.ok()) return sizes.error();
    if (keys.generation.value == 0) return {Errc::structure, "key generations count from 1"};
    const SignPublicKey pk = public_key_of(keys.sign);
    auto header = draft_header(draft, stream, keys.generation, pk);
    if (!header) return header.error();
    header->nonce = nonce;

    // Before anything is encrypted or signed: nothing may exist that readers would refuse.
    const ByteView clear = is_clear(draft.kind) ? ByteView(draft.plain) : ByteView();
    Status allowed = check_structure({*header, clear, pk}, stream);
    if (!allowed.ok()) return allowed.error();

    Bytes body;
    if (is_clear(draft.kind)) {
        body = draft.plain;
        header->body_len = static_cast<std::uint32_t>(body.size());
    } else {
        if (epoch_key == nullptr) return {Errc::invalid, "content needs the epoch's key"};
        header->body_len =
            static_cast<std::uint32_t>(padded_size(draft.plain.size()) + aead_tag_bytes);
        body = seal_body(draft, *header, *epoch_key);
    }
    header->body_hash = hash({body});
    const auto encoded = encode_header(*header);
    UnverifiedEntry entry =
        EntryTrust::assemble(*header, encoded, sign(keys.sign, encoded), std::move(body));
    advance(stream, {entry.header(), entry.body(), pk}, entry.id());
    return EntryTrust::vouch(std::move(entry));
}

namespace {

Result<Bytes> open_any_body(const UnverifiedEntry& entry, const EntryKey& key) {
    if (is_clear(entry.header().kind))
        return {Errc::cannot_open, "entry " + entry.id().brief() + ": is in the clear"};
    if (entry.absent()) return {Errc::absent, "entry " + entry.id().brief() + ": body is gone"};
    const auto ad = associated_data(entry.prefix().first(header_bytes));
    auto padded = aead_open(key.expose(), entry.header().nonce, ad, entry.body());
    if (!padded) return {Errc::cannot_open, "entry " + entry.id().brief() + ": wrong key"};
    return unpad(std::move(*padded));
}

}  // namespace

Result<Bytes> open_body(const VerifiedEntry& entry, const EntryKey& key) {
    return open_any_body(entry.unverified(), key);
}
Result<Bytes> open_body_early(const SignedEntry& entry, const EntryKey& key) {
    return open_any_body(entry.entry(), key);
}

}  // namespace rilon
