// rilon log disclosures: who was told of a person or of an alert. Who is looked for is asked or
// comes on stdin, never as an argument, which others on the machine could see.
#include <fmt/format.h>

#include <map>

#include "protocol/ids.h"
#include "tools/exit_code.h"
#include "tools/problem.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/disclosure.h"
#include "tools/rilon/json_lines.h"
#include "tools/rilon/output.h"
#include "tools/rilon/session.h"
#include "tools/rilon/terminal.h"

namespace rilon {
namespace {

constexpr std::uint32_t matches_max = 500;
constexpr std::uint32_t log_page = 1000;
constexpr std::size_t person_bytes_max = 4096;

using Showings = std::map<std::string, std::vector<proto::LogRow>>;  // By the alert's id in hex.

// At the terminal three questions; without one, lines of stdin.
Result<proto::SearchRequest> ask_person(Context& context) {
    if (context.args.get("person") != "-")
        return problem(Errc::usage, "--person takes - only: no name belongs on a command line",
                       "write --person - and answer the questions");
    if (!context.terminal.can_ask()) {
        auto input = Terminal::read_input("-", person_bytes_max);
        if (!input) return input.error();
        return person_of_lines(*input);
    }
    constexpr std::pair<const char*, const char*> questions[] = {
        {"doc", "Document number (Enter: none): "},
        {"name", "Name (Enter: none): "},
        {"dob", "Born (1986-?\?-?\?; Enter: not known): "}};
    std::string text;
    for (const auto& [word, question] : questions) {
        auto answer = context.terminal.ask(question, "give lines on stdin with --no-input");
        if (!answer) return answer.error();
        text += fmt::format("{} {}\n", word, *answer);
    }
    return person_of_lines(text);
}

// Who here opened or exported what; nothing where the log is not for this officer. Read before the
// alerts are looked at, so that it does not tell of this very look.
Result<std::optional<Showings>> read_showings(Session& session) {
    Showings out;
    proto::Request request;
    request.mutable_log()->set_max(log_page);
    while (true) {
        auto page = session.call(request);
        if (!page && page.code() == Errc::not_permitted) return std::optional<Showings>();
        if (!page) return page.error();
        for (const proto::LogRow& row : page->log().rows()) {
            if (names_alert(row)) out[alert_of_log(row)].push_back(row);
            request.mutable_log()->set_from(row.n() + 1);
        }
        if (page->log().rows_size() < static_cast<int>(log_page)) return std::optional(out);
    }
}

Result<std::vector<Disclosure>> matching(Context& context, Session& session,
                                         const proto::SearchRequest& person) {
    proto::Request request;
    *request.mutable_search() = person;
    request.mutable_search()->set_limit(matches_max);
    auto response = session.call(request);
    if (!response) return response.error();
    std::vector<Disclosure> out;
    for (const proto::Match& match : response->search().matches())
        if (match.row().own()) out.push_back({match.row(), match.strength(), {}, {}});
    if (response->search().matches_size() == static_cast<int>(matches_max))
        context.out.warn(fmt::format("! only the best {} matches were looked at", matches_max));
    return out;
}

Result<std::vector<Disclosure>> by_id(Session& session, const std::string& alert) {
    proto::Request request;
    request.mutable_show()->set_alert(alert);
    auto response = session.call(request);
    if (!response) return response.error();
    const proto::AlertRow& row = response->show().row();
    if (!row.own())
        return problem(Errc::not_permitted, "that alert is of " + shown(row.origin()),
                       "who was told is known to its author's node: ask there");
    return std::vector<Disclosure>{{row, "", {}, {}}};
}

Status fill(Session& session, const std::optional<Showings>& showings, Disclosure& out) {
    auto id = AlertId::parse(out.row.alert_id());
    if (!id) return id.error();
    proto::Request request;
    request.mutable_receipts()->set_alert(id->hex());
    auto response = session.call(request);
    if (!response) return response.error();
    out.receipts = receipts_of_part(out.row, response->receipts());
    if (!showings.has_value()) return {};
    auto at = showings->find(id->hex());
    out.shown = at == showings->end() ? std::vector<proto::LogRow>() : at->second;
    return {};
}

}  // namespace

Result<int> run_log_disclosures(Context& context) {
    if (context.args.has("person") == context.args.has("alert"))
        return problem(Errc::usage, "of whom, or of which alert?",
                       "give either --person - or --alert ID");
    proto::SearchRequest person;
    if (context.args.has("person")) {
        auto asked = ask_person(context);
        if (!asked) return asked.error();
        person = *asked;
    }
    auto session = Session::open(context);
    if (!session) return session.error();
    auto showings = read_showings(*session);
    if (!showings) return showings.error();
    auto found = context.args.has("person") ? matching(context, *session, person)
                                            : by_id(*session, context.args.get("alert"));
    if (!found) return found.error();
    for (Disclosure& one : *found) {
        if (Status s = fill(*session, *showings, one); !s) return s.error();
        if (context.out.json()) {
            context.out.line(json_disclosure(one));
            continue;
        }
        for (const std::string& line : disclosure_lines(one)) context.out.line(line);
    }
    if (context.args.has("person"))
        context.out.talk(found->empty()
                             ? "no alert of this node that is not withdrawn fits them"
                             : "withdrawn alerts fit nobody any more: --alert ID looks at one");
    return exit_done;
}

}  // namespace rilon
