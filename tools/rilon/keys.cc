#include "tools/rilon/keys.h"

#include "tools/problem.h"
#include "tools/rilon/terminal.h"

namespace rilon {

Result<Bytes> read_own_secret(const std::string& path, std::size_t bytes_max) {
    auto bytes = read_secret_file(path, bytes_max);
    if (bytes || bytes.code() != Errc::not_permitted) return bytes;
    return problem(bytes.code(), bytes.error().detail, "give a file of your own, of mode 0600");
}

Error bad_key_file(const std::string& path, const Error& error) {
    if (error.code == Errc::locked)
        return problem(Errc::locked, "the passphrase does not open " + path,
                       "type it again; check caps lock and the keyboard's language");
    return problem(error.code, path + ": " + error.detail,
                   "put your copy of it back; without one rilon setup officer makes a new key");
}

namespace {

Result<std::string> passphrase_of_file(const std::string& path) {
    auto bytes = read_own_secret(path, passphrase_bytes_max + 2);
    if (!bytes) return bytes.error();
    std::string out(as_text(*bytes));
    wipe(*bytes);
    while (!out.empty() && (out.back() == '\n' || out.back() == '\r')) out.pop_back();
    return out;
}

}  // namespace

Result<std::string> ask_passphrase(Context& context, const std::string& path) {
    if (!context.globals.passphrase_file.empty())
        return passphrase_of_file(context.globals.passphrase_file);
    return context.terminal.ask_secret("Passphrase of " + path + ": ");
}

Result<std::string> new_passphrase(Context& context) {
    if (!context.globals.passphrase_file.empty())
        return passphrase_of_file(context.globals.passphrase_file);
    auto first = context.terminal.ask_secret("New passphrase (several words are best): ");
    if (!first) return first;
    auto second = context.terminal.ask_secret("The same again: ");
    if (!second) return second;
    const bool same = *first == *second;
    wipe(*second);
    if (same) return first;
    wipe(*first);
    return problem(Errc::usage, "the two passphrases differ; nothing was written", "start again");
}

Result<PersonalKey> open_key_file(Context& context, const std::string& path) {
    auto bytes = read_own_secret(path, key_file_bytes_max);
    if (!bytes) return bytes.error();
    auto passphrase = ask_passphrase(context, path);
    if (!passphrase) return passphrase.error();
    auto key = open_personal_key(as_text(*bytes), *passphrase);
    wipe(*passphrase);
    if (!key) return bad_key_file(path, key.error());
    return key;
}

Result<Keys> Keys::open_file(Context& context, const std::string& path) {
    auto personal = open_key_file(context, path);
    if (!personal) return personal.error();
    Keys out;
    out.sign_pk_ = personal->sign.pk;
    out.transport_.pk = personal->transport.pk;
    out.transport_.sk = personal->transport.sk.duplicate();
    out.personal_ = std::move(*personal);
    return out;
}

Result<Keys> Keys::open(Context& context, const Profile& profile) {
    if (auto agent = AgentClient::connect(agent_socket_path(profile.name))) {
        auto held = agent->keys();
        if (held) {
            Keys out;
            out.sign_pk_ = held->sign_pk;
            out.transport_ = std::move(held->transport);
            out.agent_.emplace(std::move(*agent));
            return out;
        }
    }
    if (profile.key_file.empty())
        return problem(Errc::not_enrolled, "profile \"" + profile.name + "\" names no key file",
                       "rilon setup officer");
    if (context.globals.passphrase_file.empty() && !context.terminal.can_ask())
        return problem(Errc::locked, "profile \"" + profile.name + "\" is locked", "rilon unlock");
    return open_file(context, profile.key_file);
}

Result<Signature> Keys::sign(ByteView message) {
    if (agent_) return agent_->sign(message);
    RILON_ASSERT(personal_.has_value());
    return rilon::sign(personal_->sign.sk, message);
}

}  // namespace rilon
