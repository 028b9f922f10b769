// Fewer readers for an alert, end to end in memory: who is dropped keeps nothing of it and learns
// nothing of the rest, who stays reads on, in whatever order the two halves arrive and whatever the
// author forgets (docs/decisions/0018-narrowing-an-alert.md).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "protocol/narrowing.h"
#include "tests/unit/node/seizure.h"
#include "tests/unit/node/small_net.h"

namespace rilon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

using Events = std::vector<std::string>;  // "superseded canary 1", "removed narrowed"

proto::NarrowWish without(const std::string& party) {
    proto::NarrowWish wish;
    wish.add_exclude(party);
    return wish;
}
proto::NarrowWish only(const std::vector<std::string>& nodes) {
    proto::NarrowWish wish;
    for (const auto& name : nodes) wish.add_only(name);
    return wish;
}

class CoreNarrow : public SmallNet {
   protected:
    Posted posted() {
        Posted out = post("aus-bkk", {"BKK"});
        net.run(3 * ms_second);
        return out;
    }
    void narrow(const Posted& alert, const proto::NarrowWish& wish) {
        auto done = net.narrow("aus-bkk", alert.alert(), wish);
        ASSERT_TRUE(done.ok()) << done.error().detail;
        net.run(5 * ms_second);
    }
    // Planned now, the officer is still looking.
    proto::PreparedResponse planned(const Posted& alert, const proto::NarrowWish& wish) {
        proto::PrepareRequest what;
        *what.mutable_narrow() = wish;
        what.set_alert(alert.alert().hex());
        auto shown = net.prepare("aus-bkk", what);
        EXPECT_TRUE(shown.ok()) << (shown.ok() ? "" : shown.error().detail);
        return shown.ok() ? *shown : proto::PreparedResponse{};
    }
    std::string refusal(const Posted& alert, const proto::NarrowWish& wish,
                        const std::string& at = "aus-bkk") {
        auto done = net.narrow(at, alert.alert(), wish);
        return done.ok() ? "nothing was refused" : done.error().detail;
    }
    proto::AlertRow row(const std::string& node, const AlertId& alert) {
        proto::Request request;
        request.mutable_show()->set_alert(alert.hex());
        auto shown = net.request(node, std::move(request));
        return shown.ok() ? shown->show().row() : proto::AlertRow{};
    }
    std::string text(const std::string& node, const Posted& alert) {
        return row(node, alert.alert()).alert().bulletin().text();
    }
    // Nothing of this stream gets to the node.
    void keep_from(const std::string& node, const StreamId& stream) {
        net.filter = [to = id(node), bytes = stream.str()](const SentFrame& sent) {
            const std::string_view payload = as_text(sent.payload);
            return sent.to == to && payload.find(bytes) != std::string_view::npos;
        };
    }
    void restart(const std::string& node) {
        net.kill(node);
        net.start(node);
        net.run(2 * ms_second);
    }
    void cut_off(const std::string& node) {
        for (const auto& [name, daemon] : net.daemons())
            if (name != node) net.cut(node, name);
    }
    // What a consumer that looks on is told since the last time.
    Events feed(const std::string& node) {
        Events out;
        for (bool more = true; more;) {
            proto::Request request;
            request.mutable_feed()->set_after(cursors_[node]);
            auto answer = net.request(node, std::move(request));
            EXPECT_TRUE(answer.ok());
            if (!answer.ok()) return out;
            for (const auto& event : answer->feed().events())
                out.push_back(event.type() + " " + event.reason() +
                              event.row().alert().bulletin().text());
            more = answer->feed().cursor() != cursors_[node];
            cursors_[node] = answer->feed().cursor();
        }
        return out;
    }
    struct Told {
        std::vector<std::string> held, narrowed;  // "gbr-bkk none dropped"
    };
    Told receipts(const Posted& alert) {
        proto::Request request;
        request.mutable_receipts()->set_alert(alert.alert().hex());
        auto answer = net.request("aus-bkk", std::move(request));
        EXPECT_TRUE(answer.ok());
        Told out;
        if (!answer.ok()) return out;
        for (const auto& receipt : answer->receipts().receipts())
            out.held.push_back(receipt.node() + " " + receipt.level());
        for (const auto& receipt : answer->receipts().narrowed())
            out.narrowed.push_back(receipt.node() + " " + receipt.level() +
                                   (receipt.dropped() ? " dropped" : ""));
        return out;
    }
    bool body_at(const std::string& node, const EntryRef& ref) {
        const auto& entries = net.daemon(node).disk().entries;
        auto held = entries.find({ref.stream, ref.seq});
        return held != entries.end() && held->second.body == MemoryDisk::Body::present;
    }

