// The way of an alert through the daemon's own Node::step, on good links.
#include <gtest/gtest.h>

#include "node/quota.h"
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
    EXPECT_EQ(state->remarks.size(), 1u);
    auto gone = net.withdraw("aus-bkk", posted->alert());
    ASSERT_TRUE(gone.ok()) << gone.error().detail;
    net.run(3 * ms_second);
    for (const char* name : {"aus-bkk", "can-bkk", "gbr-bkk", "tha-bkk"}) {
        EXPECT_TRUE(net.withdrawn(name, posted->alert())) << name;
        EXPECT_FALSE(net.reads(name, posted->alert())) << name;
    }
}

TEST_F(CorePost, WhatIsNoLongerFlashIsSaidBeforeItIsPosted) {
    auto warnings = [&](Precedence precedence) {
        proto::Request request;
        proto::PrepareRequest& prepare = *request.mutable_prepare();
        prepare.mutable_operation()->mutable_publish()->mutable_bulletin()->set_text("boarding");
        prepare.mutable_wish()->set_audience("BKK");
        prepare.set_precedence(static_cast<std::uint32_t>(precedence));
        auto shown = net.request("aus-bkk", std::move(request));
        EXPECT_TRUE(shown.ok()) << shown.error().detail;
        std::string out;
        for (const auto& warning : shown->prepared().warnings()) out += warning + "\n";
        return out;
    };
    const PostWish wish{"BKK", false, {}, {}, Precedence::flash};
    for (std::uint32_t i = 0; i < flash_per_hour_max; ++i) {
        EXPECT_EQ(warnings(Precedence::flash).find("flash"), std::string::npos) << i;
        ASSERT_TRUE(net.post("aus-bkk", wish, "boarding").ok());
    }
    EXPECT_NE(warnings(Precedence::flash).find("30 flash entries"), std::string::npos);
    EXPECT_EQ(warnings(Precedence::immediate).find("flash"), std::string::npos);
    net.sleep(ms_hour);
    EXPECT_EQ(warnings(Precedence::flash).find("flash"), std::string::npos);
}

// Readers refuse a certificate with such a sign; a node that made one would end by its own
// assertion.
TEST_F(CorePost, Row44SignThatMovesTextIsNotCertified) {
    const NetworkId& network = net.network().id();
    SeededRng rng(7);
    const auto certify = [&](const std::string& sign_text) {
        const SignKeyPair keys = make_sign_key_pair(rng);
        const TransportKeyPair transport = make_transport_key_pair(rng);
        proto::Request request;
        proto::OfficerRequest& officer = *request.mutable_certify()->mutable_request();
        request.mutable_certify()->set_role("officer");
        officer.set_name("Somebody");
        officer.set_display_sign(sign_text);
        officer.set_sign_pk(keys.pk.str());
        officer.set_transport_pk(transport.pk.str());
        const std::string zero(1, '\0');
        const std::string said = officer.name() + zero + sign_text + zero + officer.transport_pk();
        officer.set_possession(sign(keys.sk, possession_message(network, as_bytes(said))).str());
        return net.request("aus-bkk", std::move(request));
    };
    EXPECT_TRUE(certify("LO-7").ok());
    for (const char* bad : {"LO\x1b[2J", "LO\n3", "LO\u202e3", "LO\u00853"})
        EXPECT_FALSE(certify(bad).ok()) << bad;
}

}  // namespace
}  // namespace rilon
