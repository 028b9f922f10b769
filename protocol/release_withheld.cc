// Whose home a person's is: every party that must not get the person part.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "protocol/alert.h"
#include "protocol/alert_problems.h"
#include "protocol/country_codes.h"
#include "protocol/mrz.h"
#include "protocol/release.h"
#include "protocol/text.h"

namespace rilon {
namespace {

using Why = CodeUnmapped::Why;

constexpr std::string_view who = "Who might they be? codes, or ?";

std::string shown(std::string_view code) {
    return escape_for_display(code.substr(0, 16));
}

// What a code says about a home.
enum class Home {
    party,    // One to withhold.
    none,     // XXA, an organisation, a state that is no more: the officer has to be asked.
    unknown,  // In no table: blocks.
};

struct HomeOfCode {
    Home home = Home::unknown;
    std::string party;
};

HomeOfCode home_of(std::string_view code) {
    PartyOfCode party = party_of_code(code);
    if (auto* found = std::get_if<CodeParty>(&party)) return {Home::party, found->party};
    if (std::holds_alternative<CodeNoHome>(party)) return {Home::none, {}};
    switch (std::get<CodeUnmapped>(party).why) {
        // Utopia is withheld as any other home; nobody is there to miss it.
        case Why::specimen: return {Home::party, std::string(code)};
        case Why::organisation:
        case Why::withdrawn: return {Home::none, {}};
        case Why::unknown: break;
    }
    return {};
}

// People whose home the rule protects. Those who arrange journeys are often known by a handle only;
// a home that is stated is withheld for them too.
bool home_must_be_known(const proto::PersonRecord& person) {
    static const std::set<std::string, std::less<>> arrangers = {"facilitator", "escort",
                                                                 "recruiter", "sponsor", "agent"};
    return !arrangers.contains(person.role());
}

// Whom the holder answers are about: never the rightful holder, a victim or a witness.
bool may_be_holder(const proto::PersonRecord& person) {
    return person.role() != "rightful-holder" && person.role() != "victim" &&
           person.role() != "witness";
}

class Withholding {
   public:
    Withholding(const proto::Alert& alert, const DirectoryState& state)
        : alert_(alert), state_(state), lifted_(alert.holder().issuer_is_home() == "no") {}

    Result<WithheldParties> run() {
        for (const proto::DocumentRecord& document : alert_.documents()) read_issuer(document);
        for (const proto::PersonRecord& person : alert_.persons()) read_person(person);
        read_zones();
        read_holder();
        if (Status done = check_answers(); !done) return done.error();
        WithheldParties out;
        out.unknown_holder = unknown_;
        for (const auto& [party, whys] : parties_) out.parties.push_back({party, whys});
        return out;
    }

   private:
    // Withholds the code's party; true when it has one.
    bool withhold_code(std::string_view code, std::string_view why) {
        HomeOfCode home = home_of(code);
        if (home.home == Home::unknown) {
            unmapped_.insert(shown(code));
            return false;
        }
        if (home.home == Home::none) {
            homeless_.insert(shown(code));
            return false;
        }
        withhold(home.party, why);
        return true;
    }

    void withhold(const std::string& party, std::string_view why) {
        add(party, why);
        add_under(party);
        // A territory's people are nationals of the state over it.
        const Party* known = state_.party(party);
        std::string over = known != nullptr && !known->under.empty()
                               ? known->under
                               : std::string(state_over(party));
        if (over.empty()) return;
        add(over, "over " + party);
        add_under(over);
    }

    void add_under(const std::string& party) {
        for (const auto& [code, record] : state_.parties)
            if (code != party && state_.is_or_under(code, party)) add(code, "under " + party);
    }

    void add(const std::string& party, std::string_view why) {
        std::string& whys = parties_[party];
        if ((", " + whys + ", ").find(fmt::format(", {}, ", why)) != std::string::npos) return;
        whys += (whys.empty() ? "" : ", ") + std::string(why);
    }

