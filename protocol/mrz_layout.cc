#include "protocol/mrz_layout.h"

#include <algorithm>

namespace rilon {
namespace {

// Positions below are the document's, less one.

// Part 5, 4.2.2.
constexpr MrzCheckRule td1_checks[] = {
    {MrzField::document_number, {{{0, 5, 9}}}, {0, 14, 1}},
    {MrzField::birth_date, {{{1, 0, 6}}}, {1, 6, 1}},
    {MrzField::expiry_date, {{{1, 8, 6}}}, {1, 14, 1}},
    {MrzField::composite, {{{0, 5, 25}, {1, 0, 7}, {1, 8, 7}, {1, 18, 11}}}, {1, 29, 1}},
};
// Part 6, 4.2.2.
constexpr MrzCheckRule td2_checks[] = {
    {MrzField::document_number, {{{1, 0, 9}}}, {1, 9, 1}},
    {MrzField::birth_date, {{{1, 13, 6}}}, {1, 19, 1}},
    {MrzField::expiry_date, {{{1, 21, 6}}}, {1, 27, 1}},
    {MrzField::composite, {{{1, 0, 10}, {1, 13, 7}, {1, 21, 14}}}, {1, 35, 1}},
};
// Part 4, 4.2.2.
constexpr MrzCheckRule td3_checks[] = {
    {MrzField::document_number, {{{1, 0, 9}}}, {1, 9, 1}},
    {MrzField::birth_date, {{{1, 13, 6}}}, {1, 19, 1}},
    {MrzField::expiry_date, {{{1, 21, 6}}}, {1, 27, 1}},
    {MrzField::optional_data, {{{1, 28, 14}}}, {1, 42, 1}},
    {MrzField::composite, {{{1, 0, 10}, {1, 13, 7}, {1, 21, 22}}}, {1, 43, 1}},
};
// Part 7, 4.2.2 and 5.2.2: no composite digit.
constexpr MrzCheckRule mrv_checks[] = {
    {MrzField::document_number, {{{1, 0, 9}}}, {1, 9, 1}},
    {MrzField::birth_date, {{{1, 13, 6}}}, {1, 19, 1}},
    {MrzField::expiry_date, {{{1, 21, 6}}}, {1, 27, 1}},
};

MrzLayout two_lines(MrzFormat format, const char* what, std::size_t width) {
    MrzLayout layout{};
    layout.format = format;
    layout.what = what;
    layout.lines = 2;
    layout.width = width;
    layout.code = {0, 0, 2};
    layout.issuer = {0, 2, 3};
    layout.names = {0, 5, width - 5};
    layout.number = {1, 0, 9};
    layout.number_digit = {1, 9, 1};
    layout.nationality = {1, 10, 3};
    layout.birth = {1, 13, 6};
    layout.sex = {1, 20, 1};
    layout.expiry = {1, 21, 6};
    return layout;
}

MrzLayout td1_layout() {
    MrzLayout layout{};
    layout.format = MrzFormat::td1;
    layout.what = "a TD1 card";
    layout.lines = 3;
    layout.width = 30;
    layout.code = {0, 0, 2};
    layout.issuer = {0, 2, 3};
    layout.number = {0, 5, 9};
    layout.number_digit = {0, 14, 1};
    layout.optional = {0, 15, 15};
    layout.birth = {1, 0, 6};
    layout.sex = {1, 7, 1};
    layout.expiry = {1, 8, 6};
    layout.nationality = {1, 15, 3};
    layout.optional_2 = {1, 18, 11};
    layout.names = {2, 0, 30};
    layout.long_number = true;
    layout.checks = td1_checks;
    return layout;
}

MrzLayout with(MrzLayout layout, MrzSpan optional, std::span<const MrzCheckRule> checks) {
    layout.optional = optional;
    layout.checks = checks;
    layout.long_number = layout.format == MrzFormat::td2;
    return layout;
}

bool all_fillers(std::string_view text) {
    return text.find_first_not_of('<') == std::string_view::npos;
}

MrzCheck verdict(MrzField field, char digit, std::string_view covered) {
    MrzCheck check{field, false, false, digit, mrz_check_digit(covered).value()};
    bool nothing_there = digit == '<' && all_fillers(covered);
    // Part 4, 4.2.2.2: the digit of empty optional data may be 0 or a filler.
    bool may_be_filler = nothing_there && field == MrzField::optional_data;
    check.ok = digit == check.expected || may_be_filler;
    // Cards that never expire, persons with no birth date: many states leave the digit out with it.
    check.warning = !check.ok && nothing_there;
    return check;
}

MrzCheck long_number_verdict(const MrzLines& lines, const MrzLayout& layout,
                             const MrzLongNumber& number) {
    std::string first(mrz_at(lines, layout.number));
    std::string rest(mrz_at(lines, number.rest));
    char digit = mrz_at(lines, number.digit)[0];
    MrzCheck check = verdict(MrzField::document_number_long, digit, first + rest);
    // Belgium counts the filler that stands in the digit's usual place (PRADO BEL-BO-03003).
    if (!check.ok && digit == mrz_check_digit(first + '<' + rest).value()) check.warning = true;
    return check;
}

}  // namespace

const MrzLayout& mrz_layout(MrzFormat format) {
    static const std::array<MrzLayout, 5> layouts = {
        td1_layout(),
        with(two_lines(MrzFormat::td2, "a TD2 card", 36), {1, 28, 7}, td2_checks),
        with(two_lines(MrzFormat::td3, "a TD3 passport", 44), {1, 28, 14}, td3_checks),
        with(two_lines(MrzFormat::mrv_a, "an MRV-A visa", 44), {1, 28, 16}, mrv_checks),
        with(two_lines(MrzFormat::mrv_b, "an MRV-B visa", 36), {1, 28, 8}, mrv_checks),
    };
    return layouts[static_cast<std::size_t>(format)];
}

std::string mrz_covered(const MrzLines& lines, const MrzCheckRule& rule) {
    std::string out;
    for (MrzSpan span : rule.covers) out += mrz_at(lines, span);
    return out;
}

MrzLongNumber mrz_long_number(const MrzLines& lines, const MrzLayout& layout) {
    if (!layout.long_number || mrz_at(lines, layout.number_digit) != "<") return {};
    if (mrz_at(lines, layout.number).back() == '<') return {};
    std::string_view optional = mrz_at(lines, layout.optional);
    std::size_t size = std::min(optional.find('<'), optional.size());
    if (size == 0) return {};
    MrzSpan at = layout.optional;
    return {true, {at.line, at.begin, size - 1}, {at.line, at.begin + size - 1, 1}};
}

std::vector<MrzCheck> mrz_run_checks(const MrzLines& lines, const MrzLayout& layout) {
    std::vector<MrzCheck> out;
    MrzLongNumber number = mrz_long_number(lines, layout);
    for (const MrzCheckRule& rule : layout.checks) {
        if (rule.field == MrzField::document_number && number.present)
            out.push_back(long_number_verdict(lines, layout, number));
        else
            out.push_back(
                verdict(rule.field, mrz_at(lines, rule.digit)[0], mrz_covered(lines, rule)));
    }
    return out;
}

}  // namespace rilon
