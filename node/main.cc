// rilond: puts Node, LmdbStore, ZmqTransport and the loop together and looks after the process.
#include <google/protobuf/stubs/logging.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstring>

#include "config/armour.h"
#include "config/key_file.h"
#include "config/node_config.h"
#include "node/identity_file.h"
#include "node/lease.h"
#include "node/log.h"
#include "node/loop.h"
#include "node/loop_node.h"
#include "node/service.h"
#include "node/system.h"
#include "node/zmq_transport.h"
#include "protocol/grant.h"
#include "store/lmdb_store.h"

namespace rilon {
namespace {

constexpr int exit_usage = 2;
constexpr const char* help_text =
    "rilond: the RILON node\n"
    "\n"
    "  rilond --config FILE                  run\n"
    "  rilond --config FILE --check-config   read the configuration, say what is wrong, end\n"
    "  rilond --version | --help\n"
    "\n"
    "SIGTERM stops, SIGHUP reads the configuration again. The log goes to stderr.\n";

struct Arguments {
    std::string config;
    bool check = false;
};

std::atomic<Loop*> running{nullptr};
volatile std::sig_atomic_t reload_wanted = 0;

void on_stop_signal(int) {
    if (Loop* loop = running.load()) loop->stop();
}
void on_reload_signal(int) {
    reload_wanted = 1;
}

void install_signals() {
    struct sigaction action {};
    sigemptyset(&action.sa_mask);
    action.sa_handler = on_stop_signal;
    ::sigaction(SIGTERM, &action, nullptr);
    ::sigaction(SIGINT, &action, nullptr);
    action.sa_handler = on_reload_signal;
    ::sigaction(SIGHUP, &action, nullptr);
    action.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &action, nullptr);
}

// Protobuf prints names of fields, and with them what a message was about.
void on_protobuf_log(google::protobuf::LogLevel level, const char*, int, const std::string&) {
    if (level >= google::protobuf::LOGLEVEL_ERROR)
        log_event(LogPriority::warning, "message.malformed");
}

Bytes read_request(const std::filesystem::path& path) {
    if (path.empty()) return {};
    auto text = read_file(path, armour_text_max);
    if (!text) {
        log_event(LogPriority::warning, "first_administrator.absent",
                  {{"why", text.error().detail}});
        return {};
    }
    auto bytes = parse_armour_of(ArmourKind::officer_request, as_text(*text));
    if (!bytes) {
        log_event(LogPriority::warning, "first_administrator.refused",
                  {{"why", bytes.error().detail}});
        return {};
    }
    return std::move(*bytes);
}

// The files a node starts from.
struct Materials {
    StorageKey storage_key;
    NodeIdentity identity;
    Bytes network_file;
};

Result<Materials> load_materials(const NodeConfig& config) {
    Materials out;
    auto key = load_storage_key(config.storage_key);
    if (!key) return key.error();
    out.storage_key = std::move(*key);
    if (Status s = tidy_identity_file(config.identity); !s) return s.error();
    auto identity = load_identity(config.identity, out.storage_key);
    if (!identity) return identity.error();
    out.identity = std::move(*identity);
    auto text = read_file(config.network, armour_text_max);
    if (!text) return {text.code(), text.error().detail + "; run `rilon enrol GRANT-FILE`"};
    auto network = parse_armour_of(ArmourKind::network, as_text(*text));
    if (!network) return {network.code(), config.network.string() + ": " + network.error().detail};
    out.network_file = std::move(*network);
    auto pin = parse_network_file(out.network_file);
    if (!pin)
        return {pin.code(), config.network.string() + " is damaged (" + pin.error().detail +
                                "); take it from the grant"};
    if (pin->network != out.identity.network)
        return {Errc::wrong_network, config.network.string() +
                                         " is of another network than the node's identity; use "
                                         "the one from its own grant"};
    bool coordinator = out.identity.role == NodeRole::coordinator;
    if (coordinator != (config.role == ConfigRole::coordinator))
        return {Errc::invalid, "role in the configuration is not that of the identity file"};
    return out;
}

TransportOptions transport_options(const NodeConfig& config) {
    TransportOptions out;
    out.sync = config.listen.sync;
    out.live = config.listen.live;
    out.control = config.control.endpoint;
    for (const LinkConfig& link : config.links)
        out.links.push_back({link.public_key, link.endpoint, link.live});
    out.clients_max = config.limits.control_clients;
    out.on_open_door = [](const std::string& endpoint) {
        log_event(LogPriority::critical, "self_probe.admitted", {{"endpoint", endpoint}});
        ::_exit(EXIT_FAILURE);
    };
    out.on_dead_door = [](const std::string& endpoint) {
        log_event(LogPriority::warning, "self_probe.no_answer", {{"endpoint", endpoint}});
    };
    return out;
}

NodeOptions node_options(const NodeConfig& config, const Materials& materials,
                         const LeaseState& lease) {
    NodeOptions out;
    out.software = RILON_VERSION;
    out.feed_epoch = lease.feed_epoch;
    out.network_file = materials.network_file;
    out.first_administrator = read_request(config.first_administrator);
    out.origin_bytes_per_day = std::uint64_t{config.limits.origin_mib_per_day} << 20;
    out.hub = config.role == ConfigRole::node && !config.listen.sync.empty();
    out.publishes_rilon = config.role == ConfigRole::node && !config.listen.live.empty();
    for (const LinkConfig& link : config.links) out.dial.push_back(link.public_key);
    return out;
}

void reload(const std::string& file) {
    notify_supervisor("RELOADING=1");
    auto config = load_node_config(file);
    if (config)
        log_event(LogPriority::notice, "config.valid",
                  {{"note", "endpoints, links, files and limits take effect at a restart"}});
    else
        log_event(LogPriority::error, "config.refused", {{"why", config.error().detail}});
    notify_supervisor("READY=1");
}

LoopOptions loop_options(const NodeConfig& config, const std::string& file, Lease& lease) {
    LoopOptions out;
    std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
    out.helpers = (config.limits.workers == 0 ? cores : config.limits.workers) - 1;
    out.query_queue_max = config.limits.query_queue;
    auto beat = std::chrono::milliseconds(watchdog_ms() / 3);
    out.on_turn = [beat, file, ready = false,
                   next = std::chrono::steady_clock::time_point()]() mutable {
        if (!ready) notify_supervisor("READY=1\nSTATUS=running");
        ready = true;
        auto now = std::chrono::steady_clock::now();
        if (beat.count() > 0 && now >= next) {
            notify_supervisor("WATCHDOG=1");
            next = now + beat;
        }
        if (reload_wanted == 0) return;
        reload_wanted = 0;
        reload(file);
    };
    out.on_minute = [&lease] { return lease.each_minute(); };
    return out;
}

Result<std::unique_ptr<LmdbStore>> open_store(const NodeConfig& config, const StorageKey& key,
                                              Rng& rng) {
    StoreOptions options{config.data_dir.string(), key,
                         std::uint64_t{config.limits.store_mib} << 20, rng};
    return LmdbStore::open(options);
}

Status run(const NodeConfig& config, const std::string& file) {
    SystemRng rng;
    SystemClock clock;
    auto materials = load_materials(config);
    if (!materials) return materials.error();
    Status ready = prepare_directory(config.state_dir.string());
    if (!ready) return ready;
    auto store = open_store(config, materials->storage_key, rng);
    if (!store) return store.error();
    Lease lease(config.state_dir / "lease", **store, rng);
    auto held = lease.take(clock.now());
    if (!held) return held.error();
    if (held->broken)
        log_event(LogPriority::warning, "lease.broken",
                  {{"note", "the store was restored or copied; new streams are founded"}});
    auto transport = ZmqTransport::start(materials->identity, transport_options(config));
    if (!transport) return transport.error();
    LoopNode core(materials->identity, node_options(config, *materials, *held), **store, rng,
                  clock);
    LoopOptions options = loop_options(config, file, lease);
    options.on_identity = [&](ChangeIdentity change) {
        change_identity(materials->identity, std::move(change));
        Status kept =
            renew_identity_file(config.identity, materials->identity, materials->storage_key, rng);
        if (!kept)  // The store has the keys; it is tried again each minute.
            log_event(LogPriority::error, "identity.not_written", {{"why", kept.error().detail}});
    };
    Loop loop(core, **store, **transport, clock, std::move(options));
    running = &loop;
    install_signals();
    log_event(LogPriority::notice, "start",
              {{"node", materials->identity.id.brief()}, {"version", RILON_VERSION}});
    Status ended = loop.run();
    running = nullptr;
    notify_supervisor("STOPPING=1");
    log_event(LogPriority::notice, "stop");
    return ended;
}

// Nothing when the program is to end at once, with `code`.
std::optional<Arguments> parse_arguments(int argc, char** argv, int& code) {
    Arguments out;
    for (int i = 1; i < argc; ++i) {
        std::string_view word = argv[i];
        if (word == "--help" || word == "--version") {
            std::fputs(word == "--help" ? help_text : "rilond " RILON_VERSION "\n", stdout);
            code = EXIT_SUCCESS;
            return std::nullopt;
        }
        if (word == "--check-config") {
            out.check = true;
        } else if (word == "--config" && i + 1 < argc) {
            out.config = argv[++i];
        } else if (word.starts_with("--config=")) {
            out.config = word.substr(std::strlen("--config="));
        } else {
            std::fprintf(stderr, "rilond: unknown argument \"%s\"; see rilond --help\n", argv[i]);
            code = exit_usage;
            return std::nullopt;
        }
    }
    if (!out.config.empty()) return out;
    std::fputs("rilond: which configuration? rilond --config FILE\n", stderr);
    code = exit_usage;
    return std::nullopt;
}

int fail(const Error& error, int code) {
    log_event(LogPriority::critical, "refused",
              {{"code", errc_name(error.code)}, {"why", error.detail}});
    return code;
}

int daemon_main(int argc, char** argv) {
    int code = EXIT_SUCCESS;
    auto arguments = parse_arguments(argc, argv, code);
    if (!arguments) return code;
    google::protobuf::SetLogHandler(on_protobuf_log);
    Status ready = harden_process();
    if (ready) ready = secrets_init();
    if (!ready) return fail(ready.error(), EXIT_FAILURE);
    auto config = load_node_config(arguments->config);
    if (!config) return fail(config.error(), exit_usage);
    if (arguments->check) {
        std::fputs("the configuration is valid\n", stdout);
        return EXIT_SUCCESS;
    }
    Status ended = run(*config, arguments->config);
    return ended.ok() ? EXIT_SUCCESS : fail(ended.error(), EXIT_FAILURE);
}

}  // namespace
}  // namespace rilon

int main(int argc, char** argv) {
    return rilon::daemon_main(argc, argv);
}
