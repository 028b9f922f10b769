// The loop with a small logic, a transport in memory and a store that can be made to fail.
#include "node/loop.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "store/memory_store.h"

namespace rilon {
namespace {

Bytes request(std::uint64_t id, const std::string& text) {
    Bytes out{0x08, static_cast<Byte>(id)};
    for (char c : text) out.push_back(static_cast<Byte>(c));
    return out;
}
std::string text_of(const Bytes& message) {
    return std::string(as_text(message)).substr(2);
}

class FakeClock : public Clock {
   public:
    UnixMillis now() const override { return time; }
    UnixMillis time{1000000};
};

class FakeTransport : public Transport {
   public:
    Status poll(std::uint32_t wait_ms, std::vector<Event>& events) override {
        if (script.empty()) {
            std::unique_lock lock(mutex_);
            woken_.wait_for(lock, std::chrono::milliseconds(std::min(wait_ms, 20u)),
                            [&] { return wake_; });
            wake_ = false;
        }
        if (!script.empty()) {
            events = std::move(script.front());
            script.pop_front();
        } else if (on_idle) {
            on_idle();
        }
        return {};
    }
    void send(SendFrame frame) override {
        log.push_back("send " + std::string(as_text(frame.payload)));
    }
    void publish(const PublishLive&) override { log.push_back("publish"); }
    void answer(const AnswerClient& a) override { log.push_back("answer " + text_of(a.response)); }
    void admit(const AdmitPeers&) override { log.push_back("admit"); }
    void drop(const NodeId&) override { log.push_back("drop"); }
    void reset_peers() override { log.push_back("reset"); }
    void rekey() override { log.push_back("rekey"); }
    const TransportCounters& counters() const override { return counters_; }
    void wake() override {
        std::lock_guard lock(mutex_);
        wake_ = true;
        woken_.notify_all();
    }

    std::deque<std::vector<Event>> script;
    std::function<void()> on_idle;  // Nothing left to do: usually stop.
    std::vector<std::string> log;

   private:
    std::mutex mutex_;
    std::condition_variable woken_;
    bool wake_ = false;
    TransportCounters counters_;
};

// Requests: "w…" writes and answers, "j…" is answered after a job, "q…" is a query.
class FakeCore : public LoopCore {
   public:
    Status start(Intake intake, UnixMillis) override {
        starts.push_back(intake);
        return {};
    }
    void greet(Outputs& out) override { out.after.emplace_back(AdmitPeers{}); }
    void step(Event event, UnixMillis, Outputs& out) override {
        if (auto* frame = std::get_if<ClientFrame>(&event)) ask(*frame, out);
        if (auto* done = std::get_if<JobDone>(&event)) {
            auto& result = std::get<PostChecked>(done->result.body);
            order.push_back(result.post);
            write(out, "j" + std::to_string(result.post), ClientId{1});
        }
        if (std::holds_alternative<Tick>(event)) {
            ++ticks;
            timer = UnixMillis{~0ull};
        }
    }
    void flush(Outputs& out) override {
        ++flushes;
        (void)out;
    }
    UnixMillis next_timer() const override { return timer; }
    void renew(UnixMillis) override {}
    JobResult run(Job job) const override {
        return {PostChecked{std::get<CheckPostJob>(job.body).post, true}};
    }
    Bytes answer(const Bytes& query) override {
        return request(request_id_of(query), quiet ? "empty" : "found");
    }
    std::uint32_t wait_ms(const Bytes&) const override { return wait; }
    bool empty(const Bytes& response) const override { return text_of(response) == "empty"; }
    Bytes failure(std::uint64_t id, Errc code) const override {
        return request(id, std::string("failure ") + errc_name(code));
    }

    std::vector<Intake> starts;
    std::vector<std::uint64_t> order;
    UnixMillis timer{~0ull};
    int ticks = 0;
    int flushes = 0;
    std::atomic<bool> quiet{false};
    std::uint32_t wait = 0;

