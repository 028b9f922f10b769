// Onward release through the daemon's own Node::step: a reader asks, the author's officer grants or
// refuses, and whoever has no business with either hears nothing of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/onward_book.h"
#include "node/sync.pb.h"
#include "protocol/officer.h"
#include "protocol/second_officer.h"
#include "protocol/short_id.h"
#include "tests/unit/node/small_net.h"

namespace rilon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* why = "CANARY of a reason";
constexpr const char* note = "CANARY of a note";

// aus-bkk writes, can-bkk reads and asks for gbr-bkk; tha-bkk is the host.
class CoreOnward : public SmallNet {
   protected:
    AlertId posted(const Result<Posted>& done) {
        EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.error().detail);
        net.run(3 * ms_second);
        return done.ok() ? done->alert() : AlertId{};
    }
    AlertId post_to(const std::vector<std::string>& only) {
        return post("aus-bkk", {"BKK", false, {}, only}).alert();
    }
    static proto::PrepareRequest asking(const AlertId& alert, const std::vector<std::string>& to,
                                        const std::string& outside = "") {
        return TestNet::onward_wish(alert, to, outside, why);
    }
    Result<Posted> ask(const std::string& node, const AlertId& alert,
                       const std::vector<std::string>& to, const std::string& outside = "") {
        auto done = net.prepare_and_commit(node, asking(alert, to, outside));
        net.run(3 * ms_second);
        return done;
    }
    static proto::PrepareRequest answering(const std::string& request, bool grant) {
        return TestNet::onward_answer(request, grant, note);
    }
    Result<Posted> answer(const std::string& request, bool grant) {
        auto done = net.prepare_and_commit("aus-bkk", answering(request, grant));
        net.run(3 * ms_second);
        return done;
    }
    static std::string refusal(const Result<Posted>& done) {
        return done.ok() ? "nothing was refused" : done.error().detail;
    }
    std::vector<proto::Onward> onward(const std::string& node) {
        auto listed = net.onward(node);
        EXPECT_TRUE(listed.ok());
        return listed.ok() ? *listed : std::vector<proto::Onward>();
    }
    std::vector<std::string> states(const std::string& node) {
        std::vector<std::string> out;
        for (const proto::Onward& one : onward(node)) out.push_back(one.state());
        return out;
    }
    std::uint64_t waiting(const std::string& node) {
        proto::Request request;
        request.mutable_list();
        auto listed = net.request(node, std::move(request));
        EXPECT_TRUE(listed.ok());
        return listed->alerts().onward_requests();
    }
    proto::ShowResponse show(const std::string& node, const AlertId& alert, bool evidence = false) {
        proto::Request request;
        request.mutable_show()->set_alert(alert.hex());
        request.mutable_show()->set_evidence(evidence);
        auto shown = net.request(node, std::move(request));
        return shown.ok() ? shown->show() : proto::ShowResponse{};
    }
    std::vector<std::string> audited(const std::string& node) {
        proto::Request request;
        request.mutable_log();
        auto log = net.request(node, std::move(request));
        EXPECT_TRUE(log.ok());
        std::vector<std::string> out;
        for (const auto& row : log->log().rows()) out.push_back(row.action() + " " + row.detail());
        return out;
    }
    bool holds(const std::string& node, const AlertId& alert) {
        return net.daemon(node).node().index().alert(alert).has_value();
    }
    static std::string id_text(const proto::Onward& one) {
        return format_alert_id(AlertId::copy_of(as_bytes(one.request_id())));
    }
    TestOfficer certified(const std::string& role) {
        TestOfficer officer = make_test_officer(net.network().id(), role, net.rng());
        proto::Request request;
        EXPECT_TRUE(request.mutable_certify()->mutable_request()->ParseFromArray(
            officer.request.data(), static_cast<int>(officer.request.size())));
        request.mutable_certify()->set_role(role);
        EXPECT_TRUE(net.request("aus-bkk", std::move(request)).ok());
        return officer;
    }
    Result<Posted> as(const TestOfficer& officer, proto::PrepareRequest what) {
        proto::Request request;
        *request.mutable_prepare() = std::move(what);
        auto shown = net.request("aus-bkk", officer.transport.pk, std::move(request));
        if (!shown.ok()) return shown.error();
        auto done = net.commit("aus-bkk", officer, shown->prepared());
        net.run(3 * ms_second);
        return done;
    }
    // What gbr-bkk's operator seals for one node beside rilond, under its own officer's signature.
    void forge(const std::string& to, const AlertId& alert, const proto::Operation& operation) {
        const Posted own = post("gbr-bkk", {"BKK", false, {}, {to}});
        net.run(3 * ms_second);
        Daemon& gbr = net.daemon("gbr-bkk");
        const StreamId stream = own.parts[0].stream;
        const EntryRef ref = entry_of("gbr-bkk", own);
        auto held = gbr.store().entry(ref.stream, ref.seq);
        const EntryId entry_id = (*held)->entry.id();
        auto entry = trust_stored(std::move((*held)->entry), entry_id);
        auto plain = open_body(*entry, *gbr.store().entry_key(ref.stream, ref.seq));
        auto content = parse_content(*plain);
        ASSERT_TRUE(content.ok());
        const Bytes bytes = to_bytes(as_bytes(operation.SerializeAsString()));
        const Signature by = sign(gbr.officer().sign.sk,
                                  officer_message(gbr.identity().network, stream, alert, bytes));
        StreamState after = gbr.disk().streams.at(stream);
        auto key = gbr.store().epoch_key(stream, after.epoch);
        ASSERT_TRUE(key.ok() && key->has_value());
        OriginKeys keys{gbr.identity().sign.sk, Generation{1}};
        auto sealed = seal({EntryKind::content, Precedence::routine, after.dir_seq,
                            encode_content(content->certificate, alert, bytes, by)},
                           after, keys, &**key, net.rng().bytes<Nonce24>());
        ASSERT_TRUE(sealed.ok());
        proto::SyncEntries frame;
        frame.set_stream_id(stream.str());
        frame.add_entries()->set_entry(std::string(as_text(sealed->bytes())));
        frame.set_head(sealed->header().seq.value);
        net.inject(id("gbr-bkk"), net.coordinator().id(), SyncType::put,  // Which relays it.
                   frame.SerializeAsString());
        net.run(20 * ms_second);
        // It came, and was opened.
        ASSERT_TRUE(
            net.daemon(to).node().index().meaning({stream, sealed->header().seq}).has_value());
    }
};

