#include "node/loop.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "node/log.h"
#include "protocol/mutant.h"

namespace rilon {
namespace {

constexpr std::uint32_t wait_ms_max = 1000;
constexpr std::uint64_t clock_step_ms = 60 * ms_second;
constexpr double intake_again_ratio = 0.95;
constexpr int full_in_a_row_max = 3;

template <class T>
bool is(const StoreOp& op) {
    return std::holds_alternative<T>(op);
}

// Might a waiting feed or receipts request want to look again?
bool concerns_queries(const Batch& batch) {
    return std::any_of(batch.begin(), batch.end(), [](const StoreOp& op) {
        return is<PutEntry>(op) || is<PutBody>(op) || is<PutSearchRecord>(op) ||
               is<PutRemoval>(op) || is<Erase>(op) || is<PutAck>(op);
    });
}

}  // namespace

std::uint64_t request_id_of(ByteView message) {
    if (message.empty() || message[0] != 0x08) return 0;  // Field 1, varint.
    std::uint64_t value = 0;
    for (std::size_t i = 1; i < message.size() && i <= 10; ++i) {
        value |= static_cast<std::uint64_t>(message[i] & 0x7f) << (7 * (i - 1));
        if ((message[i] & 0x80) == 0) return value;
    }
    return 0;
}

Loop::Loop(LoopCore& core, Store& store, Transport& transport, const Clock& clock,
           LoopOptions options)
    : core_(core),
      store_(store),
      transport_(transport),
      clock_(clock),
      options_(std::move(options)),
      pool_(options_.helpers),
      queries_({[this](const Bytes& request) { return core_.answer(request); },
                [this](const Bytes& request) { return core_.wait_ms(request); },
                [this](const Bytes& response) { return core_.empty(response); },
                [this] { transport_.wake(); }},
               options_.query_queue_max) {
    queries_.pause();  // Until the core has started.
}

void Loop::stop() {
    stop_ = true;
    transport_.wake();
}

Status Loop::run() {
    now_ = minute_ = clock_.now();
    Status state = start(Intake::open);
    while (state.ok() && !stop_) state = turn();
    queries_.pause();
    return state;
}

Status Loop::start(Intake intake) {
    queries_.pause();
    Status started = core_.start(intake, now_);
    if (!started) return started;
    intake_ = intake;
    core_.renew(now_);
    queries_.resume();
    Outputs out;
    core_.greet(out);
    return finish(std::move(out));
}

std::uint32_t Loop::wait_ms() const {
    std::uint64_t due = core_.next_timer().since(now_);
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(due, wait_ms_max));
}

Status Loop::turn() {
    ++counters_.turns;
    if (waiting_.empty()) {
        std::vector<Event> events;
        Status polled = transport_.poll(wait_ms(), events);
        if (!polled) return polled;
        std::move(events.begin(), events.end(), std::back_inserter(waiting_));
    }
    if (options_.on_turn) options_.on_turn();
    UnixMillis before = now_;
    now_ = clock_.now();
    if (before.since(now_) > clock_step_ms) {
        // Every timer of the logic would stand still until the clock is back where it was.
        log_event(LogPriority::warning, "clock.back", {{"ms", std::to_string(before.since(now_))}});
        minute_ = now_;
        ++counters_.restarts;
        reset_peers();
        Status started = start(intake_);
        if (!started) return started;
    }
    for (AnswerClient& answer : queries_.take()) {
        answered(answer.client, answer.response);
        transport_.answer(answer);
    }
    if (now_.since(renewed_) >= ms_second || renewed_ > now_) {
        renewed_ = now_;
        core_.renew(now_);
    }
    Status done = round();
    if (!done) return done;
    if (check_erase_) done = erase();
    if (!done || now_.since(minute_) < ms_minute) return done;
    minute_ = now_;
    return each_minute();
}

Status Loop::round() {
    bool due = now_ >= core_.next_timer();
    if (waiting_.empty() && !due) return {};
    Outputs out;
    while (!waiting_.empty() && out.jobs.size() < jobs_per_turn) {
        Event event = std::move(waiting_.front());
        waiting_.pop_front();
        step(std::move(event), out);
        if (!mutant(Mutant::serial_commit)) continue;
        if (Status done = finish(std::exchange(out, {})); !done) return done;
    }
    if (due) core_.step(Tick{}, now_, out);
    return finish(std::move(out));
}

void Loop::step(Event event, Outputs& out) {
    if (const auto* frame = std::get_if<ClientFrame>(&event); frame && !take_request(*frame))
        return;
    if (const auto* gone = std::get_if<ClientGone>(&event)) {
        open_.erase(gone->client);
        queries_.forget(gone->client);
    }
    core_.step(std::move(event), now_, out);
}

void Loop::run_jobs(Outputs& out) {
    while (!out.jobs.empty()) {
        std::vector<Job> jobs = std::move(out.jobs);
        out.jobs.clear();
        std::vector<std::optional<JobResult>> results(jobs.size());
        pool_.run(jobs.size(), [&](std::size_t i) { results[i] = core_.run(std::move(jobs[i])); });
        for (auto& result : results) core_.step(JobDone{std::move(*result)}, now_, out);
    }
}

Status Loop::finish(Outputs out) {
    run_jobs(out);
    core_.flush(out);
    run_jobs(out);
    if (mutant(Mutant::answer_before_commit)) perform(std::exchange(out.after, {}));
    if (!out.writes.empty()) {
        Status committed = commit(std::move(out.writes));
        if (!committed) return commit_failed(committed);
    }
    perform(std::move(out.after));
    return {};
}