    void read_issuer(const proto::DocumentRecord& document) {
        if (document.issuer().empty()) return;
        HomeOfCode home = home_of(document.issuer());
        if (home.home == Home::party) {
            issuers_.insert(home.party);
            if (!lifted_) issuer_is_home_ |= withhold_code(document.issuer(), "documentary");
            return;
        }
        // No state stands behind the UN's laissez-passer; the person's own records say the home.
        PartyOfCode party = party_of_code(document.issuer());
        const auto* unmapped = std::get_if<CodeUnmapped>(&party);
        if (unmapped != nullptr && unmapped->why == Why::organisation) return;
        // A fantasy or camouflage document names whom it likes: that says nothing of a home.
        if (home.home == Home::unknown && !issuer_may_be_unknown(alert_))
            unmapped_.insert(shown(document.issuer()));
        else
            homeless_.insert(shown(document.issuer()));
    }

    // Does a signed "no" lift this documentary nationality? Only what the document's issuer is.
    bool lifts(std::string_view code) const {
        return lifted_ && (issuers_.empty() || issuers_.contains(home_of(code).party));
    }

    void read_person(const proto::PersonRecord& person) {
        bool known = issuer_is_home_ && may_be_holder(person);
        for (const proto::Nationality& nationality : person.nationalities()) {
            const std::string& basis = nationality.basis();
            if (basis == "documentary" && may_be_holder(person) && lifts(nationality.code()))
                continue;
            if (basis == "documentary" && issuer_may_be_unknown(alert_) &&
                home_of(nationality.code()).home == Home::unknown) {
                homeless_.insert(shown(nationality.code()));
                continue;
            }
            // A basis of a newer version is withheld as the others are.
            bool found = withhold_code(nationality.code(), basis.empty() ? "nationality" : basis);
            known |= found;
            if (found && (basis == "suspected" || basis == "established") && may_be_holder(person))
                said_who_ = true;
        }
        if (!person.country_of_birth().empty())
            known |= withhold_code(person.country_of_birth(), "born there");
        for (const std::string& code : person.persecutors()) withhold_code(code, "persecutor");
        if (!known && home_must_be_known(person)) somebody_without_home_ = true;
    }

    // The zone says a nationality even where nobody wrote it into a record.
    void read_zones() {
        for (const proto::DocumentRecord& document : alert_.documents()) {
            std::string text;
            for (const std::string& line : document.mrz_lines()) text += line + "\n";
            if (text.empty()) continue;
            auto mrz = parse_mrz(text);
            if (!mrz || lifts(mrz->nationality)) continue;
            // A misread code in a zone is the check digits' business, not this rule's.
            if (home_of(mrz->nationality).home == Home::party)
                withhold_code(mrz->nationality, "documentary");
        }
    }

    void read_holder() {
        unknown_ = alert_.holder().unknown();
        for (const std::string& code : alert_.holder().might_be()) {
            if (code == "?")
                unknown_ = true;
            else if (withhold_code(code, "might be"))
                answered_ = true;
        }
        answered_ |= unknown_;
    }

    Status check_answers() const {
        if (!unmapped_.empty())
            return {Errc::invalid,
                    fmt::format("{} is no country code of ICAO 9303, so nobody knows whom to leave "
                                "out; correct it, or take it out and answer: {}",
                                *unmapped_.begin(), who)};
        if (answered_) return {};
        if (!homeless_.empty())
            return {Errc::invalid, fmt::format("{} names no home. {}", *homeless_.begin(), who)};
        if (lifted_ && !said_who_ && (!alert_.documents().empty() || !alert_.persons().empty()))
            return {Errc::invalid, fmt::format("The holder isn't who the document says. {}", who)};
        if (somebody_without_home_)
            return {Errc::invalid, fmt::format("A person's country is not stated. {}", who)};
        return {};
    }

    const proto::Alert& alert_;
    const DirectoryState& state_;
    const bool lifted_;
    std::map<std::string, std::string> parties_;  // Party → reasons.
    std::set<std::string> issuers_;               // Parties of the documents' issuers.
    std::set<std::string> unmapped_;
    std::set<std::string> homeless_;
    bool issuer_is_home_ = false;
    bool somebody_without_home_ = false;
    bool said_who_ = false;
    bool answered_ = false;
    bool unknown_ = false;
};

}  // namespace

Result<WithheldParties> withheld_parties(const proto::Alert& alert, const DirectoryState& state) {
    if (alert.protection() == proto::PROTECTION_NONE) return WithheldParties{};
    return Withholding(alert, state).run();
}

}  // namespace rilon
