#include "protocol/mrz.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "protocol/codes.h"
#include "protocol/mrz_layout.h"
#include "protocol/mrz_lines.h"

namespace rilon {
namespace {

std::string without_trailing_fillers(std::string_view text) {
    std::size_t end = text.find_last_not_of('<');
    return std::string(text.substr(0, end == std::string_view::npos ? 0 : end + 1));
}

std::string without_fillers(std::string_view text) {
    std::string out(text);
    std::erase(out, '<');
    return out;
}

// Words between fillers, one space apart.
std::string words(std::string_view text) {
    std::string out;
    for (char c : text) {
        if (c != '<')
            out += c;
        else if (!out.empty() && out.back() != ' ')
            out += ' ';
    }
    if (!out.empty() && out.back() == ' ') out.pop_back();
    return out;
}

std::string join(const std::vector<std::string>& lines) {
    std::string out;
    for (const std::string& line : lines)
        out += fmt::format("{}{}", out.empty() ? "" : ", ", line.size());
    return out;
}

Error wrong_shape(const std::vector<std::string>& lines) {
    return {
        Errc::malformed,
        fmt::format("{} line{} of {} characters: a zone has 3 lines of 30 (card), 2 of 36 (card, "
                    "visa) or 2 of 44 (passport, visa), or line two alone. Blanks don't count, "
                    "fillers < do. Type it again",
                    lines.size(), lines.size() == 1 ? "" : "s", join(lines))};
}

Error wrong_length(std::size_t line, std::size_t has, const MrzLayout& layout) {
    std::size_t gap = has > layout.width ? has - layout.width : layout.width - has;
    return {Errc::malformed,
            fmt::format("line {} has {} characters, {} has {}: {} too {}. Blanks don't count, "
                        "fillers < do. Type that line again",
                        line, has, layout.what, layout.width, gap,
                        has > layout.width ? "many" : "few")};
}

// The name line may lack fillers at its end, or have too many: nothing is lost by either.
void mend_name_line(std::string* line, std::size_t width) {
    if (line->size() < width) line->append(width - line->size(), '<');
    while (line->size() > width && line->back() == '<') line->pop_back();
}

bool is_visa(std::string_view line_one) {
    return line_one.starts_with('V');
}

bool all_ok(const std::vector<MrzCheck>& checks, bool composite) {
    return std::all_of(checks.begin(), checks.end(), [composite](const MrzCheck& check) {
        bool late = check.field == MrzField::composite || check.field == MrzField::optional_data;
        return late != composite || check.ok;
    });
}

// Line two alone: a card or passport unless the digits only these have are all wrong while those
// that visas have too are right.
MrzFormat format_of_line_two(const MrzLines& lines) {
    bool wide = lines[1].size() == 44;
    MrzFormat document = wide ? MrzFormat::td3 : MrzFormat::td2;
    std::vector<MrzCheck> checks = mrz_run_checks(lines, mrz_layout(document));
    bool late_right = false;
    for (const MrzCheck& check : checks)
        if (check.field == MrzField::composite || check.field == MrzField::optional_data)
            late_right = late_right || check.ok;
    if (late_right || !all_ok(checks, false)) return document;
    return wide ? MrzFormat::mrv_a : MrzFormat::mrv_b;
}

struct Shape {
    MrzFormat format;
    MrzLines lines;
    bool line_two_only = false;
    bool names_absent = false;
};

Result<Shape> shape_td1(std::vector<std::string> raw) {
    Shape shape{MrzFormat::td1, {}, false, raw.size() == 2};
    const MrzLayout& layout = mrz_layout(MrzFormat::td1);
    if (raw.size() == 3) mend_name_line(&raw[2], layout.width);
    for (std::size_t i = 0; i < raw.size(); ++i) {
        if (raw[i].size() != layout.width) return wrong_length(i + 1, raw[i].size(), layout);
        shape.lines[i] = std::move(raw[i]);
    }
    return shape;
}

Result<Shape> shape_two_lines(std::vector<std::string> raw) {
    bool wide = raw[1].size() > 40;
    bool visa = is_visa(raw[0]);
    MrzFormat format = wide ? (visa ? MrzFormat::mrv_a : MrzFormat::td3)
                            : (visa ? MrzFormat::mrv_b : MrzFormat::td2);
    const MrzLayout& layout = mrz_layout(format);
    if (raw[1].size() != layout.width) return wrong_length(2, raw[1].size(), layout);
    mend_name_line(&raw[0], layout.width);
    if (raw[0].size() != layout.width) return wrong_length(1, raw[0].size(), layout);
    return Shape{format, {std::move(raw[0]), std::move(raw[1]), ""}, false, false};
}

Result<Shape> find_shape(std::vector<std::string> raw) {
    if (raw.empty())
        return {Errc::malformed, "no zone there: paste its lines, or type line two alone"};
    if (raw.size() == 3) return shape_td1(std::move(raw));
    if (raw.size() == 2 && raw[0].size() == 30 && raw[1].size() == 30)
        return shape_td1(std::move(raw));
    if (raw.size() == 2 && raw[1].size() >= 32 && raw[1].size() <= 48 && raw[0].size() >= 6)
        return shape_two_lines(std::move(raw));
    if (raw.size() == 1 && mrz_is_line_two(raw[0]) && raw[0].size() != 30) {
        MrzFormat nearer = raw[0].size() > 40 ? MrzFormat::td3 : MrzFormat::td2;
        const MrzLayout& layout = mrz_layout(nearer);
        if (raw[0].size() != layout.width) return wrong_length(2, raw[0].size(), layout);
        Shape shape{nearer, {"", std::move(raw[0]), ""}, true, true};
        shape.format = format_of_line_two(shape.lines);
        return shape;
    }
    return wrong_shape(raw);
}

void read_names(std::string_view field, Mrz* out) {
    out->name_truncated = field.back() != '<';
    std::size_t split = field.find("<<");
    // Fillers at the front are no separator unless two stand there: an empty primary identifier.
    out->primary_identifier = words(field.substr(0, split));
    if (split != std::string_view::npos) out->secondary_identifier = words(field.substr(split + 2));
}

void read_number(const Shape& shape, const MrzLayout& layout, Mrz* out) {
    MrzLongNumber number = mrz_long_number(shape.lines, layout);
    out->document_number = without_fillers(mrz_at(shape.lines, layout.number));
    MrzSpan optional = layout.optional;
    if (number.present) {
        out->document_number += mrz_at(shape.lines, number.rest);
        optional.begin += number.rest.size + 1;
        optional.size -= number.rest.size + 1;
    }
    out->optional_data = without_trailing_fillers(mrz_at(shape.lines, optional));
    out->optional_data_2 = without_trailing_fillers(mrz_at(shape.lines, layout.optional_2));
}

void note_date(std::string_view six, const char* what, Mrz* out) {
    if (!resolve_mrz_date(six, MrzDateKind::expiry, {2000, 1, 1}).ok())
        out->notes.push_back(fmt::format("the {} {} is no date", what, six));
}

void add_notes(Mrz* out) {
    auto has_digit = [](std::string_view text) {
        return text.find_first_of("0123456789") != std::string_view::npos;
    };
    if (has_digit(out->primary_identifier) || has_digit(out->secondary_identifier))
        out->notes.emplace_back("a name never has a digit (part 3, 4.6): a letter was misread");
    if (!out->issuer.empty() && !is_known_code(out->issuer))
        out->notes.push_back(fmt::format("{} is no issuer known to part 3, 5", out->issuer));
    if (!is_known_code(out->nationality))
        out->notes.push_back(fmt::format("{} is no nationality known to part 3, 5",
                                         out->nationality.empty() ? "<<<" : out->nationality));
    note_date(out->birth_date, "birth date", out);
    note_date(out->expiry_date, "expiry date", out);
    if (out->sex != 'M' && out->sex != 'F' && out->sex != '<')
        out->notes.push_back(fmt::format("sex is {}, where M, F or < may stand", out->sex));
}

Mrz read_fields(const Shape& shape) {
    const MrzLayout& layout = mrz_layout(shape.format);
    Mrz out;
    out.format = shape.format;
    out.line_two_only = shape.line_two_only;
    out.format_assumed = shape.line_two_only;
    out.lines = shape.lines;
    if (!shape.line_two_only) {
        out.document_code = without_fillers(mrz_at(shape.lines, layout.code));
        out.issuer = without_fillers(mrz_at(shape.lines, layout.issuer));
    }
    if (!shape.names_absent) read_names(mrz_at(shape.lines, layout.names), &out);
    read_number(shape, layout, &out);
    out.nationality = without_fillers(mrz_at(shape.lines, layout.nationality));
    out.birth_date = mrz_at(shape.lines, layout.birth);
    out.expiry_date = mrz_at(shape.lines, layout.expiry);
    out.sex = mrz_at(shape.lines, layout.sex)[0];
    out.checks = mrz_run_checks(shape.lines, layout);
    out.suggestions = mrz_suggest(shape.lines, layout);
    add_notes(&out);
    return out;
}

}  // namespace

const char* mrz_format_name(MrzFormat format) {
    switch (format) {
        case MrzFormat::td1: return "TD1";
        case MrzFormat::td2: return "TD2";
        case MrzFormat::td3: return "TD3";
        case MrzFormat::mrv_a: return "MRV-A";
        case MrzFormat::mrv_b: return "MRV-B";
    }
    return "";
}

const char* mrz_field_name(MrzField field) {
    switch (field) {
        case MrzField::document_number: return "document_number";
        case MrzField::document_number_long: return "document_number_long";
        case MrzField::birth_date: return "birth_date";
        case MrzField::expiry_date: return "expiry_date";
        case MrzField::optional_data: return "optional_data";
        case MrzField::composite: return "composite";
    }
    return "";
}

bool Mrz::ok() const {
    return std::all_of(checks.begin(), checks.end(),
                       [](const MrzCheck& check) { return check.ok || check.warning; });
}

Result<Mrz> parse_mrz(std::string_view text) {
    if (text.size() > mrz_input_bytes_max)
        return {Errc::too_large,
                fmt::format("{} bytes: a zone has at most 90 characters. Paste the "
                            "zone alone",
                            text.size())};
    auto lines = mrz_split_lines(text);
    if (!lines) return lines.error();
    auto shape = find_shape(*std::move(lines));
    if (!shape) return shape.error();
    return read_fields(*shape);
}

Result<char> mrz_check_digit(std::string_view text) {
    constexpr std::array<unsigned, 3> weights = {7, 3, 1};
    unsigned sum = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        unsigned value = 0;
        if (c >= '0' && c <= '9')
            value = static_cast<unsigned>(c - '0');
        else if (c >= 'A' && c <= 'Z')
            value = static_cast<unsigned>(c - 'A') + 10;
        else if (c != '<')
            return {Errc::malformed, "a check digit covers only A-Z, 0-9 and the filler <"};
        sum = (sum + value * weights[i % 3]) % 10;
    }
    return static_cast<char>('0' + sum);
}

