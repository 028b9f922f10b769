#include "tools/rilon/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "tools/problem.h"
#include "tools/rilon/output.h"
#include "tools/rilon/profile.h"

namespace rilon {
namespace {

bool same(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        return std::tolower(static_cast<unsigned char>(x)) ==
               std::tolower(static_cast<unsigned char>(y));
    });
}

bool named(const std::vector<std::string>& list, std::string_view name) {
    return std::any_of(list.begin(), list.end(),
                       [&](const std::string& one) { return same(one, name); });
}

Error refused(const std::string& who, const std::string& remedy) {
    return problem(Errc::not_permitted,
                   fmt::format("{} would read this, and never_to in {} forbids it; nothing was "
                               "signed",
                               who, policy_path()),
                   remedy);
}

}  // namespace

std::string policy_path() {
    return rilon_home() + "/policy.toml";
}

Result<OfficerPolicy> load_policy() {
    auto policy = load_officer_policy(policy_path());
    if (policy) return policy;
    return problem(policy.code(), policy.error().detail,
                   "correct it, or ask the administrator who wrote it; until then nothing is "
                   "posted");
}

void apply_policy(const OfficerPolicy& policy, proto::Alert& alert) {
    if (alert.legal_basis().empty()) alert.set_legal_basis(policy.legal_basis);
}

Status check_never_to(const NeverTo& never_to, const proto::Operation& operation,
                      const proto::PreparedResponse& prepared) {
    if (never_to.empty() || operation.has_withdraw()) return {};
    std::set<std::string> parties;
    std::set<std::string> nodes;
    for (const proto::PreparedPart& part : prepared.parts()) {
        if (named(never_to.audiences, part.audience()))
            return refused("audience " + shown(part.audience()),
                           "post to another audience: rilon audience list");
        for (const proto::Reader& reader : part.readers()) {
            if (named(never_to.parties, reader.party())) parties.insert(shown(reader.party()));
            if (named(never_to.nodes, reader.name())) nodes.insert(shown(reader.name()));
        }
    }
    // A second officer's word, or an answer: the readers are what another asked for.
    if (operation.body_case() == proto::Operation::BODY_NOT_SET &&
        !(parties.empty() && nodes.empty())) {
        parties.insert(nodes.begin(), nodes.end());
        return refused(fmt::format("{}", fmt::join(parties, ", ")),
                       "leave it with its present readers: rilon release decline ID, or refuse ID");
    }
    const bool about_another =
        operation.has_confirm() || operation.has_dispute() || operation.has_hit();
    if (about_another && !(parties.empty() && nodes.empty())) {
        parties.insert(nodes.begin(), nodes.end());
        return refused(fmt::format("{}", fmt::join(parties, ", ")),
                       "it goes to all who read the alert: tell its author alone, by rilon say "
                       "--only NODE");
    }
    if (!parties.empty()) {
        std::string leave_out;
        for (const std::string& party : parties) leave_out += " --exclude " + party;
        return refused(fmt::format("{} {}", parties.size() == 1 ? "party" : "parties",
                                   fmt::join(parties, ", ")),
                       "leave out:" + leave_out);
    }
    if (!nodes.empty())
        return refused(
            fmt::format("{} {}", nodes.size() == 1 ? "node" : "nodes", fmt::join(nodes, ", ")),
            "name the readers without it: --only NODE,…, or leave out its party by "
            "--exclude");
    return {};
}

}  // namespace rilon
