// PREPARE of a second officer's word on what the first one's alert asks for
// (protocol/second_officer.h): approved, the next revision goes to all that were asked for;
// declined, it asks no longer.
#include <fmt/format.h>

#include "node/core.h"
#include "node/open_stored.h"
#include "protocol/alert.h"
#include "protocol/mutant.h"
#include "protocol/second_officer.h"

namespace rilon {

// The newest revision as it lies here, with the officer who signed it.
Result<OfficerContent> NodeCore::newest_content(const AlertState& alert) const {
    if (!alert.readable())
        return {Errc::not_permitted, "the alert is withdrawn or over: nothing is left to decide"};
    return signed_content(alert.revisions.back());
}

Result<OfficerContent> NodeCore::signed_content(const EntryRef& ref) const {
    auto stored = open_stored(store_, ref);
    if (!stored.ok()) return stored.error();
    const EntryHeader header = stored->entry.header();
    auto content =
        verify_content(stored->plain, directory_, header.origin, header.stream, header.dir_seq);
    wipe(stored->plain);
    return content;
}

// Another person than who asked, with the role for it. A declined request tells nobody anything:
// every officer may say that, who asked included.
Status NodeCore::may_decide(const Officer& officer, const OfficerContent& asked,
                            bool decline) const {
    if (decline || mutant(Mutant::approve_alone)) return {};
    if (asked.officer.officer == officer.id || asked.officer.pk == officer.pk)
        return {Errc::not_permitted,
                fmt::format("{} signed this and can't approve it too; another officer of this "
                            "node does that",
                            asked.officer.display_sign)};
    if (officer.role == "releaser" || officer.role == "administrator") return {};
    return {Errc::not_permitted,
            fmt::format("role {} does not release; a releaser or an administrator of this node "
                        "does: rilon officer certify REQUEST --role releaser",
                        officer.role)};
}

Result<Ticket> NodeCore::prepare_release(const Asker& asker, const proto::PrepareRequest& request) {
    auto found = index_.find(request.alert());
    if (!found.ok()) return found.error();
    if (auto whole = index_.naming(*found); found->part == part_document && whole.has_value())
        found = std::move(*whole);
    if (!is_self(found->origin))
        return {Errc::not_permitted, fmt::format("{} posted this alert: its officers decide there",
                                                 node_name(found->origin))};
    if (was_narrowed(*found))
        return {Errc::not_permitted,
                "this alert was narrowed: no second officer lets more read it"};
    auto content = newest_content(*found);
    if (!content.ok()) return content.error();
    auto operation = parse_operation(content->operation);
    if (!operation.ok()) return operation.error();
    const bool decline = request.release().decline();
    const proto::Alert& newest =
        operation->has_publish() ? operation->publish() : operation->supersede().alert();
    auto decided = decline ? decline_release(newest) : approve_release(newest);
    if (!decided.ok()) return decided.error();
    if (Status may = may_decide(*asker.officer, *content, decline); !may.ok()) return may.error();
    decided->alert.set_revision(found->revision + 1);
    decided->alert.set_created_ms(posting_now().value);
    auto ticket = plan_alert(decided->alert, decided->wish, request, PlanFor::correction);
    if (!ticket.ok()) return ticket;
    ticket->action = decline ? "decline-release" : "release";
    return ticket;
}

}  // namespace rilon
