#include "node/document_table.h"

#include <algorithm>
#include <functional>

#include "protocol/mutant.h"

namespace rilon {
namespace {

// Numbers with one hash are told apart by their text.
std::uint32_t document_hash(std::string_view number) {
    const std::size_t hash = std::hash<std::string_view>{}(number);
    return static_cast<std::uint32_t>(hash ^ (hash >> 32));
}

// Length of the first and common beginning of two numbers: every number of that length between them
// has both.
std::string series_key(std::string_view from, std::string_view to) {
    auto end = std::mismatch(from.begin(), from.end(), to.begin(), to.end()).first;
    return std::to_string(from.size()) + ":" + std::string(from.begin(), end);
}

}  // namespace

void DocumentTable::put(Row alert, const proto::SearchRecord& record) {
    if (alert >= numbers_of_.size()) numbers_of_.resize(alert + 1, TextArena::nothing);
    std::string numbers;
    for (const auto& number : record.documents()) {
        append_text(numbers, number);
        by_number_.add(document_hash(number), alert);
    }
    numbers_of_[alert] = texts_.put(numbers);
    for (int i = 0; i < record.series_from_size() && i < record.series_to_size(); ++i) {
        const std::string& from = record.series_from(i);
        const std::string& to = record.series_to(i);
        series_of_[alert].push_back(series_key(from, to));
        series_[series_of_[alert].back()].push_back({from, to, alert});
    }
}

void DocumentTable::drop(Row alert) {
    if (alert >= numbers_of_.size()) return;
    std::string_view numbers = texts_.get(numbers_of_[alert]);
    for (std::string_view number; take_text(numbers, number);)
        by_number_.remove(document_hash(number), alert);
    texts_.drop(numbers_of_[alert]);
    numbers_of_[alert] = TextArena::nothing;
    auto keys = series_of_.extract(alert);
    if (keys.empty()) return;
    for (const auto& key : keys.mapped()) {
        auto it = series_.find(key);
        if (it == series_.end()) continue;
        std::erase_if(it->second, [&](const Series& series) { return series.alert == alert; });
        if (it->second.empty()) series_.erase(it);
    }
}

bool DocumentTable::names(Row alert, std::string_view number) const {
    std::string_view numbers = texts_.get(numbers_of_[alert]);
    for (std::string_view one; take_text(numbers, one);)
        if (one == number) return true;
    return false;
}

std::vector<DocumentTable::Row> DocumentTable::find(std::string_view number) const {
    std::vector<Row> out;
    by_number_.each({document_hash(number)}, [&](Row alert) {
        if (names(alert, number)) out.push_back(alert);
    });
    for (std::size_t begins = 0; begins <= number.size(); ++begins) {
        auto series = series_.find(std::to_string(number.size()) + ":" +
                                   std::string(number.substr(0, begins)));
        if (series == series_.end()) continue;
        for (const Series& one : series->second)
            if (number >= one.from && number <= one.to) out.push_back(one.alert);
    }
    if (mutant(Mutant::search_scans))
        for (Row alert = 0; alert < numbers_of_.size(); ++alert)
            if (names(alert, number)) out.push_back(alert);
    return out;
}

}  // namespace rilon