TEST_F(CoreOnward, AReaderAsksTheAuthorGrantsTheNewOneReadsAndTheOldKeep) {
    const AlertId alert = post_to({"can-bkk"});
    net.run(3 * ms_second);
    ASSERT_FALSE(holds("gbr-bkk", alert));
    auto asked = ask("can-bkk", alert, {"gbr-bkk"});
    ASSERT_TRUE(asked.ok()) << asked.error().detail;
    EXPECT_THAT(asked->parts.at(0).readers, ElementsAre(id("aus-bkk")));  // And nobody else.
    EXPECT_EQ(waiting("aus-bkk"), 1u);
    EXPECT_EQ(waiting("can-bkk"), 0u);
    auto listed = onward("aus-bkk");
    ASSERT_EQ(listed.size(), 1u);
    EXPECT_EQ(listed[0].node(), "can-bkk");
    EXPECT_THAT(listed[0].to(), ElementsAre("gbr-bkk"));
    EXPECT_EQ(listed[0].reason(), why);
    EXPECT_EQ(listed[0].state(), "waits");
    EXPECT_FALSE(holds("gbr-bkk", alert));  // Asking tells nobody anything.

    auto granted = answer(id_text(listed[0]), true);
    ASSERT_TRUE(granted.ok()) << granted.error().detail;
    for (const char* name : {"aus-bkk", "can-bkk", "gbr-bkk"})
        EXPECT_EQ(show(name, alert).row().alert().revision(), 2u) << name;
    EXPECT_FALSE(holds("tha-bkk", alert));
    EXPECT_EQ(waiting("aus-bkk"), 0u);
    auto own = onward("can-bkk");
    ASSERT_EQ(own.size(), 1u);
    EXPECT_TRUE(own[0].own());
    EXPECT_EQ(own[0].state(), "granted");
    EXPECT_THAT(own[0].granted(), ElementsAre("gbr-bkk"));
    EXPECT_EQ(own[0].note(), note);
    EXPECT_EQ(show("can-bkk", alert).onward_size(), 1);
    EXPECT_EQ(show("aus-bkk", alert).onward_size(), 1);
    for (const char* name : {"aus-bkk", "can-bkk"})  // Two revisions, the request, the answer.
        EXPECT_EQ(show(name, alert, true).evidence_size(), 4) << name;
    EXPECT_EQ(show("gbr-bkk", alert, true).evidence_size(), 1);
    // Who got it knows neither who asked nor why.
    EXPECT_EQ(show("gbr-bkk", alert).SerializeAsString().find("CANARY"), std::string::npos);
    EXPECT_THAT(onward("gbr-bkk"), IsEmpty());
    EXPECT_THAT(audited("can-bkk"), testing::Contains("ask-release " + alert.hex()));
    EXPECT_THAT(audited("aus-bkk"), testing::Contains("grant-release " + alert.hex()));
    // A correction names them, in the audience that show says; a withdrawal takes it back from all.
    EXPECT_EQ(show("aus-bkk", alert).row().audience(), "named nodes of BKK/missions");
    auto corrected = net.supersede(
        "aus-bkk", alert, {"BKK/missions", false, {}, {"can-bkk", "gbr-bkk"}}, "corrected");
    ASSERT_TRUE(corrected.ok()) << corrected.error().detail;
    net.run(3 * ms_second);
    EXPECT_EQ(show("gbr-bkk", alert).row().alert().revision(), 3u);
    ASSERT_TRUE(net.withdraw("aus-bkk", alert).ok());
    net.run(5 * ms_second);
    for (const char* name : {"can-bkk", "gbr-bkk"}) EXPECT_TRUE(net.withdrawn(name, alert)) << name;
    EXPECT_EQ(show("can-bkk", alert).onward_size(), 0);
}

