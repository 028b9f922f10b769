// SecretBytes: a key that can be moved but not copied, compared, printed or iterated. It lives in
// memory that is locked (never swapped) and left out of core dumps, and is wiped when it dies.
#pragma once

#include <span>
#include <type_traits>
#include <utility>

#include "protocol/bytes.h"

namespace rilon {

// Starts libsodium and locks the first piece of secret memory. Call once, first. Fails with io when
// the system does not let us lock memory (raise RLIMIT_MEMLOCK): then nothing may start.
Status secrets_init();

// Cells of 64 bytes from locked arenas. Thread-safe. Used by SecretBytes alone.
Byte* secret_cell_take();
void secret_cell_give_back(Byte* cell);  // Wipes.
constexpr std::size_t secret_cell_bytes = 64;

template <class Tag, std::size_t N>
class SecretBytes {
   public:
    static_assert(N <= secret_cell_bytes);
    static constexpr std::size_t size() { return N; }

    SecretBytes() : cell_(secret_cell_take()) {}  // All zero.
    explicit SecretBytes(ByteView bytes) : SecretBytes() {
        RILON_ASSERT(bytes.size() == N);
        std::memcpy(cell_, bytes.data(), N);
    }
    SecretBytes(SecretBytes&& other) noexcept : cell_(std::exchange(other.cell_, nullptr)) {}
    SecretBytes& operator=(SecretBytes&& other) noexcept {
        std::swap(cell_, other.cell_);
        return *this;
    }
    SecretBytes(const SecretBytes&) = delete;
    SecretBytes& operator=(const SecretBytes&) = delete;
    ~SecretBytes() {
        if (cell_ != nullptr) secret_cell_give_back(cell_);
    }

    // A second holder of the same key, said aloud.
    SecretBytes duplicate() const { return SecretBytes(expose()); }
    // For crypto calls and sealing only.
    ByteView expose() const {
        RILON_ASSERT(cell_ != nullptr);
        return {cell_, N};
    }
    std::span<Byte> writable() {
        RILON_ASSERT(cell_ != nullptr);
        return {cell_, N};
    }

   private:
    Byte* cell_;
};

using SignSecretKey = SecretBytes<struct SignSecretKeyTag, 64>;  // libsodium form: seed ‖ pk.
using SignSeed = SecretBytes<struct SignSeedTag, 32>;
using EncSecretKey = SecretBytes<struct EncSecretKeyTag, 32>;
using TransportSecretKey = SecretBytes<struct TransportSecretKeyTag, 32>;
using EpochKey = SecretBytes<struct EpochKeyTag, 32>;  // K of an epoch.
using EntryKey = SecretBytes<struct EntryKeyTag, 32>;
using BucketKey = SecretBytes<struct BucketKeyTag, 32>;    // Wraps 64 entry keys at rest.
using StorageKey = SecretBytes<struct StorageKeyTag, 32>;  // Root of everything at rest.
using Psk = SecretBytes<struct PskTag, 32>;
using SharedSecret = SecretBytes<struct SharedSecretTag, 32>;
using AeadKey = SecretBytes<struct AeadKeyTag, 32>;

static_assert(!std::is_copy_constructible_v<EpochKey> && !std::is_copy_assignable_v<EpochKey>);

}  // namespace rilon
