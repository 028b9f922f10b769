// History grants: who may be given the key of what. A grant is judged twice by the same rules, by
// the node that gives it and by the one that gets it; whatever can't be decided is refused.
//
//   the entry's own origin      any reader gives it: it wrote it (a store that was put back)
//   who was a reader then       any reader gives it: its slot is gone
//   who was not                 the author's party alone, and what the release rule would let it
//                               post to that node today
#include "node/history.h"

#include <algorithm>

#include "node/core.h"
#include "protocol/alert.h"
#include "protocol/mutant.h"

namespace rilon {

// --- the book --------------------------------------------------------------------------------

namespace {

void put_place(ByteWriter& out, const ListedEntry& entry) {
    out.raw(entry.stream.view()).u64(entry.seq.value);
}

ListedEntry get_place(ByteReader& in) {
    auto stream = in.fixed<StreamId>();
    return {stream, Seq{in.u64()}};
}

// A grant of either book: place ‖ node ‖ u32 epoch ‖ u64 since ‖ u32 n ‖ n × place.
template <class Grant>
void put_grant(ByteWriter& out, const ListedEntry& place, const NodeId& node, const Grant& grant) {
    put_place(out, place);
    out.raw(node.view()).u32(grant.epoch.value).u64(grant.since.value);
    out.u32(static_cast<std::uint32_t>(grant.entries.size()));
    for (const ListedEntry& entry : grant.entries) put_place(out, entry);
}

template <class Grant>
Status get_grants(ByteView bytes, std::map<ListedEntry, Grant>& book, NodeId Grant::*node) {
    ByteReader in(bytes);
    while (!in.rest().empty() && !in.failed()) {
        const ListedEntry place = get_place(in);
        Grant& grant = book[place];
        grant.*node = in.fixed<NodeId>();
        grant.epoch = Epoch{in.u32()};
        grant.since = UnixMillis{in.u64()};
        for (std::uint32_t n = in.u32(); n > 0 && !in.failed(); --n)
            grant.entries.push_back(get_place(in));
    }
    return in.failed() ? Status(Errc::damaged, "the stored history grants do not parse") : Status();
}

}  // namespace

std::size_t HistoryBook::keys_given() const {
    std::size_t out = 0;
    for (const auto& [place, grant] : given) out += grant.entries.size();
    return out;
}

std::size_t HistoryBook::taken_of(const NodeId& granter) const {
    return static_cast<std::size_t>(std::count_if(
        taken.begin(), taken.end(), [&](const auto& item) { return item.second.by == granter; }));
}

Bytes HistoryBook::encode_given() const {
    ByteWriter out;
    for (const auto& [place, grant] : given) put_grant(out, place, grant.to, grant);
    return std::move(out).take();
}

Bytes HistoryBook::encode_taken() const {
    ByteWriter out;
    for (const auto& [place, grant] : taken) put_grant(out, place, grant.by, grant);
    return std::move(out).take();
}

Status HistoryBook::load_given(ByteView bytes) {
    return get_grants(bytes, given, &GivenHistory::to);
}

Status HistoryBook::load_taken(ByteView bytes) {
    return get_grants(bytes, taken, &TakenHistory::by);
}

// --- the rules -------------------------------------------------------------------------------

// The record by which the epoch's readers were computed.
std::optional<DirSeq> NodeCore::granted_at(const StreamInfo& info, Epoch epoch) const {
    auto seq = grant_of(info, epoch);
    if (!seq.has_value()) return std::nullopt;
    auto held = store_.entry(info.state.id, *seq);
    if (!held.ok() || !held->has_value()) return std::nullopt;
    return (*held)->entry.header().dir_seq;
}

// Was a slot made for it then? Not known: no.
bool NodeCore::had_slot(const StreamInfo& info, DirSeq granted, const NodeId& node) const {
    const DirectoryState* then = directory_.at(granted);
    if (then == nullptr) return false;
    if (then->audience(info.state.audience) != nullptr)
        return then->is_member(info.state.audience, node);
    if (!info.definition.has_value()) return false;
    auto readers = derived_members(*then, *info.definition, info.state.origin);
    return std::binary_search(readers.begin(), readers.end(), node);
}

bool NodeCore::same_party(const NodeId& one, const NodeId& other) const {
    if (one == other || mutant(Mutant::history_for_anybody)) return true;
    const NodeRecord* a = directory_.now().node(one);
    const NodeRecord* b = directory_.now().node(other);
    return a != nullptr && b != nullptr && a->party == b->party;
}

// Could `by` post this to `to` today? A stream whose definition is not known here is taken for one
// to the whole network, which withholds most. The error's detail is the rule's word for it.
Status NodeCore::releasable(const StreamInfo& info, const proto::Operation& operation,
                            const NodeId& by, const NodeId& to) const {
    const Error refused{Errc::not_permitted, "not decided by the rule"};
    const bool published = operation.has_publish();
    if (!published && !operation.has_supersede()) return refused;
    const proto::Alert& alert = published ? operation.publish() : operation.supersede().alert();
    if (mutant(Mutant::history_past_the_rule)) return {};
    const AudienceInfo* audience = standing(info);
    const bool known = audience != nullptr || info.definition.has_value();
    auto readers = members(info);
    const bool outside = known && !std::binary_search(readers.begin(), readers.end(), to);
    const Error left_out{Errc::not_permitted, "left out by its author"};
    if (alert.part() == part_document) return outside ? Status(left_out) : Status();
    ReleaseWish wish;
    wish.base = audience != nullptr ? audience->id : directory_.now().network_audience;
    if (info.definition.has_value()) {
        wish.base = info.definition->base;
        wish.only = info.definition->named;
    }
    auto plan = plan_release(alert, wish, directory_.now(), by);
    if (!plan.ok()) return refused;
    const PartPlan& person = plan->parts.front();
    const NodeRecord* node = directory_.now().node(to);
    for (const Withheld& party : person.withheld)
        if (node != nullptr && party.party == node->party) return {Errc::not_permitted, party.why};
    if (outside) return left_out;
    const bool reads = std::binary_search(person.readers.begin(), person.readers.end(), to);
    return reads ? Status() : Status(refused);
}

// Withdrawn, redacted, over or destroyed: its key must not travel, nor wait anywhere.
bool NodeCore::taken_back(const ListedEntry& entry) const {
    const EntryRef ref{entry.stream, entry.seq};
    if (named_by_redact(ref)) return true;
    auto meaning = index_.meaning(ref);
    if (meaning.has_value()) {
        using Record = proto::SearchRecord;
        if (meaning->operation != Record::PUBLISH && meaning->operation != Record::SUPERSEDE)
            return false;  // A withdrawal, and what was said about an alert, stay.
        auto alert = index_.alert(meaning->alert);
        return !alert.has_value() || alert->withdrawn() || alert->expired(sure_time(now_)) ||
               std::find(alert->revisions.begin(), alert->revisions.end(), ref) ==
                   alert->revisions.end();
    }
    return is_erased(ref);
}

bool NodeCore::named_by_redact(const EntryRef& ref) const {
    return std::any_of(redacts_.begin(), redacts_.end(), [&](const PendingRedact& redact) {
        return redact.stream == ref.stream &&
               std::any_of(redact.ranges.begin(), redact.ranges.end(), [&](const SeqRange& range) {
                   return range.from <= ref.seq && ref.seq <= range.to;
               });
    });
}

// --- over a restart --------------------------------------------------------------------------

namespace {
constexpr const char* given_name = "history-given";
constexpr const char* taken_name = "history-taken";
}  // namespace

Status NodeCore::load_history() {
    auto given = store_.private_value(given_name);
    auto taken = store_.private_value(taken_name);
    for (const auto* read : {&given, &taken})
        if (!read->ok()) return read->error();
    if (given->has_value())
        if (Status read = history_.load_given(**given); !read.ok()) return read;
    return taken->has_value() ? history_.load_taken(**taken) : Status();
}

void NodeCore::save_given() {
    write(PutPrivate{given_name, history_.encode_given()});
}

void NodeCore::save_taken() {
    write(PutPrivate{taken_name, history_.encode_taken()});
}

// At once when something is taken back, else in turn.
void NodeCore::settle_history() {
    settle_given();
    settle_taken();
    history_.look_again = false;
}

}  // namespace rilon
