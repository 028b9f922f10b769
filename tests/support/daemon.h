// A daemon in memory: the daemon's own Node over a MemoryStore, and the turn of the daemon's loop
// (events → jobs → one commit → outputs) without sockets and threads. It can crash on either side
// of a commit and start again from its disk. Unit tests of the core and the simulator run it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/node.h"
#include "store/memory_store.h"
#include "tests/support/founding.h"

namespace rilon {

// An officer of a node with his secrets; the first administrator of its daemon.
struct TestOfficer {
    SignKeyPair sign;
    TransportKeyPair transport;
    Bytes request;  // proto OfficerRequest
};
TestOfficer make_test_officer(const NetworkId& network, const std::string& node, Rng& rng);

enum class LeaseAfter { broken, equal };
enum class CrashPoint { none, before_commit, after_commit };

class Daemon {
   public:
    // "coordinator-1" or the name of a node of `network`, enrolled or not. Its disk holds the
    // directory as founded.
    Daemon(const TestNetwork& network, const std::string& name, const TestOfficer& officer,
           std::uint64_t seed);
    Daemon(const Daemon&) = delete;

    const std::string& name() const { return name_; }
    NodeId id() const { return identity_.id; }
    bool is_coordinator() const { return identity_.role == NodeRole::coordinator; }
    bool running() const { return node_ != nullptr; }
    Node& node() { return *node_; }
    const Node& node() const { return *node_; }
    NodeIdentity& identity() { return identity_; }
    const NodeIdentity& identity() const { return identity_; }
    NodeOptions& options() { return options_; }
    const TestOfficer& officer() const { return officer_; }
    MemoryStore& store() { return *store_; }
    const MemoryDisk& disk() const { return *disk_; }
    MemoryDisk& disk() { return *disk_; }

    // From the disk; greet included. Errors are those of Node::start and of the commit.
    Result<std::vector<Output>> start(UnixMillis now);
    // As if killed: what was not committed is gone.
    void kill();
    // As if the disk had been replaced.
    void wipe();
    // A copy of the disk as it is now, and as if it had been put back. Its lease fits no longer, so
    // its next start founds new streams; or the whole machine was put back, the lease's file too.
    std::shared_ptr<const MemoryDisk> backup() const;
    void restore(const MemoryDisk& backup, LeaseAfter lease = LeaseAfter::broken);
    // One turn. Nothing comes out of a crash; the daemon is not running then.
    Result<std::vector<Output>> turn(std::vector<Event> events, UnixMillis now,
                                     CrashPoint crash = CrashPoint::none);
    // What a query worker would answer.
    Bytes answer(const Bytes& request, UnixMillis now);
    std::uint64_t turns() const { return turns_; }
    std::uint64_t jobs() const { return jobs_; }
    // Who may connect, as last said.
    const AdmitPeers& admitted() const { return admitted_; }
    // Asked before every commit: an error is its outcome.
    std::function<Status(const Batch&)> disk_fault;
    // Shown every batch that is about to be committed.
    std::function<void(const Batch&)> on_batch;

   private:
    Result<std::vector<Output>> finish(Outputs out, UnixMillis now, CrashPoint crash);
    void run_jobs(Outputs& out, UnixMillis now);

    std::string name_;
    const TestOfficer& officer_;
    NodeIdentity identity_;
    NodeOptions options_;
    SeededRng rng_;
    std::shared_ptr<MemoryDisk> disk_;
    std::unique_ptr<MemoryStore> store_;
    std::unique_ptr<Node> node_;
    AdmitPeers admitted_;
    std::uint64_t turns_ = 0;
    std::uint64_t jobs_ = 0;
};

}  // namespace rilon
