// rilon setup node, rilon setup coordinator: offline, on the machine that will run rilond. Writes
// its directory: storage key, sealed identity, node.toml, connection.toml, and the request to be
// admitted with.
#include <fmt/format.h>

#include <filesystem>

#include "config/node_config.h"
#include "node/identity_file.h"
#include "node/system.h"
#include "protocol/fingerprint.h"
#include "protocol/request.h"
#include "protocol/statement.h"
#include "tools/exit_code.h"
#include "tools/problem.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/coordinator_request.h"
#include "tools/rilon/json_lines.h"
#include "tools/rilon/output.h"
#include "tools/rilon/session.h"
#include "tools/rilon/setup.h"

namespace rilon {
namespace {

constexpr const char* software = "rilon 0.1.0";

struct Link {
    std::string name;
    TransportPublicKey key;
    std::string endpoint;
    std::string live;
};

struct Places {
    std::string directory;  // Absolute.
    std::string control;
    std::string sync;  // Bound; empty: dials only.
    std::string live;
    std::string advertised;  // What others dial.
    std::string advertised_live;
    std::string in(const char* name) const { return directory + "/" + name; }
};

Result<Places> read_places(const Context& context) {
    const Args& args = context.args;
    if (!args.has("config-dir"))
        return problem(Errc::usage, "a directory for the node's files is needed",
                       "give --config-dir DIR");
    Places out;
    out.directory = absolute_path(args.get("config-dir"));
    out.control = args.get("control", "ipc://" + out.in("control.sock"));
    out.sync = args.get("listen");
    out.live = args.get("live");
    out.advertised = args.get("endpoint", out.sync);
    out.advertised_live = args.get("live-endpoint", out.live);
    if (args.has("portable") && !out.sync.empty())
        return problem(Errc::usage, "a portable node only dials",
                       "leave out --portable or --listen");
    std::error_code ignored;
    if (std::filesystem::exists(out.in("storage.key"), ignored))
        return problem(Errc::not_permitted, out.directory + " holds a node already",
                       "name another --config-dir");
    std::filesystem::create_directories(out.directory, ignored);
    std::filesystem::permissions(out.directory, std::filesystem::perms::owner_all, ignored);
    return out;
}

std::string quoted(const std::string& value) {
    return "\"" + value + "\"";
}

std::string node_toml(const Places& places, const std::string& name, bool coordinator,
                      const std::vector<Link>& links) {
    std::string out = fmt::format(
        "# Written by rilon setup; every key is explained in config/examples.\n\n"
        "role = \"{}\"\nname = {}\n\n"
        "data_dir = \"data\"\nstate_dir = \"state\"\nstorage_key = \"storage.key\"\n"
        "identity = \"identity\"\nnetwork = \"network.rilon\"\n",
        coordinator ? "coordinator" : "node", quoted(name));
    if (!coordinator) out += "first_administrator = \"first-administrator\"\n";
    if (!places.sync.empty()) {
        out += "\n[listen]\nsync = " + quoted(places.sync) + "\n";
        if (!places.live.empty()) out += "live = " + quoted(places.live) + "\n";
    }
    for (const Link& link : links) {
        out += fmt::format("\n[[link]]\nname = {}\npublic_key = {}\nendpoint = {}\n",
                           quoted(link.name), quoted(link.key.hex()), quoted(link.endpoint));
        if (!link.live.empty()) out += "live = " + quoted(link.live) + "\n";
    }
    return out + "\n[control]\nendpoint = " + quoted(places.control) + "\n";
}

// The coordinators of the founding record; and the peers whose requests were given by --link.
Result<std::vector<Link>> read_links(Context& context, const NetworkPin& pin) {
    std::vector<Link> out;
    auto root = parse_statement(pin.first.statement);
    if (!root) return root.error();
    for (const proto::Coordinator& c : root->root().coordinators()) {
        auto parsed = parse_coordinator(pin.network, c);
        if (!parsed) return parsed.error();
        out.push_back(
            {parsed->name, parsed->transport_pk, parsed->endpoint, parsed->live_endpoint});
    }
    for (const std::string& path : context.args.all("link")) {
        auto request = read_request(path, ArmourKind::node_request);
        if (!request) return request.error();
        auto peer = parse_node_request(pin.network, *request);
        if (!peer)
            return problem(peer.code(), path + ": " + peer.error().detail,
                           "give a request that was made for this network");
        if (peer->endpoint.empty())
            return problem(Errc::usage, path + " does not listen: it can't be dialled",
                           "leave this --link out");
        out.push_back({peer->name, peer->transport_pk, peer->endpoint, peer->live_endpoint});
    }
    return out;
}

// Half a node stands in the way of the next try: what a setup that fails has written goes again.
class Undone {
   public:
    Undone(const Places& places, const std::string& request) {
        std::error_code ignored;
        for (const char* name : {"storage.key", "identity", "node.toml", "connection.toml",
                                 "network.rilon", "first-administrator"})
            if (!std::filesystem::exists(places.in(name), ignored))
                not_there_.push_back(places.in(name));
        if (!std::filesystem::exists(request, ignored)) not_there_.push_back(request);
    }
    Undone(const Undone&) = delete;
    ~Undone() {
        std::error_code ignored;
        for (const std::string& path : not_there_) std::filesystem::remove(path, ignored);
    }
    void keep() { not_there_.clear(); }