   private:
    std::map<std::string, std::string> cursors_;
};

TEST_F(CoreNarrow, WhoIsDroppedKeepsNothingTheOthersReadOn) {
    const Posted alert = posted();
    const EntryRef first = entry_of("aus-bkk", alert);
    Seizure seizure(net);
    seizure.record("gbr-bkk");
    ASSERT_TRUE(seizure.opens({"gbr-bkk"}, first));

    narrow(alert, without("GBR"));
    const EntryRef second = entry_of("aus-bkk", alert);
    EXPECT_NE(second.stream, first.stream);
    for (const char* name : {"aus-bkk", "can-bkk", "tha-bkk"}) {
        EXPECT_EQ(text(name, alert), "canary 1") << name;
        EXPECT_EQ(row(name, alert.alert()).revision(), 2u) << name;
        EXPECT_FALSE(body_at(name, first)) << name;
    }
    EXPECT_TRUE(row("gbr-bkk", alert.alert()).withdrawn());
    EXPECT_EQ(row("gbr-bkk", alert.alert()).withdraw_reason(), "narrowed");
    EXPECT_FALSE(net.daemon("gbr-bkk").disk().streams.contains(second.stream));
    seizure.record("can-bkk");  // All there was on any wire.
    EXPECT_FALSE(seizure.opens({"gbr-bkk"}, first));
    EXPECT_FALSE(seizure.opens({"gbr-bkk"}, second));
    EXPECT_TRUE(seizure.opens({"can-bkk"}, second));
    EXPECT_THAT(feed("can-bkk"), ElementsAre("superseded canary 1"));
    EXPECT_THAT(feed("gbr-bkk"), ElementsAre("removed narrowed"));
}

TEST_F(CoreNarrow, ReceiptsNameWhoHasNotErasedIt) {
    const Posted alert = posted();
    cut_off("gbr-bkk");
    narrow(alert, without("GBR"));
    EXPECT_THAT(receipts(alert).held, UnorderedElementsAre("can-bkk stored", "tha-bkk stored"));
    EXPECT_THAT(
        receipts(alert).narrowed,
        UnorderedElementsAre("can-bkk redacted", "tha-bkk redacted", "gbr-bkk none dropped"));
    net.heal_all();
    net.run(30 * ms_second);
    EXPECT_THAT(
        receipts(alert).narrowed,
        UnorderedElementsAre("can-bkk redacted", "tha-bkk redacted", "gbr-bkk redacted dropped"));
    restart("aus-bkk");
    EXPECT_THAT(receipts(alert).narrowed.size(), 3u);
}

TEST_F(CoreNarrow, TheWithdrawalMayComeFirst) {
    const Posted alert = posted();
    EXPECT_THAT(feed("can-bkk"), ElementsAre("published canary 1"));
    const auto shown = planned(alert, without("GBR"));
    keep_from("can-bkk", StreamId::copy_of(as_bytes(shown.parts(0).stream_id())));
    ASSERT_TRUE(net.commit("aus-bkk", shown).ok());
    ASSERT_TRUE(
        net.run_until([&] { return net.withdrawn("can-bkk", alert.alert()); }, 10 * ms_second));
    EXPECT_THAT(feed("can-bkk"), ElementsAre("removed narrowed"));
    restart("can-bkk");
    EXPECT_TRUE(net.withdrawn("can-bkk", alert.alert()));
    net.filter = nullptr;
    ASSERT_TRUE(net.run_until([&] { return net.reads("can-bkk", alert.alert()); }, ms_minute));
    EXPECT_THAT(feed("can-bkk"), ElementsAre("superseded canary 1"));
    restart("can-bkk");
    EXPECT_EQ(text("can-bkk", alert), "canary 1");
    EXPECT_THAT(receipts(alert).narrowed, testing::Contains("can-bkk redacted"));
}

