// What a search shows: words of any kind's text, and one row for an alert in two parts.
#include "tests/unit/node/small_net.h"

namespace rilon {
namespace {

class CoreSearch : public SmallNet {
   protected:
    Posted publish(const std::string& node, const std::function<void(proto::Alert&)>& fill,
                   bool except_host = false) {
        proto::PrepareRequest what;
        what.mutable_wish()->set_except_host(except_host);
        fill(*what.mutable_operation()->mutable_publish());
        what.mutable_wish()->set_audience("BKK");
        auto posted = net.prepare_and_commit(node, what);
        EXPECT_TRUE(posted.ok()) << (posted.ok() ? "" : posted.error().detail);
        net.run(3 * ms_second);
        return posted.ok() ? *posted : Posted{};
    }
    std::map<std::string, std::string> search(const std::string& node, const std::string& word) {
        proto::SearchRequest wish;
        wish.set_text(word);
        return search(node, wish);
    }
    // Ids and the first reason.
    std::map<std::string, std::string> search(const std::string& node,
                                              const proto::SearchRequest& wish) {
        proto::Request request;
        *request.mutable_search() = wish;
        auto answer = net.request(node, std::move(request));
        EXPECT_TRUE(answer.ok()) << (answer.ok() ? "" : answer.error().detail);
        std::map<std::string, std::string> out;
        if (!answer.ok()) return out;
        for (const proto::Match& match : answer->search().matches())
            out[match.row().alert_id()] = match.reasons(0);
        return out;
    }
};

TEST_F(CoreSearch, FindsTheAuthorsOwnWordsOfAnyKind) {
    const Posted bulletin = publish("aus-bkk", [](proto::Alert& alert) {
        alert.set_title("Hall 2");
        alert.mutable_bulletin()->set_text("The Rusty Gate is closed.");
    });
    const Posted method = publish("can-bkk", [](proto::Alert& alert) {
        alert.set_title("Swap behind the rusty gate");
        alert.mutable_modus_operandi()->add_steps("They meet in the toilets.");
    });
    const std::map<std::string, std::string> wanted{{bulletin.alert().str(), "word in the text"},
                                                    {method.alert().str(), "word in the title"}};
    EXPECT_EQ(search("gbr-bkk", "RUSTY gate"), wanted);
    EXPECT_EQ(search("gbr-bkk", "toilets").count(method.alert().str()), 1u);
    EXPECT_TRUE(search("gbr-bkk", "rusty door").empty());
    ASSERT_TRUE(net.withdraw("can-bkk", method.alert()).ok());
    net.run(3 * ms_second);
    EXPECT_TRUE(search("gbr-bkk", "toilets").empty());
}

TEST_F(CoreSearch, LooksIntoTheNewestRevisionAlone) {
    const Posted first = publish(
        "aus-bkk", [](proto::Alert& alert) { alert.mutable_bulletin()->set_text("Gate seven"); });
    ASSERT_TRUE(net.supersede("aus-bkk", first.alert(), {"BKK"}, "Gate eight").ok());
    net.run(3 * ms_second);
    EXPECT_TRUE(search("gbr-bkk", "seven").empty());
    EXPECT_EQ(search("gbr-bkk", "eight").size(), 1u);
}

TEST_F(CoreSearch, SaysHowManyMatchesItLeavesOut) {
    for (int i = 0; i < 4; ++i)
        publish("aus-bkk",
                [](proto::Alert& alert) { alert.mutable_bulletin()->set_text("Gate seven"); });
    proto::Request request;
    request.mutable_search()->set_text("seven");
    request.mutable_search()->set_limit(3);
    auto answer = net.request("gbr-bkk", request);
    ASSERT_TRUE(answer.ok());
    EXPECT_EQ(answer->search().matches_size(), 3);
    EXPECT_EQ(answer->search().coverage().more(), 1u);
    EXPECT_EQ(answer->search().coverage().text_alerts(), 4u);
}

// Persons of one name, told apart by what else is known of them.
class CorePersons : public CoreSearch {
   protected:
    static void add_person(proto::Alert& alert, const std::string& birth_date) {
        proto::PersonRecord& person = *alert.add_persons();
        person.set_role("subject");
        proto::Identity& name = *person.add_identities();
        name.set_type("claimed");
        name.set_primary("CANARY");
        name.set_secondary("JONAS");
        name.set_birth_date(birth_date);
        name.set_sex("M");
        proto::Nationality& nationality = *person.add_nationalities();
        nationality.set_code("UTO");
        nationality.set_basis("claimed");
    }
    Posted publish_persons(const std::vector<std::string>& born) {
        return publish("aus-bkk", [&](proto::Alert& alert) {
            alert.mutable_travel_fraud()->set_fraud_type("counterfeit");
            proto::DocumentRecord& passport = *alert.add_documents();
            passport.set_type("P");
            passport.set_issuer("UTO");
            passport.set_number("YA1234567");
            for (const std::string& date : born) add_person(alert, date);
        });
    }
    static proto::SearchRequest named(const std::string& name, const std::string& birth_date) {
        proto::SearchRequest out;
        out.set_name(name);
        out.set_dob(birth_date);
        return out;
    }
    std::vector<proto::Match> matches(const proto::SearchRequest& wish) {
        proto::Request request;
        *request.mutable_search() = wish;
        auto answer = net.request("gbr-bkk", std::move(request));
        EXPECT_TRUE(answer.ok()) << (answer.ok() ? "" : answer.error().detail);
        if (!answer.ok()) return {};
        return {answer->search().matches().begin(), answer->search().matches().end()};
    }
    using Words = std::vector<std::string>;
    static Words reasons(const proto::Match& match) {
        return {match.reasons().begin(), match.reasons().end()};
    }
    static Words differences(const proto::Match& match) {
        return {match.differences().begin(), match.differences().end()};
    }
};

TEST_F(CorePersons, EachFactorSpeaksForItself) {
    publish_persons({"1974-08-12"});
    proto::SearchRequest wish = named("Jonas Canary", "1974-08-12");
    wish.set_sex("M");
    wish.set_nationality("UTO");
    auto found = matches(wish);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].strength(), "strong");
    EXPECT_EQ(found[0].score(), 1.0);
    EXPECT_EQ(reasons(found[0]), (Words{"CANARY: the same", "JONAS: the same", "same birth date",
                                        "same nationality UTO"}));
    EXPECT_EQ(differences(found[0]), Words{});
    wish.set_dob("1974");
    found = matches(wish);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].strength(), "possible");
    EXPECT_EQ(reasons(found[0])[2], "birth date agrees as far as it is known");
    wish.set_dob("1980-01-01");
    wish.set_sex("F");
    wish.set_nationality("KOR");
    found = matches(wish);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].strength(), "possible");
    EXPECT_EQ(found[0].score(), 0.9);
    EXPECT_EQ(differences(found[0]),
              (Words{"birth date: 1974-08-12", "nationality: UTO", "sex: M"}));
    // One word of two agrees: not so like it that another birth date leaves it possible.
    EXPECT_EQ(matches(named("Canary", "")).size(), 1u);
    EXPECT_TRUE(matches(named("Canary", "1980-01-01")).empty());
}

