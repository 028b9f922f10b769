// Giving history: PREPARE finds what a node may read and could not, COMMIT seals the keys to it
// alone, and as soon as it has taken them nothing of the grant is left here. Each part has an epoch
// of its own whose K is destroyed with the sealing, so that it can be erased at any moment.
#include <fmt/format.h>

#include <algorithm>

#include "node/core.h"
#include "node/open_stored.h"
#include "protocol/alert.h"
#include "protocol/mutant.h"
#include "protocol/short_id.h"

namespace rilon {
namespace {

constexpr std::size_t keys_in_all_max = 4 * history_keys_max;    // Of one grant.
constexpr std::size_t keys_pending_max = 16 * history_keys_max;  // Of all that are not taken yet.
constexpr std::size_t alerts_looked_at_max = 8000;
constexpr std::size_t page = 256;
constexpr std::uint64_t kept_ms = 14 * ms_day;

EntryRef ref_of(const ListedEntry& entry) {
    return {entry.stream, entry.seq};
}

std::vector<EntryRef> said_of(const AlertState& alert) {
    std::vector<EntryRef> out = alert.revisions;
    out.insert(out.end(), alert.remarks.begin(), alert.remarks.end());
    if (alert.withdrawal.has_value()) out.push_back(*alert.withdrawal);
    return out;
}

}  // namespace

// --- what may be given -----------------------------------------------------------------------

// The operation of an entry that was opened before, read again from the store.
Result<proto::Operation> NodeCore::stored_operation(const EntryRef& ref) const {
    auto stored = open_stored(store_, ref);
    if (!stored.ok()) return stored.error();
    auto content = parse_content(stored->plain);
    wipe(stored->plain);
    if (!content.ok()) return content.error();
    return parse_operation(content->operation);
}

// May this entry's key be given to that node? The error's code says whose refusal it is:
// not_permitted the rule's, not_authorised because the alert is another party's.
Status NodeCore::may_give(const EntryRef& ref, const NodeId& to, GrantTimes& times) const {
    const Error none{Errc::not_found, ""};
    const StreamInfo* info = stream(ref.stream);
    auto meaning = index_.meaning(ref);
    using Record = proto::SearchRecord;
    if (info == nullptr || !meaning.has_value() || meaning->officer_unchecked ||
        meaning->operation == Record::UNKNOWN || meaning->operation == Record::REFUSED ||
        taken_back({ref.stream, ref.seq}))
        return none;
    auto held = store_.entry(ref.stream, ref.seq);
    if (!held.ok() || !held->has_value() || (*held)->entry.absent() ||
        !store_.entry_key(ref.stream, ref.seq).ok())
        return none;
    const bool holds = may_hold(to, *info);
    if (info->state.origin == to) return holds ? Status() : Status(none);
    const Epoch epoch = (*held)->entry.header().epoch;
    auto [at, fresh] = times.try_emplace({ref.stream, epoch});
    if (fresh) at->second = granted_at(*info, epoch);
    if (!at->second.has_value()) return none;
    if (had_slot(*info, *at->second, to)) return holds ? Status() : Status(none);
    if (meaning->operation != Record::PUBLISH && meaning->operation != Record::SUPERSEDE)
        return none;
    if (standing(*info) == nullptr && !info->definition.has_value()) return none;
    if (!same_party(info->state.origin, identity_.id)) return {Errc::not_authorised, ""};
    auto operation = stored_operation(ref);
    if (!operation.ok()) return none;
    return releasable(*info, *operation, identity_.id, to);
}

HistoryPlan NodeCore::plan_history(const NodeId& to, UnixMillis since, UnixMillis until) const {
    HistoryPlan plan;
    GrantTimes times;
    std::size_t looked_at = 0;
    std::uint64_t before = 0;
    while (!plan.more) {
        auto alerts = index_.newest(before, page);
        if (alerts.empty()) break;
        before = alerts.back().order;
        for (const AlertState& alert : alerts) {
            if (alert.received < since || alert.received > until) continue;
            auto said = said_of(alert);
            plan.more = plan.entries.size() + said.size() > keys_in_all_max ||
                        ++looked_at > alerts_looked_at_max;
            if (plan.more) break;
            Status why;
            bool any = false;
            for (const EntryRef& ref : said) {
                Status may = may_give(ref, to, times);
                if (may.ok()) plan.entries.push_back({ref.stream, ref.seq});
                any = any || may.ok();
                if (!may.ok() && may.code() != Errc::not_found) why = may;
            }
            plan.alerts += any ? 1u : 0u;
            if (any || why.ok()) continue;
            if (why.code() == Errc::not_authorised)
                ++plan.others;
            else
                ++plan.withheld[why.error().detail];
        }
    }
    std::sort(plan.entries.begin(), plan.entries.end());
    plan.entries.erase(std::unique(plan.entries.begin(), plan.entries.end()), plan.entries.end());
    return plan;
}

// --- PREPARE ---------------------------------------------------------------------------------

Result<const NodeRecord*> NodeCore::history_reader(const std::string& name) const {
    const NodeRecord* to = directory_.now().node_by_name(name);
    if (to == nullptr) return {Errc::not_found, fmt::format("there is no node \"{}\"", name)};
    if (is_self(to->id))
        return {Errc::invalid,
                "this node's own history is given to it by another: name the node that is to read"};
    if (to->standing != Standing::good)
        return {Errc::not_permitted,
                fmt::format("{} is suspended or revoked: it is given nothing", to->name)};
    return to;
}

Result<Ticket> NodeCore::prepare_history(const proto::PrepareRequest& request) {
    const proto::HistoryWish& wish = request.history();
    auto to = history_reader(wish.node());
    if (!to.ok()) return to.error();
    const UnixMillis until{wish.until_ms() == 0 ? ~std::uint64_t{0} : wish.until_ms()};
    HistoryPlan plan = plan_history((*to)->id, UnixMillis{wish.since_ms()}, until);
    Ticket ticket;
    show_history(**to, plan, *ticket.shown.mutable_history());
    if (plan.entries.empty())
        return {Errc::not_found,
                fmt::format("nothing to give to {}: no alert of that time is one that it was a "
                            "reader of, or that this party wrote and the release rule lets it "
                            "read (withheld: {}, other parties': {})",
                            (*to)->name, ticket.shown.history().withheld_alerts(), plan.others)};
    if (history_.keys_given() + plan.entries.size() > keys_pending_max)
        return {Errc::busy,
                "too many keys are on their way already: give more when they were taken, or "
                "after 14 days"};
    AudienceDefinition definition;
    definition.base = directory_.now().network_audience;
    definition.named = {(*to)->id};
    PlannedPart planned;
    plan_stream(planned, definition.base, true, definition);
    for (std::size_t from = 0; from < plan.entries.size(); from += history_keys_max) {
        const std::size_t end = std::min(plan.entries.size(), from + history_keys_max);
        PlannedPart part = planned;
        part.part = "history";
        part.alert = make_alert_id(now_, rng_);
        part.history.to = (*to)->id;
        part.history.entries.assign(plan.entries.begin() + static_cast<std::ptrdiff_t>(from),
                                    plan.entries.begin() + static_cast<std::ptrdiff_t>(end));
        proto::Operation operation;
        *operation.mutable_history() = encode_history(part.history);
        part.operation = to_bytes(as_bytes(operation.SerializeAsString()));
        *ticket.shown.add_parts() = show_part(part, {(*to)->id}, {}, definition.base);
        ticket.parts.push_back(std::move(part));
    }
    ticket.action = "history";
    ticket.detail = fmt::format("to {}: {} alerts", (*to)->name, plan.alerts);
    auto readers = [this, to = (*to)->id, entries = std::move(plan.entries)] {
        return history_hash(to, entries);
    };
    ticket.readers_then = readers();
    ticket.readers = [readers]() -> Result<Hash32> { return readers(); };
    return ticket;
}

void NodeCore::show_history(const NodeRecord& to, const HistoryPlan& plan,
                            proto::HistoryPreview& out) {
    out.set_node(to.name);
    out.set_party(to.party);
    out.set_alerts(plan.alerts);
    out.set_entries(static_cast<std::uint32_t>(plan.entries.size()));
    out.set_others(plan.others);
    out.set_more(plan.more);
    std::uint32_t all = 0;
    for (const auto& [why, alerts] : plan.withheld) {
        auto* withheld = out.add_withheld();
        withheld->set_why(why);
        withheld->set_alerts(alerts);
        all += alerts;
    }
    out.set_withheld_alerts(all);
}

// What a COMMIT has to find as the PREPARE left it: the directory, the node, every entry of them.
Hash32 NodeCore::history_hash(const NodeId& to, const std::vector<ListedEntry>& entries) const {
    const NodeRecord* node = directory_.now().node(to);
    ByteWriter out;
    out.u64(directory_.now().n.value)
        .u8(node != nullptr && node->standing == Standing::good ? 1 : 0);
    GrantTimes times;
    for (const ListedEntry& entry : entries)
        if (may_give(ref_of(entry), to, times).ok())
            out.raw(entry.stream.view()).u64(entry.seq.value);
    return hash({out.view()});
}

// --- COMMIT ----------------------------------------------------------------------------------

// Read only now: nothing that waits for an officer's look holds a key.
Result<std::vector<EntryKey>> NodeCore::history_keys(const HistoryList& list) const {
    std::vector<EntryKey> out;
    for (const ListedEntry& entry : list.entries) {
        auto key = store_.entry_key(entry.stream, entry.seq);
        if (!key.ok()) return key.error();
        out.push_back(std::move(*key));
    }
    return out;
}

Status NodeCore::publish_history(const PlannedPart& part, const Signature& signature,
                                 const Officer& officer, std::span<const EntryKey> keys) {
    auto info = ensure_stream(part);
    if (!info.ok()) return info.error();
    StreamInfo& target = **info;
    close_epoch(target, target.state.epoch);
    if (Status status = ensure_epoch(target); !status.ok()) return status;
    SignedCertificate signed_certificate = certificate(officer);
    Bytes plain = encode_content(signed_certificate, part.alert, part.operation, signature, keys);
    const ListedEntry place{target.state.id, target.state.next_seq()};
    Status sealed = seal_into(
        target, {EntryKind::content, Precedence::routine, DirSeq{}, std::move(plain)}, nullptr);
    if (!sealed.ok()) return sealed;
    close_epoch(target, target.state.epoch);
    history_.given[place] = {part.history.to, target.state.epoch, now_, part.history.entries};
    save_given();
    return {};
}

// --- until it is gone ------------------------------------------------------------------------

void NodeCore::history_was_taken(const NodeId& by, const AckRow& row) {
    auto given = history_.given.find({row.stream, row.seq});
    if (given == history_.given.end() || given->second.to != by || row.level == AckLevel::stored)
        return;
    given->second.taken = true;
    history_.look_again = true;
}

bool NodeCore::is_due(const GivenHistory& grant) const {
    if (grant.taken || now_.since(grant.since) >= kept_ms) return true;
    const NodeRecord* to = directory_.now().node(grant.to);
    return to == nullptr || to->standing != Standing::good ||
           std::any_of(grant.entries.begin(), grant.entries.end(),
                       [this](const ListedEntry& entry) { return taken_back(entry); });
}

// Here at once; its redact follows as soon as the stream may go on (expiry.cc).
void NodeCore::settle_given() {
    if (history_.given.empty() || directory_.empty() || mutant(Mutant::history_kept)) return;
    std::vector<std::pair<ListedEntry, Epoch>> due;
    for (const auto& [place, grant] : history_.given)
        if (is_due(grant)) due.push_back({place, grant.epoch});
    for (const auto& [place, epoch] : due) {
        history_.given.erase(place);
        StreamInfo* info = stream(place.stream);
        if (info == nullptr) continue;
        write(DropSlots{place.stream, epoch});
        owe_redact(ref_of(place));
        erase_now(*info, {{place.seq, place.seq}});
    }
    if (!due.empty()) save_given();
}

}  // namespace rilon
