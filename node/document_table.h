// Numbers of documents by the alerts that name them, alone or within a series. Numbers are folded
// (fold_document_number). In memory only; no lock of its own.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "node/alert_table.h"
#include "node/search_record.pb.h"
#include "node/text_arena.h"
#include "protocol/variant_table.h"

namespace rilon {

class DocumentTable {
   public:
    using Row = AlertTable::Row;

    void put(Row alert, const proto::SearchRecord& record);
    void drop(Row alert);
    // Those that name the number; one may come twice, in no order.
    std::vector<Row> find(std::string_view number) const;

   private:
    struct Series {
        std::string from, to;
        Row alert;
    };
    bool names(Row alert, std::string_view number) const;

    VariantTable by_number_;                             // Hash of the number → row.
    std::vector<TextArena::Place> numbers_of_;           // By row.
    std::map<std::string, std::vector<Series>> series_;  // By what its numbers begin with.
    std::map<Row, std::vector<std::string>> series_of_;
    TextArena texts_;
};

}  // namespace rilon