// The best of an alert's persons speaks, and another's reasons are added.
TEST_F(CorePersons, OfTwoPersonsTheBetterOneSpeaks) {
    for (const auto& born : std::vector<std::vector<std::string>>{{"1974-08-12", "1990-02-03"},
                                                                  {"1990-02-03", "1974-08-12"}}) {
        const Posted posted = publish_persons(born);
        auto found = matches(named("Canary Jonas", "1990-02-03"));
        ASSERT_EQ(found.size(), 1u);
        EXPECT_EQ(found[0].row().alert_id(), posted.alert().str());
        EXPECT_EQ(found[0].strength(), "strong");
        EXPECT_EQ(found[0].score(), 1.0);
        EXPECT_EQ(reasons(found[0]),
                  (Words{"CANARY: the same", "JONAS: the same", "same birth date"}));
        EXPECT_EQ(differences(found[0]), Words{});
        ASSERT_TRUE(net.withdraw("aus-bkk", posted.alert()).ok());
        net.run(3 * ms_second);
        EXPECT_TRUE(matches(named("Canary Jonas", "1990-02-03")).empty());
    }
}

// Of equals the newest come first, and who is left out is counted.
TEST_F(CorePersons, TheBestComeFirstAndOfEqualsTheNewest) {
    std::vector<std::string> newest_first;
    for (int i = 0; i < 3; ++i)
        newest_first.insert(newest_first.begin(), publish_persons({"1974-08-12"}).alert().str());
    const std::string best = publish_persons({"1990-02-03"}).alert().str();
    proto::SearchRequest wish = named("Jonas Canary", "1990-02-03");
    auto found = matches(wish);
    ASSERT_EQ(found.size(), 4u);
    EXPECT_EQ(found[0].row().alert_id(), best);
    for (std::size_t i = 0; i < 3; ++i)
        EXPECT_EQ(found[i + 1].row().alert_id(), newest_first[i]) << i;
    wish.set_limit(2);
    proto::Request request;
    *request.mutable_search() = wish;
    auto answer = net.request("gbr-bkk", std::move(request));
    ASSERT_TRUE(answer.ok());
    EXPECT_EQ(answer->search().matches_size(), 2);
    EXPECT_EQ(answer->search().coverage().more(), 2u);
}

