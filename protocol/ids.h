// Identifiers and public values: byte arrays of one size each, made distinct by a tag, so that a
// stream id can't be passed where a node id is meant. None of them is secret (secret.h holds
// those).
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>

#include "protocol/bytes.h"

namespace rilon {

template <class Tag, std::size_t N>
class FixedBytes {
   public:
    static constexpr std::size_t size() { return N; }

    constexpr FixedBytes() = default;  // All zero.
    // `bytes` must have exactly N bytes; for text or peers' input use parse.
    static FixedBytes copy_of(ByteView bytes) {
        RILON_ASSERT(bytes.size() == N);
        FixedBytes out;
        std::memcpy(out.bytes_.data(), bytes.data(), N);
        return out;
    }
    static Result<FixedBytes> parse(ByteView bytes) {
        if (bytes.size() != N) return {Errc::malformed, "an identifier of the wrong length"};
        return copy_of(bytes);
    }
    static Result<FixedBytes> parse(std::string_view bytes) { return parse(as_bytes(bytes)); }
    static Result<FixedBytes> parse_hex(std::string_view text) {
        auto bytes = from_hex(text);
        if (!bytes) return bytes.error();
        return parse(ByteView(*bytes));
    }

    ByteView view() const { return bytes_; }
    const Byte* data() const { return bytes_.data(); }
    Byte* data() { return bytes_.data(); }
    std::string str() const { return std::string(as_text(view())); }  // Raw bytes, for protobuf.
    std::string hex() const { return to_hex(view()); }
    // The first four bytes in hex: what logs show.
    std::string brief() const { return to_hex(view().first(N < 4 ? N : 4)); }
    bool is_zero() const {
        for (Byte b : bytes_)
            if (b != 0) return false;
        return true;
    }
    bool operator==(const FixedBytes& other) const {
        return std::memcmp(data(), other.data(), N) == 0;
    }
    // By byte. Ids are keys of most maps here, and nearly all differ in their first eight bytes:
    // those are compared as one word, without a call.
    std::strong_ordering operator<=>(const FixedBytes& other) const {
        const std::uint64_t mine = first_word(), theirs = other.first_word();
        if (mine != theirs) return mine <=> theirs;
        return std::memcmp(data(), other.data(), N) <=> 0;
    }

   private:
    std::uint64_t first_word() const {
        static_assert(N >= 8);
        std::uint64_t word;
        std::memcpy(&word, data(), sizeof word);
        if constexpr (std::endian::native == std::endian::little) word = __builtin_bswap64(word);
        return word;
    }

    std::array<Byte, N> bytes_{};
};

using NetworkId = FixedBytes<struct NetworkIdTag, 16>;
using NodeId = FixedBytes<struct NodeIdTag, 16>;
using StreamId = FixedBytes<struct StreamIdTag, 32>;
using EntryId = FixedBytes<struct EntryIdTag, 32>;
using AudienceId = FixedBytes<struct AudienceIdTag, 16>;
using KeyId = FixedBytes<struct KeyIdTag, 16>;
using OfficerId = FixedBytes<struct OfficerIdTag, 16>;
using PersonId = FixedBytes<struct PersonIdTag, 16>;
using AlertId = FixedBytes<struct AlertIdTag, 16>;          // UUIDv7.
using StatementId = FixedBytes<struct StatementIdTag, 16>;  // Random; a statement applies once.
using Hash32 = FixedBytes<struct Hash32Tag, 32>;
using DirLink = FixedBytes<struct DirLinkTag, 32>;  // L_n of the directory chain.
using KeyCommitment = FixedBytes<struct KeyCommitmentTag, 32>;
using SlotTag = FixedBytes<struct SlotTagTag, 16>;
using Signature = FixedBytes<struct SignatureTag, 64>;
using SignPublicKey = FixedBytes<struct SignPublicKeyTag, 32>;            // Ed25519.
using EncPublicKey = FixedBytes<struct EncPublicKeyTag, 32>;              // X25519, slots.
using TransportPublicKey = FixedBytes<struct TransportPublicKeyTag, 32>;  // X25519, CURVE.
using Nonce24 = FixedBytes<struct Nonce24Tag, 24>;
using Random16 = FixedBytes<struct Random16Tag, 16>;

}  // namespace rilon

template <class Tag, std::size_t N>
struct std::hash<rilon::FixedBytes<Tag, N>> {
    // Ids are hashes or random: their first bytes are as good as any mix. Never iterate such a
    // container where order can show (Node::step is deterministic).
    std::size_t operator()(const rilon::FixedBytes<Tag, N>& id) const noexcept {
        std::size_t out = 0;
        std::memcpy(&out, id.data(), N < sizeof out ? N : sizeof out);
        return out;
    }
};
