// Alerts that are about nobody by rule. A modus operandi goes to the largest audiences and is kept
// for what it teaches: whatever leads to a person is refused. The victims of a trafficking
// indicator are pseudonymous: whatever names one is refused.
#include <fmt/format.h>

#include <algorithm>

#include "protocol/alert.h"
#include "protocol/alert_problems.h"
#include "protocol/mrz.h"
#include "protocol/partial_date.h"

namespace rilon {
namespace {

using Problems = AlertProblems;

struct NamedText {
    std::string_view field;
    const std::string& text;
};

bool is_filler_line(std::string_view line) {
    // A line of names: fillers between the identifiers and at the end, letters else.
    constexpr std::size_t shortest = 30;  // TD1
    std::size_t chars = 0;
    std::size_t fillers = 0;
    bool parted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == ' ' || line[i] == '\t' || line[i] == '\r') continue;
        ++chars;
        if (line[i] != '<') continue;
        ++fillers;
        parted |= i + 1 < line.size() && line[i + 1] == '<';
    }
    return chars >= shortest && fillers >= 3 && parted;
}

// The pieces of a line that have the characters of a zone, without the words around them.
std::vector<std::string_view> zone_words(std::string_view line) {
    std::vector<std::string_view> out;
    auto of_zone = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '<';
    };
    for (std::size_t at = 0; at < line.size();) {
        std::size_t end = at;
        while (end < line.size() && of_zone(line[end])) ++end;
        if (end > at) out.push_back(line.substr(at, end - at));
        at = std::max(end, at + 1);
    }
    return out;
}

// Words can have the length of a zone; where its dates are they have no figures.
bool is_date_of_zone(std::string_view six) {
    // With the letters that scanners and people take for figures.
    constexpr std::string_view taken_for_date = "0123456789<OQDILZSBG";
    return std::all_of(six.begin(), six.end(),
                       [&](char c) { return taken_for_date.find(c) != std::string_view::npos; });
}

bool is_zone(std::string_view text) {
    if (is_filler_line(text)) return true;
    auto mrz = parse_mrz(text);
    return mrz && is_date_of_zone(mrz->birth_date) && is_date_of_zone(mrz->expiry_date);
}

// A machine-readable zone anywhere in a text: whole, one line of it, or within a line of words.
bool holds_zone(std::string_view text) {
    std::vector<std::string_view> lines;
    for (std::string_view rest = text; !rest.empty();) {
        std::size_t end = rest.find('\n');
        lines.push_back(rest.substr(0, end));
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    }
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::string several;
        for (std::size_t k = i; k < std::min(i + 3, lines.size()); ++k) {
            several += (k > i ? "\n" : "") + std::string(lines[k]);
            if (is_zone(several)) return true;
        }
        for (std::string_view word : zone_words(lines[i]))
            if (is_zone(word)) return true;
    }
    return false;
}

void refuse_zones(const std::vector<NamedText>& texts, Problems& problems) {
    for (const NamedText& one : texts)
        if (holds_zone(one.text))
            problems.add(one.field, "holds a machine-readable zone, or a line of one; take it out");
}

template <class Strings>
void add_all(std::vector<NamedText>& texts, std::string_view field, const Strings& items) {
    for (const std::string& text : items) texts.push_back({field, text});
}

std::vector<NamedText> common_texts(const proto::Alert& alert) {
    std::vector<NamedText> texts = {{"title", alert.title()},
                                    {"narrative", alert.narrative()},
                                    {"operation_name", alert.operation_name()},
                                    {"legal_basis", alert.legal_basis()},
                                    {"transport.carrier", alert.transport().carrier()},
                                    {"transport.flight", alert.transport().flight()}};
    add_all(texts, "transport.routing", alert.transport().routing());
    return texts;
}

bool leads_to_holder(const proto::DocumentRecord& document) {
    return !document.number().empty() || !document.series_from().empty() ||
           !document.series_to().empty() || !document.mrz_lines().empty();
}

void check_nobody_named(const proto::Alert& alert, Problems& problems) {
    if (!alert.persons().empty())
        problems.add("persons",
                     "has somebody; a modus operandi names nobody: post the person "
                     "as an alert of another kind and link it");
    for (const proto::DocumentRecord& document : alert.documents())
        if (leads_to_holder(document))
            problems.add("documents",
                         "has a number, a series or a zone; a modus operandi says the type and "
                         "the issuer alone: post the document apart");
    const proto::ModusOperandi& method = alert.modus_operandi();
    std::vector<NamedText> texts = common_texts(alert);
    add_all(texts, "modus_operandi.steps", method.steps());
    add_all(texts, "modus_operandi.indicators", method.indicators());
    texts.push_back({"modus_operandi.countermeasure", method.countermeasure()});
    refuse_zones(texts, problems);
}

// A year says how old somebody is; the whole date says who.
bool only_a_year(const std::string& text) {
    auto date = parse_partial_date(text);
    return !date || (!date->month && !date->day);
}

void check_victim(const proto::PersonRecord& person, Problems& problems) {
    for (const proto::Identity& identity : person.identities()) {
        if (!identity.primary().empty() || !identity.secondary().empty() ||
            !identity.native_name().empty() || !identity.mrz_name().empty())
            problems.add("persons",
                         "names a victim; take the name out and give "
                         "trafficking_indicator.reference instead");
        if (!only_a_year(identity.birth_date()))
            problems.add("persons", "has a victim's birth date; give the year alone: 1999-?\?-?\?");
    }
    if (!person.place_of_birth().empty())
        problems.add("persons", "has a victim's place of birth; the country is enough");
}

void check_victims(const proto::Alert& alert, Problems& problems) {
    bool any = false;
    for (const proto::PersonRecord& person : alert.persons()) {
        if (person.role() != "victim") continue;
        any = true;
        check_victim(person, problems);
    }
    if (!any) return;
    for (const proto::DocumentRecord& document : alert.documents())
        if (leads_to_holder(document))
            problems.add("documents",
                         "has a number, a series or a zone beside a victim; take it "
                         "out, or post the document apart");
    std::vector<NamedText> texts = common_texts(alert);
    texts.push_back({"trafficking_indicator.reference", alert.trafficking_indicator().reference()});
    refuse_zones(texts, problems);
}

}  // namespace

void check_nominal(const proto::Alert& alert, AlertProblems& problems) {
    if (alert.has_modus_operandi()) check_nobody_named(alert, problems);
    if (alert.has_trafficking_indicator()) check_victims(alert, problems);
}

}  // namespace rilon
