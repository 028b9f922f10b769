// What other parties say about an alert, judged for people: whose word counts, and what is a second
// source. A party counts once, by the directory and not by what it writes of itself.
#include <algorithm>
#include <map>
#include <set>

#include "node/query_rows.h"

namespace rilon {
namespace {

bool is_remark(const proto::Operation& operation) {
    return operation.has_confirm() || operation.has_dispute() || operation.has_hit();
}

// The parties whose alerts this one repeats, and those whose alerts repeat it: whoever writes
// "duplicate of" has it from there.
std::set<std::string> quoting_parties(const AlertState& alert, const proto::Alert& body,
                                      const QueryContext& context) {
    std::vector<AlertId> others = context.index.duplicates_of(alert.id);
    if (alert.other_part.has_value())
        for (const AlertId& id : context.index.duplicates_of(*alert.other_part))
            others.push_back(id);
    for (const auto& link : body.links()) {
        auto id = AlertId::parse(link.alert_id());
        if (link.type() == "duplicate-of" && id.ok()) others.push_back(*id);
    }
    std::set<std::string> out;
    for (const AlertId& id : others)
        if (auto other = context.index.alert(id)) out.insert(party_of(other->origin, context));
    return out;
}

proto::Remark remark_of(const OpenedOperation& opened, const QueryContext& context) {
    proto::Remark out;
    const NodeRecord* node = context.directory->now().node(opened.header.origin);
    out.set_node(node == nullptr ? opened.header.origin.brief() : node->name);
    out.set_party(party_of(opened.header.origin, context));
    out.set_officer(opened.content.officer.display_sign);
    out.set_at_ms(opened.received.value);
    const proto::Operation& operation = opened.operation;
    out.set_operation(operation.has_confirm() ? "confirm"
                      : operation.has_hit()   ? "hit"
                                              : "dispute");
    if (operation.has_confirm()) *out.mutable_confirm() = operation.confirm();
    if (operation.has_dispute()) *out.mutable_dispute() = operation.dispute();
    if (operation.has_hit()) *out.mutable_hit() = operation.hit();
    return out;
}

// The newest of each kind in each stream, oldest first. Only a party's last word counts, and nobody
// makes others open thousands of entries for each look at one alert; more than one, for the last
// may be a quotation, or not open.
std::vector<EntryRef> last_words(const AlertState& part, const QueryContext& context) {
    constexpr int of_each_max = 4;
    std::map<std::pair<StreamId, int>, int> seen;
    std::vector<EntryRef> out;
    for (auto ref = part.remarks.rbegin(); ref != part.remarks.rend(); ++ref) {
        auto meaning = context.index.meaning(*ref);
        if (!meaning.has_value()) continue;
        if (++seen[{ref->stream, meaning->operation}] <= of_each_max) out.push_back(*ref);
    }
    std::reverse(out.begin(), out.end());
    return out;
}

// What is said of one part of an alert.
std::vector<proto::Remark> remarks_on(const AlertState& part, const QueryContext& context) {
    std::vector<proto::Remark> out;
    for (const EntryRef& ref : last_words(part, context)) {
        auto opened = open_operation(ref, context);
        if (!opened.ok() || !is_remark(opened->operation)) continue;
        if (is_of_author(part, opened->header.origin, context)) continue;
        out.push_back(remark_of(*opened, context));
        out.back().set_part(part.part);
    }
    return out;
}

// A dispute of one part says nothing of the other: each has its own.
bool same_subject(const proto::Remark& one, const proto::Remark& other) {
    return one.party() == other.party() && one.operation() == other.operation() &&
           (!one.has_dispute() || one.part() == other.part());
}

// The later word of a party is its word; but what it saw itself is not undone by a quotation.
bool replaces(const proto::Remark& later, const proto::Remark& earlier) {
    return later.second_source() || !earlier.second_source();
}

}  // namespace

std::string party_of(const NodeId& id, const QueryContext& context) {
    const NodeRecord* node = context.directory->now().node(id);
    return node == nullptr ? id.brief() : node->party;
}

bool is_of_author(const AlertState& alert, const NodeId& by, const QueryContext& context) {
    return alert.has_author() && party_of(by, context) == party_of(alert.origin, context);
}

void add_remarks(const AlertState& alert, const QueryContext& context, proto::AlertRow& row) {
    std::vector<proto::Remark> all = remarks_on(alert, context);
    // Who reads the document part alone can say of that only: whoever reads both has to hear it.
    const auto other =
        alert.other_part.has_value() ? context.index.alert(*alert.other_part) : std::nullopt;
    if (other.has_value())
        for (proto::Remark& remark : remarks_on(*other, context)) all.push_back(std::move(remark));
    if (all.empty()) return;
    std::stable_sort(all.begin(), all.end(),
                     [](const proto::Remark& one, const proto::Remark& two) {
                         return one.at_ms() < two.at_ms();
                     });
    const std::set<std::string> quoting = quoting_parties(alert, row.alert(), context);
    for (proto::Remark& remark : all) {
        remark.set_second_source(remark.has_confirm() && !remark.confirm().quotes() &&
                                 !quoting.contains(remark.party()));
        auto same = std::find_if(
            row.mutable_remarks()->begin(), row.mutable_remarks()->end(),
            [&](const proto::Remark& earlier) { return same_subject(remark, earlier); });
        if (same == row.mutable_remarks()->end())
            *row.add_remarks() = std::move(remark);
        else if (replaces(remark, *same))
            *same = std::move(remark);
    }
}

}  // namespace rilon
