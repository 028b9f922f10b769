#include "tools/rilon/setup.h"

#include <filesystem>

#include "node/control.pb.h"
#include "node/system.h"
#include "protocol/request.h"
#include "tools/problem.h"
#include "tools/rilon/keys.h"
#include "tools/rilon/output.h"
#include "tools/rilon/terminal.h"

namespace rilon {
namespace {

// What the officer's possession covers: name ‖ 0 ‖ display sign ‖ 0 ‖ transport key.
Bytes officer_claim(const PersonalKey& key) {
    return std::move(ByteWriter{}
                         .raw(as_bytes(key.name))
                         .u8(0)
                         .raw(as_bytes(key.mark))
                         .u8(0)
                         .raw(key.transport.pk.view()))
        .take();
}

proto::OfficerRequest officer_request(const PersonalKey& key, const NetworkId& network) {
    proto::OfficerRequest out;
    out.set_name(key.name);
    out.set_display_sign(key.mark);
    out.set_sign_pk(key.sign.pk.str());
    out.set_transport_pk(key.transport.pk.str());
    out.set_possession(sign(key.sign.sk, possession_message(network, officer_claim(key))).str());
    return out;
}

}  // namespace

std::string make_public_request(const PersonalKey& key, const NetworkId& network) {
    if (network.is_zero()) return {};
    if (key.holder == KeyHolder::officer)
        return encode_armour(ArmourKind::officer_request,
                             as_bytes(officer_request(key, network).SerializeAsString()));
    const Person person{PersonId::copy_of(key.id.view()), key.name, key.mark, key.sign.pk,
                        key.transport.pk};
    const std::string bytes = make_person_request(network, person, key.sign.sk).SerializeAsString();
    return encode_armour(ArmourKind::person_request, as_bytes(bytes));
}

std::string absolute_path(const std::string& path) {
    std::error_code failed;
    const auto out = std::filesystem::absolute(path, failed);
    return failed ? path : out.lexically_normal().string();
}

Result<std::string> option_or_ask(Context& context, const std::string& option,
                                  std::string_view question) {
    if (context.args.has(option)) return context.args.get(option);
    return context.terminal.ask(question, "give --" + option);
}

Status must_be_new(const std::string& path) {
    std::error_code ignored;
    if (path.empty() || path == "-" ||
        !std::filesystem::exists(std::filesystem::symlink_status(path, ignored)))
        return {};
    return problem(Errc::not_permitted, path + " is there already and is not replaced",
                   "name a new file, or move that one away");
}

Status put_public(Context& context, const std::string& path, const std::string& text) {
    if (path.empty() || path == "-") {
        context.out.raw(text);
        return {};
    }
    if (Status s = must_be_new(path); !s) return s;
    return write_file(path, as_bytes(text), FileMode::shared, Overwrite::refuse);
}

Status save_key_file(Context& context, const std::string& path, const PersonalKey& key) {
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored))
        return problem(Errc::not_permitted, path + " is there already and is not replaced",
                       "name another with --key-file, or another profile with --profile");
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
    auto passphrase = new_passphrase(context);
    if (!passphrase) return passphrase.error();
    SystemRng rng;
    auto armour = seal_personal_key(key, *passphrase, rng);
    wipe(*passphrase);
    if (!armour) return armour.error();
    return write_file(path, as_bytes(*armour), FileMode::secret, Overwrite::refuse);
}

PersonalKey make_personal_key(KeyHolder holder, const NetworkId& network, const std::string& name,
                              const std::string& mark) {
    SystemRng rng;
    PersonalKey key;
    key.holder = holder;
    key.network = network;
    if (holder == KeyHolder::person) key.id = rng.bytes<Random16>();
    key.name = name;
    key.mark = mark;
    key.sign = make_sign_key_pair(rng);
    key.transport = make_transport_key_pair(rng);
    return key;
}

Result<Bytes> read_armoured(const std::string& path, ArmourKind kind) {
    auto text = Terminal::read_input(path, armour_text_max);
    if (!text && text.code() == Errc::too_large)
        return problem(Errc::too_large, path + " is longer than any RILON file",
                       "check that it is the right file");
    if (!text) return text.error();
    auto bytes = parse_armour_of(kind, *text);
    if (!bytes)
        return problem(bytes.code(), path + ": " + bytes.error().detail,
                       "check that it is the right file");
    return bytes;
}

Result<proto::SignedRequest> read_request(const std::string& path, ArmourKind kind) {
    auto bytes = read_armoured(path, kind);
    if (!bytes) return bytes.error();
    proto::SignedRequest out;
    if (!out.ParseFromArray(bytes->data(), static_cast<int>(bytes->size())))
        return problem(Errc::malformed, path + " holds no request", "ask for it again");
    return out;
}

}  // namespace rilon
