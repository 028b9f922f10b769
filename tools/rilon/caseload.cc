#include "tools/rilon/caseload.h"

#include <nlohmann/json.hpp>

#include "protocol/nearest.h"
#include "tools/problem.h"

namespace rilon {
namespace {

struct Column {
    std::string_view name;
    std::string Applicant::*field;
};
constexpr Column columns[] = {
    {"reference", &Applicant::reference},
    {"doc", &Applicant::doc},
    {"name", &Applicant::name},
    {"dob", &Applicant::dob},
    {"sex", &Applicant::sex},
    {"nationality", &Applicant::nationality},
};

Error at_line(std::size_t line, const std::string& what, const std::string& remedy) {
    return problem(Errc::invalid, "line " + std::to_string(line) + ": " + what, remedy);
}

const Column* find_column(std::string_view name) {
    for (const Column& c : columns)
        if (c.name == name) return &c;
    return nullptr;
}

bool nothing_to_look_for(const Applicant& a) {
    return a.doc.empty() && a.name.empty();
}

Result<std::vector<Applicant>> from_csv(std::string_view text) {
    auto rows = parse_csv(text);
    if (!rows) return rows.error();
    std::vector<Applicant> out;
    if (rows->empty()) return out;
    std::vector<const Column*> header;
    bool any = false;
    for (const std::string& name : rows->front()) {
        header.push_back(find_column(name));
        any |= header.back() != nullptr && header.back()->name != "reference";
    }
    if (!any)
        return at_line(1, "no known column in the header",
                       "name the columns reference, doc, name, dob, sex, nationality");
    for (std::size_t r = 1; r < rows->size(); ++r) {
        const std::vector<std::string>& row = (*rows)[r];
        if (row.size() == 1 && row[0].empty()) continue;
        if (row.size() != header.size())
            return at_line(r + 1,
                           std::to_string(row.size()) + " fields, the header has " +
                               std::to_string(header.size()),
                           "quote fields that hold a comma");
        Applicant a;
        for (std::size_t i = 0; i < row.size(); ++i)
            if (header[i] != nullptr) a.*(header[i]->field) = row[i];
        if (nothing_to_look_for(a))
            return at_line(r + 1, "neither doc nor name", "give one of them");
        out.push_back(std::move(a));
    }
    return out;
}

Result<Applicant> from_json(std::string_view line, std::size_t number) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    if (!json.is_object()) return at_line(number, "not a JSON object", "one object a line");
    Applicant a;
    for (const Column& c : columns) {
        const auto at = json.find(std::string(c.name));
        if (at == json.end() || at->is_null()) continue;
        if (!at->is_string())
            return at_line(number, std::string(c.name) + " is not text", "put it in quotes");
        a.*(c.field) = at->get<std::string>();
    }
    if (nothing_to_look_for(a)) return at_line(number, "neither doc nor name", "give one of them");
    return a;
}

Result<std::vector<Applicant>> from_ndjson(std::string_view text) {
    std::vector<Applicant> out;
    std::size_t number = 0;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        ++number;
        if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
        // Deep nesting would end the parser's stack before anything else; no row needs any.
        if (line.find('[') != std::string_view::npos ||
            line.find('{', line.find('{') + 1) != std::string_view::npos)
            return at_line(number, "nested values", "give plain text fields");
        auto a = from_json(line, number);
        if (!a) return a.error();
        out.push_back(std::move(*a));
    }
    return out;
}

}  // namespace

Result<std::vector<std::vector<std::string>>> parse_csv(std::string_view text) {
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    std::vector<std::vector<std::string>> rows;
    std::vector<std::string> row;
    std::string field;
    bool quoted = false;
    bool was_quoted = false;
    std::size_t line = 1;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\n') ++line;
        if (quoted) {
            if (c != '"')
                field.push_back(c);
            else if (i + 1 < text.size() && text[i + 1] == '"')
                field.push_back(text[++i]);
            else
                quoted = false;
        } else if (c == '"') {
            if (!field.empty() || was_quoted)
                return at_line(line, "a quote inside a field", "double it and quote the field");
            quoted = was_quoted = true;
        } else if (c == ',' || c == '\n') {
            row.push_back(std::move(field));
            field.clear();
            was_quoted = false;
            if (c == '\n') rows.push_back(std::exchange(row, {}));
        } else if (c != '\r' || i + 1 >= text.size() || text[i + 1] != '\n') {
            if (was_quoted)
                return at_line(line, "text after a closing quote",
                               "put the quote at the end of the field");
            field.push_back(c);
        }
    }
    if (quoted) return at_line(line, "a quote is not closed", "close it");
    if (!field.empty() || was_quoted || !row.empty()) {
        row.push_back(std::move(field));
        rows.push_back(std::move(row));
    }
    return rows;
}

Result<std::vector<Applicant>> parse_caseload(std::string_view text, bool ndjson) {
    auto rows = ndjson ? from_ndjson(text) : from_csv(text);
    if (rows && rows->size() > caseload_rows_max)
        return problem(Errc::too_large, "more than a million rows", "split the file");
    return rows;
}

}  // namespace rilon
