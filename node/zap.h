// The ZAP handler (ZeroMQ RFC 27): says for every handshake of a bound socket whether the CURVE key
// may connect. Runs in a thread of its own from before the first bind. When it is dead or hangs,
// sockets made by make_server_socket admit nobody.
//
// Who is admitted gets its key in hex as User-Id; every frame that arrives carries it.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <zmq.hpp>

#include "protocol/ids.h"

namespace rilon {

class ZapHandler {
   public:
    using Table = std::map<std::string, std::set<TransportPublicKey>>;  // By domain.

    // Binds, then starts the thread. Throws zmq::error_t.
    explicit ZapHandler(zmq::context_t& context);
    ~ZapHandler();
    ZapHandler(const ZapHandler&) = delete;
    ZapHandler& operator=(const ZapHandler&) = delete;

    // The whole table at once; handshakes from now on see it. From any thread.
    void replace(Table table);
    // Ends the thread: nobody is admitted any more.
    void stop();

    std::uint64_t admitted() const { return admitted_; }
    std::uint64_t refused() const { return refused_; }

   private:
    void run(zmq::socket_t socket, zmq::socket_t stop);
    void answer(zmq::socket_t& socket);
    bool allowed(const std::string& domain, const TransportPublicKey& key) const;

    std::shared_ptr<const Table> table() const;

    mutable std::mutex mutex_;
    std::shared_ptr<const Table> table_ = std::make_shared<Table>();
    std::atomic<std::uint64_t> admitted_{0};
    std::atomic<std::uint64_t> refused_{0};
    zmq::socket_t stop_;
    std::thread thread_;
};

}  // namespace rilon