MrzReading mrz_reading(std::string_view text_so_far) {
    if (text_so_far.size() > mrz_input_bytes_max) return MrzReading::complete;
    auto lines = mrz_split_lines(text_so_far);
    if (!lines) return MrzReading::complete;  // parse_mrz will say what is wrong.
    if (lines->empty()) return MrzReading::more;
    if (lines->size() == 1)
        return mrz_is_line_two((*lines)[0]) && (*lines)[0].size() > 30 ? MrzReading::complete
                                                                       : MrzReading::more;
    // Two lines of 30 are a card's first two; two of other lengths are all there is.
    if (lines->size() == 2)
        return (*lines)[1].size() == 30 ? MrzReading::more : MrzReading::complete;
    return MrzReading::complete;
}

Result<PartialDate> resolve_mrz_date(std::string_view six, MrzDateKind kind, CivilDate today) {
    Error wrong{Errc::malformed, "no date: six digits YYMMDD, << for a part that isn't known"};
    if (six.size() != 6) return wrong;
    std::array<std::optional<int>, 3> parts;
    for (std::size_t i = 0; i < 3; ++i) {
        std::string_view two = six.substr(2 * i, 2);
        if (two == "<<") continue;
        for (char c : two)
            if (c < '0' || c > '9') return wrong;
        parts[i] = (two[0] - '0') * 10 + (two[1] - '0');
    }
    // Some states write an unknown month or day as 00.
    for (std::size_t i : {1U, 2U})
        if (parts[i] == 0) parts[i].reset();
    auto [yy, month, day] = parts;
    if (month && *month > 12) return wrong;
    if (!yy) {
        if (day && *day > days_in_month(std::nullopt, month)) return wrong;
        return PartialDate{std::nullopt, month, day};
    }
    int year = today.year - today.year % 100 + *yy;
    if (kind == MrzDateKind::birth) {
        bool later = CivilDate{year, month.value_or(1), day.value_or(1)} > today;
        if (later) year -= 100;
    } else {
        if (year > today.year + 50) year -= 100;
        if (year <= today.year - 50) year += 100;
    }
    if (day && *day > days_in_month(year, month)) return wrong;
    return PartialDate{year, month, day};
}

}  // namespace rilon
