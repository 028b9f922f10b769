// Requests of onward release for people: those that wait for this node's word, and our own with
// what came of them (protocol/onward.h). Of an alert that is withdrawn or over nothing is shown.
#include <algorithm>

#include "node/query_rows.h"

namespace rilon {
namespace {

constexpr std::size_t own_shown_max = 200;
constexpr std::uint64_t answer_listed_ms = 30 * ms_day;  // Afterwards with its alert alone.

std::string name_by_directory(const NodeId& id, const QueryContext& context) {
    const NodeRecord* node = context.directory->now().node(id);
    return node == nullptr ? id.brief() : node->name;
}

template <class Nodes, class Add>
void name_nodes(const Nodes& nodes, const QueryContext& context, Add add) {
    for (const std::string& bytes : nodes)
        if (auto id = NodeId::parse(bytes); id.ok()) add(name_by_directory(*id, context));
}

bool waits_here(const OnwardState& request, const AlertState& alert, const QueryContext& context) {
    if (alert.origin != context.self || !alert.readable()) return false;
    return waits_at(context.self, request, alert,
                    readers_of(alert.revisions.back(), context).readers);
}

void add_answer(const OnwardState& request, const AlertState& alert, const QueryContext& context,
                proto::Onward& row) {
    auto answered = request.answered(alert.origin);
    if (!answered.has_value()) return;
    auto opened = open_operation(*answered, context);
    if (!opened.ok() || !opened->operation.has_onward_answer()) return;
    const proto::OnwardAnswer& answer = opened->operation.onward_answer();
    row.set_state(answer.granted() ? "granted" : "refused");
    row.set_answered_by(opened->content.officer.display_sign);
    row.set_answered_ms(opened->received.value);
    row.set_note(answer.note());
    name_nodes(answer.nodes(), context,
               [&](std::string name) { row.add_granted(std::move(name)); });
}

// None where it is not ours to see: who does not read an alert asks for nobody.
std::optional<proto::Onward> onward_row(const OnwardState& request, const AlertState& alert,
                                        const QueryContext& context) {
    const bool own = request.asker == context.self;
    const bool answered = request.answered(alert.origin).has_value();
    const bool ours =
        own || (alert.origin == context.self && (answered || waits_here(request, alert, context)));
    if (!ours || !alert.readable()) return std::nullopt;
    auto opened = open_operation(request.asked, context);
    auto newest = open_operation(alert.revisions.back(), context);
    if (!opened.ok() || !opened->operation.has_onward_request() || !newest.ok())
        return std::nullopt;
    const proto::OnwardRequest& asked = opened->operation.onward_request();
    proto::Onward row;
    row.set_request_id(request.id.str());
    row.set_alert_id(alert.id.str());
    row.set_own(own);
    row.set_node(name_by_directory(request.asker, context));
    row.set_party(party_of(request.asker, context));
    row.set_officer(opened->content.officer.display_sign);
    row.set_at_ms(opened->received.value);
    name_nodes(asked.nodes(), context, [&](std::string name) { row.add_to(std::move(name)); });
    row.set_outside(asked.outside());
    row.set_reason(asked.reason());
    row.set_state("waits");
    add_answer(request, alert, context, row);
    if (const proto::Alert* text = alert_of(newest->operation)) row.set_title(text->title());
    return row;
}

// For this node's word, the oldest first.
std::vector<std::pair<OnwardState, AlertState>> waiting(const QueryContext& context) {
    std::map<NodeId, std::size_t> of;
    std::vector<std::pair<OnwardState, AlertState>> out;
    for (OnwardState& one : context.index.onward()) {
        auto alert = context.index.alert(one.alert);
        if (!alert.has_value() || !waits_here(one, *alert, context)) continue;
        if (++of[one.asker] > onward_waiting_max) continue;
        out.emplace_back(std::move(one), std::move(*alert));
    }
    return out;
}

}  // namespace

std::size_t onward_waiting(const QueryContext& context) {
    return waiting(context).size();
}

void add_onward(const QueryContext& context, proto::AlertsResponse& out) {
    for (const auto& [request, alert] : waiting(context))
        if (auto row = onward_row(request, alert, context)) *out.add_onward() = std::move(*row);
    std::vector<OnwardState> own = context.index.onward();
    std::erase_if(own, [&](const OnwardState& one) { return one.asker != context.self; });
    const std::size_t from = own.size() > own_shown_max ? own.size() - own_shown_max : 0;
    for (std::size_t i = from; i < own.size(); ++i) {
        auto alert = context.index.alert(own[i].alert);
        auto row = alert.has_value() ? onward_row(own[i], *alert, context) : std::nullopt;
        if (!row.has_value()) continue;
        const bool old = row->answered_ms() != 0 &&
                         context.now.since(UnixMillis{row->answered_ms()}) > answer_listed_ms;
        if (!old) *out.add_onward() = std::move(*row);
    }
}

std::optional<proto::Onward> onward_news(const AlertState& alert, const EntryRef& ref,
                                         const QueryContext& context) {
    for (const OnwardState& one : context.index.onward_of(alert.id)) {
        const bool own = one.asker == context.self;
        const bool news = own ? one.answered(alert.origin) == ref : one.asked == ref;
        if (news) return onward_row(one, alert, context);
    }
    return std::nullopt;
}

std::vector<EntryRef> onward_entries(const AlertState& alert, const QueryContext& context) {
    std::vector<EntryRef> out;
    for (const OnwardState& one : context.index.onward_of(alert.id)) {
        if (!onward_row(one, alert, context).has_value()) continue;
        out.push_back(one.asked);
        if (auto answer = one.answered(alert.origin)) out.push_back(*answer);
    }
    return out;
}

void add_onward(const AlertState& alert, const QueryContext& context, proto::ShowResponse& out) {
    for (const OnwardState& one : context.index.onward_of(alert.id))
        if (auto row = onward_row(one, alert, context)) *out.add_onward() = std::move(*row);
}

}  // namespace rilon
