// Whom a grant of onward release adds, and what no grant does.
#include "protocol/onward.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/alert.h"
#include "protocol/second_officer.h"
#include "protocol/short_id.h"
#include "tests/support/founding.h"

namespace rilon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Onward : public testing::Test {
   protected:
    static const TestNetwork& network() {
        static const TestNetwork one{FoundingOptions{}};  // BKK and KUL.
        return one;
    }
    static const DirectoryState& state() { return network().state(); }
    static NodeId id(const std::string& name) { return state().node_by_name(name)->id; }
    static std::vector<NodeId> ids(const std::vector<std::string>& names) {
        std::vector<NodeId> out;
        for (const std::string& name : names) out.push_back(id(name));
        std::sort(out.begin(), out.end());
        return out;
    }
    // For aus-bkk, to these readers and those asked for.
    static Result<OnwardPlan> plan(const proto::Alert& alert,
                                   const std::vector<std::string>& readers,
                                   const std::vector<std::string>& wanted) {
        return plan_onward(alert, {ids(readers), {}}, ids(wanted), state(), id("aus-bkk"));
    }
    static proto::Alert bulletin() {
        proto::Alert alert;
        alert.set_part("person");
        alert.mutable_bulletin()->set_text("The counters are closed.");
        return alert;
    }
};

TEST_F(Onward, IsPlannedInTheSmallestAudienceOfAll) {
    auto near = plan(bulletin(), {"can-bkk"}, {"gbr-bkk"});
    ASSERT_TRUE(near) << near.error().detail;
    EXPECT_EQ(near->wish.base, state().audience_by_name("BKK/missions")->id);
    auto far = plan(bulletin(), {"can-bkk"}, {"can-kul"});
    ASSERT_TRUE(far) << far.error().detail;
    EXPECT_EQ(far->wish.base, state().network_audience);
    EXPECT_THAT(far->added, ElementsAre(id("can-kul")));
}

TEST_F(Onward, WhatIsForMissionsReachesNoHost) {
    proto::Alert alert = bulletin();
    alert.mutable_trafficking_indicator()->add_indicators("documents-held-by-other");
    auto host = plan(alert, {"can-bkk"}, {"tha-bkk"});
    ASSERT_FALSE(host);
    EXPECT_EQ(host.code(), Errc::no_readers);
    auto beside = plan(alert, {"can-bkk"}, {"tha-bkk", "gbr-bkk"});
    ASSERT_TRUE(beside) << beside.error().detail;
    EXPECT_THAT(beside->added, ElementsAre(id("gbr-bkk")));
    // Where its author let the host in, it is the author's to let in another.
    auto with = plan(alert, {"tha-bkk"}, {"mys-kul"});
    ASSERT_TRUE(with) << with.error().detail;
}

TEST_F(Onward, NobodyWhoReadsItLosesIt) {
    proto::Alert alert = bulletin();
    alert.set_protection(proto::PROTECTION_REFUGEE);
    auto lost = plan(alert, {"tha-bkk"}, {"gbr-bkk"});
    ASSERT_FALSE(lost);
    EXPECT_THAT(lost.error().detail, HasSubstr("keep it from tha-bkk, who reads it"));
    EXPECT_FALSE(plan(bulletin(), {"can-bkk"}, {"can-bkk"}));  // Nobody is new.
}

TEST_F(Onward, OneOfficerAddsAHomeOnlyWhereNobodyHadToLetItGo) {
    proto::Alert alert = bulletin();
    alert.add_persons()->set_role("subject");
    alert.mutable_persons(0)->add_nationalities()->set_code("GBR");
    alert.mutable_persons(0)->mutable_nationalities(0)->set_basis("claimed");
    EXPECT_FALSE(*reaches_home(alert, ids({"gbr-bkk"}), state()));  // The rule keeps it out.
    alert.set_protection(proto::PROTECTION_NONE);
    alert.set_released(std::string(release_protection_none));
    EXPECT_TRUE(*reaches_home(alert, ids({"can-bkk", "gbr-kul"}), state()));
    EXPECT_FALSE(*reaches_home(alert, ids({"can-bkk"}), state()));
}

TEST_F(Onward, NodesAreReadStrictly) {
    OnwardNodes nodes;
    EXPECT_TRUE(parse_onward_nodes(nodes));
    for (const NodeId& one : ids({"can-bkk", "gbr-bkk"})) *nodes.Add() = one.str();
    EXPECT_TRUE(parse_onward_nodes(nodes));
    OnwardNodes twice = nodes;
    *twice.Add() = nodes.Get(1);
    EXPECT_FALSE(parse_onward_nodes(twice));
    OnwardNodes backwards = nodes;
    backwards.SwapElements(0, 1);
    EXPECT_FALSE(parse_onward_nodes(backwards));
    *nodes.Add() = "short";
    EXPECT_FALSE(parse_onward_nodes(nodes));
}

TEST_F(Onward, WhatAPeerSignsIsReadWithinItsBounds) {
    const auto taken = [](const proto::OnwardRequest& request) {
        proto::Operation operation;
        *operation.mutable_onward_request() = request;
        return parse_operation(as_bytes(operation.SerializeAsString())).ok();
    };
    SeededRng rng(3);
    proto::OnwardRequest good;
    good.set_request_id(make_alert_id(UnixMillis{1795446000000}, rng).str());
    for (const NodeId& one : ids({"can-bkk", "gbr-bkk"})) good.add_nodes(one.str());
    good.set_reason("they fly on");
    EXPECT_TRUE(taken(good));
    proto::OnwardRequest bad = good;
    bad.add_nodes(good.nodes(0));
    EXPECT_FALSE(taken(bad));  // Twice.
    bad = good;
    bad.set_outside("the police");
    EXPECT_FALSE(taken(bad));  // Nodes and somebody outside.
    bad = good;
    bad.set_reason(std::string(501, 'x'));
    EXPECT_FALSE(taken(bad));
    bad = good;
    bad.clear_reason();
    EXPECT_FALSE(taken(bad));
    bad = good;
    bad.set_request_id(std::string(16, 'x'));
    EXPECT_FALSE(taken(bad));
    proto::Operation answer;
    answer.mutable_onward_answer()->set_request_id(good.request_id());
    EXPECT_TRUE(parse_operation(as_bytes(answer.SerializeAsString())));
    answer.mutable_onward_answer()->set_note(std::string(501, 'x'));
    EXPECT_FALSE(parse_operation(as_bytes(answer.SerializeAsString())));
}

}  // namespace
}  // namespace rilon
