// Alerts for a file: what is given, what is kept back, and the audit row of each.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/test_net.h"

namespace rilon {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class CoreExport : public testing::Test {
   protected:
    CoreExport() : net(founded(), 1) {
        net.add_all();
        net.start_all();
        net.run(5 * ms_second);
    }
    static const Founded& founded() {
        static const Founded one;
        return one;
    }
    ~CoreExport() override {
        for (const auto& what : net.broken()) ADD_FAILURE() << what;
    }
    AlertId post(const std::string& text) {
        auto posted = net.post("aus-bkk", {"BKK"}, text);
        EXPECT_TRUE(posted.ok());
        return posted->alert();
    }
    AlertId post_red() {
        proto::PrepareRequest what;
        what.mutable_operation()->mutable_publish()->mutable_bulletin()->set_text("red");
        what.mutable_operation()->mutable_publish()->set_tlp(proto::TLP_RED);
        what.mutable_wish()->set_audience("BKK");
        auto prepared = net.prepare("aus-bkk", what);
        EXPECT_TRUE(prepared.ok());
        auto posted = net.commit("aus-bkk", *prepared);
        EXPECT_TRUE(posted.ok());
        return posted->alert();
    }
    Result<proto::Response> ask(const std::string& node, const std::vector<AlertId>& alerts,
                                bool restricted = false) {
        proto::Request request;
        for (const AlertId& id : alerts) request.mutable_export_alerts()->add_alerts(id.str());
        request.mutable_export_alerts()->set_restricted(restricted);
        return net.request(node, request);
    }
    std::vector<std::string> texts(const Result<proto::Response>& response) {
        EXPECT_TRUE(response.ok());
        std::vector<std::string> out;
        for (const auto& row : response->alerts().rows())
            out.push_back(row.alert().bulletin().text());
        return out;
    }
    std::vector<std::string> audited(const std::string& node) {
        auto rows = net.daemon(node).store().audit(0, 1000);
        EXPECT_TRUE(rows.ok());
        std::vector<std::string> out;
        for (const auto& row : *rows)
            if (row.action == "export") out.push_back(row.detail);
        return out;
    }
    TestNet net;
};

TEST_F(CoreExport, EachAlertIsAudited) {
    AlertId one = post("one");
    AlertId two = post("two");
    net.run(3 * ms_second);
    EXPECT_THAT(texts(ask("can-bkk", {one, two})), ElementsAre("one", "two"));
    EXPECT_THAT(audited("can-bkk"), UnorderedElementsAre(one.hex(), two.hex()));
    EXPECT_THAT(audited("aus-bkk"), IsEmpty());
}

TEST_F(CoreExport, WhatIsWithdrawnIsNotGiven) {
    AlertId gone = post("gone");
    AlertId kept = post("kept");
    net.run(3 * ms_second);
    ASSERT_TRUE(net.withdraw("aus-bkk", gone).ok());
    net.run(3 * ms_second);
    EXPECT_THAT(texts(ask("can-bkk", {gone, kept}, true)), ElementsAre("kept"));
    EXPECT_THAT(audited("can-bkk"), ElementsAre(kept.hex() + " restricted"));
}

TEST_F(CoreExport, WhatHandlingKeepsBackNeedsAWord) {
    AlertId red = post_red();
    net.run(3 * ms_second);
    EXPECT_THAT(texts(ask("can-bkk", {red})), IsEmpty());
    EXPECT_THAT(texts(ask("can-bkk", {red}, true)), ElementsAre("red"));
    EXPECT_THAT(audited("can-bkk"), ElementsAre(red.hex(), red.hex() + " restricted"));
}

TEST_F(CoreExport, NodesThatDoNotReadGiveNothing) {
    AlertId one = post("one");
    net.run(3 * ms_second);
    EXPECT_THAT(texts(ask("aus-kul", {one})), IsEmpty());
    EXPECT_THAT(audited("aus-kul"), IsEmpty());
}

TEST_F(CoreExport, TooManyAndNoIdsAreRefused) {
    EXPECT_FALSE(ask("can-bkk", std::vector<AlertId>(201)).ok());
    proto::Request request;
    request.mutable_export_alerts()->add_alerts("short");
    EXPECT_FALSE(net.request("can-bkk", request).ok());
    EXPECT_THAT(audited("can-bkk"), IsEmpty());
}

TEST_F(CoreExport, AListGoesOnWhereThePageBeforeEnded) {
    for (int i = 0; i < 5; ++i) post("alert " + std::to_string(i));
    net.run(3 * ms_second);
    std::vector<std::string> seen;
    proto::Request request;
    request.mutable_list()->set_limit(2);
    int pages = 0;
    do {
        auto page = net.request("can-bkk", request);
        ASSERT_TRUE(page.ok());
        for (const auto& row : page->alerts().rows()) seen.push_back(row.alert().bulletin().text());
        request.mutable_list()->set_before(page->alerts().next());
    } while (++pages < 10 && request.list().before() != 0);
    EXPECT_EQ(pages, 3);
    EXPECT_THAT(seen, ElementsAre("alert 4", "alert 3", "alert 2", "alert 1", "alert 0"));
}

}  // namespace
}  // namespace rilon
