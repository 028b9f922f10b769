// PREPARE of what another party says about an alert: that it saw the same, that it holds it for
// wrong, that its systems met it. It goes to the alert's readers and changes nothing of the alert.
#include <fmt/format.h>

#include <algorithm>

#include "node/core.h"
#include "protocol/alert.h"
#include "protocol/short_id.h"

namespace rilon {
namespace {

struct RemarkWords {
    const char* verb;
    const char* own;  // Why it is nothing to say of one's own alert.
};

RemarkWords words_of(const proto::Operation& operation) {
    if (operation.has_dispute())
        return {"dispute",
                "a party can't dispute its own alert: take it back with rilon withdraw, or correct "
                "it with rilon update"};
    if (operation.has_hit())
        return {"hit",
                "a party's hit on its own alert tells nothing of another's: add it with rilon "
                "update"};
    return {"confirm", "a party can't confirm its own alert: that is no second source"};
}

// "person" or "document"; of a dispute nothing.
const std::string& what_of(const proto::Operation& operation) {
    static const std::string nothing;
    if (operation.has_confirm()) return operation.confirm().what();
    return operation.has_hit() ? operation.hit().what() : nothing;
}

// A document part is read by states that must not learn of the person. Free text is its officer's
// to weigh, so he is told.
Status keeps_to_document(const AlertState& alert, const proto::Operation& operation,
                         proto::PreparedResponse& shown) {
    if (alert.part != "document") return {};
    if (what_of(operation) == "person")
        return {Errc::not_permitted,
                "this is the document part of an alert, and some who read it must not learn of the "
                "person: say it of the person part, or of the document"};
    shown.add_warnings(
        "this goes to all who read the document part, the issuing state perhaps among them: write "
        "nothing in it of the person");
    return {};
}

}  // namespace

// An alert of this party's that says of itself that it says the same as this one.
std::optional<AlertId> NodeCore::our_duplicate(const AlertState& alert) const {
    for (const AlertId& id : index_.duplicates_of(alert.id)) {
        auto other = index_.alert(id);
        if (other.has_value() && may_change(identity_.id, *other)) return id;
    }
    return std::nullopt;
}

Result<Ticket> NodeCore::prepare_remark(const proto::PrepareRequest& request) {
    proto::Operation operation = request.operation();
    const RemarkWords words = words_of(operation);
    auto found = index_.find(request.alert());
    if (!found.ok()) return found.error();
    if (found->withdrawn() || !found->has_author())
        return {Errc::not_permitted,
                fmt::format("the alert is withdrawn; there is nothing to {}", words.verb)};
    if (!found->readable())
        return {Errc::not_permitted,
                fmt::format("the alert can't be read here any more; there is nothing to {}",
                            words.verb)};
    const NodeRecord* self = directory_.now().node(identity_.id);
    if (self == nullptr) return {Errc::not_enrolled, "this node is not in the directory"};
    const NodeRecord* author = directory_.now().node(found->origin);
    if (author != nullptr && author->party == self->party) return {Errc::not_permitted, words.own};
    Ticket ticket;
    ticket.action = words.verb;
    if (operation.has_confirm()) {
        operation.mutable_confirm()->set_confirmed(found->id.str());
        operation.mutable_confirm()->set_party(self->party);
        auto ours = operation.confirm().quotes() ? std::nullopt : our_duplicate(*found);
        if (ours.has_value()) {
            operation.mutable_confirm()->set_quotes(true);
            ticket.shown.add_warnings(
                fmt::format("your party's alert {} says the same as this one (link duplicate-of): "
                            "the confirmation is marked as quoting, it is no second source",
                            format_short_id(*ours)));
        }
    }
    if (Status kept = keeps_to_document(*found, operation, ticket.shown); !kept.ok())
        return kept.error();
    if (operation.has_dispute()) operation.mutable_dispute()->set_revision(found->revision);
    if (Status good = check_operation(operation); !good.ok()) return good.error();
    auto part = answer_in_kind(*found, to_bytes(as_bytes(operation.SerializeAsString())));
    if (!part.ok()) return part.error();
    part->precedence = static_cast<Precedence>(std::min<std::uint32_t>(request.precedence(), 3));
    const StreamInfo& info = *stream(found->revisions.back().stream);
    *ticket.shown.add_parts() = show_part(*part, members(info), {}, base_of(info));
    ticket.parts.push_back(std::move(*part));
    std::vector<StreamId> streams{info.state.id};
    auto readers = members_hash(streams);
    if (!readers.ok()) return readers.error();
    ticket.readers_then = *readers;
    ticket.readers = [this, streams] { return members_hash(streams); };
    return ticket;
}

}  // namespace rilon
