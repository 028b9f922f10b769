// Properties of the release rule over random alerts and directories. The oracle is written apart
// from the rule: it looks at the alert's codes and at each reader, and knows no definition.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "protocol/alert.h"
#include "protocol/country_codes.h"
#include "protocol/onward.h"
#include "protocol/release.h"
#include "protocol/second_officer.h"
#include "protocol/short_id.h"
#include "tests/support/founding.h"

namespace rilon {
namespace {

constexpr UnixMillis now{1795446000000};
const std::vector<std::string> party_pool = {"AUS", "GBR", "NZL", "CAN", "CHN", "HKG",
                                             "MAC", "IRN", "LKA", "DEU", "THA", "MYS"};
const std::vector<std::string> code_pool = {"AUS", "GBR", "GBD", "NZL", "COK", "CHN",
                                            "HKG", "MAC", "IRN", "LKA", "D",   "THA",
                                            "MYS", "UTO", "XXA", "UNO", "VNM"};
const std::vector<std::string> bases = {"claimed", "documentary", "suspected", "established"};
const std::vector<std::string> roles = {"subject",     "impostor", "rightful-holder", "",
                                        "facilitator", "victim",   "witness"};
const std::vector<std::string> frauds = {"counterfeit", "forged",     "impostor", "stolen-blank",
                                         "fantasy",     "camouflage", "morphed",  "genuine-loaned"};

template <class Item>
const Item& one_of(const std::vector<Item>& items, SeededRng& rng) {
    return items[rng.below(items.size())];
}

TestNetwork random_network(std::uint64_t seed) {
    SeededRng rng(seed);
    FoundingOptions options;
    options.seed = seed;
    options.missions.clear();
    for (const std::string& party : party_pool)
        if (party != "HKG" && party != "MAC" && party != "THA" && party != "MYS" &&
            rng.below(3) != 0)
            options.missions.push_back(party);
    if (options.missions.empty()) options.missions = {"AUS"};
    TestNetwork network(options);
    if (network.state().party("CHN") == nullptr) network.add_party("CHN");
    for (const char* code : {"HKG", "MAC"}) {
        if (rng.below(2) == 0) continue;
        network.add_party(code, "CHN");
        std::string name = code == std::string("HKG") ? "hkg-bkk" : "mac-bkk";
        network.admit(network.make_node(name, code, "BKK"));
    }
    return network;
}

proto::Alert random_alert(SeededRng& rng) {
    proto::Alert alert;
    alert.set_alert_id(make_alert_id(now, rng).str());
    if (rng.below(4) == 0) {
        alert.mutable_lost_stolen()->set_state(rng.below(2) ? "blank" : "issued");
    } else {
        alert.mutable_travel_fraud()->set_fraud_type(one_of(frauds, rng));
    }
    for (std::uint64_t i = rng.below(3); i > 0; --i) {
        proto::DocumentRecord* document = alert.add_documents();
        document->set_type("P");
        if (rng.below(4) != 0) document->set_issuer(one_of(code_pool, rng));
        document->set_number("X" + std::to_string(rng.below(100000)));
    }
    for (std::uint64_t i = rng.below(4); i > 0; --i) {
        proto::PersonRecord* person = alert.add_persons();
        person->set_role(one_of(roles, rng));
        for (std::uint64_t n = rng.below(3); n > 0; --n) {
            proto::Nationality* nationality = person->add_nationalities();
            nationality->set_code(one_of(code_pool, rng));
            nationality->set_basis(one_of(bases, rng));
        }
        if (rng.below(3) == 0) person->set_country_of_birth(one_of(code_pool, rng));
        if (rng.below(3) == 0) person->add_persecutors(one_of(code_pool, rng));
    }
    static const std::vector<std::string> answers = {"", "yes", "no", "unsure"};
    alert.mutable_holder()->set_issuer_is_home(one_of(answers, rng));
    if (rng.below(2) == 0) alert.mutable_holder()->add_might_be(one_of(code_pool, rng));
    alert.mutable_holder()->set_unknown(rng.below(6) == 0);
    alert.set_protection(static_cast<proto::Protection>(rng.below(8)));
    apply_defaults(alert, now);
    return alert;
}

ReleaseWish random_wish(const TestNetwork& network, const NodeId& author, SeededRng& rng) {
    static const std::vector<std::string> names = {"network", "BKK", "BKK/missions"};
    const DirectoryState& state = network.state();
    ReleaseWish wish;
    wish.base = state.audience_by_name(one_of(names, rng))->id;
    const auto& members = state.audience(wish.base)->members;
    wish.host = static_cast<HostWish>(rng.below(3));
    if (rng.below(4) == 0) wish.exclude.push_back(one_of(party_pool, rng));
    if (rng.below(3) == 0)
        for (std::uint64_t i = 1 + rng.below(3); i > 0; --i)
            wish.only.push_back(one_of(members, rng));
    if (rng.below(10) == 0) wish.only.push_back(author);
    return wish;
}

// Codes a person part must not go home to, but for those that a signed "no" may lift.
std::set<std::string> surely_home(const proto::Alert& alert) {
    std::set<std::string> codes;
    bool lifted = alert.holder().issuer_is_home() == "no";
    for (const proto::PersonRecord& person : alert.persons()) {
        for (const proto::Nationality& nationality : person.nationalities())
            if (!lifted || nationality.basis() != "documentary" ||
                person.role() == "rightful-holder" || person.role() == "victim" ||
                person.role() == "witness")
                codes.insert(nationality.code());
        codes.insert(person.country_of_birth());
        codes.insert(person.persecutors().begin(), person.persecutors().end());
    }
    if (!lifted)
        for (const proto::DocumentRecord& document : alert.documents())
            codes.insert(document.issuer());
    codes.insert(alert.holder().might_be().begin(), alert.holder().might_be().end());
    return codes;
}

bool is_home(const std::string& party, const std::string& code, const DirectoryState& state) {
    std::string home = code == "D" ? "DEU" : code == "GBD" ? "GBR" : code;
    if (state.is_or_under(party, home)) return true;
    return (code == "HKG" || code == "MAC") ? state.is_or_under(party, "CHN")
                                            : code == "COK" && party == "NZL";
}

bool is_host(const NodeRecord& node, const DirectoryState& state) {
    return std::any_of(state.rilons.begin(), state.rilons.end(),
                       [&](const auto& rilon) { return rilon.second->host == node.party; });
}

void check_person(const PartPlan& part, const ReleaseWish& wish, const TestNetwork& network,
                  const NodeId& author) {
    const DirectoryState& state = network.state();
    const proto::Alert& alert = part.alert;
    bool host_out =
        wish.host == HostWish::except_host || alert.protection() > proto::PROTECTION_NONE;
    for (const NodeId& id : part.readers) {
        const NodeRecord& node = *state.node(id);
        EXPECT_NE(id, author);
        EXPECT_TRUE(state.is_member(wish.base, id));
        for (const std::string& code : surely_home(alert))
            EXPECT_FALSE(is_home(node.party, code, state)) << node.name << " reads of " << code;
        if (host_out && state.audience(wish.base)->kind == AudienceInfo::Kind::network) {
            EXPECT_FALSE(is_host(node, state)) << node.name;
        }
        EXPECT_FALSE(host_out && node.name == "tha-bkk");
        if (alert.holder().unknown() || !wish.only.empty()) {
            EXPECT_NE(std::find(wish.only.begin(), wish.only.end(), id), wish.only.end());
        }
        for (const std::string& party : wish.exclude)
            EXPECT_FALSE(state.is_or_under(node.party, party));
    }
    // Readers shown are the members that the stream's definition gives.
    std::vector<NodeId> members = derived_members(state, part.definition, author);
    if (!part.derived) members = state.audience(part.definition.base)->members;
    std::erase(members, author);
    EXPECT_EQ(members, part.readers);
    // What a reader of the sealed definition parses is what was planned.
    auto parsed = parse_definition(encode_definition(part.definition));
    ASSERT_TRUE(parsed) << parsed.error().detail;
    EXPECT_TRUE(parsed->same_audience(part.definition));
}

TEST(ReleaseProperty, NoWithheldPartyEverReadsAPersonPart) {
    int planned = 0;
    int refused = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        TestNetwork network = random_network(seed);
        SeededRng rng(1000 + seed);
        for (int round = 0; round < 150; ++round) {
            SCOPED_TRACE(testing::Message() << "seed " << seed << " round " << round);
            NodeId author = one_of(network.state().audience_by_name("BKK/missions")->members, rng);
            proto::Alert alert = random_alert(rng);
            ReleaseWish wish = random_wish(network, author, rng);
            auto plan = plan_release(alert, wish, network.state(), author);
            if (!plan) {
                ++refused;
                EXPECT_FALSE(plan.error().detail.empty());
                continue;
            }
            ++planned;
            check_person(plan->parts[0], wish, network, author);
            EXPECT_EQ(plan->parts.size() == 2, has_document_part(alert));
        }
    }
    // Both ways are well trodden, or the property says nothing.
    EXPECT_GT(planned, 500);
    EXPECT_GT(refused, 200);
}

// A part that more shall read: those of before and the added, by the definition too.
void check_widened(const PartPlan& part, std::vector<NodeId> before,
                   const std::vector<NodeId>& added, const TestNetwork& network,
                   const NodeId& author) {
    std::vector<NodeId> readers = part.readers;
    for (const NodeId& id : before)
        EXPECT_TRUE(std::binary_search(readers.begin(), readers.end(), id));
    before.insert(before.end(), added.begin(), added.end());
    std::sort(before.begin(), before.end());
    before.erase(std::unique(before.begin(), before.end()), before.end());
    EXPECT_EQ(readers, before);
    std::vector<NodeId> members = derived_members(network.state(), part.definition, author);
    std::erase(members, author);
    EXPECT_EQ(members, readers);
}

TEST(ReleaseProperty, NobodyWithheldGetsAnAlertByAnothersWish) {
    int planned = 0;
    int withheld = 0;
    int refused = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        TestNetwork network = random_network(seed);
        const DirectoryState& state = network.state();
        SeededRng rng(3000 + seed);
        for (int round = 0; round < 150; ++round) {
            SCOPED_TRACE(testing::Message() << "seed " << seed << " round " << round);
            NodeId author = one_of(state.audience_by_name("BKK/missions")->members, rng);
            proto::Alert alert = random_alert(rng);
            if (alert.protection() == proto::PROTECTION_NONE)
                alert.set_released(std::string(release_protection_none));
            auto first = plan_release(alert, random_wish(network, author, rng), state, author);
            if (!first) continue;
            PartReaders before{first->parts[0].readers, {}};
            if (first->parts.size() == 2) before.document = first->parts[1].readers;
            std::vector<NodeId> wanted;
            for (const NodeId& id : state.audience(state.network_audience)->members)
                if (rng.below(2) == 0) wanted.push_back(id);
            auto plan = plan_onward(alert, before, wanted, state, author);
            if (!plan) {
                ++refused;
                EXPECT_FALSE(plan.error().detail.empty());
                continue;
            }
            ++planned;
            for (const NodeId& id : plan->added) {
                EXPECT_TRUE(std::binary_search(wanted.begin(), wanted.end(), id));
                for (const std::string& code : surely_home(alert))
                    EXPECT_FALSE(alert.protection() != proto::PROTECTION_NONE &&
                                 is_home(state.node(id)->party, code, state))
                        << state.node(id)->name << " gets what is of " << code;
            }
            withheld += plan->added.size() < wanted.size() ? 1 : 0;
            check_widened(plan->release.parts[0], before.person, plan->added, network, author);
            if (before.document.empty()) continue;
            ASSERT_EQ(plan->release.parts.size(), 2u);
            check_widened(plan->release.parts[1], before.document, plan->added, network, author);
        }
    }
    EXPECT_GT(planned, 300);
    EXPECT_GT(withheld, 100);
    EXPECT_GT(refused, 100);
}