TEST_F(CoreOnward, ARefusalIsReadByWhoAskedAndStays) {
    const AlertId alert = post_to({"can-bkk", "tha-bkk"});
    net.run(3 * ms_second);
    ASSERT_TRUE(ask("can-bkk", alert, {"GBR"}).ok());
    // By the alert's id, as one alone waits.
    auto refused = answer(alert.hex(), false);
    ASSERT_TRUE(refused.ok()) << refused.error().detail;
    EXPECT_THAT(refused->parts.at(0).readers, ElementsAre(id("can-bkk")));
    auto own = onward("can-bkk");
    ASSERT_EQ(own.size(), 1u);
    EXPECT_EQ(own[0].state(), "refused");
    EXPECT_EQ(own[0].note(), note);
    EXPECT_FALSE(holds("gbr-bkk", alert));
    EXPECT_EQ(show("can-bkk", alert).row().alert().revision(), 1u);
    EXPECT_THAT(onward("tha-bkk"), IsEmpty());  // A reader, but it did not ask.
    EXPECT_THAT(audited("aus-bkk"), testing::Contains("refuse-release " + alert.hex()));
    // The first word stands.
    EXPECT_THAT(refusal(answer(id_text(own[0]), true)), HasSubstr("answered already"));
    EXPECT_THAT(refusal(answer(alert.hex(), true)), HasSubstr("no request for this alert waits"));
    EXPECT_FALSE(holds("gbr-bkk", alert));
    // Asked and answered over restarts.
    for (const char* name : {"aus-bkk", "can-bkk"}) {
        net.kill(name);
        net.start(name);
    }
    net.run(10 * ms_second);
    EXPECT_THAT(states("can-bkk"), ElementsAre("refused"));
    EXPECT_EQ(waiting("aus-bkk"), 0u);
}

