#include "tools/rilon/import_csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "protocol/alert.h"
#include "protocol/nearest.h"
#include "protocol/text.h"
#include "tools/alert_input.h"
#include "tools/problem.h"
#include "tools/rilon/column_map.h"
#include "tools/rilon/csv_rows.h"
#include "tools/rilon/policy.h"
#include "tools/rilon/trimmed.h"

namespace rilon {
namespace {

constexpr std::string_view reference_line = "Reference: ";
constexpr std::string_view kinds[] = {"travel-fraud", "lookout", "lost-stolen"};

struct Cells : PostRequest {
    std::string name;
    std::string caveat_list;
    std::string might_be_list;
    std::string measure;
    std::string authority;
};
struct ImportColumn {
    std::string_view name;
    std::string Cells::*cell;
};
constexpr ImportColumn import_columns[] = {
    {"template", &Cells::template_name},
    {"reference", &Cells::reference},
    {"title", &Cells::title},
    {"narrative", &Cells::narrative},
    {"tlp", &Cells::tlp},
    {"protection", &Cells::protection},
    {"caveats", &Cells::caveat_list},
    {"country", &Cells::country},
    {"location", &Cells::location},
    {"point", &Cells::point},
    {"flight", &Cells::flight},
    {"doc_type", &Cells::document_type},
    {"issuer", &Cells::document_issuer},
    {"doc", &Cells::document_number},
    {"series_from", &Cells::series_from},
    {"series_to", &Cells::series_to},
    {"expiry", &Cells::expiry_date},
    {"name", &Cells::name},
    {"native_name", &Cells::native_name},
    {"dob", &Cells::birth_date},
    {"sex", &Cells::sex},
    {"nationality", &Cells::nationality},
    {"holder", &Cells::issuer_is_home},
    {"might_be", &Cells::might_be_list},
    {"measure", &Cells::measure},
    {"authority", &Cells::authority},
};

std::vector<std::string> divided(std::string_view text) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const std::size_t bar = text.find('|');
        if (std::string one = trimmed(text.substr(0, bar)); !one.empty())
            out.push_back(std::move(one));
        text = bar == std::string_view::npos ? std::string_view() : text.substr(bar + 1);
    }
    return out;
}

const ImportColumn* find_column(std::string_view name) {
    for (const ImportColumn& c : import_columns)
        if (c.name == name) return &c;
    return nullptr;
}

Error first_line(const std::string& what, const std::string& remedy) {
    return problem(Errc::invalid, "line 1: " + what, remedy);
}

// Which cell each field of a row fills; null: it is left alone.
Result<std::vector<const ImportColumn*>> read_header(const CsvRow& row, const ImportWish& wish,
                                                     ImportFile& out) {
    if (!row.problem.empty()) return first_line(row.problem, row.remedy);
    std::map<std::string, std::string> names;
    for (const auto& [theirs, ours] : wish.names) names[lower_trimmed(theirs)] = ours;
    std::vector<const ImportColumn*> header;
    std::set<const ImportColumn*> seen;
    for (const std::string& field : row.fields) {
        const std::string name = lower_trimmed(field);
        auto named = names.find(name);
        const ImportColumn* column = find_column(named == names.end() ? name : named->second);
        if (named != names.end()) names.erase(named);
        if (column == nullptr) out.ignored.push_back(field);
        if (column != nullptr && !seen.insert(column).second)
            return first_line("two columns are " + std::string(column->name),
                              "rename one of them, or leave it out");
        header.push_back(column);
    }
    if (!names.empty())
        return first_line("there is no column " + escape_for_display(names.begin()->first),
                          "--map takes the header's own words");
    const auto has = [&](std::string_view name) { return seen.contains(find_column(name)); };
    if (!has("doc") && !has("name") && !has("native_name") && !has("series_from"))
        return first_line("no column for a document or a person in the header",
                          "name one doc, series_from, name or native_name, or say which it is with "
                          "--map \"Passport No=doc\"");
    if (!has("template") && wish.template_name.empty())
        return first_line("no column template in the header",
                          "give the same for all rows with -t TEMPLATE");
    return header;
}

// What check_alert says over several lines, as one.
std::string one_line(std::string text) {
    std::replace(text.begin(), text.end(), '\n', ';');
    return text;
}

// The other kinds say what no column holds: text, steps, grounds, papers, contacts.
Status has_columns(const AlertTemplate& form) {
    if (std::find(std::begin(kinds), std::end(kinds), form.kind) != std::end(kinds)) return {};
    const bool own_command = form.kind == "request" || form.kind == "reply";
    return problem(
        Errc::usage,
        fmt::format("a table has no columns for what a {} says; post it by itself", form.name),
        fmt::format("rilon {}{}", own_command ? "" : "post -t ", form.name));
}

