// Nodes under measurement: rilond's own Loop, LoopNode and LmdbStore over a directory of their own.
// ScriptedNode is fed event by event, so that a turn of the loop can be timed without sockets;
// LiveNode has rilond's sockets on loopback.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "node/control.pb.h"
#include "node/loop.h"
#include "node/loop_node.h"
#include "node/sync_frame.h"
#include "node/system.h"
#include "node/zmq_transport.h"
#include "store/lmdb_store.h"
#include "tests/support/founding.h"

namespace rilon::bench {

// Ends the process: a figure of something that went wrong is worth nothing.
[[noreturn]] void give_up(const std::string& why);
template <class T>
T must(Result<T> result, const char* what) {
    if (!result) give_up(std::string(what) + ": " + result.error().detail);
    return std::move(result).value();
}
void must(const Status& status, const char* what);

struct BenchOfficer {
    SignKeyPair sign;
    TransportKeyPair transport;
    Bytes request;  // proto OfficerRequest
};

struct BenchNodeOptions {
    std::string dir;
    std::size_t helpers = 0;  // Threads for jobs besides the loop's.
    bool hub = false;
    // Not zero: its storage key and its officer's are made from it, so that another process can
    // open the same directory again.
    std::uint64_t seed = 0;
};

// What both kinds are made of.
struct NodeParts {
    // A new node, or with a seed the one that the directory holds.
    NodeParts(const TestNetwork& network, const std::string& name, const BenchNodeOptions& options);

    std::string dir;
    const TestNetwork& network;
    SystemRng rng;
    SystemClock clock;
    StorageKey storage_key;
    NodeIdentity identity;
    BenchOfficer officer;
    std::unique_ptr<LmdbStore> store;
    std::unique_ptr<LoopNode> core;

    std::string data_file() const { return dir + "/data.mdb"; }
};

class ScriptedTransport : public Transport {
   public:
    Status poll(std::uint32_t wait_ms, std::vector<Event>& events) override;
    void send(SendFrame frame) override { sent_.push_back(std::move(frame)); }
    void publish(const PublishLive&) override {}
    void answer(const AnswerClient& answer) override { answers_.push_back(answer); }
    void admit(const AdmitPeers&) override {}
    void drop(const NodeId&) override {}
    void reset_peers() override {}
    void rekey() override {}
    const TransportCounters& counters() const override { return counters_; }
    void wake() override {}

    // Hands the loop these events and waits until it has done with them; seconds that took. Without
    // events the loop waits for its next timer, as it would on quiet sockets.
    double turn(std::vector<Event> events);
    double cpu() const { return cpu_; }  // Processor seconds of all turns.
    void end();                          // Poll gives nothing any more.
    void loop_ended();                   // On the loop's thread.
    std::vector<SendFrame> take_sent() { return std::exchange(sent_, {}); }
    std::vector<AnswerClient> take_answers() { return std::exchange(answers_, {}); }

   private:
    using Time = std::chrono::steady_clock::time_point;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool given_ = false;
    bool at_work_ = false;
    bool ended_ = false;
    bool gone_ = false;
    Time began_{};
    double took_ = 0;
    double cpu_began_ = 0;
    double cpu_ = 0;
    std::vector<Event> events_;
    std::vector<SendFrame> sent_;
    std::vector<AnswerClient> answers_;
    TransportCounters counters_;
};

class ScriptedNode {
   public:
    ScriptedNode(const TestNetwork& network, const std::string& name,
                 const BenchNodeOptions& options);
    ~ScriptedNode();

    NodeParts parts;
    double turn(std::vector<Event> events) { return transport_.turn(std::move(events)); }
    double cpu() const { return transport_.cpu(); }
    std::vector<SendFrame> take_sent() { return transport_.take_sent(); }
    std::vector<AnswerClient> take_answers() { return transport_.take_answers(); }
    // An officer's request as an event; a client of its own each.
    Event request(proto::Request request);
    proto::StatusResponse status();

   private:
    ScriptedTransport transport_;
    std::unique_ptr<Loop> loop_;
    std::thread thread_;
    std::uint64_t next_client_ = 1;
};

class LiveNode {
   public:
    LiveNode(const TestNetwork& network, const std::string& name, const BenchNodeOptions& options,
             const TransportLink* dial = nullptr);
    ~LiveNode();

    NodeParts parts;
    std::string control_endpoint() const { return "ipc://" + parts.dir + "/control"; }
    TransportLink link() const;  // How others dial it.

   private:
    std::unique_ptr<ZmqTransport> transport_;
    std::unique_ptr<Loop> loop_;
    std::atomic<bool> started_{false};  // Officers are admitted.
    std::thread thread_;
};

proto::Response parse_response(const Bytes& bytes);
// PREPARE of a bulletin to an audience, and the COMMIT that signs what came back.
proto::Request prepare_bulletin(const std::string& audience, std::uint64_t number);
proto::Request commit_of(const proto::PreparedResponse& prepared, const NodeParts& author);

}  // namespace rilon::bench