TEST_F(CoreNarrow, TheRevisionMayComeFirst) {
    const Posted alert = posted();
    const EntryRef first = entry_of("aus-bkk", alert);
    EXPECT_THAT(feed("can-bkk"), ElementsAre("published canary 1"));
    keep_from("can-bkk", first.stream);
    ASSERT_TRUE(net.narrow("aus-bkk", alert.alert(), without("GBR")).ok());
    ASSERT_TRUE(net.run_until([&] { return row("can-bkk", alert.alert()).revision() == 2; },
                              10 * ms_second));
    restart("can-bkk");
    EXPECT_TRUE(body_at("can-bkk", first));
    net.filter = nullptr;
    ASSERT_TRUE(net.run_until([&] { return !body_at("can-bkk", first); }, ms_minute));
    EXPECT_EQ(text("can-bkk", alert), "canary 1");
    EXPECT_THAT(feed("can-bkk"), ElementsAre("superseded canary 1"));
    restart("can-bkk");
    EXPECT_EQ(text("can-bkk", alert), "canary 1");
}

TEST_F(CoreNarrow, WhatIsCorrectedLaterStaysWithTheFew) {
    const Posted alert = posted();
    narrow(alert, without("GBR"));
    auto elsewhere = net.supersede("aus-bkk", alert.alert(), {"BKK"}, "for all again");
    ASSERT_FALSE(elsewhere.ok());
    EXPECT_THAT(elsewhere.error().detail, HasSubstr("was narrowed"));
    restart("aus-bkk");
    auto done = net.supersede("aus-bkk", alert.alert(), {}, "corrected");
    ASSERT_TRUE(done.ok()) << done.error().detail;
    EXPECT_THAT(done->parts[0].readers, UnorderedElementsAre(id("can-bkk"), id("tha-bkk")));
    net.run(5 * ms_second);
    EXPECT_EQ(text("can-bkk", alert), "corrected");
    EXPECT_TRUE(net.withdrawn("gbr-bkk", alert.alert()));
    EXPECT_FALSE(net.daemon("gbr-bkk").disk().streams.contains(entry_of("aus-bkk", alert).stream));
}

TEST_F(CoreNarrow, AnAuthorWhoForgotItRevivesNothing) {
    const Posted alert = posted();
    auto copy = net.daemon("aus-bkk").backup();
    narrow(alert, without("GBR"));
    net.kill("aus-bkk");
    net.daemon("aus-bkk").restore(*copy);
    cut_off("aus-bkk");
    net.start("aus-bkk");
    net.run(40 * ms_second);  // It gets on without links.
    ASSERT_TRUE(net.reads("aus-bkk", alert.alert()));
    for (const char* said : {"as if nothing had been", "and once more"})
        ASSERT_TRUE(net.supersede("aus-bkk", alert.alert(), {"BKK"}, said).ok());
    const EntryRef third = entry_of("aus-bkk", alert);
    net.heal_all();
    // It came, its key too, and it says nothing.
    ASSERT_TRUE(net.run_until(
        [&] { return net.daemon("gbr-bkk").node().index().meaning(third).has_value(); },
        ms_minute));
    EXPECT_TRUE(net.withdrawn("gbr-bkk", alert.alert()));
    EXPECT_EQ(text("can-bkk", alert), "canary 1");
    restart("gbr-bkk");
    restart("can-bkk");
    EXPECT_TRUE(net.withdrawn("gbr-bkk", alert.alert()));
    EXPECT_EQ(text("can-bkk", alert), "canary 1");
}

TEST_F(CoreNarrow, Twice) {
    const Posted alert = posted();
    narrow(alert, without("GBR"));
    const EntryRef second = entry_of("aus-bkk", alert);
    narrow(alert, only({"can-bkk"}));
    EXPECT_EQ(text("can-bkk", alert), "canary 1");
    EXPECT_EQ(row("can-bkk", alert.alert()).revision(), 3u);
    for (const char* name : {"gbr-bkk", "tha-bkk"}) {
        EXPECT_TRUE(net.withdrawn(name, alert.alert())) << name;
        EXPECT_FALSE(body_at(name, second)) << name;
    }
    EXPECT_THAT(receipts(alert).narrowed,
                UnorderedElementsAre("can-bkk redacted", "tha-bkk redacted dropped",
                                     "gbr-bkk redacted dropped", "can-bkk redacted",
                                     "tha-bkk redacted dropped"));
    ASSERT_TRUE(net.supersede("aus-bkk", alert.alert(), {}, "corrected").ok());
    net.run(3 * ms_second);
    EXPECT_EQ(text("can-bkk", alert), "corrected");
}