   private:
    std::vector<std::string> not_there_;
};

// Keys, configuration, connection: what node and coordinator have in common.
Status write_node(const Places& places, const NodeIdentity& identity, const std::string& toml) {
    SystemRng rng;
    const StorageKey storage = rng.secret<StorageKey>();
    if (Status s = save_storage_key(places.in("storage.key"), storage); !s) return s;
    if (Status s = save_identity(places.in("identity"), identity, storage, rng, Overwrite::refuse);
        !s)
        return s;
    for (const char* name : {"data", "state"}) {
        std::error_code failed;
        std::filesystem::create_directories(places.in(name), failed);
        std::filesystem::permissions(places.in(name), std::filesystem::perms::owner_all, failed);
        if (failed) return {Errc::io, places.in(name) + " can't be made: " + failed.message()};
    }
    if (Status s =
            write_file(places.in("node.toml"), as_bytes(toml), FileMode::shared, Overwrite::refuse);
        !s)
        return s;
    Profile connection;
    connection.node = places.control;
    connection.node_key = identity.control_key().pk.hex();
    connection.network = places.in("network.rilon");
    return save_profile_file(connection, places.in("connection.toml"));
}

void announce(Context& context, const Places& places, const std::string& request,
              ByteView fingerprint) {
    if (context.out.json())
        context.out.line(json_plain(
            "setup", {{"request", request}, {"fingerprint", fingerprint_line(fingerprint)}}));
    context.out.talk("✓ keys and node.toml in " + shown(places.directory));
    context.out.talk("✓ request     " + shown(request));
    context.out.talk("  fingerprint " + fingerprint_line(fingerprint));
}

// What the request would be refused for stood in an option.
Error wrong_option(const Error& error, const std::string& what) {
    return problem(Errc::usage, error.detail,
                   "see rilon setup " + what + " --help for what each option takes");
}

Status take_administrator(const Context& context, const Places& places) {
    if (!context.args.has("administrator")) return {};
    auto bytes = read_armoured(context.args.get("administrator"), ArmourKind::officer_request);
    if (!bytes) return bytes.error();
    const std::string text = encode_armour(ArmourKind::officer_request, *bytes);
    return write_file(places.in("first-administrator"), as_bytes(text), FileMode::shared,
                      Overwrite::replace);
}

}  // namespace

Result<int> run_setup_node(Context& context) {
    const Args& args = context.args;
    if (!args.has("network") || !args.has("name") || !args.has("party") || !args.has("rilon"))
        return problem(Errc::usage, "a node needs its network, name, party and RILON",
                       "give --network FILE --name aus-bkk --party AUS --rilon BKK");
    auto pin = load_network(args.get("network"));
    if (!pin) return pin.error();
    auto links = read_links(context, *pin);
    if (!links) return links.error();
    auto places = read_places(context);
    if (!places) return places.error();
    SystemRng rng;
    NodeIdentity identity;
    identity.network = pin->network;
    identity.sign = make_sign_key_pair(rng);
    identity.id = make_node_id(pin->network, identity.sign.pk);
    identity.transport = make_transport_key_pair(rng);
    identity.control = make_transport_key_pair(rng);  // Officers pin it; the other one may change.
    identity.enc.push_back(make_enc_key_pair(rng));
    const NodeApplication application{
        args.get("name"),   args.get("party"),       args.get("rilon"),
        identity.sign.pk,   identity.enc[0].pk,      identity.transport.pk,
        places->advertised, places->advertised_live, software};
    const proto::SignedRequest request =
        make_node_request(pin->network, application, identity.sign.sk);
    if (auto checked = parse_node_request(pin->network, request); !checked)
        return wrong_option(checked.error(), "node");
    const std::string toml = node_toml(*places, application.name, false, *links);
    const std::string path = args.get("out", places->in("request"));
    Undone undone(*places, path);
    if (Status s = write_node(*places, identity, toml); !s) return s.error();
    if (Status s = take_administrator(context, *places); !s) return s.error();
    const std::string network = encode_armour(ArmourKind::network, encode_network_file(*pin));
    if (Status s = write_file(places->in("network.rilon"), as_bytes(network), FileMode::shared,
                              Overwrite::replace);
        !s)
        return s.error();
    const std::string text =
        encode_armour(ArmourKind::node_request, as_bytes(request.SerializeAsString()));
    if (Status s = put_public(context, path, text); !s) return s.error();
    undone.keep();
    announce(context, *places, path, as_bytes(request.request()));
    context.out.talk(
        "  next: the RSO runs rilon admin admit REQUEST; read the words out to it by telephone");
    return exit_done;
}

Result<int> run_setup_coordinator(Context& context) {
    const Args& args = context.args;
    auto places = read_places(context);
    if (!places) return places.error();
    if (places->sync.empty())
        return problem(Errc::usage, "a coordinator listens", "give --listen tcp://HOST:PORT");
    SystemRng rng;
    NodeIdentity identity;
    identity.role = NodeRole::coordinator;
    identity.network = rng.bytes<NetworkId>();
    identity.sign = make_sign_key_pair(rng);
    identity.id = make_node_id(identity.network, identity.sign.pk);
    identity.transport = make_transport_key_pair(rng);
    identity.online = make_sign_key_pair(rng);
    CoordinatorInfo info;
    info.id = identity.id;
    info.name = args.get("name", "rso");
    info.sign_pk = identity.sign.pk;
    info.transport_pk = identity.transport.pk;
    info.endpoint = places->advertised;
    info.live_endpoint = places->advertised_live;
    info.control_endpoint =
        args.get("control-endpoint", places->control.starts_with("tcp://") ? places->control : "");
    const CoordinatorRequest request{identity.network, identity.online->pk,
                                     make_coordinator(identity.network, info, identity.sign.sk)};
    const Bytes bytes = encode_coordinator_request(request);
    if (auto checked = parse_coordinator_request(bytes); !checked)
        return wrong_option(checked.error(), "coordinator");
    const std::string path = args.get("out", places->in("request"));
    Undone undone(*places, path);
    if (Status s = write_node(*places, identity, node_toml(*places, info.name, true, {})); !s)
        return s.error();
    if (Status s = put_public(context, path, encode_armour(ArmourKind::coordinator_request, bytes));
        !s)
        return s.error();
    undone.keep();
    announce(context, *places, path, bytes);
    context.out.talk("  next: rilon admin ceremony --coordinator REQUEST");
    return exit_done;
}

}  // namespace rilon
