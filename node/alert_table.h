// Alerts by the million: by id and short form, by order, by the hour of their purge. Almost every
// alert has one revision and nothing else: such a one takes a row of 64 bytes, with its origin,
// stream and words as numbers; any other is kept whole beside it. Rows are never used for another
// alert. In memory only; no lock of its own.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "node/alert_state.h"
#include "protocol/paged_vector.h"

namespace rilon {

// Values that come again and again, by number.
template <class T>
class Numbered {
   public:
    std::uint32_t number(const T& value) {
        auto [at, fresh] = numbers_.try_emplace(value, static_cast<std::uint32_t>(values_.size()));
        if (fresh) values_.push_back(value);
        return at->second;
    }
    std::optional<std::uint32_t> find(const T& value) const {
        auto at = numbers_.find(value);
        return at == numbers_.end() ? std::nullopt : std::optional(at->second);
    }
    const T& value(std::uint32_t number) const { return values_[number]; }
    std::size_t size() const { return values_.size(); }

   private:
    std::map<T, std::uint32_t> numbers_;
    std::vector<T> values_;
};

class AlertTable {
   public:
    using Row = std::uint32_t;
    static constexpr Row none = ~Row{0};

    // Its row, made if it has none; the alert is there only after put.
    Row row_for(const AlertId& id);
    // None: no such alert is there.
    Row find(const AlertId& id) const;
    bool there(Row row) const { return (rows_[row].flags & is_there) != 0; }
    const AlertId& id(Row row) const { return rows_[row].id; }
    // Is this its row, and it is there?
    bool is(Row row, const AlertId& alert) const {
        return row < rows_.size() && rows_[row].id == alert && there(row);
    }
    AlertState get(Row row) const;
    void prefetch(Row row) const { __builtin_prefetch(&rows_[row]); }
    void put(Row row, const AlertState& alert);
    void forget(Row row);
    // An alert of `origin` whose other part is `part`; none: no such.
    Row naming(const AlertId& part, const NodeId& origin) const;

    // Whether `due` is to give it, and from when.
    void watch(Row row, UnixMillis purge_after);
    void unwatch(Row row);
    // Those watched whose time is over, the longest first; at most max.
    std::vector<Row> due(UnixMillis now, std::size_t max) const;

    // Newest first, from `order` below `before` (0: from the newest), at most max.
    std::vector<Row> newest(std::uint64_t before, std::size_t max) const;
    // At most max of those whose short_id_bits lie from first to last.
    std::vector<Row> by_short(std::uint64_t first, std::uint64_t last, std::size_t max) const;
    std::vector<AlertId> ids() const;  // Ascending.

   private:
    static constexpr std::uint8_t is_there = 1;
    static constexpr std::uint8_t is_whole = 2;
    static constexpr std::uint8_t is_watched = 4;
    static constexpr std::size_t words_max = 256;
    static constexpr std::size_t word_bytes_max = 32;
    static constexpr std::size_t groups = 1024;  // By the first bits of the short form.

    struct Packed {
        AlertId id;
        std::uint64_t order = 0;
        std::uint64_t received = 0;
        std::uint64_t purge_after = 0;
        std::uint64_t seq = 0;
        std::uint32_t stream = 0;
        std::uint32_t origin = 0;
        std::uint32_t revision = 0;
        std::uint8_t type = 0;
        std::uint8_t part = 0;
        std::uint8_t precedence = 0;
        std::uint8_t flags = 0;
    };
    static_assert(sizeof(Packed) == 64);

    static std::size_t group_of(std::uint64_t short_bits) { return short_bits >> 30; }
    static std::uint64_t hour_of(std::uint64_t ms) { return ms / ms_hour; }
    // Where it stands or would stand in its group.
    std::vector<Row>::const_iterator place(const AlertId& id) const;
    std::optional<std::uint8_t> word(const std::string& text);
    bool pack(const AlertState& alert, Packed& into);
    void set_order(Row row, std::uint64_t order);
    void set_naming(Row row, const AlertState& alert);
    void unset_naming(Row row);

    PagedVector<Packed> rows_;
    std::unordered_map<Row, AlertState> whole_;
    std::unordered_map<Row, AlertId> other_parts_;              // Of those that are not whole.
    std::set<std::tuple<AlertId, std::uint32_t, Row>> naming_;  // Other part, origin.
    std::array<std::vector<Row>, groups> by_short_;             // Ascending by short form, then id.
    std::vector<Row> by_order_;                                 // Orders count up from 1.
    std::map<std::uint64_t, std::vector<Row>> by_hour_;
    Numbered<NodeId> origins_;
    Numbered<StreamId> streams_;
    Numbered<std::string> words_;
};

}  // namespace rilon
