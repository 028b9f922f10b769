// rilon mrz, rilon compare: what needs no node and no key.
#include <fmt/format.h>

#include <cmath>

#include "protocol/mrz.h"
#include "protocol/names.h"
#include "protocol/text.h"
#include "tools/exit_code.h"
#include "tools/problem.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/json_lines.h"
#include "tools/rilon/output.h"
#include "tools/rilon/terminal.h"

namespace rilon {
namespace {

constexpr std::size_t name_bytes_max = 2048;

std::string iso_date(std::string_view six, MrzDateKind kind) {
    auto date = resolve_mrz_date(six, kind, civil_today());
    return date && !date->unknown() ? format_partial_date(*date) : "";
}

std::string words_of(std::string_view field) {
    std::string out(field);
    for (char& c : out)
        if (c == '_') c = ' ';
    return out;
}

void show_zone(Output& out, const Mrz& mrz, const MrzDates& dates) {
    const auto row = [&](const char* what, const std::string& value) {
        if (!value.empty()) out.line(fmt::format("{:<12} {}", what, shown(value)));
    };
    row("format",
        std::string(mrz_format_name(mrz.format)) + (mrz.line_two_only ? ", line two alone" : ""));
    row("document", mrz.document_code + (mrz.document_code.empty() ? "" : " ") + mrz.issuer +
                        (mrz.issuer.empty() ? "" : " ") + mrz.document_number);
    row("primary", mrz.primary_identifier + (mrz.name_truncated ? " (may go on)" : ""));
    row("secondary", mrz.secondary_identifier);
    row("nationality", mrz.nationality);
    row("born", dates.birth.empty() ? mrz.birth_date : dates.birth);
    row("sex", mrz.sex == '<' ? "unspecified" : std::string(1, mrz.sex));
    row("expires", dates.expiry.empty() ? mrz.expiry_date : dates.expiry);
    row("optional", mrz.optional_data);
    for (const MrzCheck& c : mrz.checks) {
        const std::string name = words_of(mrz_field_name(c.field));
        if (c.ok)
            out.line(fmt::format("{} {:<22} {}", out.paint(Paint::good, "✓"), name, c.digit));
        else
            out.line(fmt::format(
                "{} {:<22} {}, expected {}{}",
                out.paint(c.warning ? Paint::warning : Paint::bad, c.warning ? "!" : "✗"), name,
                c.digit, c.expected, c.warning ? " (known to be printed so)" : ""));
    }
    for (const MrzSuggestion& s : mrz.suggestions)
        out.line(fmt::format("  line {}, column {}: {} may be {}{}", s.line, s.column, s.from, s.to,
                             s.composite_too ? " (the composite digit fits too)" : ""));
    for (const std::string& note : mrz.notes) out.line("  " + shown(note));
}

}  // namespace

Result<int> run_mrz(Context& context) {
    const std::string source = context.args.word(0);
    auto text = context.terminal.read_zone(source.empty() ? "-" : source, zone_prompt);
    if (!text) return text.error();
    auto mrz = parse_mrz(*text);
    if (!mrz)
        return problem(Errc::invalid, "not a machine-readable zone: " + mrz.error().detail,
                       "paste its two or three lines; line two alone will do for a passport");
    const MrzDates dates{iso_date(mrz->birth_date, MrzDateKind::birth),
                         iso_date(mrz->expiry_date, MrzDateKind::expiry)};
    if (context.out.json())
        context.out.line(json_mrz(*mrz, dates));
    else
        show_zone(context.out, *mrz, dates);
    return mrz->ok() ? exit_done : exit_possible;
}

Result<int> run_compare(Context& context) {
    std::string names[2] = {context.args.word(0), context.args.word(1)};
    for (std::string& name : names) {
        if (name != "-") continue;
        auto line = Terminal::read_line_of_stdin(name_bytes_max);
        if (!line) return line.error();
        name = *line;
    }
    for (const std::string& name : names)
        if (Status s = check_text(name, 512, "the name"); !s) return s.error();
    const NameComparison result = compare_names(names[0], names[1]);
    if (context.out.json()) {
        context.out.line(json_compare(result));
        return exit_done;
    }
    const Paint paint = result.verdict == NameVerdict::strong     ? Paint::good
                        : result.verdict == NameVerdict::possible ? Paint::warning
                                                                  : Paint::plain;
    context.out.line(fmt::format("{:.2f} {}", std::round(result.score * 100) / 100,
                                 context.out.paint(paint, name_verdict_name(result.verdict))));
    for (const std::string& r : result.reasons) context.out.line("  + " + shown(r));
    for (const std::string& d : result.differences) context.out.line("  - " + shown(d));
    return exit_done;
}

}  // namespace rilon
