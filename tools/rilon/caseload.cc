#include "tools/rilon/caseload.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "protocol/text.h"
#include "tools/problem.h"
#include "tools/rilon/caseload_columns.h"
#include "tools/rilon/csv_rows.h"

namespace rilon {
namespace {

constexpr std::size_t columns_max = 1000;
constexpr std::size_t json_line_bytes_max = 64u << 10;

Error too_many_rows() {
    return problem(Errc::too_large, fmt::format("more than {} rows", caseload_rows_max),
                   "split the file");
}

Error first_line(const std::string& what, const std::string& remedy) {
    return problem(Errc::invalid, "line 1: " + what, remedy);
}

Error nowhere(const std::string& theirs) {
    return problem(Errc::usage, "--map: the file has no column " + escape_for_display(theirs),
                   "--map takes the file's own words");
}

// A spreadsheet's own format, UTF-16 and anything else that is no text.
bool is_text(const std::string& field) {
    return is_utf8(field) && std::none_of(field.begin(), field.end(), [](char c) {
               return static_cast<unsigned char>(c) < 0x20 && c != '\t';
           });
}

class CsvCaseload {
   public:
    CsvCaseload(std::string_view text, CaseloadColumns columns)
        : reader_(text), columns_(std::move(columns)) {}

    Result<Caseload> read() {
        auto first = reader_.next();
        if (!first) return first_line("the file is empty", "begin it with a line of column names");
        if (Status s = read_header(*first); !s) return s.error();
        while (auto row = reader_.next()) {
            if (out_.rows.size() + out_.bad.size() >= caseload_rows_max) return too_many_rows();
            take(*row);
        }
        return std::move(out_);
    }

   private:
    Status read_header(const CsvRow& row) {
        if (!row.problem.empty()) return first_line(row.problem, row.remedy);
        if (!std::all_of(row.fields.begin(), row.fields.end(), is_text))
            return problem(Errc::malformed, "line 1: this is no table in UTF-8",
                           "save it as CSV UTF-8, divided by commas");
        if (row.fields.size() > columns_max)
            return first_line(fmt::format("over {} columns", columns_max), "leave some out");
        std::set<const CaseloadColumn*> seen;
        for (const std::string& field : row.fields) {
            const CaseloadColumn* column = columns_.find(field);
            if (column == nullptr) out_.ignored.push_back(field);
            if (column != nullptr && !seen.insert(column).second && column->name != "name")
                return first_line("two columns are " + std::string(column->name),
                                  "rename one of them, or leave it out");
            header_.push_back(column);
        }
        if (auto theirs = columns_.not_met()) return nowhere(*theirs);
        const bool asks = std::any_of(seen.begin(), seen.end(), [](const CaseloadColumn* c) {
            return c->name == "doc" || c->name == "name";
        });
        if (asks) return {};
        const bool other_divider =
            row.fields.size() == 1 && row.fields[0].find_first_of(";\t|") != std::string::npos;
        return first_line(fmt::format("no column doc or name; found: {}; known: {}",
                                      found_columns(row.fields), known_columns()),
                          other_divider ? "divide the columns by commas"
                                        : "say which it is, as --map \"Passport No=doc\"");
    }

    void take(const CsvRow& row) {
        Applicant one;
        one.line = row.line;
        Status s = fill(row, one);
        if (s && blank_) return;
        if (s) s = settle_applicant(one);
        if (s && row.holds_rows(header_.size()))
            s = problem(Errc::invalid, "a quote closes on a later line, over lines that are rows",
                        "close it where the field ends");
        if (s) return out_.rows.push_back(std::move(one));
        const Problem p = explain(s.error());
        out_.bad.push_back({row.line, p.message, p.remedy});
        // What else its quotes took in is looked at by itself: no line is lost with another.
        if (row.problem.empty() && row.lines > 1) reader_.back_to_line_after(row);
    }

    Status fill(const CsvRow& row, Applicant& one) {
        blank_ = false;
        if (!row.problem.empty()) return problem(Errc::invalid, row.problem, row.remedy);
        blank_ = std::all_of(row.fields.begin(), row.fields.end(), [](const std::string& field) {
            return field.find_first_not_of(" \t\r\n") == std::string::npos;
        });
        if (blank_) return {};
        if (row.fields.size() != header_.size())
            return problem(
                Errc::invalid,
                fmt::format("{} fields, the header has {}", row.fields.size(), header_.size()),
                "quote fields that hold a comma");
        for (std::size_t i = 0; i < header_.size(); ++i)
            if (header_[i] != nullptr) put_cell(one, *header_[i], row.fields[i]);
        return {};
    }

    CsvReader reader_;
    CaseloadColumns columns_;
    std::vector<const CaseloadColumn*> header_;
    bool blank_ = false;  // The row that fill had last.
    Caseload out_;
};

// Deep nesting would end the parser's stack before anything else; no row needs any.
bool nested(std::string_view line) {
    bool quoted = false;
    int depth = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (quoted && c == '\\')
            ++i;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '{' || c == '[') && ++depth > 1)
            return true;
    }
    return false;
}

Result<Applicant> from_json(std::string_view line, CaseloadColumns& columns) {
    if (line.size() > json_line_bytes_max)
        return problem(Errc::invalid, "a line of over 64 KiB", "give the known fields alone");
    if (nested(line)) return problem(Errc::invalid, "nested values", "give plain text fields");
    const auto json = nlohmann::ordered_json::parse(line, nullptr, false);
    if (!json.is_object()) return problem(Errc::invalid, "not a JSON object", "one object a line");
    Applicant one;
    std::vector<std::string> keys;
    bool any = false;
    for (const auto& [key, value] : json.items()) {
        keys.push_back(key);
        const CaseloadColumn* column = columns.find(key);
        any |= column != nullptr;
        if (column == nullptr || value.is_null()) continue;
        if (!value.is_string())
            return problem(Errc::invalid, std::string(column->name) + " is not text",
                           "put it in quotes");
        if (column->name != "name" && !(one.*(column->field)).empty())
            return problem(Errc::invalid, "two fields are " + std::string(column->name),
                           "leave one out");
        put_cell(one, *column, value.get_ref<const std::string&>());
    }
    if (!any && !keys.empty())
        return problem(Errc::invalid,
                       fmt::format("no field doc or name; found: {}; known: {}",
                                   found_columns(keys), known_columns()),
                       "say which it is, as --map \"Passport No=doc\"");
    if (Status s = settle_applicant(one); !s) return s.error();
    return one;
}

Result<Caseload> from_ndjson(std::string_view text, CaseloadColumns columns) {
    Caseload out;
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
        if (out.rows.size() + out.bad.size() >= caseload_rows_max) return too_many_rows();
        auto one = from_json(line, columns);
        if (one) {
            one->line = number;
            out.rows.push_back(std::move(*one));
            continue;
        }
        const Problem p = explain(one.error());
        out.bad.push_back({number, p.message, p.remedy});
    }
    if (auto theirs = columns.not_met()) return nowhere(*theirs);
    return out;
}

}  // namespace

Result<Caseload> read_caseload(std::string_view text, const CaseloadWish& wish) {
    auto columns = CaseloadColumns::make(wish.names);
    if (!columns) return columns.error();
    if (wish.ndjson) return from_ndjson(text, std::move(*columns));
    return CsvCaseload(text, std::move(*columns)).read();
}

}  // namespace rilon
