#include "protocol/release.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "protocol/alert.h"
#include "protocol/country_codes.h"
#include "protocol/nearest.h"
#include "protocol/second_officer.h"
#include "protocol/text.h"

namespace rilon {
namespace {

using Parties = LeftOut;

void add_parties(Parties& parties, const std::string& party, const std::string& why,
                 const DirectoryState& state) {
    for (const auto& [code, record] : state.parties)
        if (code != party && state.is_or_under(code, party))
            parties.emplace(code, "under " + party);
    std::string& whys = parties[party];
    whys += (whys.empty() ? "" : ", ") + why;
}

bool is_protected(const proto::Alert& alert) {
    // A value of a newer version protects as well.
    return alert.protection() != proto::PROTECTION_NONE &&
           alert.protection() != proto::PROTECTION_NOT_ASSESSED;
}

// Kinds that the host reads only when the author says so.
bool for_missions(const proto::Alert& alert) {
    return alert.kind_case() == proto::Alert::kTraffickingIndicator;
}

Status check_wish(const proto::Alert& alert, const ReleaseWish& wish, const DirectoryState& state,
                  const NodeId& author) {
    const AudienceInfo* base = state.audience(wish.base);
    if (base == nullptr)
        return {Errc::invalid, "no such audience in the directory; rilon audience list shows them"};
    if (!std::binary_search(base->members.begin(), base->members.end(), author))
        return {
            Errc::not_permitted,
            fmt::format("this node is not in {}; post to an audience it belongs to", base->name)};
    if (alert.part() == part_document)
        return {Errc::invalid, "a document part is made from the whole alert; post that"};
    if (std::string_view what = asked_release(alert, wish);
        !what.empty() && alert.released() != what)
        return {Errc::not_permitted, "one officer alone asks for what two decide"};
    if (wish.host == HostWish::with_host && base->kind == AudienceInfo::Kind::missions)
        return {Errc::invalid, fmt::format("--with-host: the host is not in {}; post --to {}",
                                           base->name, base->rilon)};
    for (const NodeId& id : wish.only) {
        if (std::binary_search(base->members.begin(), base->members.end(), id)) continue;
        const NodeRecord* node = state.node(id);
        return {Errc::invalid, fmt::format("--only {}: not in {}; name nodes of it",
                                           node ? node->name : id.brief(), base->name)};
    }
    if (wish.exclude.size() > definition_parties_max || wish.only.size() > definition_nodes_max)
        return {Errc::invalid, "more exclusions or nodes than a definition holds; use an audience"};
    return {};
}

// Fills definition, readers and withheld from the base, the parties left out and the nodes named.
Status fill_part(PartPlan& plan, const AudienceInfo& base, const Parties& left_out,
                 const DirectoryState& state, const NodeId& author) {
    if (left_out.size() > definition_parties_max)
        return {Errc::invalid, "more parties to leave out than a definition holds; use --only"};
    plan.definition.base = base.id;
    std::sort(plan.definition.named.begin(), plan.definition.named.end());
    plan.definition.named.erase(
        std::unique(plan.definition.named.begin(), plan.definition.named.end()),
        plan.definition.named.end());
    for (const auto& one : left_out) {
        const auto& party = one.first;
        plan.definition.excluded.push_back(party);
        bool in_base = std::any_of(base.members.begin(), base.members.end(), [&](const NodeId& id) {
            const NodeRecord* node = state.node(id);
            return node != nullptr && id != author && state.is_or_under(node->party, party);
        });
        plan.withheld.push_back({party, one.second, in_base});
    }
    plan.derived = !plan.definition.excluded.empty() || !plan.definition.named.empty();
    plan.readers = derived_members(state, plan.definition, author);
    std::erase(plan.readers, author);
    return {};
}

// Everybody but the host is a standing audience: no definition then, and no stream of its own.
void prefer_missions(PartPlan& plan, const AudienceInfo& base, const DirectoryState& state,
                     const NodeId& author) {
    if (base.kind != AudienceInfo::Kind::rilon || !plan.definition.named.empty()) return;
    const Rilon* rilon = state.rilon(base.rilon);
    const AudienceInfo* missions = rilon ? state.audience(rilon->missions) : nullptr;
    if (missions == nullptr || !state.is_member(missions->id, author)) return;
    for (const std::string& party : plan.definition.excluded)
        if (!state.is_or_under(party, rilon->host)) return;
    std::vector<NodeId> others = missions->members;
    std::erase(others, author);
    if (others != plan.readers) return;
    plan.definition = {};
    plan.definition.base = missions->id;
    plan.derived = false;
}

// The parties the person part must not reach: the rule's, the officer's, the hosts.
Parties person_left_out(const WithheldParties& withheld, const Parties& wished,
                        const std::set<std::string>& hosts, const std::string& host_why,
                        const DirectoryState& state) {
    Parties out;
    for (const Withheld& one : withheld.parties) out[one.party] = one.why;
    if (!host_why.empty())
        for (const std::string& host : hosts) add_parties(out, host, host_why, state);
    for (const auto& [party, why] : wished) {
        std::string& whys = out[party];
        whys += (whys.empty() ? "" : ", ") + why;
    }
    return out;
}

Result<PartPlan> plan_person(const proto::Alert& alert, const ReleaseWish& wish,
                             const DirectoryState& state, const NodeId& author) {
    auto withheld = withheld_parties(alert, state);
    if (!withheld) return withheld.error();
    if (withheld->unknown_holder && wish.only.empty())
        return {Errc::invalid,
                "nobody knows whose national this is, so no whole audience may read it; name the "
                "missions one by one: --only NODE,…"};
    auto wished = excluded_parties(wish.exclude, state);
    if (!wished) return wished.error();
    const AudienceInfo& base = *state.audience(wish.base);
    std::string host_why;
    if (for_missions(alert) && wish.host == HostWish::as_ruled)
        host_why = "host, trafficking indicator";
    if (wish.host == HostWish::except_host) host_why = "host, missions only";
    if (is_protected(alert)) host_why = "host, protected person";
    PartPlan plan;
    plan.part = std::string(part_person);
    plan.alert = alert;
    plan.alert.set_part(plan.part);
    plan.definition.named = wish.only;
    Parties left_out = person_left_out(*withheld, *wished, hosts_of(base, state), host_why, state);
    if (Status filled = fill_part(plan, base, left_out, state, author); !filled)
        return filled.error();
    if (wish.host == HostWish::except_host || for_missions(alert))
        prefer_missions(plan, base, state, author);
    return plan;
}

Result<PartPlan> plan_document(const proto::Alert& alert, const ReleaseWish& wish,
                               const DirectoryState& state, const NodeId& author) {
    auto wished = excluded_parties(wish.exclude, state);
    if (!wished) return wished.error();
    PartPlan plan;
    plan.part = std::string(part_document);
    plan.alert = document_part(alert);
    for (const proto::Link& link : alert.links())
        if (link.type() == link_other_part) plan.alert.set_alert_id(link.alert_id());
    auto withheld = withheld_parties(alert, state);
    if (!withheld) return withheld.error();
    if (!withheld->unknown_holder) plan.definition.named = wish.only;
    Status filled = fill_part(plan, *state.audience(wish.base), *wished, state, author);
    if (!filled) return filled.error();
    return plan;
}

std::vector<std::string> open_questions(const proto::Alert& alert) {
    if (alert.protection() == proto::PROTECTION_NONE) return {};
    if (!alert.holder().issuer_is_home().empty() || alert.holder().unknown()) return {};
    if (alert.kind_case() != proto::Alert::kTravelFraud || alert.documents().empty()) return {};
    std::string code = escape_for_display(alert.documents(0).issuer());
    if (code.empty()) return {};
    bool passport = alert.documents(0).type().starts_with('P');
    return {fmt::format("{0} says {1}. Is the holder really {1}? yes / no / [unsure]",
                        passport ? "Passport" : "Document", code)};
}

}  // namespace

Result<LeftOut> excluded_parties(const std::vector<std::string>& codes,
                                 const DirectoryState& state) {
    LeftOut out;
    for (const std::string& code : codes) {
        PartyOfCode mapped = party_of_code(code);
        if (state.party(code) != nullptr) {
            add_parties(out, code, "you said so", state);
        } else if (auto* party = std::get_if<CodeParty>(&mapped)) {
            add_parties(out, party->party, "you said so", state);
        } else {
            std::vector<std::string_view> known;
            for (const auto& [party_code, record] : state.parties) known.push_back(party_code);
            auto near = nearest(code, known);
            return {
                Errc::invalid,
                fmt::format("--exclude {}: no such party{}", escape_for_display(code.substr(0, 32)),
                            near ? fmt::format("; did you mean {}?", known[*near])
                                 : "; rilon audience list shows them")};
        }
    }
    return out;
}

std::set<std::string> hosts_of(const AudienceInfo& base, const DirectoryState& state) {
    std::set<std::string> codes;
    if (!base.rilon.empty()) {
        codes.insert(base.rilon);
    } else {
        for (const NodeId& id : base.members)
            if (const NodeRecord* node = state.node(id)) codes.insert(node->rilon);
    }
    std::set<std::string> hosts;
    for (const std::string& code : codes)
        if (const Rilon* rilon = state.rilon(code)) hosts.insert(rilon->host);
    return hosts;
}

Result<ReleasePlan> plan_release(const proto::Alert& alert, const ReleaseWish& wish,
                                 const DirectoryState& state, const NodeId& author) {
    if (Status allowed = check_wish(alert, wish, state, author); !allowed) return allowed.error();
    ReleasePlan out;
    out.questions = open_questions(alert);
    auto person = plan_person(alert, wish, state, author);
    if (!person) return person.error();
    out.parts.push_back(std::move(*person));
    if (has_document_part(alert)) {
        auto document = plan_document(alert, wish, state, author);
        if (!document) return document.error();
        out.parts.push_back(std::move(*document));
    }
    bool read = std::any_of(out.parts.begin(), out.parts.end(),
                            [](const PartPlan& part) { return !part.readers.empty(); });
    if (!read)
        return {Errc::no_readers,
                "nobody but this node would read it: all others are left out; choose a larger "
                "audience, or fewer exclusions"};
    return out;
}

}  // namespace rilon
