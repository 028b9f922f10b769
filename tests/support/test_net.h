// A network of daemons in memory with a virtual clock and links that can be made bad. One heap of
// events drawn from one seed: the same seed gives the same run, event by event (trace_hash).
//
// Sync links are connections as TCP's: in order and complete while they live; one that breaks loses
// what is under way. Live frames (PUB) may be lost, doubled and overtaken. A node dials its RILON's
// listening nodes and the coordinator, unless told otherwise.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <queue>
#include <set>

#include "node/control.pb.h"
#include "node/sync_frame.h"
#include "tests/support/daemon.h"
#include "tests/support/fault.h"

namespace rilon {

// A founded network with its officers, to be shared by many runs: founding costs more than a run.
struct Founded {
    explicit Founded(FoundingOptions options = {});
    TestNetwork network;
    std::map<std::string, TestOfficer> officers;  // By node, the coordinator's too.
};

// What goes wrong all the time, at random.
struct LinkQuality {
    std::uint64_t delay_max_ms = 20;
    unsigned live_lost_percent = 0;
    unsigned live_doubled_percent = 0;
    std::uint64_t live_late_ms = 0;     // Up to this much later than the delay: overtaking.
    unsigned crash_per_mille = 0;       // Per turn, before or after its commit.
    unsigned disk_error_per_mille = 0;  // Per turn: the process ends at the commit.
    auto operator<=>(const LinkQuality&) const = default;
};

struct PostWish {
    std::string audience;
    bool except_host = false;
    std::vector<std::string> exclude = {};
    std::vector<std::string> only = {};
    Precedence precedence = Precedence::routine;
    bool stale_directory = false;
    std::uint64_t purge_after_ms = 0;
    std::vector<Bytes> attached = {};
};

// A posting that the node acknowledged.
struct Posted {
    struct Part {
        AlertId alert;
        StreamId stream;
        std::set<NodeId> readers;  // Without the author.
        std::string name;          // As shown: person, document, letter.
    };
    std::string node;
    std::vector<Part> parts;
    AlertId alert() const { return parts.front().alert; }
};

// A frame as it leaves a node.
struct SentFrame {
    NodeId from;
    NodeId to;
    SyncHead head;
    const Bytes& payload;
    bool live = false;
};

class TestNet {
   public:
    TestNet(const Founded& founded, std::uint64_t seed);
    TestNet(const TestNet&) = delete;
    ~TestNet();

    // --- building ---
    Daemon& add(const std::string& name);
    void add_all();
    void start_all();
    // A spare of the founding that was admitted since: it starts from the network file.
    Daemon& enrol(const std::string& name);
    LinkQuality quality;
    // Does this node dial that one? Null: the default above.
    std::function<bool(const Daemon& from, const Daemon& to)> dials;

    // --- time ---
    UnixMillis now() const { return now_; }
    void run(std::uint64_t ms);
    bool run_until(const std::function<bool()>& done, std::uint64_t ms_max);
    void at(std::uint64_t delay_ms, std::function<void()> what);
    // Hours and days in which nobody does anything: daemons get a tick every few minutes only.
    void sleep(std::uint64_t ms);
    SeededRng& rng() { return rng_; }

    // --- faults ---
    void block(const NodeId& from, const NodeId& to, bool blocked);  // One direction.
    void cut(const std::string& one, const std::string& other);      // Both, and the connection.
    void heal(const std::string& one, const std::string& other);
    void heal_all();
    void kill(const std::string& name);
    void start(const std::string& name);
    // SIGSTOP and SIGCONT: what arrives in between waits; after three beats its peers hang up.
    void stop(const std::string& name);
    void resume(const std::string& name);
    // The node's clock shows this much more than the world's.
    void set_clock(const std::string& name, std::int64_t ahead_ms);
    // Up to so long between a turn and its outputs; 0: at once.
    void slow_disk(const std::string& name, std::uint64_t commit_ms_max);
    // No room for new entries: the node starts again without intake, and with it when there is
    // room.
    void fill_disk(const std::string& name);
    void free_disk(const std::string& name);
    bool connected(const NodeId& one, const NodeId& other) const;
    void disconnect(const NodeId& one, const NodeId& other);
    // Frames that a node did not send itself: a malicious one's.
    void inject(const NodeId& from, const NodeId& to, SyncType type, const std::string& payload);
    void inject_live(const NodeId& from, const NodeId& to, const Bytes& topic, const Bytes& entry);

