#include "tools/benchmark/registry.h"

#include <ctime>

#include "node/known_certificates.h"
#include "tools/benchmark/bench_node.h"
#include "tools/benchmark/bench_origin.h"

namespace rilon::bench {
namespace {

constexpr std::size_t stored_alerts = 2000;
constexpr std::size_t stored_alerts_quick = 200;
constexpr const char* reader = "can-bkk";
constexpr const char* author = "aus-bkk";

// Refs of invented alerts, as many as one likes, over the real entries of one stream.
class Stretched : public StoreView {
   public:
    Stretched(const StoreView& real, std::vector<EntryRef> entries)
        : real_(real), entries_(std::move(entries)) {}

    Result<std::optional<StoredEntry>> entry(const StreamId&, Seq seq) const override {
        return real_.entry(of(seq).stream, of(seq).seq);
    }
    Result<EntryKey> entry_key(const StreamId&, Seq seq) const override {
        return real_.entry_key(of(seq).stream, of(seq).seq);
    }
    Result<std::vector<StreamState>> streams() const override { return real_.streams(); }
    Result<std::vector<UnverifiedEntry>> range(const StreamId& stream, Seq from, Seq to,
                                               std::size_t max_bytes) const override {
        return real_.range(stream, from, to, max_bytes);
    }
    Result<std::vector<ArrivalRow>> arrivals(Arrival after, std::size_t max) const override {
        return real_.arrivals(after, max);
    }
    Arrival last_arrival() const override { return real_.last_arrival(); }
    Result<std::optional<EpochKey>> epoch_key(const StreamId& stream, Epoch epoch) const override {
        return real_.epoch_key(stream, epoch);
    }
    Result<std::vector<SearchRow>> search_records(Arrival after, std::size_t max) const override {
        return real_.search_records(after, max);
    }
    Result<std::optional<Slot>> slot(const StreamId& stream, Epoch epoch,
                                     const SlotTag& tag) const override {
        return real_.slot(stream, epoch, tag);
    }
    Result<std::vector<Slot>> slots(const StreamId& stream, Epoch epoch) const override {
        return real_.slots(stream, epoch);
    }
    Result<std::vector<DirectoryRecord>> directory(DirSeq from, std::size_t max) const override {
        return real_.directory(from, max);
    }
    Result<std::vector<AckRecord>> stream_acks(const StreamId& stream) const override {
        return real_.stream_acks(stream);
    }
    Result<std::vector<AckRecord>> entry_acks(const StreamId& stream, Seq seq) const override {
        return real_.entry_acks(stream, seq);
    }
    Result<std::vector<MailRow>> mail(std::uint64_t after, std::size_t max) const override {
        return real_.mail(after, max);
    }
    Result<std::optional<Bytes>> private_value(const std::string& name) const override {
        return real_.private_value(name);
    }
    Result<std::vector<StoredSecret>> secrets() const override { return real_.secrets(); }
    Result<std::vector<AuditRow>> audit(std::uint64_t from, std::size_t max) const override {
        return real_.audit(from, max);
    }
    Hash32 audit_head() const override { return real_.audit_head(); }
    Status verify_audit() const override { return real_.verify_audit(); }
    StoreUse use() const override { return real_.use(); }

   private:
    const EntryRef& of(Seq seq) const { return entries_[seq.value % entries_.size()]; }

    const StoreView& real_;
    std::vector<EntryRef> entries_;
};

// A node that caught up with `alerts` of another.
std::unique_ptr<ScriptedNode> node_with(BenchRun& run, std::size_t alerts) {
    const std::string dir = run.sub("registry");
    auto node = std::make_unique<ScriptedNode>(run.network, reader, BenchNodeOptions{dir});
    BenchOrigin origin(run.network, author, "BKK");
    Population persons(1);
    for (std::size_t i = 0; i < alerts; ++i) origin.add_alert(lookout(persons.next()));
    node->turn(origin.greeting());
    std::size_t last = 0;
    std::vector<Event> events;
    events.push_back(origin.push(0));
    node->turn(std::move(events));
    events = origin.replies(node->take_sent(), last);
    events.push_back(origin.heads());
    for (std::size_t turns = 0; node->status().alerts() != alerts; ++turns) {
        if (turns > 100000) give_up("P9: catch-up does not come to an end");
        node->turn(std::move(events));
        events = origin.replies(node->take_sent(), last);
    }
    return node;
}

std::vector<EntryRef> contents(const StoreView& store) {
    std::vector<EntryRef> out;
    for (const SearchRow& row : must(store.search_records(Arrival{}, 1u << 20), "search records"))
        out.push_back({row.stream, row.seq});
    if (out.empty()) give_up("P9: a store without alerts");
    return out;
}

}  // namespace

double thread_seconds() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

struct Registry::Parts {
    Parts(BenchRun& run, std::size_t alerts)
        : node(node_with(run, alerts)),
          store(*node->parts.store, contents(*node->parts.store)),
          directory(std::make_shared<const Directory>(run.network.directory())),
          self(node->parts.identity.id) {}
    std::unique_ptr<ScriptedNode> node;
    Stretched store;
    std::shared_ptr<const Directory> directory;
    NodeId self;
    Index index;
};

Registry::Registry(BenchRun& run, std::size_t persons)
    : parts_(std::make_unique<Parts>(run, run.quick ? stored_alerts_quick : stored_alerts)),
      persons_(persons) {
    const double began = thread_seconds();
    Population others = population();
    SeededRng rng(3);
    const StreamId stream = rng.bytes<StreamId>();
    const NodeId origin = run.network.node(author).id;
    for (std::size_t i = 0; i < persons; ++i) {
        proto::Operation operation;
        *operation.mutable_publish() = lookout(others.next());
        parts_->index.add({{stream, Seq{i + 1}},
                           origin,
                           Arrival{i + 1},
                           {},
                           0,
                           Index::make_record(alert_of(i), &operation)});
    }
    filled_s_ = thread_seconds() - began;
}

Registry::~Registry() = default;

const Index& Registry::index() const {
    return parts_->index;
}

void Registry::forget_signatures() {
    known_shown().forget_signatures();
}

AlertId Registry::alert_of(std::size_t person) {
    SeededRng rng(1000 + person);
    return rng.bytes<AlertId>();
}

proto::SearchResponse Registry::ask(const proto::SearchRequest& what) const {
    proto::Request request;
    request.set_id(1);
    *request.mutable_search() = what;
    Bytes bytes = answer_query(
        to_bytes(as_bytes(request.SerializeAsString())),
        {parts_->store, parts_->index, parts_->directory, parts_->self, 0, {}, {}, {}});
    return parse_response(bytes).search();
}

}  // namespace rilon::bench
