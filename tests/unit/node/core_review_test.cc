// Which alerts a node is to look at again: its own, readable ones, the earliest first.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/node/small_net.h"

namespace rilon {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class CoreReview : public SmallNet {
   protected:
    AlertId post(const std::string& title, std::uint64_t review_by_ms) {
        proto::PrepareRequest what;
        proto::Alert& alert = *what.mutable_operation()->mutable_publish();
        alert.mutable_modus_operandi()->add_steps(title);
        alert.mutable_modus_operandi()->add_indicators("No luggage");
        alert.mutable_modus_operandi()->set_countermeasure("Ask");
        alert.set_title(title);
        alert.set_review_by_ms(review_by_ms);
        what.mutable_wish()->set_audience("BKK");
        auto done = net.prepare_and_commit("aus-bkk", std::move(what));
        EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.error().detail);
        net.run(3 * ms_second);
        return done.ok() ? done->alert() : AlertId{};
    }
    std::vector<std::string> due(const std::string& node, std::uint64_t by_ms) {
        proto::Request request;
        request.mutable_list()->set_review_by_ms(by_ms);
        auto listed = net.request(node, std::move(request));
        std::vector<std::string> out;
        if (!listed.ok()) return {listed.error().detail};
        for (const auto& row : listed->alerts().rows()) out.push_back(row.alert().title());
        return out;
    }
};

TEST_F(CoreReview, OwnOnesTheEarliestFirst) {
    const std::uint64_t now = net.now().value;
    post("late", now + 30 * ms_day);
    post("early", now + 10 * ms_day);
    post("far", now + 100 * ms_day);
    EXPECT_THAT(due("aus-bkk", now + 9 * ms_day), IsEmpty());
    EXPECT_THAT(due("aus-bkk", now + 30 * ms_day), ElementsAre("early", "late"));
    EXPECT_THAT(due("tha-bkk", now + 365 * ms_day), IsEmpty());
}

TEST_F(CoreReview, TheInboxCountsThoseThatAreDue) {
    const auto counted = [&] {
        proto::Request request;
        request.mutable_list();
        auto listed = net.request("aus-bkk", std::move(request));
        return listed.ok() ? listed->alerts().reviews() : 99;
    };
    post("soon", net.now().value + ms_hour);
    EXPECT_EQ(counted(), 0u);
    net.run(2 * ms_hour);
    EXPECT_EQ(counted(), 1u);
}

}  // namespace
}  // namespace rilon
