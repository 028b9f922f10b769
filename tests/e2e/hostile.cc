// An enrolled node gone bad: connects with the node's own transport key and sends frames of every
// wrong kind to a peer's sync socket. Stop the node itself first.
//
//   hostile NODE.toml ENDPOINT SERVER-KEY-HEX SEED FRAMES
//       prints how many were sent, how many frames came back, and how often it was cut
#include <fmt/format.h>

#include <chrono>
#include <random>

#include "config/key_file.h"
#include "config/node_config.h"
#include "node/identity_file.h"
#include "node/sync_frame.h"
#include "node/zmq_monitor.h"
#include "node/zmq_socket.h"

namespace rilon {
namespace {

constexpr auto patience = std::chrono::seconds(20);
constexpr std::size_t large_bytes = 300'000;

[[noreturn]] void give_up(const std::string& why) {
    fmt::print(stderr, "hostile: {}\n", why);
    std::exit(2);
}
template <class T>
T must(Result<T> result) {
    if (!result) give_up(result.error().detail);
    return std::move(*result);
}

class Peer {
   public:
    Peer(zmq::context_t& context, const TransportKeyPair& own, const TransportPublicKey& server,
         std::string endpoint)
        : context_(context), own_(own), server_(server), endpoint_(std::move(endpoint)) {
        dial();
    }
    // Dials again when it was cut. False when nobody lets it in for a while.
    bool send(const std::vector<Bytes>& parts) {
        const auto end = std::chrono::steady_clock::now() + patience;
        while (true) {
            drain();
            Sent sent = parts.size() == 1 ? send_message(*socket_, {parts[0]})
                        : parts.size() == 2
                            ? send_message(*socket_, {parts[0], parts[1]})
                            : send_message(*socket_, {parts[0], parts[1], parts[2], parts[2]});
            if (sent == Sent::yes) return true;
            if (std::chrono::steady_clock::now() > end) return false;
            zmq::pollitem_t items[] = {{socket_->handle(), 0, ZMQ_POLLIN, 0},
                                       {monitor_->handle(), 0, ZMQ_POLLIN, 0}};
            zmq::poll(items, 2, std::chrono::milliseconds(50));
        }
    }
    std::size_t received = 0;
    std::size_t cut = 0;

   private:
    void dial() {
        monitor_.reset();
        socket_ = std::make_unique<zmq::socket_t>(
            make_client_socket(context_, zmq::socket_type::dealer, {own_, server_}));
        socket_->set(zmq::sockopt::reconnect_ivl, 20);
        socket_->set(zmq::sockopt::reconnect_ivl_max, 0);
        monitor_ = std::make_unique<ConnectionMonitor>(context_, *socket_);
        socket_->connect(endpoint_);
    }
    void drain() {
        while (receive_message(*socket_)) ++received;
        bool refused = false;
        while (auto event = monitor_->next()) {
            cut += event->kind == ConnectionEvent::Kind::gone ? 1 : 0;
            refused = refused || event->kind == ConnectionEvent::Kind::refused;
        }
        if (refused) dial();
    }
    zmq::context_t& context_;
    const TransportKeyPair& own_;
    TransportPublicKey server_;
    std::string endpoint_;
    std::unique_ptr<zmq::socket_t> socket_;
    std::unique_ptr<ConnectionMonitor> monitor_;  // Dies first.
};

using Random = std::mt19937_64;

Bytes noise(Random& random, std::size_t size) {
    Bytes out(size);
    for (Byte& byte : out) byte = static_cast<Byte>(random());
    return out;
}
// Protobuf's own tags and lengths with nonsense inside.
Bytes near_message(Random& random) {
    Bytes out;
    for (int field = static_cast<int>(random() % 8) + 1; field > 0; --field) {
        out.push_back(static_cast<Byte>((random() % 12 + 1) << 3 | (random() % 2 == 0 ? 0 : 2)));
        const Bytes inside = noise(random, random() % 40);
        if ((out.back() & 7) == 2) out.push_back(static_cast<Byte>(inside.size()));
        out.insert(out.end(), inside.begin(), inside.end());
    }
    return out;
}
std::vector<Bytes> wrong_frames(Random& random) {
    const SyncHead head{static_cast<SyncType>(random() % 15 + 1), random() % 4};
    switch (random() % 9) {
        case 0: return {Bytes{}};
        case 1: return {noise(random, random() % 64)};
        case 2: return {noise(random, sync_head_bytes), noise(random, random() % 200)};
        case 3: return {encode_sync_head(head), Bytes{}};
        case 4: return {encode_sync_head(head), noise(random, random() % 2000)};
        case 5: return {encode_sync_head(head), Bytes{}, noise(random, 100)};
        case 6: return {encode_sync_head(head), noise(random, large_bytes)};
        default: return {encode_sync_head(head), near_message(random)};
    }
}

int main_of(int argc, char** argv) {
    if (argc != 6) give_up("usage: the first lines of hostile.cc");
    if (Status ready = secrets_init(); !ready) give_up(ready.error().detail);
    const NodeConfig config = must(load_node_config(argv[1]));
    const StorageKey key = must(load_storage_key(config.storage_key));
    const NodeIdentity identity = must(load_identity(config.identity, key));
    zmq::context_t context;
    Peer peer(context, identity.transport, must(TransportPublicKey::parse_hex(argv[3])), argv[2]);
    Random random(std::stoull(argv[4]));
    const std::size_t frames = std::stoul(argv[5]);
    std::size_t sent = 0;
    while (sent < frames && peer.send(wrong_frames(random))) ++sent;
    fmt::print("{} sent, {} received, cut {} times\n", sent, peer.received, peer.cut);
    return 0;
}

}  // namespace
}  // namespace rilon

int main(int argc, char** argv) {
    return rilon::main_of(argc, argv);
}
