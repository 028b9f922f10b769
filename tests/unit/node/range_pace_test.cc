#include "node/range_pace.h"

#include <gtest/gtest.h>

namespace rilon {
namespace {

const StreamId some_stream = StreamId::copy_of(Bytes(32, 7));

// A link of so many bytes a second that brings one answer after the other.
class Line {
   public:
    explicit Line(std::uint64_t bytes_per_second) : rate_(bytes_per_second) {}
    // Asks and is answered in full; gives how long that took.
    std::uint64_t ask(RangePace& pace) {
        const std::size_t bytes = pace.bytes_for(0);
        pace.asked(++request_, some_stream, bytes, now_);
        const std::uint64_t ms = 1 + bytes * 1000 / rate_;
        now_ = now_.plus(ms);
        EXPECT_TRUE(pace.answered(request_, bytes, now_));
        return ms;
    }

   private:
    std::uint64_t rate_;
    std::uint64_t request_ = 0;
    UnixMillis now_{1'000'000};
};

TEST(RangePace, AThinLinkIsAskedForWhatItBringsInASecondOrTwo) {
    RangePace pace;
    Line line(8000);
    std::uint64_t last = 0;
    for (int i = 0; i < 5; ++i) last = line.ask(pace);
    EXPECT_LE(last, 2000u);
    EXPECT_LE(pace.window(), 16u * 1024);
    EXPECT_GE(pace.window(), RangePace::window_min);
}

TEST(RangePace, AFastLinkIsAskedForMoreAndMore) {
    RangePace pace;
    Line line(100'000'000);
    for (int i = 0; i < 4; ++i) line.ask(pace);
    EXPECT_EQ(pace.bytes_for(0), RangePace::answer_bytes_max);
    for (int i = 0; i < 20; ++i) line.ask(pace);
    EXPECT_GE(pace.window(), 2 * RangePace::answer_bytes_max);  // One stream needs no more.
}

TEST(RangePace, ManyShortStreamsAreAskedForTogether) {
    RangePace pace;
    UnixMillis now{1000};
    std::uint64_t request = 0;
    std::size_t together = 0;
    for (int i = 0; i < 6; ++i) {
        std::size_t asked = 0;
        while (pace.room(pace.bytes_for(100))) {
            pace.asked(++request, some_stream, pace.bytes_for(100), now);
            ++asked;
        }
        now = now.plus(100);
        for (std::size_t j = 0; j < asked; ++j) EXPECT_TRUE(pace.answered(request - j, 2500, now));
        together = asked;
    }
    EXPECT_GT(together, 16u);
}

TEST(RangePace, ALateAnswerMakesItWaitLongerAndAQuickOneAsLongAsBefore) {
    RangePace pace;
    UnixMillis now{1000};
    pace.asked(1, some_stream, 8192, now);
    EXPECT_FALSE(pace.room(RangePace::window_first));
    now = now.plus(RangePace::timeout_ms_first);
    pace.expire(now);
    EXPECT_FALSE(pace.asks_for(some_stream));
    EXPECT_TRUE(pace.room(RangePace::window_first));
    now = now.plus(20 * ms_second);
    EXPECT_FALSE(pace.answered(1, 262144, now));
    EXPECT_EQ(pace.timeout_ms(), 60 * ms_second);
    EXPECT_EQ(pace.window(), RangePace::window_first / 2);
    pace.asked(2, some_stream, 8192, now);
    EXPECT_TRUE(pace.answered(2, 8192, now.plus(100)));
    EXPECT_EQ(pace.timeout_ms(), RangePace::timeout_ms_first);
}

TEST(RangePace, WhatNobodyAskedForCountsForNothing) {
    RangePace pace;
    EXPECT_FALSE(pace.answered(7, 1 << 20, UnixMillis{1}));
    EXPECT_EQ(pace.window(), RangePace::window_first);
    EXPECT_FALSE(pace.refused(7).has_value());
}

TEST(RangePace, ARefusalHalvesTheWindowAndANewConnectionForgetsTheQuestions) {
    RangePace pace;
    pace.asked(1, some_stream, 8192, UnixMillis{1});
    pace.asked(2, some_stream, 8192, UnixMillis{1});
    EXPECT_EQ(pace.refused(1), some_stream);
    EXPECT_EQ(pace.window(), RangePace::window_first / 2);
    EXPECT_TRUE(pace.asks_for(some_stream));
    pace.start_again();
    EXPECT_FALSE(pace.asks_for(some_stream));
    EXPECT_TRUE(pace.room(RangePace::window_max));
}

}  // namespace
}  // namespace rilon