TEST_F(CoreNarrow, ThenWithdrawn) {
    const Posted alert = posted();
    narrow(alert, without("GBR"));
    const EntryRef second = entry_of("aus-bkk", alert);
    ASSERT_TRUE(net.withdraw("aus-bkk", alert.alert()).ok());
    net.run(5 * ms_second);
    for (const char* name : {"aus-bkk", "can-bkk", "tha-bkk"}) {
        EXPECT_TRUE(net.withdrawn(name, alert.alert())) << name;
        EXPECT_FALSE(body_at(name, second)) << name;
    }
    EXPECT_THAT(refusal(alert, without("CAN")), HasSubstr("is withdrawn already"));
}

// The officer said yes to what he saw. What was sealed in between makes another thing of it.
TEST_F(CoreNarrow, WhatChangedSinceThePreviewIsNotSealed) {
    const Posted alert = posted();
    const auto narrowing = planned(alert, without("GBR"));
    ASSERT_TRUE(net.supersede("aus-bkk", alert.alert(), {"BKK"}, "corrected").ok());
    auto late = net.commit("aus-bkk", narrowing);
    ASSERT_FALSE(late.ok());
    EXPECT_THAT(late.error().detail, HasSubstr("meanwhile"));
    net.run(3 * ms_second);
    EXPECT_EQ(text("gbr-bkk", alert), "corrected");

    proto::PrepareRequest correction;
    correction.mutable_operation()
        ->mutable_supersede()
        ->mutable_alert()
        ->mutable_bulletin()
        ->set_text("for the readers of before");
    correction.set_alert(alert.alert().hex());
    correction.mutable_wish()->set_audience("BKK");
    auto prepared = net.prepare("aus-bkk", correction);
    ASSERT_TRUE(prepared.ok());
    narrow(alert, without("GBR"));
    const Seq head = net.daemon("gbr-bkk").disk().streams.at(alert.parts[0].stream).head;
    ASSERT_FALSE(net.commit("aus-bkk", *prepared).ok());
    net.run(3 * ms_second);
    EXPECT_EQ(net.daemon("gbr-bkk").disk().streams.at(alert.parts[0].stream).head, head);
    EXPECT_EQ(text("can-bkk", alert), "corrected");
}

TEST_F(CoreNarrow, WhatCanNotBeDoneIsRefusedWithTheRemedy) {
    const Posted alert = posted();
    EXPECT_THAT(refusal(alert, {}), HasSubstr("say who"));
    EXPECT_THAT(refusal(alert, without("ITA")), HasSubstr("--exclude ITA: nobody of it reads"));
    EXPECT_THAT(refusal(alert, without("QQQ")), HasSubstr("no such party"));
    EXPECT_THAT(refusal(alert, only({"nobody"})), HasSubstr("there is no node"));
    EXPECT_THAT(refusal(alert, only({"can-bkk", "gbr-bkk", "tha-bkk"})),
                HasSubstr("nobody would be dropped"));
    EXPECT_THAT(refusal(alert, without("GBR"), "can-bkk"), HasSubstr("aus-bkk's party"));
    proto::NarrowWish all = without("GBR");
    all.add_exclude("CAN");
    all.set_except_host(true);
    EXPECT_THAT(refusal(alert, all), HasSubstr("rilon withdraw"));
    narrow(alert, without("GBR"));
    EXPECT_THAT(refusal(alert, only({"gbr-bkk"})), HasSubstr("narrowing adds nobody"));
    EXPECT_THAT(refusal(alert, without("GBR")), HasSubstr("nobody of it reads"));
    proto::NarrowWish host;
    host.set_except_host(true);
    narrow(alert, host);
    EXPECT_THAT(refusal(alert, host), HasSubstr("the host does not read"));
    EXPECT_EQ(text("can-bkk", alert), "canary 1");
}

