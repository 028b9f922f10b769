#include "tools/rilon/csv_rows.h"

#include <algorithm>
#include <utility>

namespace rilon {

bool CsvRow::holds_rows(std::size_t fields_wanted) const {
    if (lines == 1) return false;
    std::string_view rest = text.substr(text.find('\n') + 1);
    while (!rest.empty()) {
        const std::string_view one = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(one.size() + 1, rest.size()));
        const auto inner = CsvReader(one).next();
        if (inner && inner->problem.empty() && inner->fields.size() == fields_wanted) return true;
    }
    return false;
}

CsvReader::CsvReader(std::string_view text) : text_(text) {
    if (text_.starts_with("\xef\xbb\xbf")) text_.remove_prefix(3);
}

std::optional<CsvRow> CsvReader::next() {
    if (at_ >= text_.size()) return std::nullopt;
    const std::size_t began = at_;
    CsvRow row;
    row.line = line_;
    row.text = text_.substr(began);
    if (!read_row(row)) {
        row.fields.clear();
        back_to_line_after(row);
    }
    row.text = text_.substr(began, at_ - began);
    row.lines =
        1 + static_cast<std::size_t>(std::count(row.text.begin(), row.text.end() - 1, '\n'));
    return row;
}

void CsvReader::back_to_line_after(const CsvRow& row) {
    const std::size_t end =
        text_.find('\n', static_cast<std::size_t>(row.text.data() - text_.data()));
    at_ = end == std::string_view::npos ? text_.size() : end + 1;
    line_ = row.line + 1;
}

bool CsvReader::read_row(CsvRow& row) {
    std::string field;
    bool quoted = false;
    bool was_quoted = false;
    const auto wrong = [&](const char* problem, const char* remedy) {
        row.problem = problem;
        row.remedy = remedy;
        return false;
    };
    for (; at_ < text_.size(); ++at_) {
        const char c = text_[at_];
        if (c == '\n') ++line_;
        if (quoted) {
            if (c != '"')
                field.push_back(c);
            else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"')
                field.push_back(text_[++at_]);
            else
                quoted = false;
        } else if (c == '"') {
            if (!field.empty() || was_quoted)
                return wrong("a quote inside a field", "double it and quote the field");
            quoted = was_quoted = true;
        } else if (c == ',' || c == '\n') {
            row.fields.push_back(std::exchange(field, {}));
            was_quoted = false;
            if (c == '\n') return ++at_, true;
        } else if (c != '\r' || at_ + 1 >= text_.size() || text_[at_ + 1] != '\n') {
            if (was_quoted)
                return wrong("text after a closing quote", "put the quote at the end of the field");
            field.push_back(c);
        }
    }
    if (quoted) return wrong("a quote is not closed", "close it");
    row.fields.push_back(std::move(field));
    return true;
}

}  // namespace rilon
