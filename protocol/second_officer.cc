#include "protocol/second_officer.h"

#include <algorithm>
#include <set>

#include "protocol/alert.h"
#include "protocol/mutant.h"

namespace rilon {
namespace {

bool about_somebody(const proto::Alert& alert) {
    return !alert.persons().empty() || !alert.documents().empty() ||
           !alert.holder().might_be().empty() || alert.holder().unknown();
}

void note_wish(const ReleaseWish& wish, proto::ReleaseRequest& request) {
    request.set_audience(wish.base.str());
    request.set_except_host(wish.host == HostWish::except_host);
    request.set_with_host(wish.host == HostWish::with_host);
    for (const std::string& party : wish.exclude) request.add_exclude(party);
    for (const NodeId& node : wish.only) request.add_only(node.str());
}

Result<ReleaseWish> noted_wish(const proto::ReleaseRequest& request) {
    auto base = AudienceId::parse(request.audience());
    if (!base) return base.error();
    ReleaseWish wish;
    wish.base = *base;
    if (request.except_host()) wish.host = HostWish::except_host;
    if (request.with_host()) wish.host = HostWish::with_host;
    wish.exclude.assign(request.exclude().begin(), request.exclude().end());
    for (const std::string& bytes : request.only()) {
        auto node = NodeId::parse(bytes);
        if (!node) return node.error();
        wish.only.push_back(*node);
    }
    return wish;
}

// The alert without its request, and the wish that it noted.
Result<Decided> taken_out(const proto::Alert& alert) {
    if (!alert.has_release_request())
        return {Errc::invalid,
                "this alert asks for nothing that a second officer decides; rilon release lists "
                "those that do"};
    auto wish = noted_wish(alert.release_request());
    if (!wish) return wish.error();
    Decided out{alert, std::move(*wish)};
    out.alert.clear_release_request();
    return out;
}

// Whom the rule would keep it from if nothing had been decided.
Result<WithheldParties> homes_of(proto::Alert alert, const DirectoryState& state) {
    if (alert.protection() == proto::PROTECTION_NONE)
        alert.set_protection(proto::PROTECTION_NOT_ASSESSED);
    return withheld_parties(alert, state);
}

Status tells_no_other_home(const proto::Alert& before, const proto::Alert& correction,
                           const DirectoryState& state) {
    auto seen = homes_of(before, state);
    auto now = homes_of(correction, state);
    if (!seen) return seen.error();
    if (!now) return now.error();
    std::set<std::string> known;
    for (const Withheld& one : seen->parties) known.insert(one.party);
    const bool more = std::any_of(now->parties.begin(), now->parties.end(),
                                  [&](const Withheld& one) { return !known.contains(one.party); });
    if (!more && (seen->unknown_holder || !now->unknown_holder)) return {};
    return {Errc::not_permitted,
            "the correction names a home that the second officer did not see; withdraw the alert "
            "and post a new one"};
}

Status tells_same_issuer(const proto::Alert& before, const proto::Alert& correction) {
    const bool same = correction.has_travel_fraud() && !correction.documents().empty() &&
                      !before.documents().empty() &&
                      correction.documents(0).issuer() == before.documents(0).issuer();
    if (same && correction.protection() != proto::PROTECTION_NONE) return {};
    return {Errc::not_permitted,
            "two officers told this document's issuer of it; for another issuer, or a wider "
            "release, withdraw the alert and post a new one"};
}

}  // namespace

std::string_view asked_release(const proto::Alert& alert, const ReleaseWish& wish) {
    if (alert.protection() == proto::PROTECTION_NONE && about_somebody(alert) &&
        !is_public_listing(alert))
        return release_protection_none;
    return wish.tell_issuer && !has_document_part(alert) ? release_tell_issuer : "";
}

Status put_off_release(proto::Alert& alert, ReleaseWish& wish, const std::string& reason) {
    alert.clear_release_request();
    alert.clear_released();
    const std::string_view what = asked_release(alert, wish);
    wish.tell_issuer = false;
    if (what.empty()) return {};
    if (mutant(Mutant::release_alone)) {
        alert.set_released(std::string(what));
        return {};
    }
    if (what == release_tell_issuer && (!alert.has_travel_fraud() || alert.documents().empty()))
        return {Errc::invalid,
                "--tell-issuer: there is no fraudulent travel document to tell an issuer of; leave "
                "it out"};
    if (reason.empty())
        return {Errc::invalid,
                what == release_tell_issuer
                    ? "--tell-issuer goes to a second officer, who must know why; give "
                      "--release-reason TEXT"
                    : "protection NONE goes to a second officer, who must know why; give "
                      "--release-reason TEXT"};
    proto::ReleaseRequest& request = *alert.mutable_release_request();
    request.set_what(std::string(what));
    request.set_reason(reason);
    note_wish(wish, request);
    if (what == release_protection_none) alert.set_protection(proto::PROTECTION_NOT_ASSESSED);
    return {};
}

Result<Decided> approve_release(const proto::Alert& alert) {
    auto out = taken_out(alert);
    if (!out) return out;
    const std::string& what = alert.release_request().what();
    if (what != release_protection_none && what != release_tell_issuer)
        return {Errc::malformed, "it asks for something that this version does not know"};
    out->alert.set_released(what);
    if (what == release_protection_none) out->alert.set_protection(proto::PROTECTION_NONE);
    return out;
}

Result<Decided> decline_release(const proto::Alert& alert) {
    return taken_out(alert);
}

Status carry_release(const proto::Alert& before, proto::Alert& correction, ReleaseWish& wish,
                     const std::string& reason, const DirectoryState& state) {
    if (before.released().empty()) {
        Status put_off = put_off_release(
            correction, wish, reason.empty() ? before.release_request().reason() : reason);
        if (put_off && !correction.has_release_request() && before.has_release_request())
            *correction.mutable_release_request() = before.release_request();
        return put_off;
    }
    correction.clear_release_request();
    wish.tell_issuer = false;
    Status same = before.released() == release_tell_issuer
                      ? tells_same_issuer(before, correction)
                      : tells_no_other_home(before, correction, state);
    if (same) correction.set_released(before.released());
    return same;
}

Result<bool> reaches_home(const proto::Alert& alert, const std::vector<NodeId>& nodes,
                          const DirectoryState& state) {
    if (alert.released().empty()) return false;
    auto homes = homes_of(alert, state);
    if (!homes) return homes.error();
    if (homes->unknown_holder) return true;
    return std::any_of(nodes.begin(), nodes.end(), [&](const NodeId& id) {
        const NodeRecord* node = state.node(id);
        return node != nullptr &&
               std::any_of(homes->parties.begin(), homes->parties.end(), [&](const Withheld& home) {
                   return state.is_or_under(node->party, home.party);
               });
    });
}

}  // namespace rilon