    // --- officers and persons ---
    Result<proto::Response> request(const std::string& node, proto::Request request);
    Result<proto::Response> request(const std::string& node, const TransportPublicKey& key,
                                    proto::Request request);
    Result<Posted> post(const std::string& node, const PostWish& wish, const std::string& text);
    Result<Posted> supersede(const std::string& node, const AlertId& alert, const PostWish& wish,
                             const std::string& text);
    Result<Posted> withdraw(const std::string& node, const AlertId& alert);
    Result<Posted> narrow(const std::string& node, const AlertId& alert,
                          const proto::NarrowWish& wish);
    Result<Posted> confirm(const std::string& node, const AlertId& alert);
    Result<Posted> dispute(const std::string& node, const AlertId& alert,
                           const std::string& reason);
    Result<Posted> hit(const std::string& node, const AlertId& alert, const std::string& outcome);
    // Onward release: a reader asks that these may have it, or a body outside; the author's answer
    // to a request (its id, or its alert's); what `rilon release` lists at a node.
    static proto::PrepareRequest onward_wish(const AlertId& alert,
                                             const std::vector<std::string>& to,
                                             const std::string& outside, const std::string& reason);
    static proto::PrepareRequest onward_answer(const std::string& request, bool grant,
                                               const std::string& note);
    Result<std::vector<proto::Onward>> onward(const std::string& node);
    // An order to withdraw an alert of a revoked node, as signed by these, against the directory
    // that `node` has; and the withdrawal that carries it.
    Bytes orphan_order(const std::string& node, const NodeId& origin, const AlertId& alert,
                       const TestNetwork::Signers& signers, const std::string& reason = "error",
                       std::uint64_t valid_ms = statement_valid_ms);
    Result<Posted> withdraw_by_order(const std::string& node, const AlertId& alert,
                                     const Bytes& order);
    Result<proto::PreparedResponse> prepare(const std::string& node,
                                            const proto::PrepareRequest& what);
    // Lists them in the alert; hands them over between the two.
    static void list_attached(const std::vector<Bytes>& files, proto::Alert& alert);
    Status hand_over(const std::string& node, const std::string& ticket,
                     const std::vector<Bytes>& files);
    // As a reader saves it: piece by piece, and checked.
    Result<Bytes> attachment(const std::string& node, const AlertId& alert, std::uint32_t number);
    Result<Posted> commit(const std::string& node, const proto::PreparedResponse& prepared);
    Result<Posted> commit(const std::string& node, const TestOfficer& as,
                          const proto::PreparedResponse& prepared);
    Result<Posted> prepare_and_commit(const std::string& node, const proto::PrepareRequest& what,
                                      const std::vector<Bytes>& attached = {});
    // The next statement, drafted against the coordinator's directory and handed to it.
    Status submit(const std::function<Bytes(Drafter&)>& draft, const TestNetwork::Signers& signers);
    Status submit_as_node(const std::function<Bytes(Drafter&)>& draft, const std::string& node);

    // --- looking ---
    const TestNetwork& network() const { return founded_.network; }
    Daemon& daemon(const std::string& name) { return *daemons_.at(name); }
    const Daemon& daemon(const std::string& name) const { return *daemons_.at(name); }
    Daemon& coordinator() { return *daemons_.at("coordinator-1"); }
    const std::map<std::string, std::unique_ptr<Daemon>>& daemons() const { return daemons_; }
    Daemon* by_id(const NodeId& id);
    bool reads(const std::string& node, const AlertId& alert) const;
    bool withdrawn(const std::string& node, const AlertId& alert) const;
    // Called with every frame as it is sent, and after every turn of a daemon.
    std::function<void(const SentFrame&)> on_frame;
    std::function<void(Daemon&)> on_turn;
    // Return true to swallow the frame.
    std::function<bool(const SentFrame&)> filter;
    UnixMillis clock(const Daemon& daemon) const;
    FaultCounts faults;
    // The most events that ever waited for one daemon.
    std::size_t inbox_max() const { return inbox_max_; }
    // Our own bugs: a commit or a start that failed.
    const std::vector<std::string>& broken() const { return broken_; }
    void note(const std::string& what);  // One line of the trace.
    Hash32 trace_hash() const;
    std::uint64_t events() const { return events_; }
    const std::deque<std::string>& tail() const { return tail_; }  // The last events, for people.
    bool trace = false;                                            // Print every event.
    std::map<std::string, std::uint64_t> drops;                    // DropPeer outputs: "from to".