// Everything an alert can say, each text told from the others by a number.
class Canaries {
   public:
    std::string text() { return "CANARY" + std::to_string(++count_); }
    void fill(proto::Alert& alert);

   private:
    void fill(proto::PersonRecord& person);
    void fill(proto::DocumentRecord& document);
    int count_ = 0;
};

void Canaries::fill(proto::PersonRecord& person) {
    proto::Identity* identity = person.add_identities();
    for (auto set : {&proto::Identity::set_type<const std::string&>,
                     &proto::Identity::set_primary<const std::string&>,
                     &proto::Identity::set_secondary<const std::string&>,
                     &proto::Identity::set_native_name<const std::string&>,
                     &proto::Identity::set_native_script<const std::string&>,
                     &proto::Identity::set_mrz_name<const std::string&>,
                     &proto::Identity::set_birth_date<const std::string&>,
                     &proto::Identity::set_sex<const std::string&>})
        (identity->*set)(text());
    person.add_nationalities()->set_code("GBR");
    person.mutable_nationalities(0)->set_basis(text());
    person.set_country_of_birth("LKA");
    person.set_place_of_birth(text());
    person.set_role(text());
    person.add_persecutors("IRN");
}

void Canaries::fill(proto::DocumentRecord& document) {
    document.set_issue_date(text());
    document.set_expiry_date("2031-05-06" + text());  // Not a date: nothing of it may pass.
    document.add_mrz_lines(text());
    proto::CheckVerdict* check = document.add_checks();
    check->set_field(text());
    check->set_digit(text());
    check->set_expected(text());
    document.set_chip(text());
    document.set_disposition(text());
}

