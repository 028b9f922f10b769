#include "tools/benchmark/bench_node.h"

#include <cstdio>
#include <cstdlib>

#include "protocol/officer.h"
#include "store/store_files.h"
#include "tools/benchmark/figure.h"

namespace rilon::bench {
namespace {

BenchOfficer make_officer(const NetworkId& network, const std::string& node, Rng& rng) {
    BenchOfficer out{make_sign_key_pair(rng), make_transport_key_pair(rng), {}};
    proto::OfficerRequest request;
    request.set_name("Officer of " + node);
    request.set_display_sign(node + "/01");
    request.set_sign_pk(out.sign.pk.str());
    request.set_transport_pk(out.transport.pk.str());
    const std::string zero(1, '\0');
    Bytes message = to_bytes(as_bytes(request.name() + zero + request.display_sign() + zero));
    message.insert(message.end(), out.transport.pk.view().begin(), out.transport.pk.view().end());
    request.set_possession(sign(out.sign.sk, possession_message(network, message)).str());
    out.request = to_bytes(as_bytes(request.SerializeAsString()));
    return out;
}

NodeIdentity identity_of(const TestNetwork& network, const std::string& name) {
    const TestNode& node = network.node(name);
    NodeIdentity out;
    out.network = network.id();
    out.id = node.id;
    out.sign = {node.pk(), node.sk().duplicate()};
    out.transport = {node.transport.pk, node.transport.sk.duplicate()};
    for (const EncKeyPair& pair : node.enc) out.enc.push_back({pair.pk, pair.sk.duplicate()});
    out.psks.push_back({network.state().psk_generation, network.psk().duplicate()});
    return out;
}

LoopOptions loop_options(std::size_t helpers) {
    LoopOptions out;
    out.helpers = helpers;
    return out;
}

}  // namespace

void give_up(const std::string& why) {
    std::fprintf(stderr, "rilon-bench: %s\n", why.c_str());
    std::exit(EXIT_FAILURE);
}

void must(const Status& status, const char* what) {
    if (!status.ok()) give_up(std::string(what) + ": " + status.error().detail);
}

NodeParts::NodeParts(const TestNetwork& of, const std::string& name,
                     const BenchNodeOptions& options)
    : dir(options.dir),
      network(of),
      storage_key(rng.secret<StorageKey>()),
      identity(identity_of(of, name)),
      officer(make_officer(of.id(), name, rng)) {
    if (options.seed != 0) {
        SeededRng seeded(options.seed);
        storage_key = seeded.secret<StorageKey>();
        officer = make_officer(of.id(), name, seeded);
    }
    constexpr std::uint64_t map_bytes = std::uint64_t{8} << 30;
    must(prepare_directory(dir), "making the node's directory");
    store = must(LmdbStore::open({dir, storage_key, map_bytes, rng}), "opening the store");
    Batch records;
    const std::size_t held = must(store->directory(DirSeq{}, 1), "reading the directory").size();
    for (std::uint64_t n = 0; held == 0 && n < network.directory().size(); ++n)
        records.push_back(PutDirectoryRecord{network.directory().record(DirSeq{n})});
    must(store->append(std::move(records)), "storing the directory");
    NodeOptions node;
    node.software = "bench";
    node.first_administrator = officer.request;
    node.hub = options.hub;
    node.origin_bytes_per_day =
        ~std::uint64_t{0};  // A day's work of one origin takes minutes here.
    core = std::make_unique<LoopNode>(identity, node, *store, rng, clock);
}

// --- scripted ---------------------------------------------------------------------------------

Status ScriptedTransport::poll(std::uint32_t wait_ms, std::vector<Event>& events) {
    std::unique_lock lock(mutex_);
    if (at_work_) {
        took_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
        cpu_ += cpu_seconds() - cpu_began_;
        at_work_ = false;
        changed_.notify_all();
    }
    changed_.wait(lock, [this] { return given_ || ended_; });
    given_ = false;
    at_work_ = true;
    began_ = std::chrono::steady_clock::now();
    cpu_began_ = cpu_seconds();
    if (events_.empty() && !ended_) std::this_thread::sleep_for(std::chrono::milliseconds(wait_ms));
    for (Event& event : events_) events.push_back(std::move(event));
    events_.clear();
    return {};
}

double ScriptedTransport::turn(std::vector<Event> events) {
    std::unique_lock lock(mutex_);
    events_ = std::move(events);
    given_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return (!given_ && !at_work_) || gone_; });
    if (gone_) give_up("the loop ended by itself");
    return took_;
}