TEST_F(CoreOnward, TwoOfficersAnswerAtOnceAndOneWordStands) {
    const AlertId alert = post_to({"can-bkk"});
    net.run(3 * ms_second);
    ASSERT_TRUE(ask("can-bkk", alert, {"gbr-bkk"}).ok());
    auto no = net.prepare("aus-bkk", answering(alert.hex(), false));
    auto yes = net.prepare("aus-bkk", answering(alert.hex(), true));
    ASSERT_TRUE(no.ok() && yes.ok());
    ASSERT_TRUE(net.commit("aus-bkk", *no).ok());
    EXPECT_THAT(refusal(net.commit("aus-bkk", *yes)), HasSubstr("answered already"));
    net.run(3 * ms_second);
    EXPECT_FALSE(holds("gbr-bkk", alert));
    EXPECT_THAT(states("can-bkk"), ElementsAre("refused"));
}

TEST_F(CoreOnward, WithheldPartiesStayOutWhoeverAsks) {
    proto::PrepareRequest what;
    *what.mutable_operation()->mutable_publish() = about_a_briton();
    what.mutable_wish()->set_audience("BKK");
    what.mutable_wish()->add_only("can-bkk");
    const AlertId alert = posted(net.prepare_and_commit("aus-bkk", what));
    ASSERT_TRUE(ask("can-bkk", alert, {"gbr-bkk"}).ok());
    EXPECT_THAT(refusal(answer(alert.hex(), true)), HasSubstr("the release rule keeps it"));
    ASSERT_TRUE(answer(alert.hex(), false).ok());
    // Beside one who may read it, too; and the author's officer sees who is left out.
    ASSERT_TRUE(ask("can-bkk", alert, {"BKK"}).ok());
    auto look = net.prepare("aus-bkk", answering(alert.hex(), true));
    ASSERT_TRUE(look.ok()) << look.error().detail;
    ASSERT_EQ(look->parts(0).excluded_size(), 1);
    EXPECT_EQ(look->parts(0).excluded(0).party(), "GBR");
    auto granted = net.commit("aus-bkk", *look);
    ASSERT_TRUE(granted.ok()) << granted.error().detail;
    net.run(5 * ms_second);
    EXPECT_TRUE(net.reads("tha-bkk", alert));
    EXPECT_FALSE(holds("gbr-bkk", alert));
    auto own = onward("can-bkk");
    ASSERT_EQ(own.size(), 2u);
    EXPECT_THAT(own[1].granted(), ElementsAre("tha-bkk"));
}

TEST_F(CoreOnward, ADocumentPartFollowsThePersonPartAndNobodyElseGetsIt) {
    proto::PrepareRequest what;
    *what.mutable_operation()->mutable_publish() = about_a_briton();
    what.mutable_operation()->mutable_publish()->mutable_travel_fraud()->set_fraud_type(
        "counterfeit");
    what.mutable_wish()->set_audience("BKK");
    what.mutable_wish()->add_only("can-bkk");
    auto done = net.prepare_and_commit("aus-bkk", what);
    const AlertId alert = posted(done);
    ASSERT_EQ(done->parts.size(), 2u);
    const AlertId document = done->parts[1].alert;
    ASSERT_TRUE(net.reads("can-bkk", document));
    EXPECT_THAT(refusal(ask("can-bkk", document, {"tha-bkk"})), HasSubstr("document part"));
    ASSERT_TRUE(ask("can-bkk", alert, {"BKK"}).ok());
    auto granted = answer(alert.hex(), true);
    ASSERT_TRUE(granted.ok()) << granted.error().detail;
    EXPECT_EQ(granted->parts.size(), 3u);  // Both parts, and the letter.
    for (const AlertId& part : {alert, document}) {
        EXPECT_TRUE(net.reads("can-bkk", part));
        EXPECT_TRUE(net.reads("tha-bkk", part));
        EXPECT_FALSE(holds("gbr-bkk", part));  // By the rule alone it might have the document's.
    }
}

