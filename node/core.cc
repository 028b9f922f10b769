#include "node/core.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>

#include "node/lease.h"
#include "protocol/mutant.h"
#include "protocol/statement.h"

namespace rilon {
namespace {

struct SearchPage {
    std::vector<IndexedEntry> rows;
    bool last = false;
};

Result<SearchPage> read_search_page(const StoreView& store, Arrival after) {
    constexpr std::size_t rows_max = 2048;
    auto rows = store.search_records(after, rows_max);
    if (!rows.ok()) return rows.error();
    SearchPage out{{}, rows->size() < rows_max};
    out.rows.reserve(rows->size());
    for (const SearchRow& row : *rows) {
        IndexedEntry entry{{row.stream, row.seq}, {}, row.n, {}, 0, {}};
        if (!entry.record.ParseFromArray(row.record.data(), static_cast<int>(row.record.size())))
            return {Errc::damaged, "a stored search record does not parse"};
        entry.received = UnixMillis{entry.record.received_ms()};
        entry.precedence = static_cast<std::uint8_t>(entry.record.precedence() & 3);
        out.rows.push_back(std::move(entry));
    }
    return out;
}

}  // namespace

NodeCore::NodeCore(NodeIdentity& identity, const NodeOptions& options, const StoreView& store,
                   Rng& rng)
    : identity_(identity),
      options_(options),
      store_(store),
      rng_(rng),
      directory_(identity.network),
      quota_(options.origin_bytes_per_day),
      slots_taken_(options.origin_bytes_per_day) {}

// --- start ------------------------------------------------------------------------------------

Status NodeCore::load(UnixMillis now) {
    now_ = started_ = ticked_ = now;
    next_arrival_ = store_.last_arrival().next();
    index_.review_alerts_of(identity_.id);
    if (Status status = load_directory(); !status.ok()) return status;
    if (Status status = load_suspends(); !status.ok()) return status;
    if (Status status = directory_.empty() ? Status() : load_checkpoints(); !status.ok())
        return status;
    if (Status status = load_streams(); !status.ok()) return status;
    if (Status status = load_private(); !status.ok()) return status;
    if (Status status = load_restored(); !status.ok()) return status;
    if (Status status = load_drafts(); !status.ok()) return status;
    if (Status status = load_keys(); !status.ok()) return status;
    if (Status status = load_checks(); !status.ok()) return status;
    if (Status status = load_history(); !status.ok()) return status;
    if (Status status = load_kept(); !status.ok()) return status;
    return load_index();
}

Status NodeCore::load_directory() {
    constexpr std::size_t page = 256;
    for (DirSeq from{};;) {
        auto records = store_.directory(from, page);
        if (!records.ok()) return records.error();
        for (auto& record : *records) {
            if (Status status = directory_.apply(std::move(record)); !status.ok())
                return {Errc::damaged,
                        "a stored directory record does not apply: " + status.error().detail};
        }
        if (records->size() < page) break;
        from = DirSeq{directory_.size()};
    }
    return {};
}

Status NodeCore::load_streams() {
    auto streams = store_.streams();
    if (!streams.ok()) return streams.error();
    auto restored = store_.private_value(restored_name);
    if (!restored.ok()) return restored.error();
    restored_ = restored->has_value();
    auto stored = store_.private_value("retired");
    if (!stored.ok()) return stored.error();
    std::set<StreamId> retired;
    if (stored->has_value()) {
        ByteReader in(**stored);
        while (!in.rest().empty() && !in.failed()) retired.insert(in.fixed<StreamId>());
    }
    for (auto& state : *streams) {
        StreamInfo info;
        info.state = std::move(state);
        const StreamState& s = info.state;
        info.closed = s.epoch_open && s.epoch.value > 0 ? Epoch{s.epoch.value - 1} : s.epoch;
        if (s.epoch_open) {
            auto key = store_.epoch_key(s.id, s.epoch);
            if (!key.ok()) return key.error();
            info.key = std::move(*key);
            info.key_epoch = s.epoch;
        }
        if (is_self(s.origin)) {
            info.retired = retired.contains(s.id);
            info.confirmed = mutant(Mutant::trust_own_store);
            auto acks = store_.stream_acks(s.id);
            if (!acks.ok()) return acks.error();
            for (const auto& ack : *acks) info.held_by[ack.node] = ack;
            auto grant = store_.entry(s.id, s.grant_seq);
            if (grant.ok() && grant->has_value()) info.granted = (*grant)->received;
        }
        auto definition = store_.private_value("definition." + s.id.hex());
        if (!definition.ok()) return definition.error();
        if (definition->has_value()) {
            auto parsed = parse_definition(**definition);
            if (!parsed.ok()) return parsed.error();
            info.definition = std::move(*parsed);
        }
        auto carried = store_.private_value("carried." + s.id.hex());
        if (!carried.ok()) return carried.error();
        if (carried->has_value()) {
            ByteReader in(**carried);
            while (!in.rest().empty() && !in.failed())
                info.carried_for.push_back(in.fixed<NodeId>());
        }
        if (Status read = load_unchecked(info); !read.ok()) return read;
        if (Status read = load_lacking(info); !read.ok()) return read;
        streams_.emplace(s.id, std::move(info));
    }
    return {};
}

Status NodeCore::load_private() {
    auto value = [&](const char* name) { return store_.private_value(name); };
    auto checkpoint = value("checkpoint");
    auto officers = value("officers");
    auto consumers = value("consumers");
    auto missing = value("missing-keys");
    auto redacts = value("redacts");
    auto owed = value("owed");
    auto to_open = value("to-open");
    auto rebuilt = value("rebuilt");
    auto said_as = value("said-as");
    for (const auto* read : {&checkpoint, &officers, &consumers, &missing, &redacts, &owed,
                             &to_open, &rebuilt, &said_as})
        if (!read->ok()) return read->error();
    rebuilt_ = rebuilt->has_value();
    if (said_as->has_value()) said_as_ = Generation{ByteReader(**said_as).u16()};
    if (checkpoint->has_value() && !directory_.empty()) {
        auto parsed =
            verify_checkpoint(identity_.network, directory_.now().online_pk, **checkpoint);
        if (parsed.ok()) {
            checkpoint_ = **checkpoint;
            newest_checkpoint_ = *parsed;
        }
    }
    if (officers->has_value())
        if (Status status = officers_.load(**officers); !status.ok()) return status;
    if (consumers->has_value()) {
        ByteReader in(**consumers);
        while (!in.rest().empty() && !in.failed()) {
            std::string name(as_text(in.raw(in.u8())));
            consumers_[name] = Arrival{in.u64()};
        }
    }
    if (missing->has_value()) {
        ByteReader in(**missing);
        while (!in.rest().empty() && !in.failed()) {
            auto id = in.fixed<StreamId>();
            Epoch epoch{in.u32()};
            missing_[id].push_back({epoch, Seq{in.u64()}, {}});
        }
    }
    if (redacts->has_value() && !mutant(Mutant::forget_redacts)) {
        ByteReader in(**redacts);
        while (!in.rest().empty() && !in.failed()) {
            auto id = in.fixed<StreamId>();
            UnixMillis since{in.u64()};
            SeqRange range{Seq{in.u64()}, Seq{in.u64()}};
            redacts_.push_back({id, {range}, since});
        }
    }
    if (to_open->has_value()) {
        ByteReader in(**to_open);
        while (!in.rest().empty() && !in.failed()) {
            auto id = in.fixed<StreamId>();
            Epoch epoch{in.u32()};
            to_open_[{id, epoch}] = saved_to_open_[{id, epoch}] = Seq{in.u64()};
        }
    }
    if (owed->has_value() && !mutant(Mutant::forget_owed)) {
        ByteReader in(**owed);
        while (!in.rest().empty() && !in.failed()) {
            auto id = in.fixed<StreamId>();
            owed_.insert({id, Seq{in.u64()}});
        }
    }
    if (!store_.use().erase_pending) take_up_owed();
    constexpr std::size_t page = 1024;
    for (std::uint64_t after = 0;;) {
        auto rows = store_.mail(after, page);
        if (!rows.ok()) return rows.error();
        if (mutant(Mutant::forget_mail)) break;
        for (auto& row : *rows) {
            after = row.n;
            mail_.restore(std::move(row));
        }
        if (rows->size() < page) break;
    }
    return {};
}

Status NodeCore::load_index() {
    auto page = read_search_page(store_, Arrival{});
    while (page.ok()) {
        // Opening and parsing take about as long as indexing: the next page is read meanwhile.
        std::future<Result<SearchPage>> next;
        if (!page->last)
            next = std::async(std::launch::async, [this, after = page->rows.back().arrival] {
                return read_search_page(store_, after);
            });
        for (IndexedEntry& entry : page->rows) take_up_record(entry);
        if (!next.valid()) break;
        page = next.get();
    }
    if (!page.ok()) return page.error();
    take_up_opening();
    for (auto& redact : redacts_)
        if (const StreamInfo* info = stream(redact.stream)) hide_what_waits(*info, redact);
    store_.forget_pages();
    return {};
}

void NodeCore::take_up_record(IndexedEntry& entry) {
    if (const StreamInfo* info = stream(entry.ref.stream)) entry.origin = info->state.origin;
    auto check = to_check_.find(entry.ref.stream);
    if (check == to_check_.end() || entry.ref.seq < check->second)
        entry.record.set_officer_unchecked(false);
    auto alert = AlertId::parse(entry.record.alert_id());
    if (entry.record.operation() == proto::SearchRecord::REMOVED)
        take_up_removal(entry);
    else if (alert.ok() && entitled(entry, *alert))
        index_.add(entry);
}

void NodeCore::greet(Outputs& out) {
    out_ = &out;
    begin_directory();
    if (officers_.empty() && !options_.first_administrator.empty()) {
        proto::OfficerRequest request;
        if (request.ParseFromArray(options_.first_administrator.data(),
                                   static_cast<int>(options_.first_administrator.size()))) {
            Status status = add_officer(request, "administrator", rng_.bytes<OfficerId>());
            if (!status.ok()) log(3, "first_administrator_refused why=" + status.error().detail);
        }
    }
    miss_lost_keys();
    if (restored_) begin_restored();
    if (identity_.online.has_value() && !directory_.empty() && !rebuilt_) issue_checkpoint();
    emit(admitted());
    keep_keys();
    out_ = nullptr;
}

// --- dispatch ---------------------------------------------------------------------------------

void NodeCore::step(Event event, UnixMillis now, Outputs& out) {
    // The clock may step back; timers compare, order comes from seq alone.
    now_ = now;
    out_ = &out;
    struct Dispatch {
        NodeCore& core;
        void operator()(const PeerUp& e) { core.peer_up(e.peer); }
        void operator()(const PeerDown& e) { core.peer_down(e.peer); }
        void operator()(const PeerFrame& e) { core.on_frame(e); }
        void operator()(const LiveFrame& e) { core.on_live(e); }
        void operator()(const ClientFrame& e) { core.on_client(e); }
        void operator()(const ClientGone& e) {
            std::erase_if(core.held_waits_,
                          [&](const HeldWait& wait) { return wait.client == e.client; });
            std::erase_if(core.held_posts_,
                          [&](const HeldPost& post) { return post.client == e.client; });
        }
        void operator()(JobDone& e) {
            auto& body = e.result.body;
            if (auto* entry = std::get_if<EntryChecked>(&body)) core.on_checked(std::move(*entry));
            if (auto* opened = std::get_if<EntryOpened>(&body)) core.on_opened(std::move(*opened));
            if (auto* post = std::get_if<PostChecked>(&body)) core.on_post_checked(*post);
            if (auto* again = std::get_if<Rechecked>(&body)) core.on_rechecked(*again);
        }
        void operator()(const ErasedEvent& e) { core.on_erased(e.entries); }
        void operator()(const Tick&) { core.on_tick(); }
    };
    std::visit(Dispatch{*this}, event);
    out_ = nullptr;
}

void NodeCore::on_tick() {
    ticked_ = now_;
    beat();
    if (!directory_.empty()) sign_heads(false);
    expire_due();
    settle_given();
    seal_expired();
    apply_redacts();  // Before anything is on its way to be opened.
    open_some();
    take_history();
    check_officers();
    ask_slots(false);
    retry_fetches();
    find_withheld();
    acknowledge_erased();
    repair();
    recheck();
    keep_no_longer();
    ask_for_bodies();
    ask_own_heads_again();
    finish_resync();
    found_successors();
    release_held_posts();
    for (auto it = tickets_.begin(); it != tickets_.end();)
        it = it->second.until < now_ && it->second.checks_left == 0 ? tickets_.erase(it)
                                                                    : std::next(it);
    prune_attachments();
    if (identity_.online.has_value() && !rebuilt_ && newest_checkpoint_.has_value() &&
        now_.since(newest_checkpoint_->issued) >= checkpoint_every_ms)
        issue_checkpoint();
    prune_drafts();
    prune_suspends();
    keep_keys();
    prune_kept();
    for (const auto& [id, peer] : peers_)
        if (peer.up) send_mail(id);
    check_held_waits();
}

void NodeCore::flush(Outputs& out) {
    out_ = &out;
    if (history_.look_again) settle_history();
    merge_queued();
    save_checks();
    continue_fetches();
    ask_for_unknown();
    ask_for_behind();
    flush_acks();
    push_pending();
    for (const StreamId& id : dirty_) {
        StreamInfo& info = streams_.at(id);
        info.dirty = false;
        if (std::exchange(info.lacking_dirty, false)) save_lacking(info);
        if (info.state.founded) write(PutStream{info.state});
    }
    dirty_.clear();
    for (auto& [id, peer] : peers_) peer.answered_bytes = 0;
    out_ = nullptr;
}

UnixMillis NodeCore::next_timer() const {
    if (!to_open_.empty() && !options_.refuse_intake) return now_;
    // Who asked a moment ago asks more: his next request shall not wait behind a batch of checks.
    bool asker_first = now_.since(asked_) < asker_first_ms;
    if (index_.officers_unchecked() > 0 && !options_.refuse_intake && !asker_first)
        return ticked_.plus(check_pause_ms);
    return ticked_.plus(ms_second);  // Not of the last step: a steady stream of events is no tick.
}

// --- small things all files use ---------------------------------------------------------------

void NodeCore::log(int priority, std::string line) {
    emit(LogLine{priority, std::move(line)});
}

StreamInfo* NodeCore::stream(const StreamId& id) {
    auto it = streams_.find(id);
    return it == streams_.end() ? nullptr : &it->second;
}
const StreamInfo* NodeCore::stream(const StreamId& id) const {
    auto it = streams_.find(id);
    return it == streams_.end() ? nullptr : &it->second;
}

const AudienceInfo* NodeCore::standing(const StreamInfo& info) const {
    return directory_.empty() ? nullptr : directory_.now().audience(info.state.audience);
}

void NodeCore::touch(StreamInfo& info) {
    ++changes_;
    info.dirty = true;
    dirty_.insert(info.state.id);
}

std::vector<NodeId> NodeCore::members(const StreamInfo& info) const {
    if (directory_.empty()) return {};
    if (const AudienceInfo* audience = standing(info)) return audience->members;
    if (info.definition.has_value())
        return derived_members(directory_.now(), *info.definition, info.state.origin);
    return {};
}

bool NodeCore::may_hold(const NodeId& peer, const StreamInfo& info) const {
    if (directory_.empty()) return false;
    const DirectoryState& state = directory_.now();
    if (state.coordinator(peer) != nullptr || mutant(Mutant::serve_anyone) ||
        mutant(Mutant::filter_not_key))
        return true;
    const NodeRecord* node = state.node(peer);
    if (node == nullptr || node->standing != Standing::good) return false;
    if (state.audience(info.state.audience) != nullptr)
        return state.is_member(info.state.audience, peer);
    if (peer == info.state.origin) return true;
    if (is_coordinator())
        return std::find(info.carried_for.begin(), info.carried_for.end(), peer) !=
               info.carried_for.end();
    if (!info.definition.has_value()) return false;
    auto readers = derived_members(state, *info.definition, info.state.origin);
    return std::binary_search(readers.begin(), readers.end(), peer);
}

std::string NodeCore::node_name(const NodeId& id) const {
    if (!directory_.empty()) {
        if (const NodeRecord* node = directory_.now().node(id)) return node->name;
        if (const CoordinatorInfo* c = directory_.now().coordinator(id)) return c->name;
    }
    return id.brief();
}

}  // namespace rilon
