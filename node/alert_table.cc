#include "node/alert_table.h"

#include <algorithm>

#include "protocol/assert.h"
#include "protocol/short_id.h"

namespace rilon {

std::vector<AlertTable::Row>::const_iterator AlertTable::place(const AlertId& id) const {
    const std::uint64_t bits = short_id_bits(id);
    const auto& group = by_short_[group_of(bits)];
    return std::lower_bound(group.begin(), group.end(), bits, [&](Row row, std::uint64_t wanted) {
        const std::uint64_t has = short_id_bits(rows_[row].id);
        return has != wanted ? has < wanted : rows_[row].id < id;
    });
}

AlertTable::Row AlertTable::row_for(const AlertId& id) {
    auto& group = by_short_[group_of(short_id_bits(id))];
    auto at = place(id);
    if (at != group.end() && rows_[*at].id == id) return *at;
    const Row row = static_cast<Row>(rows_.size());
    RILON_ASSERT(row != none);
    group.insert(at, row);
    rows_.emplace_back().id = id;
    return row;
}

AlertTable::Row AlertTable::find(const AlertId& id) const {
    auto at = place(id);
    if (at == by_short_[group_of(short_id_bits(id))].end()) return none;
    return rows_[*at].id == id && there(*at) ? *at : none;
}

std::optional<std::uint8_t> AlertTable::word(const std::string& text) {
    if (auto known = words_.find(text)) return static_cast<std::uint8_t>(*known);
    if (words_.size() == words_max || text.size() > word_bytes_max) return std::nullopt;
    return static_cast<std::uint8_t>(words_.number(text));
}

// False: it has something a row has no room for.
bool AlertTable::pack(const AlertState& alert, Packed& into) {
    AlertState plain;  // What a row says; nothing an alert may get one day is lost unseen.
    plain.id = alert.id;
    plain.origin = alert.origin;
    plain.revision = alert.revision;
    plain.revisions = alert.revisions;
    plain.type = alert.type;
    plain.part = alert.part;
    plain.other_part = alert.other_part;
    plain.received = alert.received;
    plain.purge_after = alert.purge_after;
    plain.order = alert.order;
    plain.precedence = alert.precedence;
    if (alert.revisions.size() != 1 || !(plain == alert)) return false;
    auto type = word(alert.type);
    auto part = word(alert.part);
    if (!type || !part) return false;
    into.received = alert.received.value;
    into.purge_after = alert.purge_after.value;
    into.seq = alert.revisions.front().seq.value;
    into.stream = streams_.number(alert.revisions.front().stream);
    into.origin = origins_.number(alert.origin);
    into.revision = alert.revision;
    into.type = *type;
    into.part = *part;
    into.precedence = alert.precedence;
    return true;
}

void AlertTable::put(Row row, const AlertState& alert) {
    Packed& packed = rows_[row];
    unset_naming(row);
    set_naming(row, alert);
    set_order(row, alert.order);
    packed.flags |= is_there;
    if (pack(alert, packed)) {
        if ((packed.flags & is_whole) != 0) whole_.erase(row);
        packed.flags &= static_cast<std::uint8_t>(~is_whole);
        if (alert.other_part.has_value())
            other_parts_.insert_or_assign(row, *alert.other_part);
        else
            other_parts_.erase(row);
        return;
    }
    packed.flags |= is_whole;
    other_parts_.erase(row);
    whole_.insert_or_assign(row, alert);
}

AlertState AlertTable::get(Row row) const {
    const Packed& packed = rows_[row];
    if ((packed.flags & is_whole) != 0) return whole_.at(row);
    AlertState out;
    out.id = packed.id;
    out.origin = origins_.value(packed.origin);
    out.revision = packed.revision;
    out.revisions.push_back({streams_.value(packed.stream), Seq{packed.seq}});
    out.type = words_.value(packed.type);
    out.part = words_.value(packed.part);
    if (auto other = other_parts_.find(row); other != other_parts_.end())
        out.other_part = other->second;
    out.received = UnixMillis{packed.received};
    out.purge_after = UnixMillis{packed.purge_after};
    out.order = packed.order;
    out.precedence = packed.precedence;
    return out;
}

// Most alerts are of one part and cost nothing here.
void AlertTable::set_naming(Row row, const AlertState& alert) {
    if (alert.other_part.has_value())
        naming_.insert({*alert.other_part, origins_.number(alert.origin), row});
}

void AlertTable::unset_naming(Row row) {
    if (!there(row)) return;
    const bool whole = (rows_[row].flags & is_whole) != 0;
    if (!whole && !other_parts_.contains(row)) return;
    const AlertState old = get(row);
    if (old.other_part.has_value())
        naming_.erase({*old.other_part, origins_.number(old.origin), row});
}

AlertTable::Row AlertTable::naming(const AlertId& part, const NodeId& origin) const {
    const auto number = origins_.find(origin);
    if (!number.has_value()) return none;
    auto at = naming_.lower_bound({part, *number, 0});
    if (at == naming_.end() || std::get<0>(*at) != part || std::get<1>(*at) != *number) return none;
    return std::get<2>(*at);
}

void AlertTable::forget(Row row) {
    unwatch(row);
    unset_naming(row);
    set_order(row, 0);
    whole_.erase(row);
    other_parts_.erase(row);
    const AlertId id = rows_[row].id;
    rows_[row] = {};
    rows_[row].id = id;
}

void AlertTable::set_order(Row row, std::uint64_t order) {
    std::uint64_t& has = rows_[row].order;
    if (has == order) return;
    if (has != 0) by_order_[has] = none;
    has = order;
    if (order == 0) return;
    if (order >= by_order_.size()) by_order_.resize(order + 1, none);
    by_order_[order] = row;
}

void AlertTable::watch(Row row, UnixMillis purge_after) {
    unwatch(row);
    rows_[row].purge_after = purge_after.value;
    rows_[row].flags |= is_watched;
    by_hour_[hour_of(purge_after.value)].push_back(row);
}

void AlertTable::unwatch(Row row) {
    if ((rows_[row].flags & is_watched) == 0) return;
    rows_[row].flags &= static_cast<std::uint8_t>(~is_watched);
    auto hour = by_hour_.find(hour_of(rows_[row].purge_after));
    RILON_ASSERT(hour != by_hour_.end());
    auto at = std::find(hour->second.begin(), hour->second.end(), row);
    RILON_ASSERT(at != hour->second.end());
    *at = hour->second.back();
    hour->second.pop_back();
    if (hour->second.empty()) by_hour_.erase(hour);
}

std::vector<AlertTable::Row> AlertTable::due(UnixMillis now, std::size_t max) const {
    std::vector<Row> out;
    for (const auto& [hour, rows] : by_hour_) {
        if (out.size() >= max || hour > hour_of(now.value)) break;
        const auto first = static_cast<std::ptrdiff_t>(out.size());
        for (Row row : rows)
            if (rows_[row].purge_after <= now.value) out.push_back(row);
        std::sort(out.begin() + first, out.end(), [this](Row a, Row b) {
            if (rows_[a].purge_after != rows_[b].purge_after)
                return rows_[a].purge_after < rows_[b].purge_after;
            return rows_[a].id < rows_[b].id;
        });
    }
    if (out.size() > max) out.resize(max);
    return out;
}

std::vector<AlertTable::Row> AlertTable::newest(std::uint64_t before, std::size_t max) const {
    std::vector<Row> out;
    std::uint64_t at = before == 0 ? by_order_.size() : std::min(before, by_order_.size());
    while (at > 0 && out.size() < max)
        if (Row row = by_order_[--at]; row != none) out.push_back(row);
    return out;
}

std::vector<AlertTable::Row> AlertTable::by_short(std::uint64_t first, std::uint64_t last,
                                                  std::size_t max) const {
    std::vector<Row> out;
    for (std::size_t group = group_of(first); group <= group_of(last); ++group) {
        auto at = std::lower_bound(
            by_short_[group].begin(), by_short_[group].end(), first,
            [&](Row row, std::uint64_t wanted) { return short_id_bits(rows_[row].id) < wanted; });
        for (; at != by_short_[group].end() && short_id_bits(rows_[*at].id) <= last; ++at) {
            if (out.size() == max) return out;
            if (there(*at)) out.push_back(*at);
        }
    }
    return out;
}

std::vector<AlertId> AlertTable::ids() const {
    std::vector<AlertId> out;
    for (Row row = 0; row < rows_.size(); ++row)
        if (there(row)) out.push_back(rows_[row].id);
    std::sort(out.begin(), out.end());
    return out;
}

}  // namespace rilon
