// TestNet: its daemons, virtual time, and the turns of daemons.
#include "tests/support/test_net.h"

#include <algorithm>
#include <cstdio>

#include "protocol/grant.h"

namespace rilon {
namespace {
constexpr std::uint64_t sleeping_tick_ms = 20 * ms_minute;
constexpr std::uint64_t answer_ms_max = 20 * ms_second;
}  // namespace

Founded::Founded(FoundingOptions options) : network(std::move(options)) {
    SeededRng rng(network.options().seed ^ 0x0ff1ce);
    auto add = [&](const std::string& name) {
        officers.emplace(name, make_test_officer(network.id(), name, rng));
    };
    for (const std::string& name : network.node_names()) add(name);
    add("coordinator-1");
    for (const std::string& name : network.spare_names()) add(name);
}

TestNet::TestNet(const Founded& founded, std::uint64_t seed)
    : founded_(founded),
      rng_(seed),
      seed_(seed),
      now_(founded.network.time().plus(ms_minute)),
      trace_state_(new crypto_generichash_state) {
    crypto_generichash_init(trace_state_, nullptr, 0, 32);
}

TestNet::~TestNet() {
    delete trace_state_;
}

Daemon& TestNet::add(const std::string& name) {
    std::uint64_t own = seed_ * 1000003 + daemons_.size() + 1;
    auto made = std::make_unique<Daemon>(founded_.network, name, founded_.officers.at(name), own);
    Daemon& out = *made;
    ids_[out.id()] = &out;
    daemons_[name] = std::move(made);
    return out;
}

void TestNet::add_all() {
    add("coordinator-1");
    for (const std::string& name : founded_.network.node_names()) add(name);
}

void TestNet::start_all() {
    for (const auto& [name, daemon] : daemons_) start(name);
}

Daemon& TestNet::enrol(const std::string& name) {
    Daemon& out = add(name);
    out.wipe();
    out.options().network_file = encode_network_file(founded_.network.pin());
    return out;
}

Daemon* TestNet::by_id(const NodeId& id) {
    auto it = ids_.find(id);
    return it == ids_.end() ? nullptr : it->second;
}

UnixMillis TestNet::clock(const Daemon& daemon) const {
    auto box = boxes_.find(daemon.id());
    std::int64_t ahead = box == boxes_.end() ? 0 : box->second.ahead_ms;
    return UnixMillis{now_.value + static_cast<std::uint64_t>(ahead)};
}

// --- time -------------------------------------------------------------------------------------

void TestNet::at(std::uint64_t delay_ms, std::function<void()> what) {
    heap_.push({now_.value + delay_ms, next_item_++, std::move(what)});
}

void TestNet::step_one() {
    Item item = std::move(const_cast<Item&>(heap_.top()));
    heap_.pop();
    now_ = UnixMillis{std::max(now_.value, item.at)};
    item.what();
}

void TestNet::run(std::uint64_t ms) {
    UnixMillis end = now_.plus(ms);
    while (!heap_.empty() && heap_.top().at <= end.value) step_one();
    now_ = std::max(now_, end);  // An officer may have waited longer for his answer.
}

bool TestNet::run_until(const std::function<bool()>& done, std::uint64_t ms_max) {
    UnixMillis end = now_.plus(ms_max);
    while (!done()) {
        if (heap_.empty() || heap_.top().at > end.value) return false;
        step_one();
    }
    return true;
}

void TestNet::sleep(std::uint64_t ms) {
    pace_ms_ = sleeping_tick_ms;
    tick_all();
    run(ms);
    pace_ms_ = 0;
    tick_all();
}

// Everybody's next tick at the pace that now holds.
void TestNet::tick_all() {
    for (const auto& [id, daemon] : ids_)
        if (daemon->running()) schedule_tick(*daemon);
}

// The next tick, when the node wants it; one scheduled before is void. Jitter keeps daemons out of
// step.
void TestNet::schedule_tick(Daemon& daemon) {
    std::uint64_t wait = daemon.node().next_timer().since(clock(daemon));
    if (wait == 0) wait = ms_second;  // It is under way.
    // All at about the same moment: a beat wakes its receiver, and the network would never sleep.
    if (pace_ms_ > 0) wait = pace_ms_ - now_.value % pace_ms_;
    std::uint64_t mine = ++boxes_[daemon.id()].ticks;
    at(wait + rng_.below(100), [this, &daemon, mine] {
        if (!daemon.running() || boxes_[daemon.id()].ticks != mine) return;
        if (clock(daemon) >= daemon.node().next_timer()) schedule_turn(daemon, 0);
        schedule_tick(daemon);
    });
}

void TestNet::note(const std::string& what) {
    ++events_;
    std::string line = std::to_string(now_.value % 10'000'000'000) + " " + what;
    crypto_generichash_update(trace_state_, reinterpret_cast<const Byte*>(line.data()),
                              line.size());
    if (trace) std::fprintf(stderr, "%s\n", line.c_str());
    tail_.push_back(std::move(line));
    if (tail_.size() > 40) tail_.pop_front();
}

Hash32 TestNet::trace_hash() const {
    crypto_generichash_state copy = *trace_state_;
    Hash32 out;
    crypto_generichash_final(&copy, out.data(), 32);
    return out;
}

// --- turns ------------------------------------------------------------------------------------

void TestNet::start(const std::string& name) {
    Daemon& daemon = *daemons_.at(name);
    if (daemon.running()) return;
    Box& box = boxes_[daemon.id()];
    box.events.clear();
    box.stopped = box.committing = false;
    ++box.boots;
    note("start " + name);
    auto outputs = daemon.start(clock(daemon));
    if (!outputs.ok()) {
        broken_.push_back(name + " does not start: " + outputs.error().detail);
        return;
    }
    perform(daemon, std::move(*outputs));
    schedule_tick(daemon);
    for (const auto& [id, other] : ids_) {
        if (wants_link(daemon, *other)) dial(daemon.id(), id, rng_.below(50));
        if (wants_link(*other, daemon)) dial(id, daemon.id(), 50 + rng_.below(1000));
    }
}

void TestNet::kill(const std::string& name) {
    Daemon& daemon = *daemons_.at(name);
    if (!daemon.running()) return;
    daemon.kill();
    forget(daemon);
}

// It is not running any more: what waited for it is lost, and so are its connections.
void TestNet::forget(Daemon& daemon) {
    note("down " + daemon.name());
    Box& box = boxes_[daemon.id()];
    ++box.boots;
    box.events.clear();
    for (const auto& [id, other] : ids_)
        if (other != &daemon) disconnect(daemon.id(), id);
}

void TestNet::deliver(const NodeId& to, Event event, std::uint64_t delay_ms) {
    Daemon* daemon = by_id(to);
    if (daemon == nullptr || !daemon->running()) return;
    Box& box = boxes_[to];
    box.events.push_back(std::move(event));
    inbox_max_ = std::max(inbox_max_, box.events.size());
    schedule_turn(*daemon, delay_ms);
}

// What arrives within a moment is one batch.
void TestNet::schedule_turn(Daemon& daemon, std::uint64_t delay_ms) {
    Box& box = boxes_[daemon.id()];
    if (box.scheduled || box.stopped || box.committing) return;
    box.scheduled = true;
    at(delay_ms + rng_.below(3), [this, &daemon] {
        Box& now = boxes_[daemon.id()];
        now.scheduled = false;
        if (!daemon.running() || now.stopped || now.committing) return;
        std::vector<Event> events;
        events.swap(now.events);
        turn(daemon, std::move(events));
    });
}

CrashPoint TestNet::draw_crash() {
    if (quality.crash_per_mille > 0 && rng_.below(1000) < quality.crash_per_mille) {
        bool before = rng_.below(2) == 0;
        faults.add(before ? Fault::crash_before : Fault::crash_after);
        return before ? CrashPoint::before_commit : CrashPoint::after_commit;
    }
    if (quality.disk_error_per_mille > 0 && rng_.below(1000) < quality.disk_error_per_mille) {
        faults.add(Fault::disk_error);
        return rng_.below(2) == 0 ? CrashPoint::before_commit : CrashPoint::after_commit;
    }
    return CrashPoint::none;
}

void TestNet::turn(Daemon& daemon, std::vector<Event> events) {
    Box& box = boxes_[daemon.id()];
    auto outputs = daemon.turn(std::move(events), clock(daemon), draw_crash());
    if (!outputs.ok()) return commit_failed(daemon, outputs.error());
    if (!daemon.running()) {
        forget(daemon);
        std::string name = daemon.name();
        return at(100 + rng_.below(8000), [this, name] { start(name); });
    }
    if (box.commit_ms_max == 0 || outputs->empty()) return finish_turn(daemon, std::move(*outputs));
    faults.add(Fault::disk_slow);
    box.committing = true;
    auto waiting = std::make_shared<std::vector<Output>>(std::move(*outputs));
    at(1 + rng_.below(box.commit_ms_max), [this, &daemon, waiting, boot = box.boots] {
        Box& now = boxes_[daemon.id()];
        if (!daemon.running() || now.boots != boot) return;
        now.committing = false;
        finish_turn(daemon, std::move(*waiting));
        if (!now.events.empty()) schedule_turn(daemon, 0);
    });
}

void TestNet::finish_turn(Daemon& daemon, std::vector<Output> outputs) {
    perform(daemon, std::move(outputs));
    // Work that is due at once, as the loop would go on with it.
    if (daemon.running() && daemon.node().next_timer() <= clock(daemon)) schedule_turn(daemon, 1);
    if (on_turn) on_turn(daemon);
}

void TestNet::commit_failed(Daemon& daemon, const Error& why) {
    daemon.kill();
    forget(daemon);
    if (why.code == Errc::full) {  // As the loop: from the store, without intake.
        daemon.options().refuse_intake = true;
        return start(daemon.name());
    }
    broken_.push_back(daemon.name() + " commit failed: " + errc_name(why.code) + " " + why.detail);
}

void TestNet::perform(Daemon& daemon, std::vector<Output> outputs) {
    std::vector<SendFrame> frames;
    for (Output& output : outputs) {
        if (auto* frame = std::get_if<SendFrame>(&output)) frames.push_back(std::move(*frame));
        if (auto* live = std::get_if<PublishLive>(&output)) publish(daemon, *live);
        if (auto* answer = std::get_if<AnswerClient>(&output))
            answers_[answer->client] = std::move(answer->response);
        if (auto* query = std::get_if<RunQuery>(&output))
            answers_[query->client] = daemon.answer(query->request, clock(daemon));
        if (auto* drop = std::get_if<DropPeer>(&output)) {
            note("drop " + daemon.name() + " " + drop->peer.brief());
            if (const Daemon* gone = by_id(drop->peer)) ++drops[daemon.name() + " " + gone->name()];
            std::erase_if(boxes_[daemon.id()].events, [&](const Event& event) {
                const auto* frame = std::get_if<PeerFrame>(&event);
                return frame != nullptr && frame->peer == drop->peer;
            });
            disconnect(daemon.id(), drop->peer);
        }
        if (std::holds_alternative<AdmitPeers>(output)) cut_replaced(daemon);
        if (auto* change = std::get_if<ChangeIdentity>(&output); change && change->transport)
            cut_all(daemon);
        if (auto* line = std::get_if<LogLine>(&output); line != nullptr && trace)
            std::fprintf(stderr, "    %s: <%d> %s\n", daemon.name().c_str(), line->priority,
                         line->line.c_str());
    }
    std::stable_sort(frames.begin(), frames.end(), [](const SendFrame& a, const SendFrame& b) {
        return a.precedence > b.precedence;
    });
    for (SendFrame& frame : frames) send_sync(daemon, std::move(frame));
}

// An officer at the keyboard: the answer comes with the turn that took the request, later where the
// disk is slow, or never: the node went down.
Result<proto::Response> TestNet::request(const std::string& node, const TransportPublicKey& key,
                                         proto::Request request) {
    Daemon& one = daemon(node);
    if (!one.running()) return Error{Errc::unreachable, "the node is down"};
    ClientId client{next_client_++};
    request.set_id(client.value);
    Box& box = boxes_[one.id()];
    note("client " + node + " " + std::to_string(request.body_case()));
    box.events.push_back(ClientFrame{client, key, to_bytes(as_bytes(request.SerializeAsString()))});
    std::uint64_t boot = box.boots;
    if (!box.stopped && !box.committing) {
        std::vector<Event> events;
        events.swap(box.events);
        turn(one, std::move(events));
    }
    if (!answers_.contains(client))
        run_until([&] { return answers_.contains(client) || box.boots != boot; }, answer_ms_max);
    auto answer = answers_.extract(client);
    if (answer.empty()) return Error{Errc::unreachable, "no answer"};
    proto::Response response;
    if (!response.ParseFromArray(answer.mapped().data(), static_cast<int>(answer.mapped().size())))
        return Error{Errc::malformed, "an answer that does not parse"};
    if (response.has_failure())
        return Error{Errc::invalid,
                     response.failure().code() + ": " + response.failure().message()};
    return response;
}

}  // namespace rilon