TEST_F(CoreOnward, WhoReadsTheDocumentPartAloneAsksForNobody) {
    proto::PrepareRequest what;
    *what.mutable_operation()->mutable_publish() = about_a_briton();
    what.mutable_operation()->mutable_publish()->mutable_travel_fraud()->set_fraud_type(
        "counterfeit");
    what.mutable_wish()->set_audience("BKK/missions");
    auto done = net.prepare_and_commit("aus-bkk", what);
    const AlertId alert = posted(done);
    ASSERT_EQ(done->parts.size(), 2u);
    const AlertId document = done->parts[1].alert;
    ASSERT_TRUE(net.reads("gbr-bkk", document));
    ASSERT_FALSE(holds("gbr-bkk", alert));
    proto::Operation forged;
    forged.mutable_onward_request()->set_request_id(make_alert_id(net.now(), net.rng()).str());
    forged.mutable_onward_request()->add_nodes(id("tha-bkk").str());
    forged.mutable_onward_request()->set_reason("for our host");
    forge("aus-bkk", document, forged);
    EXPECT_EQ(waiting("aus-bkk"), 0u);
    EXPECT_THAT(onward("aus-bkk"), IsEmpty());
}

TEST_F(CoreOnward, PicturesGoWithIt) {
    const Bytes picture(100'000, Byte{7});
    const AlertId alert =
        post("aus-bkk", {"BKK", false, {}, {"can-bkk"}, Precedence::routine, false, 0, {picture}})
            .alert();
    net.run(3 * ms_second);
    ASSERT_TRUE(ask("can-bkk", alert, {"gbr-bkk"}).ok());
    auto granted = answer(alert.hex(), true);
    ASSERT_TRUE(granted.ok()) << granted.error().detail;
    for (const char* name : {"can-bkk", "gbr-bkk"}) {
        auto got = net.attachment(name, alert, 1);
        ASSERT_TRUE(got.ok()) << name << ": " << got.error().detail;
        EXPECT_EQ(*got, picture) << name;
    }
}

TEST_F(CoreOnward, WhatChangedInBetweenIsLookedAtAgain) {
    const AlertId alert = post_to({"can-bkk"});
    net.run(3 * ms_second);
    ASSERT_TRUE(ask("can-bkk", alert, {"gbr-bkk"}).ok());
    auto look = net.prepare("aus-bkk", answering(alert.hex(), true));
    ASSERT_TRUE(look.ok());
    ASSERT_TRUE(net.supersede("aus-bkk", alert, {"BKK", false, {}, {"can-bkk"}}, "corrected").ok());
    EXPECT_THAT(refusal(net.commit("aus-bkk", *look)), HasSubstr("corrected or taken back"));
    EXPECT_EQ(waiting("aus-bkk"), 1u);  // It waits on, for the alert as it is now.
    look = net.prepare("aus-bkk", answering(alert.hex(), true));
    ASSERT_TRUE(look.ok());
    ASSERT_TRUE(net.withdraw("aus-bkk", alert).ok());
    EXPECT_FALSE(net.commit("aus-bkk", *look).ok());
    net.run(5 * ms_second);
    EXPECT_FALSE(net.reads("gbr-bkk", alert));
    EXPECT_EQ(waiting("aus-bkk"), 0u);  // Over with the alert, at both ends.
    EXPECT_THAT(onward("can-bkk"), IsEmpty());
    EXPECT_THAT(refusal(ask("can-bkk", alert, {"gbr-bkk"})), HasSubstr("nothing to ask for"));
}

TEST_F(CoreOnward, WhoWasDroppedAsksForNobodyAndANarrowedAlertIsNotWidened) {
    const AlertId alert = post_to({"can-bkk", "gbr-bkk", "tha-bkk"});
    net.run(3 * ms_second);
    const AlertId other = post_to({"can-bkk", "tha-bkk"});
    net.run(3 * ms_second);
    ASSERT_TRUE(ask("can-bkk", other, {"gbr-bkk"}).ok());
    proto::NarrowWish wish;
    wish.add_exclude("THA");
    ASSERT_TRUE(net.narrow("aus-bkk", other, wish).ok());
    net.run(5 * ms_second);
    EXPECT_THAT(refusal(answer(other.hex(), true)), HasSubstr("was narrowed"));
    ASSERT_TRUE(answer(other.hex(), false).ok());

    ASSERT_TRUE(net.narrow("aus-bkk", alert, wish).ok());
    net.run(5 * ms_second);
    EXPECT_FALSE(ask("tha-bkk", alert, {"gbr-bkk"}).ok());
    const AlertId third = post_to({"can-bkk", "tha-bkk"});
    net.run(3 * ms_second);
    ASSERT_TRUE(ask("tha-bkk", third, {"gbr-bkk"}).ok());
    EXPECT_EQ(waiting("aus-bkk"), 1u);
    const std::string request = id_text(onward("aus-bkk").at(0));
    ASSERT_TRUE(net.narrow("aus-bkk", third, wish).ok());
    net.run(5 * ms_second);
    EXPECT_EQ(waiting("aus-bkk"), 0u);  // Its asker reads the alert no longer.
    EXPECT_THAT(refusal(answer(request, false)), HasSubstr("does not read this alert"));
    EXPECT_THAT(onward("tha-bkk"), IsEmpty());
}

TEST_F(CoreOnward, WhoIsSuspendedAsksForNobody) {
    const AlertId alert = post_to({"can-bkk"});
    net.run(3 * ms_second);
    ASSERT_TRUE(ask("can-bkk", alert, {"gbr-bkk"}).ok());
    auto look = net.prepare("aus-bkk", answering(alert.hex(), true));
    ASSERT_TRUE(look.ok());
    const std::string request = id_text(onward("aus-bkk").at(0));
    ASSERT_TRUE(net.submit([&](Drafter& d) { return d.suspend(id("can-bkk"), "stolen"); },
                           {&net.network().rso(0)})
                    .ok());
    net.run(10 * ms_second);
    EXPECT_EQ(waiting("aus-bkk"), 0u);
    EXPECT_THAT(refusal(net.commit("aus-bkk", *look)), HasSubstr("does not read this alert"));
    EXPECT_THAT(refusal(answer(request, true)), HasSubstr("does not read this alert"));
    EXPECT_FALSE(holds("gbr-bkk", alert));
}

TEST_F(CoreOnward, AnAnswerIsListedForAMonthAndShownWithItsAlert) {
    const AlertId alert = post_to({"can-bkk"});
    net.run(3 * ms_second);
    ASSERT_TRUE(ask("can-bkk", alert, {"gbr-bkk"}).ok());
    ASSERT_TRUE(answer(alert.hex(), false).ok());
    EXPECT_THAT(states("can-bkk"), ElementsAre("refused"));
    net.sleep(31 * ms_day);
    EXPECT_THAT(onward("can-bkk"), IsEmpty());
    EXPECT_EQ(show("can-bkk", alert).onward_size(), 1);
}

TEST_F(CoreOnward, NobodyIsAskedTwiceNorForNothing) {
    const AlertId alert = post_to({"can-bkk"});
    net.run(3 * ms_second);
    EXPECT_THAT(refusal(ask("can-bkk", alert, {"can-bkk"})), HasSubstr("read it already"));
    EXPECT_THAT(refusal(ask("can-bkk", alert, {"fra-bkk"})), HasSubstr("no node, party"));
    EXPECT_THAT(refusal(ask("can-bkk", alert, {})), HasSubstr("one of the two"));
    EXPECT_THAT(refusal(ask("can-bkk", alert, {"gbr-bkk"}, "the police")),
                HasSubstr("one of the two"));
    EXPECT_THAT(refusal(ask("aus-bkk", alert, {"gbr-bkk"})), HasSubstr("this node posted it"));
    EXPECT_THAT(refusal(ask("gbr-bkk", alert, {"gbr-bkk"})), HasSubstr("no alert"));
    auto without = asking(alert, {"gbr-bkk"});
    without.mutable_onward()->clear_reason();
    EXPECT_THAT(refusal(net.prepare_and_commit("can-bkk", without)), HasSubstr("reason"));
    ASSERT_TRUE(ask("can-bkk", alert, {"BKK"}).ok());
    EXPECT_THAT(refusal(ask("can-bkk", alert, {"gbr-bkk"})), HasSubstr("has been asked that"));
    for (std::size_t i = 1; i < onward_waiting_max; ++i)
        ASSERT_TRUE(ask("can-bkk", alert, {}, "police " + std::to_string(i)).ok());
    EXPECT_THAT(refusal(ask("can-bkk", alert, {}, "one more")), HasSubstr("wait for aus-bkk"));
    EXPECT_THAT(refusal(answer(alert.hex(), true)), HasSubstr("several requests"));
    EXPECT_EQ(waiting("aus-bkk"), onward_waiting_max);
}

TEST_F(CoreOnward, WhoReadsNothingOfAnAlertIsNotHeard) {
    const AlertId alert = post_to({"can-bkk"});
    net.run(3 * ms_second);
    proto::Operation forged;
    forged.mutable_onward_request()->set_request_id(make_alert_id(net.now(), net.rng()).str());
    forged.mutable_onward_request()->add_nodes(id("gbr-bkk").str());
    forged.mutable_onward_request()->set_reason("for ourselves");
    forge("aus-bkk", alert, forged);
    EXPECT_EQ(waiting("aus-bkk"), 0u);
    EXPECT_THAT(onward("aus-bkk"), IsEmpty());
    EXPECT_EQ(show("aus-bkk", alert).onward_size(), 0);
    const std::string request =
        format_alert_id(AlertId::copy_of(as_bytes(forged.onward_request().request_id())));
    EXPECT_THAT(refusal(answer(request, true)), HasSubstr("does not read this alert"));
    EXPECT_FALSE(net.reads("gbr-bkk", alert));
}

TEST_F(CoreOnward, NobodyAnswersForTheAuthorNorIsAskedForHim) {
    const AlertId alert = post_to({"can-bkk", "gbr-bkk"});
    net.run(3 * ms_second);
    ASSERT_TRUE(ask("can-bkk", alert, {"tha-bkk"}).ok());
    const proto::Onward own = onward("can-bkk").at(0);
    // A reader who came to know the request's id.
    proto::Operation forged;
    forged.mutable_onward_answer()->set_request_id(own.request_id());
    forged.mutable_onward_answer()->set_granted(true);
    forged.mutable_onward_answer()->add_nodes(id("tha-bkk").str());
    forge("can-bkk", alert, forged);
    EXPECT_THAT(states("can-bkk"), ElementsAre("waits"));
    // A request about an alert of another's.
    proto::Operation astray;
    astray.mutable_onward_request()->set_request_id(make_alert_id(net.now(), net.rng()).str());
    astray.mutable_onward_request()->add_nodes(id("tha-bkk").str());
    astray.mutable_onward_request()->set_reason("ask me");
    forge("can-bkk", alert, astray);
    EXPECT_EQ(waiting("can-bkk"), 0u);
    EXPECT_THAT(states("can-bkk"), ElementsAre("waits"));
    EXPECT_THAT(refusal(net.prepare_and_commit(
                    "can-bkk", answering(format_alert_id(AlertId::copy_of(
                                             as_bytes(astray.onward_request().request_id()))),
                                         true))),
                HasSubstr("another node posted that alert"));
    ASSERT_TRUE(answer(alert.hex(), true).ok());
    EXPECT_THAT(states("can-bkk"), ElementsAre("granted"));
}

TEST_F(CoreOnward, OutsideTheNetworkTheAnswerIsAllThereIs) {
    proto::PrepareRequest what;
    *what.mutable_operation()->mutable_publish() = about_a_briton();
    what.mutable_wish()->set_audience("BKK");
    const AlertId alert = posted(net.prepare_and_commit("aus-bkk", what));
    ASSERT_TRUE(ask("can-bkk", alert, {}, "Royal Thai Police, immigration bureau").ok());
    auto look = net.prepare("aus-bkk", answering(alert.hex(), true));
    ASSERT_TRUE(look.ok()) << look.error().detail;
    ASSERT_EQ(look->parts_size(), 1);
    EXPECT_THAT(look->warnings(1), HasSubstr("keeps it from GBR"));
    ASSERT_TRUE(net.commit("aus-bkk", *look).ok());
    net.run(3 * ms_second);
    const proto::Onward own = onward("can-bkk").at(0);
    EXPECT_EQ(own.state(), "granted");
    EXPECT_THAT(own.granted(), IsEmpty());
    EXPECT_EQ(own.outside(), "Royal Thai Police, immigration bureau");
    EXPECT_EQ(show("can-bkk", alert).row().alert().revision(), 1u);
    EXPECT_THAT(audited("aus-bkk"), testing::Contains("grant-release " + alert.hex() + " outside"));
}

TEST_F(CoreOnward, WhatTwoOfficersLetGoOneDoesNotGiveToAnotherHome) {
    const TestOfficer releaser = certified("releaser");
    const TestOfficer second = certified("administrator");
    proto::PrepareRequest what;
    proto::Alert& text = *what.mutable_operation()->mutable_publish() = about_a_briton();
    text.set_protection(proto::PROTECTION_NONE);
    what.mutable_wish()->set_audience("BKK");
    what.mutable_wish()->add_only("can-bkk");
    what.mutable_wish()->set_release_reason("his consul knows");
    const AlertId alert = posted(net.prepare_and_commit("aus-bkk", what));
    ASSERT_TRUE(ask("can-bkk", alert, {"gbr-bkk"}).ok());
    EXPECT_THAT(refusal(answer(alert.hex(), true)), HasSubstr("waits for a second officer"));
    proto::PrepareRequest approve;
    approve.set_alert(alert.hex());
    approve.mutable_release();
    auto approved = as(releaser, approve);
    ASSERT_TRUE(approved.ok()) << approved.error().detail;
    // The newest revision is the releaser's: his own word does not carry it to the man's state.
    EXPECT_THAT(refusal(as(releaser, answering(alert.hex(), true))), HasSubstr("can't approve"));
    EXPECT_FALSE(holds("gbr-bkk", alert));
    auto granted = as(second, answering(alert.hex(), true));
    ASSERT_TRUE(granted.ok()) << granted.error().detail;
    EXPECT_TRUE(net.reads("gbr-bkk", alert));
}

TEST_F(CoreOnward, FeedsAndFilesSayNothingOfIt) {
    const AlertId alert = post_to({"can-bkk"});
    net.run(3 * ms_second);
    ASSERT_TRUE(ask("can-bkk", alert, {"gbr-bkk"}).ok());
    ASSERT_TRUE(answer(alert.hex(), false).ok());
    for (const char* name : {"aus-bkk", "can-bkk"}) {
        proto::Request feed, file;
        feed.mutable_feed();
        file.mutable_export_alerts()->add_alerts(alert.str());
        auto events = net.request(name, feed);
        auto exported = net.request(name, file);
        ASSERT_TRUE(events.ok() && exported.ok());
        ASSERT_EQ(events->feed().events_size(), 1) << name;
        EXPECT_EQ(events->feed().events(0).type(), "published") << name;
        // Nor does one that asks for it with a consumer's id.
        feed.mutable_feed()->set_onward(true);
        feed.mutable_feed()->set_consumer(std::string(32, 'a'));
        auto consumed = net.request(name, feed);
        ASSERT_TRUE(consumed.ok());
        EXPECT_EQ(consumed->feed().events_size(), 1) << name;
        // Whoever watches is told: asked here, answered there.
        feed.mutable_feed()->clear_consumer();
        auto watched = net.request(name, feed);
        ASSERT_TRUE(watched.ok());
        ASSERT_EQ(watched->feed().events_size(), 2) << name;
        EXPECT_EQ(watched->feed().events(1).type(),
                  name == std::string("aus-bkk") ? "asked" : "answered");
        EXPECT_EQ(watched->feed().events(1).onward().state(), "refused") << name;
        EXPECT_EQ(events->SerializeAsString().find("CANARY"), std::string::npos) << name;
        EXPECT_EQ(exported->SerializeAsString().find("CANARY"), std::string::npos) << name;
    }
}

}  // namespace
}  // namespace rilon