Status Loop::commit(Batch writes) {
    bool wanted = concerns_queries(writes);
    bool erases = std::any_of(writes.begin(), writes.end(), [](const StoreOp& op) {
        return is<Erase>(op) || is<DropSecret>(op);
    });
    Status done = store_.append(std::move(writes));
    if (!done) return done;
    ++counters_.commits;
    full_in_a_row_ = 0;
    check_erase_ = check_erase_ || erases;
    core_.renew(now_);
    if (wanted) queries_.arrived();
    return {};
}

Status Loop::commit_failed(const Status& why) {
    log_event(LogPriority::critical, "commit.failed",
              {{"code", errc_name(why.code())}, {"why", why.error().detail}});
    // Anything but a full disk: nobody knows what is on it now. The process ends, nobody is
    // answered, the supervisor starts it again from what is durable.
    if (why.code() != Errc::full || ++full_in_a_row_ > full_in_a_row_max) return why;
    ++counters_.restarts;
    for (const auto& [client, requests] : std::exchange(open_, {}))
        for (std::uint64_t id : requests)
            transport_.answer({client, core_.failure(id, Errc::full)});
    reset_peers();
    return start(Intake::refused);
}

void Loop::perform(std::vector<Output> outputs) {
    std::vector<SendFrame> frames;
    for (Output& output : outputs) {
        if (auto* frame = std::get_if<SendFrame>(&output))
            frames.push_back(std::move(*frame));
        else
            perform_one(output);
    }
    std::stable_sort(frames.begin(), frames.end(), [](const SendFrame& a, const SendFrame& b) {
        return a.precedence > b.precedence;
    });
    for (SendFrame& frame : frames) transport_.send(std::move(frame));
}

void Loop::perform_one(Output& output) {
    if (auto* live = std::get_if<PublishLive>(&output)) transport_.publish(*live);
    if (auto* admit = std::get_if<AdmitPeers>(&output)) transport_.admit(*admit);
    if (auto* drop = std::get_if<DropPeer>(&output)) transport_.drop(drop->peer);
    if (auto* change = std::get_if<ChangeIdentity>(&output); change && options_.on_identity) {
        const bool transport = change->transport.has_value();
        options_.on_identity(std::move(*change));
        if (transport) transport_.rekey();
    }
    if (auto* line = std::get_if<LogLine>(&output)) log_line(line->priority, line->line);
    if (auto* answer = std::get_if<AnswerClient>(&output)) {
        answered(answer->client, answer->response);
        transport_.answer(*answer);
    }
    if (auto* query = std::get_if<RunQuery>(&output)) {
        ClientId client = query->client;
        std::uint64_t id = request_id_of(query->request);
        answered(client, query->request);  // The worker's from here on; its queue is bounded.
        if (!queries_.ask(std::move(*query))) refuse(client, id, Errc::busy);
    }
}

Status Loop::erase() {
    check_erase_ = false;
    if (!store_.use().erase_pending) return {};
    auto erased = store_.erase();
    if (!erased) {
        log_event(LogPriority::error, "erase.failed",
                  {{"code", errc_name(erased.code())}, {"why", erased.error().detail}});
        // On a full disk it is tried again each minute; the Erase itself is durable.
        if (erased.code() == Errc::full) return {};
        return erased.error();
    }
    waiting_.emplace_front(ErasedEvent{std::move(*erased)});
    return round();
}

// What they sent before goes with the links.
void Loop::reset_peers() {
    transport_.reset_peers();
    std::erase_if(waiting_, [](const Event& event) {
        return std::holds_alternative<PeerUp>(event) || std::holds_alternative<PeerDown>(event) ||
               std::holds_alternative<PeerFrame>(event) || std::holds_alternative<LiveFrame>(event);
    });
}

Status Loop::each_minute() {
    check_erase_ = true;
    if (intake_ == Intake::refused && store_.use().ratio() < intake_again_ratio) {
        log_event(LogPriority::notice, "intake.again");
        reset_peers();
        Status started = start(Intake::open);
        if (!started) return started;
    }
    watch_readers();
    return options_.on_minute ? options_.on_minute() : Status();
}

// Our own reads end by themselves; a copy that somebody makes, or a program that hangs, can keep
// every page alive that was freed since.
void Loop::watch_readers() {
    const StoreUse use = store_.use();
    if (use.oldest_read != 0 && use.oldest_read == oldest_read_ &&
        use.commits_since_oldest_read > 0)
        log_event(LogPriority::warning, "store.read_held_open",
                  {{"process", std::to_string(use.oldest_reader)},
                   {"commits_since", std::to_string(use.commits_since_oldest_read)},
                   {"note", "the store grows until that process ends its read"}});
    oldest_read_ = use.oldest_read;
}

bool Loop::take_request(const ClientFrame& frame) {
    std::uint64_t id = request_id_of(frame.request);
    auto& open = open_[frame.client];
    if (open.size() >= options_.open_requests_max) {
        refuse(frame.client, id, Errc::busy);
        return false;
    }
    open.push_back(id);
    return true;
}

void Loop::answered(ClientId client, ByteView response) {
    auto found = open_.find(client);
    if (found == open_.end()) return;
    auto& ids = found->second;
    auto at = std::find(ids.begin(), ids.end(), request_id_of(response));
    if (at != ids.end()) ids.erase(at);
    if (ids.empty()) open_.erase(found);
}

void Loop::refuse(ClientId client, std::uint64_t request_id, Errc code) {
    ++counters_.busy;
    transport_.answer({client, core_.failure(request_id, code)});
}

}  // namespace rilon
