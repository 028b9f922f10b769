// Secrets on disk. Three kinds of file:
//
//   storage key    text, one line of 64 hex digits or base64: the credential that opens the rest
//   sealed file    `RLN1SEA\0` ‖ version u8 ‖ purpose u8 ‖ nonce [24] ‖ XChaCha20-Poly1305 under a
//                  key made from the storage key for that purpose (the node's identity is one)
//   personal key   armoured; an officer's or a person's secret keys under a passphrase (Argon2id):
//                  `RLN1KEY\0` ‖ version u8 ‖ ops u64 ‖ memory u64 ‖ salt [16] ‖ nonce [24] ‖
//                  holder u8 ‖ network [16] ‖ sign_pk [32] ‖ transport_pk [32] ‖ sealed; everything
//                  before `sealed` is its associated data
#pragma once

#include <filesystem>
#include <string>

#include "config/file_io.h"
#include "protocol/crypto.h"

namespace rilon {

// --- storage key ------------------------------------------------------------------------------

// The file itself, or when systemd hands out credentials the one of that name in
// $CREDENTIALS_DIRECTORY. Errors: not_found, not_permitted (loose mode), malformed.
Result<StorageKey> load_storage_key(const std::filesystem::path& path);
// Refuses to replace one: everything sealed under it would be lost.
Status save_storage_key(const std::filesystem::path& path, const StorageKey& key);

// --- sealed under the storage key -------------------------------------------------------------

enum class SealedPurpose : std::uint8_t { node_identity = 1, agent = 2 };

Bytes seal_at_rest(SealedPurpose purpose, const StorageKey& key, ByteView plain, Rng& rng);
// Wipe what comes out. Errors: malformed, unsupported (a newer version), cannot_open.
Result<Bytes> open_at_rest(SealedPurpose purpose, const StorageKey& key, ByteView sealed);

// --- personal keys ----------------------------------------------------------------------------

enum class KeyHolder : std::uint8_t { officer = 1, person = 2 };

// What can be read without the passphrase.
struct PersonalKeyHead {
    KeyHolder holder = KeyHolder::officer;
    NetworkId network;
    SignPublicKey sign_pk;
    TransportPublicKey transport_pk;
};
struct PersonalKey {
    KeyHolder holder = KeyHolder::officer;
    NetworkId network;
    Random16 id;       // The person id; an officer's id, zero until certified.
    std::string name;  // Of the person; at most 255 bytes each.
    std::string mark;  // An officer's display sign, a person's party.
    SignKeyPair sign;
    TransportKeyPair transport;
};
// Argon2id's parameters. Read back from the file, within bounds.
struct PassphraseCost {
    std::uint64_t ops = 3;
    std::uint64_t memory_bytes = 256 * 1024 * 1024;
};
constexpr std::uint64_t passphrase_ops_max = 16;
constexpr std::uint64_t passphrase_memory_bytes_max = 1024ull * 1024 * 1024;
constexpr std::size_t passphrase_bytes_max = 1024;

// Armour text. Errors: invalid (an empty or endless passphrase, a name too long), io (no memory).
Result<std::string> seal_personal_key(const PersonalKey& key, std::string_view passphrase, Rng& rng,
                                      const PassphraseCost& cost = {});
// Errors: malformed, unsupported.
Result<PersonalKeyHead> read_personal_key_head(std::string_view armour);
// Errors: also locked (the passphrase is wrong or the file damaged), io (no memory).
Result<PersonalKey> open_personal_key(std::string_view armour, std::string_view passphrase);

}  // namespace rilon
