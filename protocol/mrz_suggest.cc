// What may have been misread where a check digit fails: every single look-alike and every exchange
// of neighbours that makes the digit right, likelier ones first.
#include <algorithm>

#include "protocol/mrz_layout.h"

namespace rilon {
namespace {

// Pairs that eyes and cameras take for each other in OCR-B.
constexpr std::array<std::array<char, 2>, 6> look_alikes = {
    {{'O', '0'}, {'I', '1'}, {'S', '5'}, {'B', '8'}, {'Z', '2'}, {'G', '6'}}};

char look_alike(char c) {
    for (const auto& pair : look_alikes) {
        if (c == pair[0]) return pair[1];
        if (c == pair[1]) return pair[0];
    }
    return '\0';
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

struct Suspect {
    const MrzLayout* layout;
    MrzField field;
    bool digits_only;  // A letter can't stand there.
};

// Whether `field`'s check, and the composite, are right in `lines`.
struct Outcome {
    bool field_ok = false;
    bool composite_ok = false;
};

Outcome try_lines(const MrzLines& lines, const Suspect& suspect) {
    Outcome out;
    for (const MrzCheck& check : mrz_run_checks(lines, *suspect.layout)) {
        if (check.field == suspect.field) out.field_ok = check.ok;
        if (check.field == MrzField::composite) out.composite_ok = check.ok;
    }
    return out;
}

bool plausible_date(std::string_view six) {
    CivilDate any{2000, 1, 1};
    return resolve_mrz_date(six, MrzDateKind::expiry, any).ok();
}

bool dates_plausible(const MrzLines& lines, const Suspect& suspect) {
    if (suspect.field == MrzField::birth_date)
        return plausible_date(mrz_at(lines, suspect.layout->birth));
    if (suspect.field == MrzField::expiry_date)
        return plausible_date(mrz_at(lines, suspect.layout->expiry));
    return true;
}

void misreadings(const MrzLines& lines, MrzSpan span, const Suspect& suspect,
                 std::vector<MrzSuggestion>* out) {
    for (std::size_t i = span.begin; i < span.begin + span.size; ++i) {
        char from = lines[span.line][i];
        char to = look_alike(from);
        if (to == '\0' || (suspect.digits_only && !is_digit(to))) continue;
        MrzLines changed = lines;
        changed[span.line][i] = to;
        Outcome outcome = try_lines(changed, suspect);
        if (!outcome.field_ok || !dates_plausible(changed, suspect)) continue;
        out->push_back({suspect.field, MrzChange::misread, static_cast<int>(span.line) + 1,
                        static_cast<int>(i) + 1, std::string(1, from), std::string(1, to),
                        outcome.composite_ok});
    }
}

void transpositions(const MrzLines& lines, MrzSpan span, const Suspect& suspect,
                    std::vector<MrzSuggestion>* out) {
    for (std::size_t i = span.begin; i + 1 < span.begin + span.size; ++i) {
        MrzLines changed = lines;
        std::string& line = changed[span.line];
        if (line[i] == line[i + 1] || line[i] == '<' || line[i + 1] == '<') continue;
        std::swap(line[i], line[i + 1]);
        Outcome outcome = try_lines(changed, suspect);
        if (!outcome.field_ok || !dates_plausible(changed, suspect)) continue;
        out->push_back({suspect.field, MrzChange::transposition, static_cast<int>(span.line) + 1,
                        static_cast<int>(i) + 1, lines[span.line].substr(i, 2), line.substr(i, 2),
                        outcome.composite_ok});
    }
}

// Where a failing check looks for its mistake: what it covers and its own digit. A composite that
// fails alone is looked for in what no other digit covers.
std::vector<MrzSpan> places(const MrzLines& lines, const MrzLayout& layout, MrzField field) {
    MrzLongNumber number = mrz_long_number(lines, layout);
    switch (field) {
        case MrzField::document_number: return {layout.number, layout.number_digit};
        case MrzField::document_number_long: return {layout.number, number.rest, number.digit};
        case MrzField::composite: break;
        default:
            for (const MrzCheckRule& rule : layout.checks)
                if (rule.field == field) return {rule.covers[0], rule.digit};
            return {};
    }
    MrzSpan digit{};
    for (const MrzCheckRule& rule : layout.checks)
        if (rule.field == MrzField::composite) digit = rule.digit;
    if (layout.format == MrzFormat::td3) return {digit};
    MrzSpan optional = layout.optional;
    if (number.present) {
        std::size_t used = number.rest.size + 1;
        optional.begin += used;
        optional.size -= used;
    }
    return {optional, layout.optional_2, digit};
}

}  // namespace

std::vector<MrzSuggestion> mrz_suggest(const MrzLines& lines, const MrzLayout& layout) {
    std::vector<MrzSuggestion> out;
    std::vector<MrzCheck> checks = mrz_run_checks(lines, layout);
    bool part_fails = false;
    for (const MrzCheck& check : checks) {
        if (check.ok || check.warning) continue;
        if (check.field == MrzField::composite && part_fails) continue;
        part_fails = true;
        bool date = check.field == MrzField::birth_date || check.field == MrzField::expiry_date;
        for (MrzSpan span : places(lines, layout, check.field)) {
            bool own_digit = span.size == 1;
            Suspect suspect{&layout, check.field, date || own_digit};
            misreadings(lines, span, suspect, &out);
            transpositions(lines, span, suspect, &out);
        }
    }
    std::stable_sort(out.begin(), out.end(), [](const MrzSuggestion& a, const MrzSuggestion& b) {
        return a.composite_too && !b.composite_too;
    });
    if (out.size() > mrz_suggestions_max) out.resize(mrz_suggestions_max);
    return out;
}

}  // namespace rilon