   private:
    struct Item {
        std::uint64_t at;
        std::uint64_t n;
        std::function<void()> what;
        bool operator>(const Item& other) const {
            return std::tie(at, n) > std::tie(other.at, other.n);
        }
    };
    using Pair = std::pair<NodeId, NodeId>;
    struct Connection {
        std::uint64_t id = 0;  // Another after each break.
        bool up = false;
        UnixMillis since{};
        std::map<NodeId, TransportPublicKey> shown;    // By either end.
        std::map<NodeId, std::uint64_t> last_arrival;  // By receiver: keeps the order.
        std::map<NodeId, std::deque<std::pair<std::uint64_t, Bytes>>> held;  // Blocked direction.
    };
    // A daemon as its world sees it.
    struct Box {
        std::vector<Event> events;
        bool scheduled = false;
        bool stopped = false;
        bool committing = false;  // Its outputs wait for a slow disk.
        std::uint64_t boots = 0;
        std::uint64_t ticks = 0;  // Only the tick scheduled last counts.
        std::uint64_t commit_ms_max = 0;
        std::int64_t ahead_ms = 0;
    };

    static Pair pair_of(const NodeId& one, const NodeId& other);
    bool wants_link(const Daemon& from, const Daemon& to) const;
    bool blocked(const NodeId& from, const NodeId& to) const {
        return blocked_.contains({from, to});
    }
    void step_one();
    void dial(const NodeId& from, const NodeId& to, std::uint64_t delay_ms);
    static std::optional<TransportPublicKey> key_let_in(const Daemon& dialler,
                                                        const Daemon& listener);
    void cut_replaced(const Daemon& daemon);
    void cut_all(const Daemon& daemon);
    void try_connect(const NodeId& from, const NodeId& to, std::uint64_t waited_ms);
    void deliver(const NodeId& to, Event event, std::uint64_t delay_ms = 0);
    void schedule_turn(Daemon& daemon, std::uint64_t delay_ms);
    void schedule_tick(Daemon& daemon);
    void tick_all();
    void turn(Daemon& daemon, std::vector<Event> events);
    CrashPoint draw_crash();
    void finish_turn(Daemon& daemon, std::vector<Output> outputs);
    void commit_failed(Daemon& daemon, const Error& why);
    void forget(Daemon& daemon);
    void perform(Daemon& daemon, std::vector<Output> outputs);
    void send(const NodeId& from, const NodeId& to, Bytes frame);
    void send_sync(Daemon& from, SendFrame frame);
    void arrive(const Pair& pair, std::uint64_t connection, const NodeId& to, Bytes frame,
                std::uint64_t at_ms);
    void publish(Daemon& from, const PublishLive& live);
    void live_to(const NodeId& from, const NodeId& to, const Bytes& topic, const Bytes& entry);
    std::uint64_t delay();

    const Founded& founded_;
    SeededRng rng_;
    std::uint64_t seed_;
    UnixMillis now_;
    std::map<std::string, std::unique_ptr<Daemon>> daemons_;
    std::map<NodeId, Daemon*> ids_;
    std::map<NodeId, Box> boxes_;
    std::map<Pair, Connection> connections_;
    std::set<Pair> blocked_;
    std::priority_queue<Item, std::vector<Item>, std::greater<>> heap_;
    std::uint64_t next_item_ = 0;
    std::uint64_t pace_ms_ = 0;  // Between ticks while the world sleeps.
    std::size_t inbox_max_ = 0;
    std::uint64_t next_connection_ = 1;
    std::uint64_t next_client_ = 1;
    std::uint64_t events_ = 0;
    std::map<ClientId, Bytes> answers_;
    std::vector<std::string> broken_;
    std::deque<std::string> tail_;
    crypto_generichash_state* trace_state_;
};

}  // namespace rilon