Result<proto::Alert> alert_of(Cells& cells, const ImportWish& wish, Rng& rng) {
    if (cells.template_name.empty()) cells.template_name = wish.template_name;
    auto form = find_template(cells.template_name);
    if (!form) return form.error();
    if (Status takes = has_columns(**form); !takes) return takes.error();
    cells.today = wish.today;
    cells.caveats = divided(cells.caveat_list);
    cells.might_be = divided(cells.might_be_list);
    const std::size_t comma = cells.name.find(',');
    cells.primary = trimmed(cells.name.substr(0, comma));
    if (comma != std::string::npos) cells.secondary = trimmed(cells.name.substr(comma + 1));
    if (!cells.birth_date.empty()) {
        auto date = parse_partial_date(cells.birth_date);
        if (!date) return date.error();
        cells.birth_date = format_partial_date(*date);
    }
    if (!cells.reference.empty() && (*form)->kind != "lookout")
        cells.narrative += fmt::format("{}{}{}", cells.narrative.empty() ? "" : "\n",
                                       reference_line, cells.reference);
    auto alert = build_alert(cells, wish.now, rng);
    if (!alert) return alert.error();
    if (alert->has_lookout()) {
        if (!cells.measure.empty()) alert->mutable_lookout()->set_measure(cells.measure);
        alert->mutable_lookout()->set_authority(cells.authority);
    }
    apply_policy(wish.policy, *alert);
    for (Prompt prompt : missing_prompts(**form, *alert))
        return {Errc::invalid, fmt::format("no answer to \"{}\"", prompt_question(prompt))};
    if (Status s = check_alert(*alert); !s) return s.error();
    return alert;
}

class Import {
   public:
    Import(CsvReader& reader, const ImportWish& wish, Rng& rng, ImportFile& out)
        : reader_(reader), wish_(wish), rng_(rng), out_(out) {}

    void take(const CsvRow& row, const std::vector<const ImportColumn*>& header) {
        if (row.fields.size() == 1 && trimmed(row.fields[0]).empty()) return;
        if (!row.problem.empty()) return refuse(row.line, row.problem + ": " + row.remedy);
        const bool other_size = row.fields.size() != header.size();
        if (other_size)
            refuse(row.line, fmt::format("{} fields, the header has {}: quote fields that hold a "
                                         "comma",
                                         row.fields.size(), header.size()));
        else if (row.holds_rows(header.size()))
            refuse(row.line,
                   "a quote closes on a later line, over lines that are rows: close it "
                   "where the field ends, or write that field in one line");
        else
            return make(row, header);
        // No line is lost with another: what its quotes took in is a row by itself.
        if (row.lines > 1) reader_.back_to_line_after(row);
    }

   private:
    void make(const CsvRow& row, const std::vector<const ImportColumn*>& header) {
        Cells cells;
        for (std::size_t i = 0; i < header.size(); ++i)
            if (header[i] != nullptr) cells.*(header[i]->cell) = trimmed(row.fields[i]);
        const std::string reference = cells.reference;
        if (!reference.empty())
            if (auto [at, fresh] = seen_.emplace(reference, row.line); !fresh)
                return refuse(row.line, fmt::format("the same reference as line {}", at->second));
        auto alert = alert_of(cells, wish_, rng_);
        if (!alert) return refuse(row.line, explain(alert.error()).message);
        out_.rows.push_back({row.line, reference, std::move(*alert)});
    }

    void refuse(std::size_t line, const std::string& what) {
        constexpr std::size_t what_max = 300;
        out_.problems.push_back({line, one_line(what).substr(0, what_max)});
    }

    CsvReader& reader_;
    const ImportWish& wish_;
    Rng& rng_;
    ImportFile& out_;
    std::map<std::string, std::size_t> seen_;  // Reference → line.
};

}  // namespace

Result<ImportFile> read_import_csv(std::string_view text, const ImportWish& wish, Rng& rng) {
    for (const auto& [theirs, ours] : wish.names)
        if (find_column(ours) == nullptr) {
            std::vector<std::string_view> known;
            for (const ImportColumn& c : import_columns) known.push_back(c.name);
            const auto near = nearest(ours, known);
            return problem(Errc::usage, "--map: there is no column " + escape_for_display(ours),
                           near ? "did you mean " + std::string(known[*near]) + "?"
                                : "rilon import csv --help");
        }
    if (!wish.template_name.empty()) {
        auto form = find_template(wish.template_name);
        if (!form) return form.error();
        if (Status takes = has_columns(**form); !takes) return takes.error();
    }
    ImportFile out;
    CsvReader reader(text);
    auto first = reader.next();
    if (!first) return first_line("the file is empty", "begin it with a line of column names");
    auto header = read_header(*first, wish, out);
    if (!header) return header.error();
    Import import(reader, wish, rng, out);
    while (auto row = reader.next()) {
        if (out.rows.size() + out.problems.size() >= import_rows_max)
            return problem(Errc::too_large, fmt::format("more than {} rows", import_rows_max),
                           "split the file");
        import.take(*row, *header);
    }
    return out;
}

std::string import_reference(const proto::Alert& alert) {
    if (alert.has_lookout()) return alert.lookout().reference();
    const std::string& text = alert.narrative();
    const std::size_t last = text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1;
    const std::string_view line = std::string_view(text).substr(last);
    return line.starts_with(reference_line) ? std::string(line.substr(reference_line.size())) : "";
}

}  // namespace rilon