void Canaries::fill(proto::Alert& alert) {
    alert.set_title(text());
    alert.set_narrative(text());
    alert.set_language(text());
    alert.set_tlp(proto::TLP_RED);
    alert.add_caveats(text());
    for (auto set : {&proto::Grade::set_scheme<const std::string&>,
                     &proto::Grade::set_source<const std::string&>,
                     &proto::Grade::set_information<const std::string&>,
                     &proto::Grade::set_admiralty<const std::string&>})
        (alert.mutable_grade()->*set)(text());
    alert.mutable_when()->set_precision(text());
    alert.mutable_where()->set_location(text());
    alert.mutable_where()->set_point(text());
    alert.mutable_transport()->set_mode(text());
    alert.mutable_transport()->set_carrier(text());
    alert.mutable_transport()->set_flight(text());
    alert.mutable_transport()->add_routing(text());
    alert.set_operation_name(text());
    alert.add_links()->set_type(text());
    alert.mutable_links(0)->set_alert_id(text());
    alert.set_legal_basis(text());
    alert.set_protection(proto::PROTECTION_REFUGEE);
    alert.mutable_holder()->set_issuer_is_home(text());
    alert.mutable_holder()->add_might_be(text());
    alert.set_country(text());
    alert.set_month(text());
    fill(*alert.add_persons());
    fill(*alert.add_documents());
    // A second document may be genuine and lead to its holder.
    fill(*alert.add_documents());
    alert.mutable_documents(1)->set_number(text());
    alert.mutable_documents(1)->set_issuer(text());
    proto::TravelFraud* fraud = alert.mutable_travel_fraud();
    fraud->add_techniques(text());
    fraud->set_detected_how(text());
    fraud->set_holder_role(text());
}

