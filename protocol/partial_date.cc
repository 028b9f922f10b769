#include "protocol/partial_date.h"

#include <fmt/format.h>

namespace rilon {
namespace {

// A part of a date: digits, or as many question marks.
enum class Part { known, unknown, wrong };

Part read_part(std::string_view text, std::optional<int>* out) {
    if (text.find_first_not_of('?') == std::string_view::npos) return Part::unknown;
    int value = 0;
    for (char c : text) {
        if (c < '0' || c > '9') return Part::wrong;
        value = value * 10 + (c - '0');
    }
    *out = value;
    return Part::known;
}

Error wrong_form() {
    return {
        Errc::malformed,
        "not a date: write YYYY-MM-DD, with ?? for a part that isn't known, as in 1986-?\?-?\?"};
}

bool in_range(const std::optional<int>& value, int least, int most) {
    return !value || (*value >= least && *value <= most);
}

template <class T>
bool clash(const std::optional<T>& a, const std::optional<T>& b) {
    return a && b && *a != *b;
}

}  // namespace

int days_in_month(std::optional<int> year, std::optional<int> month) {
    if (!month) return 31;
    switch (*month) {
        case 4:
        case 6:
        case 9:
        case 11: return 30;
        case 2: {
            if (!year) return 29;
            bool leap = (*year % 4 == 0 && *year % 100 != 0) || *year % 400 == 0;
            return leap ? 29 : 28;
        }
        default: return 31;
    }
}

Result<PartialDate> parse_partial_date(std::string_view text) {
    if (text.size() != 4 && text.size() != 7 && text.size() != 10) return wrong_form();
    PartialDate date;
    if (read_part(text.substr(0, 4), &date.year) == Part::wrong) return wrong_form();
    if (text.size() >= 7) {
        if (text[4] != '-') return wrong_form();
        if (read_part(text.substr(5, 2), &date.month) == Part::wrong) return wrong_form();
    }
    if (text.size() == 10) {
        if (text[7] != '-') return wrong_form();
        if (read_part(text.substr(8, 2), &date.day) == Part::wrong) return wrong_form();
    }
    if (!in_range(date.year, 1, 9999)) return {Errc::malformed, "the year must be 0001 to 9999"};
    if (!in_range(date.month, 1, 12)) return {Errc::malformed, "the month must be 01 to 12 or ??"};
    int days = days_in_month(date.year, date.month);
    if (!in_range(date.day, 1, days))
        return {Errc::malformed, fmt::format("the day must be 01 to {} or ??", days)};
    return date;
}

std::string format_partial_date(const PartialDate& date) {
    std::string out = date.year ? fmt::format("{:04}", *date.year) : "?\?\?\?";
    out += date.month ? fmt::format("-{:02}", *date.month) : "-?\?";
    out += date.day ? fmt::format("-{:02}", *date.day) : "-?\?";
    return out;
}

DateAgreement compare_dates(const PartialDate& a, const PartialDate& b) {
    if (clash(a.year, b.year) || clash(a.month, b.month) || clash(a.day, b.day))
        return DateAgreement::differs;
    return a.complete() && b.complete() ? DateAgreement::equal : DateAgreement::compatible;
}

const char* date_agreement_name(DateAgreement agreement) {
    switch (agreement) {
        case DateAgreement::equal: return "equal";
        case DateAgreement::compatible: return "compatible";
        case DateAgreement::differs: return "differs";
    }
    return "differs";
}

}  // namespace rilon
