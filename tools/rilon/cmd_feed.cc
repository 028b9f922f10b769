// rilon feed (NDJSON of CloudEvents, for programs) and rilon watch (live, for people). The cursor
// moves only after the lines before it were flushed; the node is told after the cursor is durable.
#include <fmt/format.h>

#include <algorithm>

#include "node/system.h"
#include "protocol/feed_cursor.h"
#include "tools/exit_code.h"
#include "tools/problem.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/json_lines.h"
#include "tools/rilon/kept.h"
#include "tools/rilon/notifier.h"
#include "tools/rilon/operation.h"
#include "tools/rilon/output.h"
#include "tools/rilon/profile.h"
#include "tools/rilon/resume_file.h"
#include "tools/rilon/session.h"
#include "tools/rilon/view.h"

namespace rilon {
namespace {

constexpr std::uint32_t batch_max = 256;
constexpr std::chrono::milliseconds wait_max{30'000};

struct Feed {
    ResumePoint point;
    std::string resume_path;  // Empty: nothing is kept, nothing acknowledged.
    std::vector<std::string> types;
    bool from_now = false;
    bool onward = false;                        // Requests of onward release and answers too.
    std::chrono::milliseconds wait = wait_max;  // For something to come; none looks only.
};

// The kinds of alert of "--filter type=travel-fraud".
Status read_filters(const Args& args, Feed& feed) {
    for (const std::string& filter : args.all("filter")) {
        if (!filter.starts_with("type=") || filter.size() == 5)
            return problem(Errc::usage, "--filter " + filter + " is not known",
                           "write --filter type=KIND");
        auto kind = known_kind("--filter", filter.substr(5));
        if (!kind) return kind.error();
        feed.types.push_back(*kind);
    }
    return {};
}

Result<Feed> read_feed(const Context& context) {
    Feed feed;
    if (Status s = read_filters(context.args, feed); !s) return s.error();
    if (context.args.has("once")) feed.wait = {};
    const std::string from = context.args.get("from");
    if (context.args.has("resume")) {
        if (!from.empty() && from != "start")
            return problem(Errc::usage, "--resume goes with --from start only",
                           "the file knows the place");
        SystemRng rng;
        feed.resume_path = context.args.get("resume");
        auto point = load_resume(feed.resume_path, rng);
        if (!point) return point.error();
        feed.point = *point;
        if (from == "start") feed.point.cursor.clear();  // The same consumer, everything once more.
        return feed;
    }
    if (from == "now")
        feed.from_now = true;
    else if (!from.empty() && from != "start" && !parse_feed_cursor(from))
        return problem(Errc::usage, "not a cursor: " + from,
                       "take riloncursor of an event, or start, or now");
    else if (from != "start")
        feed.point.cursor = from;
    return feed;
}

Result<proto::FeedResponse> next_batch(Session& session, const Feed& feed,
                                       std::uint64_t timeout_ms) {
    proto::Request request;
    proto::FeedRequest& ask = *request.mutable_feed();
    ask.set_consumer(feed.point.consumer);
    ask.set_after(feed.point.cursor);
    ask.set_max(batch_max);
    const auto wait_ms = static_cast<std::uint32_t>(feed.wait.count());
    ask.set_wait_ms(wait_ms);
    ask.set_from_now(feed.from_now && feed.point.cursor.empty());
    ask.set_onward(feed.onward);
    for (const std::string& type : feed.types) ask.add_types(type);
    auto response = session.call(request, timeout_ms + wait_ms);
    if (!response) return response.error();
    return std::move(*response->mutable_feed());
}

// An expired cursor is no misfortune, as long as one knows what to do.
Error with_way_on(const Error& error, const Feed& feed) {
    if (error.code != Errc::not_found) return error;
    const std::string file = feed.resume_path.empty() ? "" : " --resume " + shown(feed.resume_path);
    return problem(error.code, explain(error).message,
                   "rilon feed" + file + " --from start: everything comes once more, removals too");
}

// Durable here, then told to the node.
Status remember(Session& session, const Feed& feed, std::uint64_t timeout_ms) {
    if (feed.resume_path.empty()) return {};  // Only looked on: nothing is kept.
    if (Status s = save_resume(feed.resume_path, feed.point); !s) return s;
    proto::Request request;
    request.mutable_feed_ack()->set_consumer(feed.point.consumer);
    request.mutable_feed_ack()->set_cursor(feed.point.cursor);
    auto response = session.call(request, timeout_ms);
    if (!response) return response.error();
    return {};
}

std::string watch_line(const proto::FeedEvent& event, const Output& out) {
    if (event.type() == "published") return inbox_line(event.row(), out);
    const std::string id = short_form(event.row().alert_id());
    if (event.type() == "removed")
        return fmt::format("{}  {} ({})", id, out.paint(Paint::faint, "removed"),
                           shown(event.reason()));
    if (event.type() == "confirmed" || event.type() == "disputed")
        return fmt::format("{}  {} by {}", id, event.type(), shown(event.row().origin()));
    if (event.type() == "hit") return fmt::format("{}  hit at {}", id, shown(event.row().origin()));
    if (event.type() == "asked")
        return fmt::format("{}  {} asks that others may have it: rilon release", id,
                           shown(event.onward().node()));
    if (event.type() == "answered")
        return fmt::format("{}  your request is {}: rilon release", id,
                           shown(event.onward().state()));
    return fmt::format("{}  {}: {}", id, shown(event.type()), shown(title_of(event.row())));
}

// Who looks elsewhere is told of what others say, not of what is taken away.
bool worth_telling(const proto::FeedEvent& event) {
    return !event.row().own() && event.type() != "removed";
}

// Whom this officer keeps a look-out for: screened at once against what came.
Status look_for_kept(Context& context, Session& session, const proto::FeedResponse& batch,
                     const std::string& from) {
    const bool fresh = std::any_of(
        batch.events().begin(), batch.events().end(), [](const proto::FeedEvent& event) {
            return event.type() == "published" || event.type() == "superseded";
        });
    if (!fresh || from.empty()) return {};
    auto all = kept_caseloads(session);
    if (!all) return all.error();
    for (const proto::Kept& kept : *all)
        if (auto look = look_again(context, session, kept, from); !look) return look.error();
    return {};
}

constexpr std::uint32_t precedence_urgent = 2;

Result<Notices> load_notices(const Context& context) {
    auto profile = load_profile(context.globals.profile);
    if (!profile) return profile.error();
    auto notifiers = notifiers_of(*profile);
    if (!notifiers) return notifiers.error();
    return Notices(std::move(*notifiers));
}

}  // namespace

Result<int> run_feed(Context& context) {
    auto feed = read_feed(context);
    if (!feed) return feed.error();
    auto session = Session::open(context);
    if (!session) return session.error();
    auto hello = session->hello();
    if (!hello) return hello.error();
    const CloudSource source{to_hex(as_bytes(hello->network_id())), hello->node()};
    while (true) {
        auto batch = next_batch(*session, *feed, context.globals.timeout_ms);
        if (!batch) return with_way_on(batch.error(), *feed);
        for (const proto::FeedEvent& event : batch->events())
            context.out.line(cloud_event(event, source));
        if (!context.out.flush()) {  // The cursor stays.
            if (context.out.reader_gone()) return exit_other;
            return problem(Errc::io, "the events could not all be written",
                           "look at the disk or the program that reads them; they come again");
        }
        const bool moved = !batch->cursor().empty() && batch->cursor() != feed->point.cursor;
        if (moved) feed->point.cursor = batch->cursor();
        if (moved)
            if (Status s = remember(*session, *feed, context.globals.timeout_ms); !s)
                return s.error();
        if (feed->wait.count() == 0 && batch->events_size() == 0) return exit_done;
    }
}

Result<int> run_watch(Context& context) {
    Feed feed;
    feed.from_now = true;
    feed.onward = true;
    if (context.args.has("type")) {
        auto kind = known_kind("--type", context.args.get("type"));
        if (!kind) return kind.error();
        feed.types.push_back(*kind);
    }
    auto notices = load_notices(context);
    if (!notices) return notices.error();
    auto session = Session::open(context);
    if (!session) return session.error();
    auto now = next_batch(*session, feed, context.globals.timeout_ms);
    if (!now) return now.error();
    feed.point.cursor = now->cursor();
    context.out.talk(
        "watching; Ctrl-C ends it");  // True from here on: nothing that comes is missed.
    while (true) {
        feed.wait = notices->idle(std::chrono::steady_clock::now(), wait_max);
        auto batch = next_batch(*session, feed, context.globals.timeout_ms);
        if (!batch) return batch.error();
        for (const proto::FeedEvent& event : batch->events()) {
            context.out.line(!context.out.json()  ? watch_line(event, context.out)
                             : event.has_onward() ? json_onward(event.onward())
                                                  : json_alert(event.row()));
            if (worth_telling(event)) notices->came(event.row().precedence() >= precedence_urgent);
        }
        if (Status s = look_for_kept(context, *session, *batch, feed.point.cursor); !s)
            return s.error();
        if (!context.out.flush()) return exit_done;
        if (!batch->cursor().empty()) feed.point.cursor = batch->cursor();
        for (const Error& failed : notices->tend(std::chrono::steady_clock::now()))
            context.out.warn(shown(failed.detail));
    }
}

}  // namespace rilon