// What the document part may say, by another way than the code's.
std::string allowed(const proto::Alert& alert) {
    const proto::DocumentRecord& document = alert.documents(0);
    return document.type() + "|" + document.issuer() + "|" + document.number() + "|" +
           document.series_from() + "|" + document.series_to() + "|" + document.expiry_date() +
           "|" + alert.travel_fraud().fraud_type() + "|" + alert.month() + "|" + alert.country();
}

TEST(ReleaseProperty, Row39NoFieldOutsideTheShortListIsEverInADocumentPart) {
    for (const char* type : {"counterfeit", "fantasy", "camouflage", "stolen-blank"}) {
        SeededRng rng(5);
        proto::Alert alert;
        alert.set_alert_id(make_alert_id(now, rng).str());
        alert.set_revision(3);
        alert.set_created_ms(now.value);
        Canaries canaries;
        canaries.fill(alert);
        alert.mutable_travel_fraud()->set_fraud_type(type);
        alert.mutable_when()->set_from_ms(now.value);
        alert.mutable_where()->set_country("THA");
        proto::DocumentRecord* document = alert.mutable_documents(0);
        document->set_type("P");
        document->set_issuer("GBR");
        document->set_number("N1");
        document->set_series_from("N0");
        document->set_series_to("N9");
        // A field of a newer version, in the alert and in the document.
        std::string newer = std::string(
            "\xc2\x3e\x06"
            "CANARY",
            9);
        ASSERT_TRUE(document->MergeFromString(newer));
        ASSERT_TRUE(alert.MergeFromString(newer));

        proto::Alert part = document_part(alert);
        std::string bytes = part.SerializeAsString();
        for (const char* forbidden : {"CANARY", "LKA", "IRN", "2031"})
            EXPECT_EQ(bytes.find(forbidden), std::string::npos) << type << " " << forbidden;
        EXPECT_EQ(bytes.find(alert.alert_id()), std::string::npos);
        EXPECT_EQ(allowed(part), "P|GBR|N1|N0|N9||" + std::string(type) + "|2026-11|THA");

        // The person part's content doesn't change one byte of it.
        proto::Alert bare;
        bare.set_revision(3);
        bare.set_created_ms(now.value + 12345);
        bare.mutable_travel_fraud()->set_fraud_type(type);
        bare.mutable_when()->set_from_ms(now.value - ms_day);
        bare.mutable_where()->set_country("THA");
        proto::DocumentRecord* only = bare.add_documents();
        only->set_type("P");
        only->set_issuer("GBR");
        only->set_number("N1");
        only->set_series_from("N0");
        only->set_series_to("N9");
        EXPECT_EQ(document_part(bare).SerializeAsString(), bytes);
    }
}

}  // namespace
}  // namespace rilon
