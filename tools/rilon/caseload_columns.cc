#include "tools/rilon/caseload_columns.h"

#include <fmt/format.h>

#include "protocol/country_codes.h"
#include "protocol/names.h"
#include "protocol/nearest.h"
#include "protocol/partial_date.h"
#include "protocol/text.h"
#include "tools/problem.h"
#include "tools/rilon/column_map.h"
#include "tools/rilon/trimmed.h"

namespace rilon {
namespace {

// A name is compared by its first 512 code points (names.h); longer ones are no names.
constexpr CaseloadColumn caseload_columns[] = {
    {"reference", &Applicant::reference, 200},
    {"doc", &Applicant::doc, 40},
    {"name", &Applicant::name, 400},
    {"dob", &Applicant::dob, 40},
    {"sex", &Applicant::sex, 40},
    {"nationality", &Applicant::nationality, 120},
};

const CaseloadColumn* find_column(std::string_view name) {
    for (const CaseloadColumn& c : caseload_columns)
        if (c.name == name) return &c;
    return nullptr;
}

// What stands in the text that a person can't see, written out; empty: nothing does.
std::string unseen(std::string_view text) {
    const std::string written = escape_for_display(text);
    if (written == text) return "";
    std::size_t at = 0;
    while (at < text.size() && text[at] == written[at]) ++at;
    return written.substr(at, written.find('}', at) - at + 1);
}

Status check_cell(const CaseloadColumn& column, const std::string& value) {
    // The reference is shown with the matches; it goes nowhere but, kept, to our own node.
    const bool sent = column.field != &Applicant::reference;
    if (first_code_points(value, column.chars_max).size() < value.size())
        return problem(Errc::invalid,
                       fmt::format("{} is over {} characters", column.name, column.chars_max),
                       "is a quote missing? else shorten it");
    if (!is_utf8(value))
        return problem(Errc::invalid, fmt::format("{} is not UTF-8", column.name),
                       "save the file as CSV UTF-8");
    if (!sent) return {};
    if (const std::string what = unseen(value); !what.empty())
        return problem(
            Errc::invalid,
            fmt::format("{} holds a character that does not show, {}", column.name, what),
            "take it out");
    return {};
}

Status settle_sex(std::string& sex) {
    const std::string word = lower_trimmed(sex);
    if (word == "m" || word == "male")
        sex = "M";
    else if (word == "f" || word == "female")
        sex = "F";
    else if (word == "x")
        sex = "X";
    else if (word == "" || word == "u" || word == "unknown" || word == "<")
        sex.clear();
    else
        return problem(Errc::invalid, "sex is none of M, F, X", "write one of them, or nothing");
    return {};
}

// Something the node can look for: a document number, or letters of a name.
Status check_can_match(const Applicant& one) {
    if (!one.doc.empty() && fold_document_number(one.doc).empty())
        return problem(Errc::invalid, "doc has no letter or digit", "give the number, or nothing");
    if (one.name.empty()) return {};
    const FoldedName folded = fold_name(one.name);
    if (folded.size == 0 && one.doc.empty())
        return problem(Errc::invalid, "name has no letter that can be compared",
                       "give the Latin form as in the document");
    return {};
}

Status check_asks(const Applicant& one) {
    if (one.doc.empty() && one.name.empty())
        return problem(Errc::invalid, "neither doc nor name", "give one of them");
    return check_can_match(one);
}

}  // namespace

Status check_person(const std::string& doc, const std::string& name) {
    Applicant one;
    one.doc = doc;
    one.name = name;
    for (const char* column : {"doc", "name"})
        if (Status s = check_cell(*find_column(column), one.*(find_column(column)->field)); !s)
            return s;
    return check_can_match(one);
}

Result<CaseloadColumns> CaseloadColumns::make(const std::map<std::string, std::string>& names) {
    CaseloadColumns out;
    for (const auto& [theirs, ours] : names) {
        const CaseloadColumn* column = find_column(lower_trimmed(ours));
        if (column == nullptr) {
            std::vector<std::string_view> known;
            for (const CaseloadColumn& c : caseload_columns) known.push_back(c.name);
            const auto near = nearest(lower_trimmed(ours), known);
            return problem(Errc::usage, "--map: there is no column " + escape_for_display(ours),
                           near ? "did you mean " + std::string(known[*near]) + "?"
                                : "the columns are " + known_columns());
        }
        out.named_[lower_trimmed(theirs)] = column;
    }
    out.unmet_ = out.named_;
    return out;
}

const CaseloadColumn* CaseloadColumns::find(std::string_view theirs) {
    const std::string name = lower_trimmed(theirs);
    if (auto at = named_.find(name); at != named_.end()) {
        unmet_.erase(name);
        return at->second;
    }
    return find_column(name);
}

std::optional<std::string> CaseloadColumns::not_met() const {
    if (unmet_.empty()) return std::nullopt;
    return unmet_.begin()->first;
}

std::string known_columns() {
    std::string out;
    for (const CaseloadColumn& c : caseload_columns)
        out.append(out.empty() ? "" : ", ").append(c.name);
    return out;
}

std::string found_columns(const std::vector<std::string>& names) {
    constexpr std::size_t names_max = 20;
    constexpr std::size_t chars_max = 40;
    std::string out;
    for (std::size_t i = 0; i < names.size() && i < names_max; ++i) {
        const std::string name = trimmed(names[i]);
        out.append(out.empty() ? "" : ", ")
            .append(escape_for_display(first_code_points(name, chars_max)));
    }
    if (names.size() > names_max) out += fmt::format(" and {} more", names.size() - names_max);
    return out;
}

void put_cell(Applicant& to, const CaseloadColumn& column, std::string_view value) {
    std::string& cell = to.*(column.field);
    const std::string text = trimmed(value);
    if (!cell.empty() && !text.empty()) cell += ", ";
    cell += text;
}

Status settle_applicant(Applicant& one) {
    for (const CaseloadColumn& c : caseload_columns)
        if (Status s = check_cell(c, one.*(c.field)); !s) return s;
    if (Status s = check_asks(one); !s) return s;
    if (!one.dob.empty()) {
        auto date = parse_partial_date(one.dob);
        if (!date)
            return problem(Errc::invalid, "dob: " + escape_for_display(date.error().detail),
                           "write 1986-05-21 or 1986-?\?-?\?");
        one.dob = format_partial_date(*date);
    }
    if (Status s = settle_sex(one.sex); !s) return s;
    if (one.nationality.empty()) return {};
    auto code = country_code_of_name(one.nationality);
    if (!code)
        return problem(Errc::invalid, "nationality: " + escape_for_display(code.error().detail),
                       "write a code as in passports, such as THA");
    one.nationality = *code;
    return {};
}

}  // namespace rilon