void ScriptedTransport::end() {
    std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
}

void ScriptedTransport::loop_ended() {
    std::lock_guard lock(mutex_);
    gone_ = true;
    changed_.notify_all();
}

ScriptedNode::ScriptedNode(const TestNetwork& network, const std::string& name,
                           const BenchNodeOptions& options)
    : parts(network, name, options) {
    loop_ = std::make_unique<Loop>(*parts.core, *parts.store, transport_, parts.clock,
                                   loop_options(options.helpers));
    thread_ = std::thread([this] {
        Status ended = loop_->run();
        if (!ended.ok()) std::fprintf(stderr, "rilon-bench: %s\n", ended.error().detail.c_str());
        transport_.loop_ended();
    });
}

ScriptedNode::~ScriptedNode() {
    loop_->stop();
    transport_.end();
    thread_.join();
}

Event ScriptedNode::request(proto::Request request) {
    ClientId client{next_client_++};
    request.set_id(client.value);
    return ClientFrame{client, parts.officer.transport.pk,
                       to_bytes(as_bytes(request.SerializeAsString()))};
}

proto::StatusResponse ScriptedNode::status() {
    proto::Request ask;
    ask.mutable_status();
    std::vector<Event> events;
    events.push_back(request(ask));
    turn(std::move(events));
    for (const AnswerClient& answer : take_answers()) {
        proto::Response response = parse_response(answer.response);
        if (response.has_status()) return response.status();
    }
    give_up("no status came back");
}

// --- live -------------------------------------------------------------------------------------

LiveNode::LiveNode(const TestNetwork& network, const std::string& name,
                   const BenchNodeOptions& options, const TransportLink* dial)
    : parts(network, name, options) {
    TransportOptions sockets;
    sockets.control = control_endpoint();
    if (options.hub) sockets.sync = "tcp://127.0.0.1:*";
    if (dial != nullptr) sockets.links.push_back(*dial);
    transport_ = must(ZmqTransport::start(parts.identity, sockets), "opening sockets");
    LoopOptions loop = loop_options(options.helpers);
    loop.on_turn = [this] { started_ = true; };
    loop_ = std::make_unique<Loop>(*parts.core, *parts.store, *transport_, parts.clock, loop);
    thread_ = std::thread([this] { must(loop_->run(), "the loop"); });
    while (!started_) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

LiveNode::~LiveNode() {
    loop_->stop();
    thread_.join();
}

TransportLink LiveNode::link() const {
    return {parts.identity.transport.pk, transport_->sync_endpoint(), ""};
}

// --- requests ---------------------------------------------------------------------------------

proto::Response parse_response(const Bytes& bytes) {
    proto::Response out;
    if (!out.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
        give_up("an answer that does not parse");
    if (out.has_failure()) give_up(out.failure().code() + ": " + out.failure().message());
    return out;
}

proto::Request prepare_bulletin(const std::string& audience, std::uint64_t number) {
    proto::Request out;
    auto* prepare = out.mutable_prepare();
    prepare->mutable_wish()->set_audience(audience);
    std::string text = "Boarding pass swap in the transit hall, flight number " +
                       std::to_string(number) +
                       ". Two persons, one with a genuine passport of another. The carrier was "
                       "told; look at seat maps of late arrivals.";
    prepare->mutable_operation()->mutable_publish()->mutable_bulletin()->set_text(text);
    return out;
}

proto::Request commit_of(const proto::PreparedResponse& prepared, const NodeParts& author) {
    proto::Request out;
    auto* commit = out.mutable_commit();
    commit->set_ticket(prepared.ticket());
    for (const auto& part : prepared.parts()) {
        Bytes message = officer_message(
            author.identity.network, StreamId::copy_of(as_bytes(part.stream_id())),
            AlertId::copy_of(as_bytes(part.alert_id())), as_bytes(part.operation()));
        commit->add_signatures(sign(author.officer.sign.sk, message).str());
    }
    return out;
}

}  // namespace rilon::bench
