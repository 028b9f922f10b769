// One origin, its keys, a stream it seals, and an authority that knows it: enough to make any entry
// a test needs without a directory.
#pragma once

#include "tests/support/fixed_authority.h"
#include "tests/support/seeded_rng.h"

namespace rilon {

class TestOrigin {
   public:
    explicit TestOrigin(std::uint64_t seed = 1) : rng(seed) {
        network = rng.bytes<NetworkId>();
        keys.push_back(make_sign_key_pair(rng));
        node = make_node_id(network, keys[0].pk);
        for (int i = 0; i < 8; ++i) links.push_back(rng.bytes<DirLink>());
        stream.network = network;
        stream.origin = node;
        authority.net = network;
        authority.origin = node;
        authority.links = links;
        authority.keys[Generation{1}] = keys[0].pk;
    }

    Result<VerifiedEntry> seal_next(EntryKind kind, Bytes plain, DirSeq dir_seq = {}) {
        return seal(draft(kind, std::move(plain), dir_seq), stream, own(), &epoch_key,
                    rng.bytes<Nonce24>());
    }
    VerifiedEntry genesis(std::optional<Superseded> supersedes = std::nullopt) {
        const GenesisBody body{rng.bytes<AudienceId>(), rng.bytes<Random16>(), supersedes};
        return *seal_next(EntryKind::genesis, encode_genesis(body));
    }
    VerifiedEntry grant(DirSeq dir_seq = {}) {
        epoch_key = rng.secret<EpochKey>();
        const Epoch epoch = stream.epoch.next();
        return *seal_next(EntryKind::grant,
                          encode_grant({links[dir_seq.value],
                                        key_commitment(epoch_key, stream.id, epoch), Bytes{}}),
                          dir_seq);
    }
    VerifiedEntry content(std::string_view text = "seen at gate 4", DirSeq dir_seq = {}) {
        return *seal_next(EntryKind::content, to_bytes(as_bytes(text)), dir_seq);
    }
    VerifiedEntry redact(std::vector<SeqRange> ranges) {
        return *seal_next(EntryKind::redact, encode_redact(ranges));
    }
    // Genesis, grant and `contents` entries of content.
    std::vector<Bytes> run(std::size_t contents) {
        std::vector<Bytes> out{genesis().bytes(), grant().bytes()};
        for (std::size_t i = 0; i < contents; ++i)
            out.push_back(content("note " + std::to_string(i)).bytes());
        return out;
    }
    // Signs any header with the newest key, whether or not the rules would let it: what a hostile
    // origin can do. Body length and hash are set here.
    Bytes forge(EntryHeader header, ByteView body) const {
        header.body_len = static_cast<std::uint32_t>(body.size());
        header.body_hash = hash({body});
        const auto encoded = encode_header(header);
        Bytes out = to_bytes(encoded);
        const Signature signature = sign(keys.back().sk, encoded);
        out.insert(out.end(), signature.view().begin(), signature.view().end());
        out.insert(out.end(), body.begin(), body.end());
        return out;
    }
    // The header the next content entry would have.
    EntryHeader next_header() const {
        EntryHeader h;
        h.network = network;
        h.stream = stream.id;
        h.origin = node;
        h.generation = own().generation;
        h.kind = EntryKind::content;
        h.epoch = stream.epoch;
        h.seq = stream.next_seq();
        h.dir_seq = stream.dir_seq;
        h.prev = stream.head_id;
        return h;
    }
    void replace_key() {
        keys.push_back(make_sign_key_pair(rng));
        authority.keys[own().generation] = keys.back().pk;
    }
    OriginKeys own() const {
        return {keys.back().sk, Generation{static_cast<std::uint16_t>(keys.size())}};
    }
    // The whole way of a received entry.
    Result<VerifiedEntry> receive(ByteView bytes, StreamState& state) const {
        auto parsed = parse_entry(bytes);
        if (!parsed) return parsed.error();
        return receive(std::move(*parsed), state);
    }
    Result<VerifiedEntry> receive(UnverifiedEntry parsed, StreamState& state) const {
        auto key = signer_under(parsed, authority);
        if (!key) return key.error();
        auto checked = check_signature(std::move(parsed), *key);
        if (!checked) return checked.error();
        return verify_under(std::move(*checked), state, authority);
    }

    static EntryDraft draft(EntryKind kind, Bytes plain, DirSeq dir_seq = {}) {
        EntryDraft out;
        out.kind = kind;
        out.dir_seq = dir_seq;
        out.plain = std::move(plain);
        return out;
    }

    SeededRng rng;
    NetworkId network;
    NodeId node;
    std::vector<SignKeyPair> keys;
    std::vector<DirLink> links;
    StreamState stream;  // As the origin has it.
    EpochKey epoch_key;
    FixedAuthority authority;
};

// The code as text, so that a failed expectation reads well.
template <class T>
std::string code_of(const Result<T>& result) {
    return result.ok() ? "ok" : errc_name(result.code());
}
inline std::string code_of(const Status& status) {
    return status.ok() ? "ok" : errc_name(status.code());
}
inline std::string name_of(Errc code) {
    return errc_name(code);
}

}  // namespace rilon