// In two parts: the host gets the document's alone.
class CoreTwoParts : public CoreSearch {
   protected:
    void SetUp() override {
        both = publish(
            "aus-bkk",
            [](proto::Alert& alert) {
                alert.mutable_travel_fraud()->set_fraud_type("counterfeit");
                proto::DocumentRecord& passport = *alert.add_documents();
                passport.set_type("P");
                passport.set_issuer("UTO");
                passport.set_number("YA1234567");
                proto::PersonRecord& holder = *alert.add_persons();
                holder.set_role("subject");
                proto::Identity& name = *holder.add_identities();
                name.set_type("claimed");
                name.set_primary("CANARY");
                proto::Nationality& nationality = *holder.add_nationalities();
                nationality.set_code("UTO");
                nationality.set_basis("claimed");
            },
            true);
        ASSERT_EQ(both.parts.size(), 2u);
        person = both.parts[0].alert;
        document = both.parts[1].alert;
        number.set_doc("YA1234567");
    }
    std::vector<std::string> inbox(const std::string& node) {
        proto::Request request;
        request.mutable_list();
        auto answer = net.request(node, std::move(request));
        EXPECT_TRUE(answer.ok());
        std::vector<std::string> out;
        for (const auto& row : answer->alerts().rows()) out.push_back(row.alert_id());
        return out;
    }
    using Ids = std::vector<std::string>;

    Posted both;
    AlertId person, document;
    proto::SearchRequest number;
};

TEST_F(CoreTwoParts, AReaderOfBothIsShownOneRow) {
    for (const char* node : {"aus-bkk", "gbr-bkk"}) {
        EXPECT_EQ(inbox(node), Ids{person.str()}) << node;
        EXPECT_EQ(search(node, number).size(), 1u) << node;
        EXPECT_EQ(search(node, number).count(person.str()), 1u) << node;
    }
    EXPECT_EQ(inbox("tha-bkk"), Ids{document.str()});
    EXPECT_EQ(search("tha-bkk", number).count(document.str()), 1u);
    // Each is still shown to who asks for it.
    EXPECT_TRUE(shows("gbr-bkk", document));
    EXPECT_TRUE(shows("gbr-bkk", person));
    ASSERT_TRUE(net.withdraw("aus-bkk", person).ok());
    net.run(3 * ms_second);
    EXPECT_EQ(inbox("gbr-bkk"), Ids{person.str()});
    EXPECT_EQ(inbox("tha-bkk"), Ids{document.str()});
    EXPECT_TRUE(search("gbr-bkk", number).empty());
}

// Of an alert in two parts the author corrects both at once, and each stays with its readers.
TEST_F(CoreTwoParts, ACorrectionKeepsBothParts) {
    proto::PrepareRequest what;
    proto::Request show;
    show.mutable_show()->set_alert(person.hex());
    auto shown = net.request("aus-bkk", std::move(show));
    ASSERT_TRUE(shown.ok());
    proto::Alert& next = *what.mutable_operation()->mutable_supersede()->mutable_alert();
    next = shown->show().row().alert();
    next.mutable_documents(0)->set_number("YA7654321");
    what.set_alert(person.hex());
    what.mutable_wish()->set_audience("BKK");
    what.mutable_wish()->set_except_host(true);
    auto corrected = net.prepare_and_commit("aus-bkk", what);
    ASSERT_TRUE(corrected.ok()) << corrected.error().detail;
    net.run(3 * ms_second);
    ASSERT_EQ(corrected->parts.size(), 2u);
    EXPECT_EQ(corrected->parts[0].alert, person);
    EXPECT_EQ(corrected->parts[1].alert, document);
    EXPECT_TRUE(search("tha-bkk", number).empty());
    number.set_doc("YA7654321");
    EXPECT_EQ(search("tha-bkk", number).count(document.str()), 1u);
    EXPECT_EQ(search("gbr-bkk", number).count(person.str()), 1u);
}

// A new alert's other part is the node's to make, never its author's to name.
TEST_F(CoreTwoParts, NobodyNamesAnotherPartOfANewAlert) {
    const Posted other = publish("can-bkk", [&](proto::Alert& alert) {
        alert.mutable_bulletin()->set_text("not theirs");
        auto* link = alert.add_links();
        link->set_type("other-part");
        link->set_alert_id(document.str());
    });
    proto::Request show;
    show.mutable_show()->set_alert(other.alert().hex());
    auto shown = net.request("tha-bkk", std::move(show));
    ASSERT_TRUE(shown.ok());
    EXPECT_EQ(shown->show().row().alert().links_size(), 0);
}

}  // namespace
}  // namespace rilon
