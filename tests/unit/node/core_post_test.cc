// The way of an alert through the daemon's own Node::step, on good links.
#include <gtest/gtest.h>

#include "tests/support/test_net.h"

namespace rilon {
namespace {

class CorePost : public testing::Test {
   protected:
    CorePost() : net(founded(), 1) {
        net.add_all();
        net.start_all();
        net.run(5 * ms_second);
    }
    static const Founded& founded() {
        static const Founded one;
        return one;
    }
    ~CorePost() override {
        for (const auto& what : net.broken()) ADD_FAILURE() << what;
    }
    TestNet net;
};

TEST_F(CorePost, ToTheRilonIsReadByItsNodes) {
    auto posted = net.post("aus-bkk", {"BKK"}, "first light");
    ASSERT_TRUE(posted.ok()) << posted.error().detail;
    net.run(3 * ms_second);
    for (const char* name : {"aus-bkk", "can-bkk", "gbr-bkk", "tha-bkk"})
        EXPECT_TRUE(net.reads(name, posted->alert())) << name;
    for (const char* name : {"aus-kul", "mys-kul", "coordinator-1"})
        EXPECT_FALSE(net.reads(name, posted->alert())) << name;
}

TEST_F(CorePost, ToTheNetworkIsReadByAll) {
    auto posted = net.post("aus-bkk", {"network"}, "for all");
    ASSERT_TRUE(posted.ok()) << posted.error().detail;
    net.run(3 * ms_second);
    for (const auto& name : net.network().node_names())
        EXPECT_TRUE(net.reads(name, posted->alert())) << name;
}

TEST_F(CorePost, ExceptHostIsReadByTheMissions) {
    auto posted = net.post("aus-bkk", {"BKK", true, {}, {}}, "not the host");
    ASSERT_TRUE(posted.ok()) << posted.error().detail;
    net.run(3 * ms_second);
    EXPECT_TRUE(net.reads("can-bkk", posted->alert()));
    EXPECT_TRUE(net.reads("gbr-bkk", posted->alert()));
    EXPECT_FALSE(net.reads("tha-bkk", posted->alert()));
}

TEST_F(CorePost, DerivedIsReadByThoseLeft) {
    auto posted = net.post("aus-bkk", {"BKK", false, {"GBR"}, {}}, "not GBR");
    ASSERT_TRUE(posted.ok()) << posted.error().detail;
    net.run(3 * ms_second);
    EXPECT_TRUE(net.reads("can-bkk", posted->alert()));
    EXPECT_TRUE(net.reads("tha-bkk", posted->alert()));
    EXPECT_FALSE(net.reads("gbr-bkk", posted->alert()));
}

TEST_F(CorePost, SupersedeConfirmWithdraw) {
    auto posted = net.post("aus-bkk", {"BKK"}, "one");
    ASSERT_TRUE(posted.ok()) << posted.error().detail;
    net.run(3 * ms_second);
    auto next = net.supersede("aus-bkk", posted->alert(), {"BKK"}, "two");
    ASSERT_TRUE(next.ok()) << next.error().detail;
    net.run(3 * ms_second);
    auto confirmed = net.confirm("can-bkk", posted->alert());
    ASSERT_TRUE(confirmed.ok()) << confirmed.error().detail;
    net.run(3 * ms_second);
    auto state = net.daemon("gbr-bkk").node().index().alert(posted->alert());
    ASSERT_TRUE(state.has_value());
    EXPECT_EQ(state->revision, 2u);
    EXPECT_EQ(state->confirms.size(), 1u);
    auto gone = net.withdraw("aus-bkk", posted->alert());
    ASSERT_TRUE(gone.ok()) << gone.error().detail;
    net.run(3 * ms_second);
    for (const char* name : {"aus-bkk", "can-bkk", "gbr-bkk", "tha-bkk"}) {
        EXPECT_TRUE(net.withdrawn(name, posted->alert())) << name;
        EXPECT_FALSE(net.reads(name, posted->alert())) << name;
    }
}

}  // namespace
}  // namespace rilon
