// rilon enrol, rilon identity: what comes back from the network, and who we are to it.
#include <fmt/format.h>

#include "config/node_config.h"
#include "node/identity_file.h"
#include "node/system.h"
#include "protocol/fingerprint.h"
#include "tools/exit_code.h"
#include "tools/problem.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/json_lines.h"
#include "tools/rilon/output.h"
#include "tools/rilon/session.h"
#include "tools/rilon/setup.h"
#include "tools/rilon/terminal.h"

namespace rilon {
namespace {

struct NodeFiles {
    NodeConfig config;
    StorageKey storage;
    NodeIdentity identity;
};
Result<NodeFiles> open_node(const std::string& directory) {
    auto config = load_node_config(absolute_path(directory) + "/node.toml");
    if (!config) return config.error();
    auto storage = load_storage_key(config->storage_key);
    if (!storage) return storage.error();
    auto identity = load_identity(config->identity, *storage);
    if (!identity) return identity.error();
    return NodeFiles{std::move(*config), std::move(*storage), std::move(*identity)};
}

Status pin_network(const NodeFiles& node, const NetworkPin& pin) {
    if (pin.network != node.identity.network)
        return problem(Errc::wrong_network,
                       "this file belongs to another network than the node was set up for",
                       "ask the RSO for the right one");
    const std::string text = encode_armour(ArmourKind::network, encode_network_file(pin));
    return write_file(node.config.network, as_bytes(text), FileMode::shared, Overwrite::replace);
}

Result<int> enrol_grant(Context& context, ByteView sealed) {
    if (!context.args.has("config-dir"))
        return problem(Errc::usage, "a grant is for a node",
                       "give --config-dir DIR, as in rilon setup node");
    auto node = open_node(context.args.get("config-dir"));
    if (!node) return node.error();
    if (node->identity.enc.empty())
        return problem(Errc::not_permitted, "a coordinator takes no grant: it reads nothing",
                       "enrol it with the network file");
    // Made for the key that the directory had then.
    Result<NodeGrant> grant = Error{Errc::cannot_open, "it was sealed to another key"};
    for (const EncKeyPair& key : node->identity.enc)
        if (!grant) grant = open_grant(sealed, key.pk, key.sk);
    if (!grant)
        return problem(grant.code(), "the grant does not open: " + grant.error().detail,
                       "ask the RSO for one made for this node");
    if (grant->node != node->identity.id)
        return problem(Errc::cannot_open, "the grant is for another node",
                       "ask the RSO for one made for this node");
    if (Status s = pin_network(*node, grant->pin); !s) return s.error();
    bool known = false;
    for (const PskEntry& entry : node->identity.psks)
        known |= entry.generation == grant->psk_generation;
    if (!known) node->identity.psks.push_back({grant->psk_generation, std::move(grant->psk)});
    SystemRng rng;
    if (Status s = save_identity(node->config.identity, node->identity, node->storage, rng,
                                 Overwrite::replace);
        !s)
        return s.error();
    context.out.talk("✓ enrolled; start the node: rilond --config " +
                     shown(context.args.get("config-dir")) + "/node.toml");
    return exit_done;
}

Result<int> enrol_network(Context& context, const std::string& path, const NetworkPin& pin) {
    context.out.talk("network file " + fingerprint_line(encode_network_file(pin)));
    if (context.args.has("config-dir")) {
        auto node = open_node(context.args.get("config-dir"));
        if (!node) return node.error();
        if (Status s = pin_network(*node, pin); !s) return s.error();
        context.out.talk("✓ pinned for " + shown(node->config.name));
        return exit_done;
    }
    auto profile = load_profile(context.globals.profile);
    if (!profile) return profile.error();
    auto sure = context.terminal.confirm("Did the RSO read out the same words? [y/N] ");
    if (!sure) return sure.error();
    if (!*sure) return problem(Errc::interrupted, "not pinned", "compare the words by telephone");
    profile->network = absolute_path(path);
    if (Status s = save_profile(*profile); !s) return s.error();
    context.out.talk("✓ pinned in profile " + profile->name);
    return exit_done;
}

}  // namespace

Result<int> run_enrol(Context& context) {
    const std::string path = context.args.word(0);
    auto text = Terminal::read_input(path, armour_text_max);
    if (!text) return text.error();
    auto armoured = parse_armour(*text);
    if (!armoured)
        return problem(armoured.code(), path + ": " + armoured.error().detail,
                       "give a grant or a network file");
    if (armoured->kind == ArmourKind::grant) return enrol_grant(context, armoured->bytes);
    if (armoured->kind != ArmourKind::network)
        return problem(Errc::usage, path + " is a " + std::string(armour_label(armoured->kind)),
                       "give a grant or a network file");
    auto pin = parse_network_file(armoured->bytes);
    if (!pin) return pin.error();
    return enrol_network(context, path, *pin);
}

Result<int> run_identity_show(Context& context) {
    auto profile = load_profile(context.globals.profile);
    if (!profile) return profile.error();
    if (profile->key_file.empty())
        return problem(Errc::not_enrolled, "profile \"" + profile->name + "\" names no key file",
                       "rilon setup officer");
    auto armour = read_own_secret(profile->key_file, key_file_bytes_max);
    if (!armour) return armour.error();
    auto head = read_personal_key_head(as_text(*armour));
    if (!head) return bad_key_file(profile->key_file, head.error());
    const std::string holder = head->holder == KeyHolder::officer ? "officer" : "person";
    if (context.out.json()) {
        context.out.line(json_plain("identity", {{"profile", profile->name},
                                                 {"holder", holder},
                                                 {"sign_pk", head->sign_pk.hex()},
                                                 {"transport_pk", head->transport_pk.hex()},
                                                 {"key_id", key_id(head->sign_pk.view()).hex()},
                                                 {"node", profile->node}}));
        return exit_done;
    }
    context.out.line("profile      " + profile->name + " (" + holder + ")");
    context.out.line("key file     " + shown(profile->key_file));
    context.out.line("node         " +
                     (profile->node.empty() ? "the coordinator" : shown(profile->node)));
    context.out.line("network      " + (profile->network.empty() ? "none pinned: rilon enrol"
                                                                 : shown(profile->network)));
    context.out.line("signing key  " + head->sign_pk.hex());
    context.out.line("transport    " + head->transport_pk.hex());
    context.out.line("read out     " + fingerprint_line(head->sign_pk.view()));
    return exit_done;
}

Result<int> run_identity_export(Context& context) {
    auto profile = load_profile(context.globals.profile);
    if (!profile) return profile.error();
    auto key = open_key_file(context, profile->key_file);
    if (!key) return key.error();
    NetworkId network = key->network;
    if (network.is_zero())
        if (auto pin = load_network(*profile)) network = pin->network;
    const std::string text = make_public_request(*key, network);
    if (text.empty())
        return problem(Errc::not_enrolled, "a founder's request is made in the ceremony",
                       "rilon enrol NETWORK-FILE first");
    if (Status s = put_public(context, context.args.get("out"), text); !s) return s.error();
    return exit_done;
}

}  // namespace rilon
