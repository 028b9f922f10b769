// rilon search, rilon screen: looking for somebody in the local store. Nobody is told what was
// looked for but our own audit log. Screening supports a decision; it is never one.
#include <fmt/format.h>

#include "protocol/codes.h"
#include "protocol/country_codes.h"
#include "protocol/mrz.h"
#include "tools/exit_code.h"
#include "tools/problem.h"
#include "tools/rilon/caseload_columns.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/kept.h"
#include "tools/rilon/matches.h"
#include "tools/rilon/operation.h"
#include "tools/rilon/options.h"
#include "tools/rilon/output.h"
#include "tools/rilon/posting.h"
#include "tools/rilon/session.h"
#include "tools/rilon/terminal.h"
#include "tools/rilon/trimmed.h"
#include "tools/rilon/view.h"

namespace rilon {
namespace {

// "-" stands for a question: personal data never has to be in argv.
Status ask_dashes(Context& context, proto::SearchRequest& search) {
    const auto fill = [&](const char* question, const std::string& value) -> Result<std::string> {
        if (value != "-") return value;
        return context.terminal.ask(question, "give it on the command line, or use --mrz -");
    };
    auto doc = fill("Document number: ", search.doc());
    if (!doc) return doc.error();
    auto name = fill("Name: ", search.name());
    if (!name) return name.error();
    auto dob = fill("Born (1986-?\?-?\?): ", search.dob());
    if (!dob) return dob.error();
    search.set_doc(*doc);
    search.set_name(*name);
    search.set_dob(*dob);
    if (dob->empty()) return {};
    auto date = parse_partial_date(*dob);
    if (!date) return problem(Errc::usage, date.error().detail, "write 1986-05-21 or 1986-?\?-?\?");
    search.set_dob(format_partial_date(*date));
    return {};
}

// A code that no alert has would find nobody, and that must not read as "not known here".
Status fill_codes(const Args& args, proto::SearchRequest& search) {
    search.set_sex(upper(args.get("sex")));
    if (!search.sex().empty() && find_code(sexes(), search.sex()) == nullptr)
        return problem(Errc::usage, "--sex " + search.sex() + " is none of M, F, X",
                       "write one of them, or leave it out");
    search.set_nationality(upper(args.get("nationality")));
    if (!search.nationality().empty() && !is_known_code(search.nationality()))
        return problem(Errc::usage,
                       "--nationality " + search.nationality() + " is no country code of ICAO 9303",
                       "write three letters as in the document's zone");
    return {};
}

Status fill_from_options(Context& context, proto::SearchRequest& search) {
    const Args& args = context.args;
    search.set_doc(args.get("doc"));
    search.set_name(args.get("name"));
    search.set_dob(args.get("dob"));
    if (Status s = fill_codes(args, search); !s) return s;
    if (Status s = ask_dashes(context, search); !s) return s;
    return check_person(search.doc(), search.name());
}

Status fill_route(const std::string& route, proto::SearchRequest& search) {
    const std::size_t dash = route.find('-');
    search.set_route_from(upper(route.substr(0, dash)));
    if (dash != std::string::npos) search.set_route_to(upper(route.substr(dash + 1)));
    for (const std::string& place : {search.route_from(), search.route_to()})
        if (place.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != std::string::npos ||
            place.size() > 5 || route.size() < 3)
            return problem(Errc::usage, "--route " + route + " names no airports",
                           "write FROM-TO, as BKK-SYD");
    return {};
}

Status fill_from_zone(Context& context, proto::SearchRequest& search) {
    auto text = context.terminal.read_zone(context.args.get("mrz"), zone_prompt);
    if (!text) return text.error();
    auto mrz = parse_mrz(*text);
    if (!mrz) return problem(Errc::invalid, mrz.error().detail, "rilon mrz says more");
    search.set_doc(mrz->document_number);
    search.set_name(mrz->primary_identifier +
                    (mrz->secondary_identifier.empty() ? "" : ", " + mrz->secondary_identifier));
    auto born = resolve_mrz_date(mrz->birth_date, MrzDateKind::birth, civil_today());
    if (born && !born->unknown()) search.set_dob(format_partial_date(*born));
    if (mrz->sex != '<') search.set_sex(std::string(1, mrz->sex));
    search.set_nationality(mrz->nationality);
    return {};
}

Applicant applicant_of(const proto::SearchRequest& search) {
    return {0,
            search.doc().empty() ? search.name() : search.doc(),
            search.doc(),
            search.name(),
            search.dob(),
            search.sex(),
            search.nationality()};
}

// Who is asked for comes of one place: what stood beside a zone or a caseload would be passed over.
Status check_one_source(const Args& args) {
    for (const char* source : {"batch", "mrz"})
        if (Status s = check_excludes(args, source, {"doc", "name", "dob", "sex", "nationality"});
            !s)
            return s;
    for (const char* alone : {"kept", "forget"})
        if (Status s = check_excludes(
                args, alone,
                {"batch", "mrz", "doc", "name", "dob", "sex", "nationality", "map", "keep"});
            !s)
            return s;
    if (Status s = check_excludes(args, "kept", {"forget"}); !s) return s;
    return check_excludes(args, "batch", {"mrz"});
}

}  // namespace

Result<int> run_search(Context& context) {
    proto::Request request;
    proto::SearchRequest& search = *request.mutable_search();
    if (Status s = fill_from_options(context, search); !s) return s.error();
    std::string text;
    for (const std::string& word : context.args.words()) text += (text.empty() ? "" : " ") + word;
    if (text == "-") {
        auto line = Terminal::read_line_of_stdin(2048);
        if (!line) return line.error();
        text = *line;
    }
    search.set_text(text);
    if (context.args.has("type")) {
        auto kind = known_kind("--type", context.args.get("type"));
        if (!kind) return kind.error();
        search.set_type(*kind);
    }
    if (const std::string route = context.args.get("route"); !route.empty()) {
        if (Status s = fill_route(route, search); !s) return s.error();
    }
    if (context.args.has("since")) {
        auto since = parse_duration(context.args.get("since"));
        if (!since) return since.error();
        const std::uint64_t now = now_ms();
        search.set_since_ms(now > *since ? now - *since : 0);
    }
    auto session = Session::open(context);
    if (!session) return session.error();
    auto response = session->call(request);
    if (!response) return response.error();
    for (const proto::Match& m : response->search().matches()) put_match(context.out, m, "");
    put_coverage(context.out, response->search().coverage());
    if (response->search().matches_size() > 0) return exit_done;
    context.out.talk("nothing found");
    return coverage_stale(response->search().coverage()) ? exit_stale : exit_done;
}

Result<int> run_screen(Context& context) {
    if (Status s = check_one_source(context.args); !s) return s.error();
    if (context.args.has("kept")) return screen_kept(context);
    if (context.args.has("forget")) return forget_kept(context, context.args.get("forget"));
    auto until = keep_until(context.args);
    if (!until) return until.error();
    if (context.args.has("batch")) return screen_batch(context, context.args.get("batch"), *until);
    if (context.args.has("map"))
        return problem(Errc::usage, "--map is for a caseload", "give --batch FILE too");
    proto::Request request;
    proto::SearchRequest& search = *request.mutable_search();
    search.set_screening(true);
    Status filled = context.args.has("mrz") ? fill_from_zone(context, search)
                                            : fill_from_options(context, search);
    if (!filled) return filled.error();
    if (search.doc().empty() && search.name().empty())
        return problem(Errc::usage, "nothing to screen",
                       "give --mrz -, --doc N, --name N or --batch FILE");
    auto session = Session::open(context);
    if (!session) return session.error();
    if (*until != 0)  // Before: what comes meanwhile is found twice rather than not at all.
        if (Status s = keep_applicants(context, *session, {applicant_of(search)}, *until); !s)
            return s.error();
    auto response = session->call(request);
    if (!response) return response.error();
    Verdict verdict;
    verdict.add(response->search());
    for (const proto::Match& m : response->search().matches()) put_match(context.out, m, "");
    put_coverage(context.out, response->search().coverage());
    if (response->search().matches_size() == 0)
        context.out.talk("no match in what this node holds");
    return verdict.exit();
}

}  // namespace rilon
