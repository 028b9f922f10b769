// rilon import csv: rows of a table as alerts, one posting each, after a look at how many of which
// kind go to whom. Run again it goes on: what our node posted under a reference is not posted
// twice.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "node/system.h"
#include "protocol/alert.h"
#include "tools/exit_code.h"
#include "tools/problem.h"
#include "tools/rilon/caseload.h"
#include "tools/rilon/column_map.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/import_csv.h"
#include "tools/rilon/json_lines.h"
#include "tools/rilon/output.h"
#include "tools/rilon/policy.h"
#include "tools/rilon/posting.h"
#include "tools/rilon/preview.h"
#include "tools/rilon/progress.h"
#include "tools/rilon/terminal.h"

namespace rilon {
namespace {

constexpr std::size_t problems_shown = 20;
constexpr std::size_t groups_shown = 12;

Result<ImportFile> read_file_of(Context& context) {
    ImportWish wish;
    wish.template_name = context.args.get("template");
    wish.now = UnixMillis{now_ms()};
    wish.today = civil_today();
    auto names = column_map(context.args);
    if (!names) return names.error();
    wish.names = std::move(*names);
    auto policy = load_policy();
    if (!policy) return policy.error();
    wish.policy = *policy;
    auto text = Terminal::read_input(context.args.word(0), caseload_bytes_max);
    if (!text) return text.error();
    SystemRng rng;
    return read_import_csv(*text, wish, rng);
}

// With JSON the closing line names them all.
void tell_problems(Context& context, const ImportFile& file, std::size_t from) {
    if (context.out.json()) return;
    const std::size_t all = file.problems.size() - from;
    const std::size_t shows = context.out.verbose() ? all : std::min(all, problems_shown);
    for (std::size_t i = 0; i < shows; ++i)
        context.out.warn(fmt::format("line {}: {}", file.problems[from + i].line,
                                     shown(file.problems[from + i].what)));
    if (all > shows)
        context.out.warn(fmt::format("… and {} more lines (-v shows them)", all - shows));
}

// The references under which this node has alerts that are not withdrawn.
Result<std::set<std::string>> own_references(Session& session) {
    std::set<std::string> out;
    proto::Request request;
    proto::FeedRequest& feed = *request.mutable_feed();
    for (const char* kind : {"lookout", "travel-fraud", "lost-stolen"}) feed.add_types(kind);
    while (true) {
        auto page = session.call(request);
        if (!page) return page.error();
        for (const proto::FeedEvent& event : page->feed().events()) {
            if (!event.row().own() || !event.row().has_alert()) continue;
            std::string reference = import_reference(event.row().alert());
            if (!reference.empty()) out.insert(std::move(reference));
        }
        if (page->feed().cursor() == feed.after()) return out;
        feed.set_after(page->feed().cursor());
    }
}

std::size_t drop_posted(ImportFile& file, const std::set<std::string>& known) {
    return std::erase_if(file.rows, [&](const ImportRow& row) {
        return !row.reference.empty() && known.contains(row.reference);
    });
}

// What the release rule looks at: rows alike in it have the same readers.
std::string release_key(const proto::Alert& alert) {
    proto::Alert key;
    key.set_protection(alert.protection());
    *key.mutable_holder() = alert.holder();
    *key.mutable_travel_fraud() = alert.travel_fraud();
    for (const proto::PersonRecord& person : alert.persons()) {
        proto::PersonRecord& kept = *key.add_persons();
        *kept.mutable_nationalities() = person.nationalities();
        kept.set_country_of_birth(person.country_of_birth());
    }
    for (const proto::DocumentRecord& document : alert.documents())
        key.add_documents()->set_issuer(document.issuer());
    return kind_name(alert) + ":" + key.SerializeAsString();
}

struct Group {
    std::size_t rows = 0;
    const ImportRow* first = nullptr;
};

std::vector<Group> groups_of(const ImportFile& file) {
    std::map<std::string, Group> by_key;
    for (const ImportRow& row : file.rows) {
        Group& group = by_key[release_key(row.alert)];
        if (group.rows++ == 0) group.first = &row;
    }
    std::vector<Group> out;
    for (const auto& [key, group] : by_key) out.push_back(group);
    std::sort(out.begin(), out.end(), [](const Group& a, const Group& b) {
        return a.rows != b.rows ? a.rows > b.rows : a.first->line < b.first->line;
    });
    return out;
}

proto::PrepareRequest prepare_of(const ImportRow& row, const proto::Wish& wish) {
    proto::PrepareRequest out;
    *out.mutable_wish() = wish;
    *out.mutable_operation()->mutable_publish() = row.alert;
    return out;
}

// Who would read, by asking the node for the first row of each group; nothing of it is committed.
Status show_groups(Context& context, Session& session, const ImportFile& file,
                   const proto::Wish& wish) {
    auto hello = session.hello();
    if (!hello) return hello.error();
    const std::vector<Group> groups = groups_of(file);
    const bool data = context.args.has("dry-run") && !context.out.json();
    const auto say = [&](const std::string& line) {
        if (data)
            context.out.line(line);
        else if (!context.out.json())
            context.out.warn(line);
    };
    for (std::size_t i = 0; i < std::min(groups.size(), groups_shown); ++i) {
        const Group& group = groups[i];
        say(fmt::format("{} × {}, as line {}", group.rows, kind_name(group.first->alert),
                        group.first->line));
        proto::Request request;
        *request.mutable_prepare() = prepare_of(*group.first, wish);
        auto response = session.call(request);
        if (!response) {
            const Problem p = explain(response.error());
            if (p.code != Errc::no_readers && p.code != Errc::invalid) return response.error();
            say("  nobody: " + shown(p.message));
            continue;
        }
        if (context.out.json() && context.args.has("dry-run"))
            context.out.line(json_preview(response->prepared()));
        for (const std::string& line : preview_lines(response->prepared(), "", hello->host()))
            say("  " + line);
    }
    std::size_t more = 0;
    for (std::size_t i = groups_shown; i < groups.size(); ++i) more += groups[i].rows;
    if (more > 0) say(fmt::format("{} more, to readers other than these", more));
    return {};
}

// What is wrong with one row, and not with us or the node.
bool of_the_row(Errc code) {
    return code == Errc::usage || code == Errc::invalid || code == Errc::malformed ||
           code == Errc::too_large || code == Errc::no_readers || code == Errc::not_permitted ||
           code == Errc::readers_changed;
}

// Gives how many were posted; rows that were refused join the problems.
Result<std::size_t> post_rows(Context& context, Session& session, ImportFile& file,
                              const proto::Wish& wish) {
    Progress progress(context.out, file.rows.size(), "posted");
    std::size_t posted = 0;
    std::size_t looked_at = 0;
    for (const ImportRow& row : file.rows) {
        Posting posting;
        posting.prepare = prepare_of(row, wish);
        posting.prepare.set_stale_directory(context.args.has("stale-directory"));
        progress.step(looked_at++);
        Status s = post_quietly(session, posting);
        if (s) {
            ++posted;
            continue;
        }
        const Problem p = explain(s.error());
        if (!of_the_row(p.code))
            return problem(
                p.code,
                fmt::format("stopped at line {}, {} posted: {}", row.line, posted, p.message),
                p.remedy + (p.remedy.empty() ? "" : "; ") +
                    "then run it again: no reference is posted twice");
        file.problems.push_back({row.line, p.message});
    }
    return posted;
}

int finish(Context& context, const ImportFile& file, const ImportCounts& counts) {
    if (context.out.json()) context.out.line(json_imported(counts, file.problems));
    return file.problems.empty() ? exit_done : exit_code(Errc::invalid);
}

}  // namespace

Result<int> run_import_csv(Context& context) {
    auto file = read_file_of(context);
    if (!file) return file.error();
    for (const std::string& column : file->ignored)
        context.out.talk("column left alone: " + shown(column));
    tell_problems(context, *file, 0);
    const std::size_t unreadable = file->problems.size();
    ImportCounts counts;
    counts.rows = file->rows.size() + unreadable;
    if (file->rows.empty()) {
        context.out.talk("no row makes an alert; nothing was posted");
        return finish(context, *file, counts);
    }
    auto session = Session::open(context);
    if (!session) return session.error();
    const bool referenced = std::any_of(file->rows.begin(), file->rows.end(),
                                        [](const ImportRow& r) { return !r.reference.empty(); });
    if (referenced) {
        auto known = own_references(*session);
        if (!known) return known.error();
        counts.already = drop_posted(*file, *known);
    }
    context.out.talk(fmt::format("{} rows: {} to post, {} posted before, {} refused", counts.rows,
                                 file->rows.size(), counts.already, unreadable));
    if (!referenced)
        context.out.talk("! no column reference: run again, it posts everything once more");
    if (file->rows.empty()) return finish(context, *file, counts);
    proto::Wish wish;
    if (Status s = read_wish(context.args, wish); !s) return s.error();
    if (Status s = choose_audience(context, *session, wish); !s) return s.error();
    if (Status s = show_groups(context, *session, *file, wish); !s) return s.error();
    if (context.args.has("dry-run")) return finish(context, *file, counts);
    auto sure = context.terminal.confirm(
        fmt::format("Post {} alerts to {}? [y/N] ", file->rows.size(), shown(wish.audience())));
    if (!sure) return sure.error();
    if (!*sure) return problem(Errc::interrupted, "nothing was posted", "");
    auto posted = post_rows(context, *session, *file, wish);
    if (!posted) return posted.error();
    counts.posted = *posted;
    tell_problems(context, *file, unreadable);
    context.out.talk(fmt::format("✓ {} alerts posted to {}", *posted, shown(wish.audience())));
    return finish(context, *file, counts);
}

}  // namespace rilon
