// Groups: named nodes, chosen by the RSO and a chair; and a node that is no longer in one.
#include <algorithm>

#include "tests/unit/node/small_net.h"

namespace rilon {
namespace {

class CoreGroup : public SmallNet {
   protected:
    void of(const std::vector<std::string>& nodes) {
        AudienceInfo info{group, AudienceInfo::Kind::group, "ops", "", {}, {}, {}};
        for (const std::string& name : nodes) info.named.push_back(id(name));
        std::sort(info.named.begin(), info.named.end());
        Status done = net.submit([&](Drafter& d) { return d.group(info); },
                                 {&net.network().rso(0), &net.network().chair("BKK")});
        ASSERT_TRUE(done.ok()) << done.error().detail;
        net.run(3 * ms_second);
    }
    std::size_t streams(const std::string& node) { return net.daemon(node).disk().streams.size(); }

    const AudienceId group = AudienceId::copy_of(Bytes(AudienceId::size(), Byte{7}));
};

TEST_F(CoreGroup, WhoIsInItReadsAndNobodyElse) {
    of({"aus-bkk", "can-bkk"});
    Posted posted = post("aus-bkk", {"ops"});
    net.run(3 * ms_second);
    EXPECT_TRUE(shows("can-bkk", posted.alert()));
    EXPECT_FALSE(shows("gbr-bkk", posted.alert()));
}

// Its stream would be refused by all for good: nothing of it must be called stored.
TEST_F(CoreGroup, WhoLeftItDoesNotConfirmInIt) {
    of({"aus-bkk", "can-bkk", "gbr-bkk"});
    Posted posted = post("aus-bkk", {"ops"});
    net.run(3 * ms_second);
    ASSERT_TRUE(shows("can-bkk", posted.alert()));
    of({"aus-bkk", "gbr-bkk"});
    const std::size_t before = streams("can-bkk");
    // Said before the officer looks at a preview and signs.
    proto::PrepareRequest confirm;
    confirm.mutable_operation()->mutable_confirm()->set_what("person");
    confirm.set_alert(posted.alert().hex());
    EXPECT_FALSE(net.prepare("can-bkk", confirm).ok());
    auto confirmed = net.confirm("can-bkk", posted.alert());
    ASSERT_FALSE(confirmed.ok());
    EXPECT_NE(confirmed.error().detail.find("no longer in the audience"), std::string::npos)
        << confirmed.error().detail;
    EXPECT_EQ(streams("can-bkk"), before);
    auto again = net.confirm("gbr-bkk", posted.alert());
    EXPECT_TRUE(again.ok()) << (again.ok() ? "" : again.error().detail);
}

// The author left it before its alert's time was over: a redact of its own would be refused, and
// stop the stream for all.
TEST_F(CoreGroup, WhoLeftItDestroysItsOwnCopyAndSealsNothing) {
    of({"aus-bkk", "can-bkk"});
    PostWish wish{"ops"};
    wish.purge_after_ms = net.now().plus(ms_hour).value;
    Posted posted = post("aus-bkk", wish);
    net.run(3 * ms_second);
    const EntryRef at = entry_of("aus-bkk", posted);
    of({"can-bkk", "gbr-bkk"});
    const Seq head = net.daemon("aus-bkk").disk().streams.at(at.stream).head;
    net.sleep(30 * ms_hour);  // The sequencer's checkpoints say that it is so late.
    EXPECT_FALSE(shows("aus-bkk", posted.alert()));
    EXPECT_FALSE(shows("can-bkk", posted.alert()));
    EXPECT_EQ(net.daemon("aus-bkk").disk().streams.at(at.stream).head, head);
    EXPECT_EQ(net.daemon("can-bkk").disk().streams.at(at.stream).head, head);
    EXPECT_EQ(net.daemon("aus-bkk").disk().entries.at({at.stream, at.seq}).body,
              MemoryDisk::Body::erased);
}

}  // namespace
}  // namespace rilon
