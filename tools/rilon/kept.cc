#include "tools/rilon/kept.h"

#include <fmt/format.h>

#include "node/system.h"
#include "protocol/short_id.h"
#include "tools/exit_code.h"
#include "tools/problem.h"
#include "tools/rilon/json_lines.h"
#include "tools/rilon/matches.h"
#include "tools/rilon/operation.h"
#include "tools/rilon/options.h"
#include "tools/rilon/output.h"
#include "tools/rilon/terminal.h"
#include "tools/rilon/view.h"

namespace rilon {
namespace {

// Below what the node takes in one part: rows of the longest fields fit too.
constexpr int part_rows_max = 1000;
constexpr std::size_t part_bytes_max = 200 * 1024;
constexpr std::uint64_t day_ms = 24ull * 3600 * 1000;

std::string persons(std::uint64_t rows) {
    return rows == 1 ? "1 person" : fmt::format("{} persons", rows);
}

// Caseloads have no names: they are told from each other as alerts are.
std::string short_keep_id(const std::string& keep_id) {
    auto id = AlertId::parse(keep_id);
    return id ? format_short_id(*id) : "";
}

proto::Applicant to_proto(const Applicant& row) {
    proto::Applicant out;
    out.set_reference(row.reference.empty() ? fmt::format("line {}", row.line) : row.reference);
    out.set_doc(row.doc);
    out.set_name(row.name);
    out.set_dob(row.dob);
    out.set_sex(row.sex);
    out.set_nationality(row.nationality);
    return out;
}

Status send_part(Session& session, proto::Request& request) {
    auto response = session.call(request);
    if (!response) return response.error();
    proto::KeepRequest& keep = *request.mutable_keep();
    keep.set_part(keep.part() + 1);
    keep.clear_rows();
    return {};
}

void put_kept(Output& out, const proto::Kept& kept) {
    if (out.json()) return out.line(json_kept(kept, short_keep_id(kept.keep_id())));
    out.line(fmt::format("{}  {}, kept until {}", short_keep_id(kept.keep_id()),
                         persons(kept.rows()), local_time(kept.until_ms()).substr(0, 10)));
}

Status mark_looked(Session& session, const proto::Kept& kept, const std::string& to) {
    proto::Request request;
    request.mutable_kept_looked()->set_keep_id(kept.keep_id());
    request.mutable_kept_looked()->set_to(to);
    auto response = session.call(request);
    if (!response) return response.error();
    return {};
}

// As often as there is more: a node that was away for long has much to compare.
Status look_at_all(Context& context, Session& session, const proto::Kept& kept, Verdict& verdict,
                   proto::Coverage& coverage) {
    for (bool more = true; more;) {
        auto look = look_again(context, session, kept);
        if (!look) return look.error();
        if (!context.out.flush())
            return problem(Errc::io, "what was found could not all be written",
                           "look at the disk or the program that reads it; it is found again");
        if (Status s = mark_looked(session, kept, look->to); !s) return s;
        verdict.add(look->found);
        coverage = look->found.coverage();
        more = look->more;
    }
    return {};
}

Status forget(Session& session, const std::string& keep_id) {
    proto::Request request;
    request.mutable_kept()->set_forget(keep_id);
    auto response = session.call(request);
    if (!response) return response.error();
    return {};
}

}  // namespace

Result<std::uint64_t> keep_until(const Args& args) {
    if (!args.has("keep")) return std::uint64_t{0};
    auto how_long = parse_duration(args.get("keep"));
    if (!how_long) return how_long.error();
    if (*how_long < day_ms || *how_long > 366 * day_ms)
        return problem(Errc::usage, "--keep " + args.get("keep") + " is not a day to a year",
                       "write --keep 90d");
    return now_ms() + *how_long;
}

Status keep_applicants(Context& context, Session& session, const std::vector<Applicant>& rows,
                       std::uint64_t until_ms) {
    SystemRng rng;
    proto::Request request;
    proto::KeepRequest& keep = *request.mutable_keep();
    keep.set_keep_id(rng.bytes<AlertId>().str());
    keep.set_until_ms(until_ms);
    std::size_t bytes = 0;
    for (const Applicant& row : rows) {
        proto::Applicant one = to_proto(row);
        if (keep.rows_size() == part_rows_max || bytes + one.ByteSizeLong() > part_bytes_max) {
            if (Status s = send_part(session, request); !s) return s;
            bytes = 0;
        }
        bytes += one.ByteSizeLong() + 4;
        *keep.add_rows() = std::move(one);
    }
    keep.set_last(true);
    const std::string id = keep.keep_id();
    if (Status s = send_part(session, request); !s) return s;
    context.out.talk(fmt::format("kept as {} until {}: rilon screen --kept looks again",
                                 short_keep_id(id), local_time(until_ms).substr(0, 10)));
    return {};
}

Result<std::vector<proto::Kept>> kept_caseloads(Session& session) {
    proto::Request request;
    request.mutable_kept();
    auto response = session.call(request);
    if (!response) return response.error();
    return std::vector<proto::Kept>(response->kept().kept().begin(), response->kept().kept().end());
}

Result<Look> look_again(Context& context, Session& session, const proto::Kept& kept,
                        const std::string& from) {
    Look out;
    proto::Request request;
    proto::KeptLookRequest& ask = *request.mutable_kept_look();
    ask.set_keep_id(kept.keep_id());
    ask.set_from(from);
    for (bool done = false; !done;) {
        auto response = session.call(request);
        if (!response) return response.error();
        proto::KeptLookResponse& answer = *response->mutable_kept_look();
        for (auto& found : *answer.mutable_found()) {
            put_match(context.out, found.match(), found.reference());
            *out.found.add_matches() = std::move(*found.mutable_match());
        }
        ask.set_to(answer.to());
        ask.set_part(answer.next_part());
        ask.set_row(answer.next_row());
        *out.found.mutable_coverage() = answer.coverage();
        out.more = answer.more();
        done = answer.done();
    }
    out.to = ask.to();
    return out;
}

Result<int> screen_kept(Context& context) {
    auto session = Session::open(context);
    if (!session) return session.error();
    auto all = kept_caseloads(*session);
    if (!all) return all.error();
    Verdict verdict;
    proto::Coverage coverage;
    for (const proto::Kept& kept : *all) {
        put_kept(context.out, kept);
        if (Status s = look_at_all(context, *session, kept, verdict, coverage); !s)
            return s.error();
    }
    if (all->empty()) {
        context.out.talk("nobody is kept; rilon screen … --keep 90d keeps who is screened");
        return exit_done;
    }
    put_coverage(context.out, coverage);
    return verdict.exit();
}

Result<int> forget_kept(Context& context, const std::string& id) {
    auto session = Session::open(context);
    if (!session) return session.error();
    auto all = kept_caseloads(*session);
    if (!all) return all.error();
    std::size_t gone = 0;
    for (const proto::Kept& kept : *all) {
        if (id != "all" && id != short_keep_id(kept.keep_id())) continue;
        if (Status s = forget(*session, kept.keep_id()); !s) return s.error();
        context.out.talk(
            fmt::format("forgotten: {}, {}", short_keep_id(kept.keep_id()), persons(kept.rows())));
        ++gone;
    }
    if (gone == 0 && id != "all")
        return problem(Errc::not_found, "nobody is kept as " + id,
                       "rilon screen --kept lists them");
    return exit_done;
}

}  // namespace rilon