   private:
    void write(Outputs& out, const std::string& text, ClientId client) {
        out.writes.emplace_back(PutPrivate{"x", Bytes(1)});
        SendFrame low{{}, Precedence::routine, {}, to_bytes(as_bytes("low"))};
        SendFrame high{{}, Precedence::flash, {}, to_bytes(as_bytes("high"))};
        if (text == "wkey") {
            ChangeIdentity change;
            change.transport = TransportPublicKey{};
            out.after.emplace_back(std::move(change));
            out.after.emplace_back(ChangeIdentity{});
        }
        if (text == "wsend") {
            out.after.emplace_back(low);
            out.after.emplace_back(high);
        }
        out.after.emplace_back(AnswerClient{client, request(text.back() % 64u, text)});
    }
    void ask(const ClientFrame& frame, Outputs& out) {
        std::string text = text_of(frame.request);
        if (text[0] == 'w') write(out, text, frame.client);
        if (text[0] == 'q') out.after.emplace_back(RunQuery{frame.client, frame.request, {}});
        if (text[0] == 'j')
            out.jobs.push_back({CheckPostJob{request_id_of(frame.request), {}, {}, {}}});
    }
};

class LoopTest : public testing::Test {
   protected:
    LoopTest() {
        store.disk()->before_append = [this]() -> Status {
            transport.log.push_back("commit");
            if (failures.empty()) return {};
            Errc code = failures.front();
            failures.pop_front();
            return {code, "told to"};
        };
    }
    Status go() {
        transport.log.clear();
        Loop loop(core, store, transport, clock, options);
        if (!transport.on_idle) transport.on_idle = [&] { loop.stop(); };
        running = &loop;
        Status ended = loop.run();
        counters = loop.counters();
        return ended;
    }
    std::vector<Event> ask(std::initializer_list<std::string> texts) {
        std::vector<Event> out;
        for (const std::string& text : texts)
            out.emplace_back(ClientFrame{ClientId{1}, {}, request(next_++, text)});
        return out;
    }
    long count(const std::string& line) const {
        return std::count(transport.log.begin(), transport.log.end(), line);
    }
    FakeClock clock;
    FakeTransport transport;
    MemoryStore store;
    std::deque<Errc> failures;  // What the next commits end with.
    FakeCore core;
    LoopOptions options;
    LoopCounters counters;
    Loop* running = nullptr;

