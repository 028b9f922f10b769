// rilon screen --batch: a caseload, line by line. A line that can't be screened is reported and
// keeps no other from it; the exit code never says "nothing found" of a line that nobody looked at.
#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "tools/exit_code.h"
#include "tools/problem.h"
#include "tools/rilon/caseload.h"
#include "tools/rilon/column_map.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/json_lines.h"
#include "tools/rilon/kept.h"
#include "tools/rilon/matches.h"
#include "tools/rilon/progress.h"
#include "tools/rilon/session.h"
#include "tools/rilon/terminal.h"

namespace rilon {
namespace {

constexpr std::size_t bad_lines_shown = 20;

Result<Caseload> read_file_of(Context& context, const std::string& path) {
    CaseloadWish wish;
    auto names = column_map(context.args);
    if (!names) return names.error();
    wish.names = std::move(*names);
    auto text = Terminal::read_input(path, caseload_bytes_max);
    if (!text) return text.error();
    wish.ndjson = path.ends_with(".ndjson") || path.ends_with(".jsonl") ||
                  (path == "-" && text->starts_with('{'));
    return read_caseload(*text, wish);
}

void tell_bad_lines(Output& out, const std::vector<Unscreened>& bad) {
    if (out.json()) {
        for (const Unscreened& one : bad) out.line(json_unscreened(one));
        return;
    }
    const std::size_t shows = out.verbose() ? bad.size() : std::min(bad.size(), bad_lines_shown);
    for (std::size_t i = 0; i < shows; ++i)
        out.warn(fmt::format("line {}: {} → {}", bad[i].line, shown(bad[i].message),
                             shown(bad[i].remedy)));
    if (bad.size() > shows)
        out.warn(fmt::format("… and {} more lines (-v shows them)", bad.size() - shows));
}

proto::Request request_of(const Applicant& a) {
    proto::Request request;
    proto::SearchRequest& search = *request.mutable_search();
    search.set_screening(true);
    search.set_doc(a.doc);
    search.set_name(a.name);
    search.set_dob(a.dob);
    search.set_sex(a.sex);
    search.set_nationality(a.nationality);
    return request;
}

// The rows' answers in their order. Some are asked ahead: the node writes down that they were
// looked for in one commit, and looks while we print.
class Answers {
   public:
    Answers(Session& session, const std::vector<Applicant>& rows)
        : session_(session), rows_(rows) {}
    Result<proto::Response> next() {
        while (asked_ < rows_.size() && under_way_.size() < under_way_max) {
            proto::Request request = request_of(rows_[asked_]);
            auto id = session_.send(request);
            if (!id) return id.error();
            under_way_.push_back(*id);
            ++asked_;
        }
        const std::uint64_t id = under_way_.front();
        under_way_.pop_front();
        auto answer = session_.answer(id);
        return answer || answer.code() != Errc::busy ? std::move(answer) : again(answered());
    }

   private:
    // A node's queue takes 256, or as few as its administrator says: then one by one.
    static constexpr std::size_t under_way_max = 32;
    static constexpr int tries = 200;

    const Applicant& answered() const { return rows_[asked_ - under_way_.size() - 1]; }
    Result<proto::Response> again(const Applicant& row) {
        proto::Request request = request_of(row);
        auto answer = session_.call(request);
        for (int i = 0; i < tries && !answer && answer.code() == Errc::busy; ++i)
            answer = session_.call(request);
        return answer;
    }

    Session& session_;
    const std::vector<Applicant>& rows_;
    std::deque<std::uint64_t> under_way_;
    std::size_t asked_ = 0;
};

}  // namespace

Result<int> screen_batch(Context& context, const std::string& path, std::uint64_t until_ms) {
    auto caseload = read_file_of(context, path);
    if (!caseload) return caseload.error();
    for (const std::string& column : caseload->ignored)
        context.out.talk("column left alone: " + shown(column));
    tell_bad_lines(context.out, caseload->bad);
    ScreenCounts counts{0, caseload->bad.size()};
    const std::size_t all = caseload->rows.size();
    if (all == 0)
        return problem(
            Errc::invalid,
            fmt::format("nothing was screened: {}",
                        counts.unscreened == 0 ? "the file has no rows" : "no line could be"),
            counts.unscreened == 0 ? "give a line for each person"
                                   : "mend the lines above and screen again");
    auto session = Session::open(context);
    if (!session) return session.error();
    if (until_ms != 0)  // Before: what comes meanwhile is found twice rather than not at all.
        if (Status s = keep_applicants(context, *session, caseload->rows, until_ms); !s)
            return s.error();
    Verdict verdict;
    Progress progress(context.out, all, "screened");
    proto::Coverage coverage;
    std::uint64_t more = 0;
    Answers answers(*session, caseload->rows);
    for (const Applicant& a : caseload->rows) {
        auto response = answers.next();
        if (!response) {
            const Problem p = explain(response.error());
            return problem(p.code,
                           fmt::format("stopped at line {}, {} of {} screened: {}", a.line,
                                       counts.screened, all, p.message),
                           p.remedy + "; then screen the rest");
        }
        const std::string reference =
            a.reference.empty() ? fmt::format("line {}", a.line) : a.reference;
        for (const proto::Match& m : response->search().matches())
            put_match(context.out, m, reference);
        verdict.add(response->search());
        coverage = response->search().coverage();
        more += coverage.more();
        progress.step(++counts.screened);
    }
    coverage.set_more(more);
    put_coverage(context.out, coverage, counts);
    const std::string closing =
        fmt::format("{} screened{}", counts.screened,
                    counts.unscreened == 0 ? "" : fmt::format(", {} not", counts.unscreened));
    if (counts.unscreened == 0)
        context.out.talk(closing);
    else if (!context.out.json())
        context.out.warn(closing);
    return verdict.exit(counts.unscreened);
}

}  // namespace rilon