// A client's own token or commitment is nothing: the node alone makes them.
TEST_F(CoreNarrow, AClientMakesNoNarrowingByHand) {
    const Posted alert = posted();
    proto::PrepareRequest withdraw;
    withdraw.set_alert(alert.alert().hex());
    auto& operation = *withdraw.mutable_operation()->mutable_withdraw();
    operation.set_reason(std::string(reason_narrowed));
    operation.set_successor(std::string(32, 'x'));
    auto refused = net.prepare("aus-bkk", withdraw);
    ASSERT_FALSE(refused.ok());
    EXPECT_THAT(refused.error().detail, HasSubstr("reason"));
    proto::PrepareRequest supersede;
    supersede.set_alert(alert.alert().hex());
    supersede.mutable_wish()->set_audience("BKK");
    auto& correction = *supersede.mutable_operation()->mutable_supersede();
    correction.mutable_alert()->mutable_bulletin()->set_text("corrected");
    correction.add_narrowing(std::string(32, 'x'));
    ASSERT_TRUE(net.prepare_and_commit("aus-bkk", supersede).ok());
    EXPECT_TRUE(net.daemon("aus-bkk").node().index().alert(alert.alert())->openings.empty());
}

// --- two parts, each with its readers ------------------------------------------------------------

class CoreNarrowParts : public CoreNarrow {
   protected:
    // A forged Canadian passport: the person part not to can-bkk, the document part to all.
    CoreNarrowParts() {
        auto done = net.prepare_and_commit("aus-bkk", counterfeit());
        EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.error().detail);
        alert = *done;
        net.run(3 * ms_second);
    }
    static proto::PrepareRequest counterfeit() {
        proto::PrepareRequest what;
        proto::Alert& text = *what.mutable_operation()->mutable_publish();
        text.mutable_travel_fraud()->set_fraud_type("counterfeit");
        text.set_title("Counterfeit at the gate");
        text.add_documents()->set_type("P");
        text.mutable_documents(0)->set_issuer("CAN");
        text.mutable_documents(0)->set_number("L898902C3");
        text.add_persons()->add_identities()->set_primary("ERIKSSON");
        text.mutable_persons(0)->set_role("subject");
        text.mutable_persons(0)->mutable_identities(0)->set_type("documentary");
        text.mutable_persons(0)->add_nationalities()->set_code("CAN");
        text.mutable_persons(0)->mutable_nationalities(0)->set_basis("documentary");
        what.mutable_wish()->set_audience("BKK");
        return what;
    }
    const AlertId& document() { return alert.parts.at(1).alert; }
    Posted alert;
};

TEST_F(CoreNarrowParts, EachPartThatLosesSomebodyIsNarrowed) {
    ASSERT_TRUE(net.reads("can-bkk", document()));
    ASSERT_FALSE(net.reads("can-bkk", alert.alert()));
    narrow(alert, without("GBR"));
    EXPECT_TRUE(net.withdrawn("gbr-bkk", alert.alert()));
    EXPECT_TRUE(net.withdrawn("gbr-bkk", document()));
    EXPECT_TRUE(net.reads("tha-bkk", alert.alert()));
    EXPECT_TRUE(net.reads("can-bkk", document()));
    EXPECT_FALSE(net.reads("can-bkk", alert.alert()));
    // The document part alone loses somebody; the person's stays as it is.
    narrow(alert, without("CAN"));
    EXPECT_TRUE(net.withdrawn("can-bkk", document()));
    EXPECT_EQ(row("tha-bkk", alert.alert()).revision(), 2u);
    EXPECT_EQ(row("tha-bkk", document()).revision(), 3u);
    proto::PrepareRequest what;
    *what.mutable_operation()->mutable_supersede()->mutable_alert() =
        counterfeit().operation().publish();
    what.mutable_operation()->mutable_supersede()->mutable_alert()->set_title("Corrected");
    what.set_alert(alert.alert().hex());
    auto done = net.prepare_and_commit("aus-bkk", what);
    ASSERT_TRUE(done.ok()) << done.error().detail;
    net.run(3 * ms_second);
    EXPECT_EQ(row("tha-bkk", alert.alert()).alert().title(), "Corrected");
    EXPECT_EQ(row("tha-bkk", document()).revision(), 4u);
    EXPECT_FALSE(net.reads("can-bkk", alert.alert()));
    EXPECT_FALSE(net.reads("can-bkk", document()));
    EXPECT_FALSE(net.reads("gbr-bkk", document()));
}