   private:
    std::uint64_t next_ = 1;
};

TEST_F(LoopTest, WhateverOnePollBroughtSharesOneCommitBeforeAnyAnswer) {
    transport.script.push_back(ask({"wa", "wb", "wc"}));
    ASSERT_TRUE(go().ok());
    EXPECT_EQ(transport.log,
              (std::vector<std::string>{"admit", "commit", "answer wa", "answer wb", "answer wc"}));
    EXPECT_EQ(counters.commits, 1u);
}

TEST_F(LoopTest, UrgentFramesGoFirst) {
    transport.script.push_back(ask({"wsend"}));
    ASSERT_TRUE(go().ok());
    EXPECT_EQ(transport.log, (std::vector<std::string>{"admit", "commit", "answer wsend",
                                                       "send high", "send low"}));
}

// The sockets are made anew when the identity has the key, and it when the commit is done.
TEST_F(LoopTest, AnotherTransportKeyIsShownAfterTheCommitAndTheIdentity) {
    options.on_identity = [&](const ChangeIdentity& change) {
        transport.log.push_back(change.transport ? "identity with a key" : "identity");
    };
    transport.script.push_back(ask({"wkey"}));
    ASSERT_TRUE(go().ok());
    EXPECT_EQ(transport.log, (std::vector<std::string>{"admit", "commit", "identity with a key",
                                                       "rekey", "identity", "answer wkey"}));
}

TEST_F(LoopTest, JobsComeBackInTheirOrderAndShareTheCommit) {
    options.helpers = 3;
    transport.script.push_back(ask({"j", "j", "j", "j", "j", "j", "j", "j"}));
    ASSERT_TRUE(go().ok());
    EXPECT_EQ(core.order, (std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6, 7, 8}));
    EXPECT_EQ(counters.commits, 1u);
}

// Row 41: a flood of frames with checks to make takes turns with everything else.
TEST_F(LoopTest, Row41AFloodOfChecksIsSpreadOverTurns) {
    constexpr std::size_t many = 4 * jobs_per_turn;
    std::vector<Event> flood;
    std::vector<std::uint64_t> expected;
    for (std::size_t i = 0; i < many; ++i) {
        std::uint64_t id = 1 + i % 100;
        expected.push_back(id);
        flood.emplace_back(ClientFrame{ClientId{1000 + i}, {}, request(id, "j")});
    }
    transport.script.push_back(std::move(flood));
    transport.script.push_back(ask({"wlast"}));
    ASSERT_TRUE(go().ok());
    EXPECT_EQ(core.order, expected);
    EXPECT_GE(counters.commits, many / jobs_per_turn + 1);
    EXPECT_EQ(transport.log.back(), "answer wlast");
}

// Row 10: nobody is answered, nothing is tried again, the process is to end.
TEST_F(LoopTest, Row10DiskErrorEndsTheLoopWithoutAnAnswer) {
    failures = {Errc::io};
    transport.script.push_back(ask({"wa", "wb"}));
    transport.script.push_back(ask({"wc"}));
    EXPECT_EQ(go().code(), Errc::io);
    EXPECT_EQ(transport.log, (std::vector<std::string>{"admit", "commit"}));
    EXPECT_EQ(core.starts.size(), 1u);
}

// Row 11: those who waited learn why; the logic starts again without intake; it goes on serving.
TEST_F(LoopTest, Row11FullDiskAnswersAndStartsAgainWithoutIntake) {
    failures = {Errc::full};
    transport.script.push_back(ask({"wa", "wb"}));
    transport.script.push_back(ask({"wc"}));
    ASSERT_TRUE(go().ok());
    EXPECT_EQ(transport.log, (std::vector<std::string>{"admit", "commit", "answer failure full",
                                                       "answer failure full", "reset", "admit",
                                                       "commit", "answer wc"}));
    EXPECT_EQ(core.starts, (std::vector<Intake>{Intake::open, Intake::refused}));
}

TEST_F(LoopTest, ADiskThatStaysFullEndsTheLoop) {
    failures = std::deque<Errc>(10, Errc::full);
    for (int i = 0; i < 10; ++i) transport.script.push_back(ask({"wa"}));
    EXPECT_EQ(go().code(), Errc::full);
}

TEST_F(LoopTest, QueriesAreAnsweredBesideTheLoop) {
    transport.script.push_back(ask({"q"}));
    transport.on_idle = [&] {
        if (count("answer found") == 1) running->stop();
    };
    ASSERT_TRUE(go().ok());
}

TEST_F(LoopTest, AFeedWaitsForACommitOrItsTime) {
    core.quiet = true;
    core.wait = 60000;
    transport.script.push_back(ask({"q"}));
    int turns = 0;
    transport.on_idle = [&] {
        if (++turns == 3) core.quiet = false;  // Not looked at again before something arrived.
        if (turns == 5) {
            EXPECT_EQ(count("answer found"), 0);
            running->stop();
        }
    };
    ASSERT_TRUE(go().ok());
    core.quiet = true;
    core.wait = 50;
    transport.script.push_back(ask({"q"}));
    transport.on_idle = [&] {
        if (count("answer empty") == 1) running->stop();
    };
    ASSERT_TRUE(go().ok());
}

TEST_F(LoopTest, AFullQueryQueueAnswersBusy) {
    options.query_queue_max = 1;
    core.quiet = true;
    core.wait = 60000;
    transport.script.push_back(ask({"q", "q", "q"}));
    transport.on_idle = [&] { running->stop(); };
    ASSERT_TRUE(go().ok());
    EXPECT_GE(count("answer failure busy"), 1);
    EXPECT_GE(counters.busy, 1u);
}

TEST_F(LoopTest, TicksWhenTheTimerIsDue) {
    core.timer = UnixMillis{clock.time.value};
    ASSERT_TRUE(go().ok());
    EXPECT_EQ(core.ticks, 1);
}

// Row 54: with the clock set back every timer would stand still.
TEST_F(LoopTest, Row54AClockSetBackStartsTheLogicAgain) {
    int turns = 0;
    transport.on_idle = [&] {
        if (++turns == 1) clock.time = UnixMillis{1000};
        if (turns == 2) running->stop();
    };
    ASSERT_TRUE(go().ok());
    EXPECT_EQ(core.starts.size(), 2u);
}

TEST_F(LoopTest, AClientThatIsGoneGetsNothing) {
    core.quiet = true;
    core.wait = 60000;
    transport.script.push_back(ask({"q"}));
    std::vector<Event> gone;
    gone.emplace_back(ClientGone{ClientId{1}});
    transport.script.push_back(std::move(gone));
    ASSERT_TRUE(go().ok());
    EXPECT_EQ(count("answer empty"), 0);
}

TEST(RequestId, IsReadFromTheFirstField) {
    EXPECT_EQ(request_id_of(Bytes{0x08, 0x05}), 5u);
    EXPECT_EQ(request_id_of(Bytes{0x08, 0xac, 0x02}), 300u);
    EXPECT_EQ(request_id_of(Bytes{}), 0u);
    EXPECT_EQ(request_id_of(Bytes{0x08}), 0u);
    EXPECT_EQ(request_id_of(Bytes(20, 0xff)), 0u);
    EXPECT_EQ(request_id_of(Bytes{0x12, 0x05}), 0u);
}

}  // namespace
}  // namespace rilon
