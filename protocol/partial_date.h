// PartialDate: a date some parts of which nobody knows, as travel documents and lists carry it
// (`1986-??-??`). It isn't a calendar: no time zone, no arithmetic, no clock.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/result.h"

namespace rilon {

// A day of the proleptic Gregorian calendar, given to functions that need to know "today".
struct CivilDate {
    int year = 0;   // 1-9999
    int month = 0;  // 1-12
    int day = 0;    // 1-31
    auto operator<=>(const CivilDate&) const = default;
};

struct PartialDate {
    std::optional<int> year;   // 1-9999
    std::optional<int> month;  // 1-12
    std::optional<int> day;    // 1-31, and in the month where that is known.
    bool operator==(const PartialDate&) const = default;
    bool complete() const { return year && month && day; }
    bool unknown() const { return !year && !month && !day; }
};

enum class DateAgreement {
    equal,       // Both complete and the same.
    compatible,  // No known part differs, but one of them lacks something.
    differs,     // A part known to both is not the same.
};

// Days of a month; 31 for an unknown month, 29 for February of an unknown year.
int days_in_month(std::optional<int> year, std::optional<int> month);

// Reads `YYYY-MM-DD` with `????` or `??` for a part nobody knows; `YYYY` and `YYYY-MM` are taken
// too. Fails with malformed (what is wrong and how to write it) on anything else, an impossible
// day included. Reads at most 10 bytes.
Result<PartialDate> parse_partial_date(std::string_view text);

// `1986-??-??`: always 10 characters, read back by parse_partial_date.
std::string format_partial_date(const PartialDate& date);

DateAgreement compare_dates(const PartialDate& a, const PartialDate& b);

// "equal", "compatible", "differs".
const char* date_agreement_name(DateAgreement agreement);

}  // namespace rilon
