// The keys a command works with: those of the agent while it runs, else the key file's under its
// passphrase. Whoever holds one of these can sign as the officer or person and connect as them.
#pragma once

#include <optional>

#include "config/key_file.h"
#include "tools/agent.h"
#include "tools/rilon/command.h"
#include "tools/rilon/profile.h"

namespace rilon {

class Keys {
   public:
    // Asks the agent first; then --passphrase-file or the terminal. Errors: locked, not_enrolled
    // (the profile names no key file), io.
    static Result<Keys> open(Context& context, const Profile& profile);
    // A key file named on the command line, never the agent's.
    static Result<Keys> open_file(Context& context, const std::string& path);

    const SignPublicKey& sign_pk() const { return sign_pk_; }
    const TransportKeyPair& transport() const { return transport_; }
    Result<Signature> sign(ByteView message);
    // Only of a key opened from its file.
    const PersonalKey* personal() const { return personal_ ? &*personal_ : nullptr; }

   private:
    SignPublicKey sign_pk_;
    TransportKeyPair transport_;
    std::optional<PersonalKey> personal_;
    std::optional<AgentClient> agent_;
};

// A file that others must not read, of this user. Errors: those of read_secret_file, with what to
// do where the file stands open to others.
Result<Bytes> read_own_secret(const std::string& path, std::size_t bytes_max);

// Why the key file at `path` does not open, with the path and what to do.
Error bad_key_file(const std::string& path, const Error& error);

// Opens the armoured key at `path` with a passphrase from --passphrase-file or the terminal.
Result<PersonalKey> open_key_file(Context& context, const std::string& path);
// A new passphrase: asked twice at the terminal, or --passphrase-file's. Errors: locked, usage.
Result<std::string> new_passphrase(Context& context);
// What --passphrase-file or the terminal gives.
Result<std::string> ask_passphrase(Context& context, const std::string& path);

constexpr std::size_t key_file_bytes_max = 16 * 1024;

}  // namespace rilon