// A correction that the rule would keep from somebody who reads the alert goes to nobody.
TEST_F(CoreNarrowParts, TheReleaseRuleIsAskedAgain) {
    narrow(alert, without("GBR"));
    proto::PrepareRequest what;
    proto::Alert& text = *what.mutable_operation()->mutable_supersede()->mutable_alert();
    text = counterfeit().operation().publish();
    text.mutable_persons(0)->add_nationalities()->set_code("THA");
    text.mutable_persons(0)->mutable_nationalities(1)->set_basis("suspected");
    what.set_alert(alert.alert().hex());
    auto done = net.prepare_and_commit("aus-bkk", what);
    ASSERT_FALSE(done.ok());
    EXPECT_THAT(done.error().detail, HasSubstr("must not reach tha-bkk"));
}

// --- a party with two nodes ----------------------------------------------------------------------

class NarrowedParty : public testing::Test {
   protected:
    NarrowedParty() : net(founded(), 7) {
        net.add_all();
        net.start_all();
        net.run(5 * ms_second);
        auto done = net.post("aus-bkk", {"network"}, "canary");
        EXPECT_TRUE(done.ok());
        alert = done->alert();
        net.run(5 * ms_second);
    }
    ~NarrowedParty() override {
        for (const auto& what : net.broken()) ADD_FAILURE() << what;
    }
    static const Founded& founded() {
        static const Founded one;
        return one;
    }
    std::uint32_t revision_at(const std::string& node) {
        auto state = net.daemon(node).node().index().alert(alert);
        return state.has_value() && state->readable() ? state->revision : 0;
    }
    void narrow(const proto::NarrowWish& wish) {
        auto done = net.narrow("aus-bkk", alert, wish);
        ASSERT_TRUE(done.ok()) << done.error().detail;
        net.run(10 * ms_second);
    }
    TestNet net;
    AlertId alert;
};

TEST_F(NarrowedParty, TheOtherNodeCorrectsItForTheFewAndWithdrawsIt) {
    narrow(without("GBR"));
    ASSERT_EQ(revision_at("aus-kul"), 2u);
    auto done = net.supersede("aus-kul", alert, {}, "corrected");
    ASSERT_TRUE(done.ok()) << done.error().detail;
    net.run(10 * ms_second);
    for (const char* name : {"aus-bkk", "can-bkk", "can-kul", "tha-bkk", "mys-kul"})
        EXPECT_EQ(revision_at(name), 3u) << name;
    for (const char* name : {"gbr-bkk", "gbr-kul"}) {
        EXPECT_TRUE(net.withdrawn(name, alert)) << name;
        EXPECT_FALSE(net.daemon(name).disk().streams.contains(done->parts[0].stream)) << name;
    }
    // It lies in the other node's stream now: only that one can have it erased.
    auto refused = net.narrow("aus-bkk", alert, without("CAN"));
    ASSERT_FALSE(refused.ok());
    EXPECT_THAT(refused.error().detail, HasSubstr("posted at aus-kul"));
    ASSERT_TRUE(net.withdraw("aus-kul", alert).ok());
    net.run(10 * ms_second);
    for (const char* name : {"aus-bkk", "can-bkk", "can-kul"})
        EXPECT_TRUE(net.withdrawn(name, alert)) << name;
}

TEST_F(NarrowedParty, TheOtherNodeThatWasDroppedHasNoToken) {
    narrow(only({"can-bkk", "can-kul"}));
    EXPECT_TRUE(net.withdrawn("aus-kul", alert));
    auto refused = net.supersede("aus-kul", alert, {}, "as if nothing had been");
    ASSERT_FALSE(refused.ok());
    EXPECT_THAT(refused.error().detail, HasSubstr("withdrawn"));
    EXPECT_EQ(revision_at("can-kul"), 2u);
}

}  // namespace
}  // namespace rilon
