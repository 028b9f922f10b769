// CSV as RFC 4180 has it: quotes, doubled quotes, line breaks inside quotes, CRLF or LF, a BOM. A
// row that is none is one by itself, with its line: reading goes on with the line after it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rilon {

struct CsvRow {
    std::size_t line = 1;   // On which it begins.
    std::size_t lines = 1;  // Over which it goes.
    std::string_view text;  // As it stands there.
    std::vector<std::string> fields;
    std::string problem;  // What is wrong with it; there are no fields then.
    std::string remedy;

    // Over several lines, and one after the first would be a row of so many fields of its own: a
    // quote was forgotten, and that row would vanish in a field of this one.
    bool holds_rows(std::size_t fields_wanted) const;
};

class CsvReader {
   public:
    // `text` must outlive it.
    explicit CsvReader(std::string_view text);
    // Nothing at the end. After a row with a problem it goes on with the line after that on which
    // the row begins, so that one quote too many costs a row and not the rest of the file.
    std::optional<CsvRow> next();
    // Goes on with the line after that on which `row` begins, for a row over several lines whose
    // reader finds that its quotes are not where they should be.
    void back_to_line_after(const CsvRow& row);

   private:
    bool read_row(CsvRow& row);

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t line_ = 1;
};

}  // namespace rilon
