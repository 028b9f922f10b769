// From options and answers to an alert: the few questions of a posting at two in the morning.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "node/system.h"
#include "protocol/alert.h"
#include "protocol/country_codes.h"
#include "tools/alert_input.h"
#include "tools/problem.h"
#include "tools/rilon/alert_draft.h"
#include "tools/rilon/output.h"
#include "tools/rilon/profile.h"
#include "tools/rilon/terminal.h"
#include "tools/rilon/trimmed.h"

namespace rilon {
namespace {

constexpr int rounds_max = 12;

std::vector<std::string> words_of(const std::string& text, const char* between = ", ;") {
    std::vector<std::string> out;
    std::size_t at = 0;
    while ((at = text.find_first_not_of(between, at)) != std::string::npos) {
        const std::size_t end = text.find_first_of(between, at);
        out.push_back(text.substr(at, end - at));
        if (end == std::string::npos) break;
        at = end;
    }
    return out;
}

std::string after_comma(const std::string& text, std::string& before) {
    const std::size_t comma = text.find(',');
    before = text.substr(0, comma);
    if (comma == std::string::npos) return {};
    const std::size_t from = text.find_first_not_of(' ', comma + 1);
    return from == std::string::npos ? std::string() : text.substr(from);
}

void read_options(const Args& args, PostRequest& out) {
    out.template_name = args.get("template");
    out.title = args.get("title");
    out.narrative = args.get("narrative");
    out.tlp = upper(args.get("tlp"));
    out.protection = upper(args.get("protection"));
    out.caveats = args.all("caveat");
    out.country = upper(args.get("country"));
    out.location = upper(args.get("where"));
    out.point = args.get("point");
    out.flight = args.get("flight");
    out.document_type = upper(args.get("type"));
    out.document_issuer = upper(args.get("issuer"));
    out.document_number = args.get("doc");
    out.series_from = args.get("series-from");
    out.series_to = args.get("series-to");
    out.expiry_date = args.get("expiry");
    out.secondary = after_comma(args.get("name"), out.primary);
    out.native_name = args.get("native-name");
    out.birth_date = args.get("dob");
    out.sex = upper(args.get("sex"));
    out.nationality = upper(args.get("nationality"));
    out.grounds = args.all("ground");
    out.reference = args.get("reference");
    out.contact = args.get("contact");
    out.text = args.get("text");
    for (const std::string& codes : args.all("paper"))
        for (const std::string& code : words_of(codes)) out.papers.push_back(code);
    out.issued_by = args.get("issued-by");
    out.agent = args.get("agent");
    out.steps = args.all("step");
    out.signs = args.all("indicator");
    out.countermeasure = args.get("countermeasure");
    out.exploitation = args.get("exploitation");
    out.due = args.get("due");
    out.issuer_is_home = args.get("holder");
    for (const std::string& codes : args.all("might-be"))
        for (const std::string& code : words_of(codes)) out.might_be.push_back(upper(code));
}

// Options that certain kinds of alert alone have a field for.
struct KindOption {
    std::string_view option;
    std::string_view kinds[3];
};
constexpr KindOption kind_options[] = {
    {"ground", {"visa-refusal", "visa-cancellation"}},
    {"reference", {"lookout", "trafficking-indicator"}},
    {"contact", {"facilitator"}},
    {"text", {"bulletin", "request", "reply"}},
    {"paper", {"support-fraud"}},
    {"issued-by", {"support-fraud"}},
    {"agent", {"support-fraud"}},
    {"step", {"modus-operandi"}},
    {"countermeasure", {"modus-operandi"}},
    {"indicator", {"modus-operandi", "trafficking-indicator"}},
    {"exploitation", {"trafficking-indicator"}},
    {"due", {"request"}},
};

// What has no field would go without a word. Errors: usage.
Status check_kind_options(const Args& args, std::string_view kind) {
    for (const auto& [option, kinds] : kind_options) {
        if (!args.has(std::string(option)) ||
            std::find(std::begin(kinds), std::end(kinds), kind) != std::end(kinds))
            continue;
        std::string owners;
        for (std::string_view owner : kinds)
            if (!owner.empty()) owners += (owners.empty() ? "" : ", ") + std::string(owner);
        return problem(
            Errc::usage, fmt::format("an alert of kind {} has no --{}", kind, option),
            fmt::format("leave it out (it belongs to {}), or say it in --narrative", owners));
    }
    return {};
}

const char* option_of(Prompt prompt) {
    switch (prompt) {
        case Prompt::document: return "give --mrz - or --doc and --issuer";
        case Prompt::series: return "give --series-from and --series-to";
        case Prompt::person: return "give --name \"PRIMARY, SECONDARY\"";
        case Prompt::ground: return "give --ground CODE";
        case Prompt::place: return "give --country CODE or --where AIRPORT";
        case Prompt::home: return "give --might-be CODES, or --might-be '?'";
        case Prompt::reference: return "give --reference TEXT";
        case Prompt::contact: return "give --contact TEXT";
        case Prompt::text: return "give --text TEXT";
        case Prompt::paper: return "give --paper CODE";
        case Prompt::step: return "give --step TEXT, once for each";
        case Prompt::sign: return "give --indicator CODE";
        case Prompt::due: return "give --due DATE";
    }
    return "";
}

void take_answer(Prompt prompt, const std::string& answer, PostRequest& out) {
    const std::vector<std::string> words = words_of(answer);
    const auto word = [&](std::size_t i) {
        return i < words.size() ? upper(words[i]) : std::string();
    };
    switch (prompt) {
        case Prompt::document:
            if (auto mrz = parse_mrz(answer))
                out.mrz = *mrz;
            else if (words.size() > 1)
                out.document_issuer = word(0), out.document_number = word(1);
            else
                out.document_number = word(0);
            return;
        case Prompt::series: out.series_from = word(0), out.series_to = word(1); return;
        case Prompt::person: out.secondary = after_comma(answer, out.primary); return;
        case Prompt::ground: out.grounds = words; return;
        case Prompt::place:
            // A country has three letters as an airport has: the first is the country.
            out.country = word(0);
            out.location = word(1);
            return;
        case Prompt::home:
            for (const std::string& w : words) out.might_be.push_back(upper(w));
            return;
        case Prompt::reference: out.reference = answer; return;
        case Prompt::contact: out.contact = answer; return;
        case Prompt::text: out.text = answer; return;
        case Prompt::paper: out.papers = words; return;
        case Prompt::step: out.steps = words_of(answer, ";"); return;
        case Prompt::sign: out.signs = words; return;
        case Prompt::due: out.due = word(0); return;
    }
}

// "line 2, column 2: 8 may be B; "
std::string first_suggestion(const Mrz& mrz, MrzField field) {
    for (const MrzSuggestion& s : mrz.suggestions)
        if (s.field == field)
            return fmt::format("line {}, column {}: {} may be {}; ", s.line, s.column, s.from,
                               s.to);
    return "";
}

// "document-number check digit: 5, expected 6. [t]yping error or [d]ocument?" A composite digit
// goes wrong with any other, so it is asked about only where it is wrong alone. Errors: invalid (a
// typing error; the remedy says which it may be).
Status ask_about_digits(Context& context, const Mrz& mrz) {
    if (mrz.ok() || context.args.has("as-printed")) return {};
    bool asked = false;
    for (const MrzCheck& c : mrz.checks) {
        if (c.ok || c.warning || (asked && c.field == MrzField::composite)) continue;
        asked = true;
        std::string field = mrz_field_name(c.field);
        std::replace(field.begin(), field.end(), '_', '-');
        auto answer = context.terminal.choose(
            fmt::format("{} check digit: {}, expected {}. [t]yping error or [d]ocument? ", field,
                        c.digit, c.expected),
            {"typing error", "document"}, "",
            "correct the zone, or give --as-printed if the document says so");
        if (!answer) return answer.error();
        if (*answer == "typing error")
            return problem(Errc::invalid, "a typing error in the machine-readable zone",
                           first_suggestion(mrz, c.field) + "type it again");
    }
    return {};
}

// Reads the zone of --mrz; at a terminal again, until its digits are right or said to be printed
// so.
Result<Mrz> zone_of(Context& context) {
    const std::string source = context.args.get("mrz");
    const bool typed = source == "-" && context.terminal.can_ask() && isatty(STDIN_FILENO) == 1;
    std::string_view prompt = zone_prompt;
    while (true) {
        auto text = context.terminal.read_zone(source, prompt);
        if (!text) return text.error();
        auto mrz = parse_mrz(*text);
        const Status good =
            mrz ? ask_about_digits(context, *mrz)
                : Status(problem(Errc::invalid, mrz.error().detail, "rilon mrz says more"));
        if (good.ok()) return mrz;
        // Nothing at all was typed, or nobody is there to type it again.
        if (!typed || good.code() != Errc::invalid || text->empty()) return good.error();
        const Problem wrong = explain(good.error());
        context.out.talk(shown(wrong.message) + ". " + shown(wrong.remedy) + ".");
        prompt = "Paste the zone again (Ctrl-C gives up):";
    }
}

// "no" leaves it open who the holder is, and XXA to XXX name no home: whom to withhold is asked.
Status ask_who_it_might_be(Context& context, const Mrz& mrz, PostRequest& out) {
    const bool homeless = std::holds_alternative<CodeNoHome>(party_of_code(mrz.nationality));
    if (out.issuer_is_home != "no" && !homeless) return {};
    while (out.might_be.empty()) {
        auto answer = context.terminal.ask(std::string(prompt_question(Prompt::home)) + " ",
                                           option_of(Prompt::home));
        if (!answer) return answer.error();
        take_answer(Prompt::home, *answer, out);
    }
    return {};
}

Status read_zone(Context& context, PostRequest& out) {
    if (!context.args.has("mrz")) return {};
    auto mrz = zone_of(context);
    if (!mrz) return mrz.error();
    out.mrz = *mrz;
    if (!context.terminal.can_ask()) return {};
    if (!out.issuer_is_home.empty() || mrz->issuer.empty())
        return ask_who_it_might_be(context, *mrz, out);
    // Only a clear no lifts the issuer from those who are withheld.
    auto answer = context.terminal.choose(
        fmt::format("Passport says {0}. Is the holder really {0}? yes / no / [unsure] ",
                    shown(mrz->issuer)),
        {"yes", "no", "unsure"}, "unsure", "give --holder yes, no or unsure");
    if (!answer) return answer.error();
    out.issuer_is_home = *answer;
    return ask_who_it_might_be(context, *mrz, out);
}

Result<std::string> template_name(Context& context) {
    std::string name = context.args.get("template");
    while (name.empty()) {
        std::string list;
        for (const AlertTemplate& t : alert_templates())
            list += fmt::format("  {:<24} {}\n", t.name, t.label);
        context.terminal.show(list);
        auto answer = context.terminal.ask("Which? ", "give -t TEMPLATE");
        if (!answer) return answer.error();
        name = *answer;
    }
    return name;
}

Result<std::string> ask_missing(Context& context, Prompt prompt, const std::string& if_empty) {
    const std::string offer = if_empty.empty() ? "" : fmt::format("[{}] ", shown(if_empty));
    auto answer = context.terminal.ask(fmt::format("{} {}", prompt_question(prompt), offer),
                                       option_of(prompt));
    return answer && answer->empty() ? if_empty : answer;
}

// An officer posts from the same airport night after night: Enter alone takes the last place.
void remember_place(Context& context, const PostRequest& request) {
    auto profile = load_profile(context.globals.profile);
    if (!profile) return;
    std::string place = request.country;
    if (!request.location.empty()) place += " " + request.location;
    if (place.empty() || place == profile->default_where) return;
    profile->default_where = place;
    if (Status s = save_profile(*profile); !s)
        context.out.warn("the place could not be remembered: " + shown(explain(s.error()).message));
}

}  // namespace

Result<proto::Alert> alert_from_options(Context& context) {
    PostRequest request;
    read_options(context.args, request);
    request.today = civil_today();
    auto name = template_name(context);
    if (!name) return name.error();
    request.template_name = *name;
    auto form = find_template(request.template_name);
    if (!form) return problem(Errc::usage, form.error().detail, "rilon post --help");
    if (Status s = check_kind_options(context.args, (*form)->kind); !s) return s.error();
    if (Status s = read_zone(context, request); !s) return s.error();
    SystemRng rng;
    const UnixMillis now{now_ms()};
    auto profile = load_profile(context.globals.profile);
    bool place_asked = false;
    for (int round = 0; round < rounds_max; ++round) {
        auto alert = build_alert(request, now, rng);
        if (!alert) return alert;
        const std::vector<Prompt> missing = missing_prompts(**form, *alert);
        if (missing.empty()) {
            if (place_asked) remember_place(context, request);
            return alert;
        }
        const bool place = missing[0] == Prompt::place;
        auto answer = ask_missing(context, missing[0],
                                  place && profile ? profile->default_where : std::string());
        if (!answer) return answer.error();
        take_answer(missing[0], *answer, request);
        place_asked = place_asked || place;
    }
    return problem(Errc::invalid, "too many answers could not be used",
                   "write the alert in a file: rilon post --edit");
}

}  // namespace rilon
