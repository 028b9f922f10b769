// Where each field of a machine-readable zone stands: the layouts of ICAO Doc 9303 parts 4 to 7 as
// data. Internal to the parser (mrz.h).
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "protocol/mrz.h"

namespace rilon {

// `size` characters of line `line` (0, 1, 2) from `begin`; none when size is 0.
struct MrzSpan {
    std::size_t line = 0;
    std::size_t begin = 0;
    std::size_t size = 0;
};

// A check digit and what it covers, in order. Unused spans have size 0.
struct MrzCheckRule {
    MrzField field;
    std::array<MrzSpan, 4> covers;
    MrzSpan digit;
};

struct MrzLayout {
    MrzFormat format;
    const char* what;  // For messages: "a TD3 passport".
    std::size_t lines;
    std::size_t width;
    MrzSpan code, issuer, number, number_digit, nationality, birth, sex, expiry, names;
    MrzSpan optional, optional_2;
    bool long_number;  // The number may go on in `optional`.
    std::span<const MrzCheckRule> checks;
};

using MrzLines = std::array<std::string, 3>;

const MrzLayout& mrz_layout(MrzFormat format);

inline std::string_view mrz_at(const MrzLines& lines, MrzSpan span) {
    return std::string_view(lines[span.line]).substr(span.begin, span.size);
}

// What a rule's digit covers, in one string.
std::string mrz_covered(const MrzLines& lines, const MrzCheckRule& rule);

// The remaining characters of a long document number, without its check digit, when there is one:
// filler in place of the digit, nine characters full, and the optional data begins at once. `digit`
// is where its check digit stands.
struct MrzLongNumber {
    bool present = false;
    MrzSpan rest;
    MrzSpan digit;
};
MrzLongNumber mrz_long_number(const MrzLines& lines, const MrzLayout& layout);

// The checks of the zone, in the order of MrzField.
std::vector<MrzCheck> mrz_run_checks(const MrzLines& lines, const MrzLayout& layout);

// What could have been misread, for the checks that fail (mrz_suggest.cc).
std::vector<MrzSuggestion> mrz_suggest(const MrzLines& lines, const MrzLayout& layout);

}  // namespace rilon
