// Statements in words, for `rilon admin pending` and the audit log.
#include <fmt/format.h>

#include "protocol/fingerprint.h"
#include "protocol/short_id.h"
#include "protocol/statement.h"
#include "protocol/statement_shape.h"
#include "protocol/text.h"

namespace rilon {
namespace {

using Body = proto::Statement::BodyCase;

// Codes and names come from people's drafts: shown bounded and escaped.
std::string shown(const std::string& text) {
    constexpr std::size_t shown_bytes_max = 160;
    if (text.size() <= shown_bytes_max) return escape_for_display(text);
    // Not in the middle of a character.
    std::size_t end = shown_bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    return escape_for_display(text.substr(0, end)) + "…";
}

std::string node_name(const std::string& id, const DirectoryState& state) {
    auto parsed = NodeId::parse(id);
    const NodeRecord* node = parsed ? state.node(*parsed) : nullptr;
    if (node != nullptr) return fmt::format("{} ({}, {})", node->name, node->party, node->rilon);
    return "unknown node " + to_hex(as_bytes(id.substr(0, 4)));
}

std::string suspension_of(const std::string& id, const DirectoryState& state) {
    auto parsed = StatementId::parse(id);
    const NodeRecord* node = parsed ? state.node_by_suspend(*parsed) : nullptr;
    if (node != nullptr) return fmt::format("{} ({}, {})", node->name, node->party, node->rilon);
    return "a node that is not suspended";
}

std::string person_name(const proto::SignedRequest& request) {
    proto::PersonRequest person;
    const std::string& bytes = request.request();
    if (bytes.size() > request_bytes_max || !check_shape(as_bytes(bytes), person_request_shape()) ||
        !person.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
        return "somebody unreadable";
    return fmt::format("{} ({})", shown(person.name()), shown(person.party()));
}

std::string person_names(const google::protobuf::RepeatedPtrField<proto::SignedRequest>& list) {
    std::vector<std::string> names;
    for (const proto::SignedRequest& one : list) names.push_back(person_name(one));
    return names.empty() ? "nobody" : fmt::format("{}", fmt::join(names, ", "));
}

std::string describe_root(const proto::Root& body) {
    return fmt::format("root version {} of network \"{}\": {} of {}; {} coordinator(s)",
                       body.version(), shown(body.network_name()), body.threshold(),
                       person_names(body.persons()), body.coordinators_size());
}

std::string describe_change(const proto::ChangeRilon& body) {
    std::string out = "change RILON " + shown(body.code());
    if (!body.name().empty()) out += fmt::format("; name \"{}\"", shown(body.name()));
    if (body.has_chair()) out += "; chair " + person_name(body.chair());
    if (body.replace_deputies() || body.deputies_size() > 0)
        out += "; deputies " + person_names(body.deputies());
    return out;
}

std::string describe_party(const proto::AddParty& body, const DirectoryState& state) {
    std::string under = body.under().empty() ? "" : " under " + shown(body.under());
    return fmt::format("{} party {} \"{}\"{}; administrators {}",
                       state.party(body.code()) == nullptr ? "add" : "change", shown(body.code()),
                       shown(body.name()), under, person_names(body.administrators()));
}

std::string describe_add_node(const proto::AddNode& body) {
    proto::NodeRequest request;
    const std::string& bytes = body.request().request();
    if (bytes.size() > request_bytes_max || !check_shape(as_bytes(bytes), node_request_shape()) ||
        !request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
        return "admit a node by a request that can't be read";
    return fmt::format("admit node {} ({}) to {}; fingerprint {}", shown(request.name()),
                       shown(request.party()), shown(request.rilon()),
                       fingerprint_line(as_bytes(bytes)));
}

std::string describe_replace(const proto::ReplaceKey& body, const DirectoryState& state) {
    bool sign = !body.new_sign_pk().empty();
    bool transport = !body.new_transport_pk().empty();
    std::string what = sign && transport ? "signing and transport keys"
                       : sign            ? "signing key"
                                         : "transport key";
    return fmt::format("replace the {} of {}; {} stream(s) cut", what,
                       node_name(body.node_id(), state), body.cuts_size());
}

std::string describe_group(const proto::Group& body, const DirectoryState& state) {
    if (body.members().empty()) return fmt::format("close group {}", shown(body.name()));
    std::vector<std::string> members;
    for (const std::string& id : body.members()) members.push_back(node_name(id, state));
    std::string until =
        body.until_ms() == 0 ? "open-ended" : fmt::format("until {} ms", body.until_ms());
    return fmt::format("group {} {}: {}", shown(body.name()), until, fmt::join(members, ", "));
}

std::string describe_orphan(const proto::WithdrawOrphan& body, const DirectoryState& state) {
    std::vector<std::string> alerts;
    for (const std::string& bytes : body.alert_ids()) {
        auto id = AlertId::parse(bytes);
        alerts.push_back(id ? format_short_id(*id) : "an alert without an id");
    }
    return fmt::format("withdraw {} of {}, which has left: {}", fmt::join(alerts, " and "),
                       node_name(body.origin(), state), shown(body.reason()));
}

}  // namespace

std::string describe_statement(const proto::Statement& statement, const DirectoryState& state) {
    switch (statement.body_case()) {
        case Body::kRoot: return describe_root(statement.root());
        case Body::kEstablish:
            return fmt::format(
                "establish RILON {} \"{}\", host {}; chair {}; deputies {}",
                shown(statement.establish().code()), shown(statement.establish().name()),
                shown(statement.establish().host()), person_name(statement.establish().chair()),
                person_names(statement.establish().deputies()));
        case Body::kChange: return describe_change(statement.change());
        case Body::kAddParty: return describe_party(statement.add_party(), state);
        case Body::kAddNode: return describe_add_node(statement.add_node());
        case Body::kReplaceKey: return describe_replace(statement.replace_key(), state);
        case Body::kGroup: return describe_group(statement.group(), state);
        case Body::kSuspend:
            return fmt::format("suspend {}{}: {}", node_name(statement.suspend().node_id(), state),
                               statement.suspend().key_compromised() ? ", key compromised" : "",
                               shown(statement.suspend().reason()));
        case Body::kConfirmSuspend:
            return "confirm the suspension of " +
                   suspension_of(statement.confirm_suspend().suspend_id(), state);
        case Body::kReinstate:
            return "reinstate " + suspension_of(statement.reinstate().suspend_id(), state);
        case Body::kRevoke:
            return fmt::format("revoke {}, {} stream(s) cut: {}",
                               node_name(statement.revoke().node_id(), state),
                               statement.revoke().cuts_size(), shown(statement.revoke().reason()));
        case Body::kRotateEncryption:
            return "new encryption key of " +
                   node_name(statement.rotate_encryption().node_id(), state);
        case Body::kActivate: return "activate " + shown(statement.activate().feature());
        case Body::kWithdrawOrphan: return describe_orphan(statement.withdraw_orphan(), state);
        case Body::BODY_NOT_SET: break;
    }
    return "a statement this version doesn't know";
}

std::vector<std::string> new_keys(const proto::ReplaceKey& body) {
    std::vector<std::string> out;
    for (const std::string* key : {&body.new_sign_pk(), &body.new_transport_pk()})
        if (!key->empty()) out.push_back(*key);
    return out;
}

}  // namespace rilon
