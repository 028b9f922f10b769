#include "tools/rilon/posting.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "config/file_io.h"
#include "node/system.h"
#include "protocol/alert.h"
#include "protocol/entry.h"
#include "protocol/narrowing.h"
#include "protocol/officer.h"
#include "protocol/short_id.h"
#include "tools/exit_code.h"
#include "tools/problem.h"
#include "tools/rilon/attaching.h"
#include "tools/rilon/columns.h"
#include "tools/rilon/json_lines.h"
#include "tools/rilon/output.h"
#include "tools/rilon/policy.h"
#include "tools/rilon/preview.h"
#include "tools/rilon/terminal.h"

namespace rilon {
namespace {

constexpr int previews_max = 3;
constexpr const char* draft_prefix = "draft-";
constexpr std::size_t preview_indent = 29;  // Behind the count of missions.
constexpr std::uint32_t held_wait_ms_max = 60'000;
// A person at a terminal sees the first receipts; a script is answered at once.
constexpr std::uint32_t glance_ms = 400;

void show_preview(Context& context, const proto::PreparedResponse& prepared, const Posting& posting,
                  const std::string& host) {
    if (context.out.json()) {
        if (context.args.has("dry-run")) context.out.line(json_preview(prepared));
        return;
    }
    const bool dry = context.args.has("dry-run");
    const std::size_t columns = dry ? context.out.columns() : context.out.columns_talk();
    for (const std::string& whole : preview_lines(prepared, posting.headline, host))
        for (const std::string& line :
             folded(whole, columns, whole.find("withheld: ") < columns ? preview_indent : 2))
            dry ? context.out.line(line) : context.out.warn(line);
}

// [y/N/readers]: readers lists them and asks again.
Result<bool> officer_agrees(Context& context, const proto::PreparedResponse& prepared) {
    while (true) {
        if (context.terminal.says_yes()) return true;
        auto answer = context.terminal.choose("Post? [y/N/readers] ", {"yes", "no", "readers"},
                                              "no", "look at --dry-run, then add --yes");
        if (!answer) return answer.error();
        if (*answer != "readers") return *answer == "yes";
        for (const std::string& line : reader_lines(prepared)) context.terminal.show(line + "\n");
    }
}

// Of a second officer's word: the alert that was looked at, released or asking no longer; a
// document part that its issuer is told of may be new.
bool decides(const Posting& posting, const proto::PreparedPart& part,
             const proto::Operation& operation) {
    if (part.part() == part_document) return operation.has_supersede() || operation.has_publish();
    const proto::Alert& alert = operation.supersede().alert();
    auto id = AlertId::parse(alert.alert_id());
    return id && format_alert_id(*id) == posting.prepare.alert() && !alert.has_release_request() &&
           alert.released().empty() == posting.prepare.release().decline();
}

// Of a narrowing, two parts after one another: the same text for fewer, and the withdrawal that
// leaves it to those whom its token was given. Of a document part the officer saw no text here.
bool narrows_it(const Posting& posting, const proto::PreparedResponse& prepared) {
    if (prepared.parts().empty() || prepared.parts_size() % 2 != 0) return false;
    for (int i = 0; i < prepared.parts_size(); i += 2) {
        const proto::PreparedPart& few = prepared.parts(i);
        const proto::PreparedPart& all = prepared.parts(i + 1);
        proto::Operation goes_on, back;
        auto id = AlertId::parse(few.alert_id());
        if (!id || all.alert_id() != few.alert_id() || !goes_on.ParseFromString(few.operation()) ||
            !back.ParseFromString(all.operation()) || !narrows(back.withdraw()))
            return false;
        const auto opened = opened_by(goes_on.supersede(), *id);
        if (opened.empty() || opened.back().str() != back.withdraw().successor()) return false;
        proto::Alert text = goes_on.supersede().alert();
        text.set_revision(posting.text.revision());
        text.set_created_ms(posting.text.created_ms());
        const bool same = format_alert_id(*id) == posting.prepare.alert() &&
                          text.SerializeAsString() == posting.text.SerializeAsString();
        if (!same && few.part() != part_document) return false;
    }
    return true;
}

// The letter of an onward release: to one node, of what the officer wrote and, in an answer, to the
// request that he looked at.
bool is_the_letter(const Posting& posting, const proto::PreparedPart& part) {
    proto::Operation operation;
    if (part.readers_size() != 1 || !operation.ParseFromString(part.operation())) return false;
    const proto::OnwardWish& wish = posting.prepare.onward();
    const proto::OnwardDecision& decision = posting.prepare.onward_decision();
    if (posting.prepare.has_onward()) {
        const proto::OnwardRequest& request = operation.onward_request();
        return operation.has_onward_request() && request.outside() == wish.outside() &&
               request.reason() == wish.reason() && request.nodes().empty() == wish.to().empty();
    }
    const proto::OnwardAnswer& answer = operation.onward_answer();
    return operation.has_onward_answer() && answer.request_id() == posting.onward.request_id() &&
           answer.granted() == decision.grant() && answer.note() == decision.note() &&
           part.readers(0).name() == posting.onward.node() &&
           part.alert_id() == posting.onward.alert_id();
}

// Beside the letter a grant has the next revision of the alert that was looked at, its text as it
// was, and of its document part; nothing else has anything.
bool passes_on(const Posting& posting, const proto::PreparedResponse& prepared) {
    if (prepared.parts().empty() || !is_the_letter(posting, *prepared.parts().rbegin()))
        return false;
    for (int i = 0; i + 1 < prepared.parts_size(); ++i) {
        const proto::PreparedPart& part = prepared.parts(i);
        proto::Operation operation;
        if (!posting.prepare.onward_decision().grant() ||
            !operation.ParseFromString(part.operation()) || !operation.has_supersede())
            return false;
        proto::Alert text = operation.supersede().alert();
        text.set_revision(posting.text.revision());
        text.set_created_ms(posting.text.created_ms());
        if (part.part() == part_document) continue;
        if (i != 0 || part.alert_id() != posting.onward.alert_id() ||
            text.SerializeAsString() != posting.text.SerializeAsString())
            return false;
    }
    return true;
}

const proto::Alert& alert_in(const proto::Operation& operation) {
    return operation.has_supersede() ? operation.supersede().alert() : operation.publish();
}

// The pictures that the officer named, and in the person part alone.
bool same_attachments(const Posting& posting, const proto::PreparedPart& part,
                      const proto::Operation& operation) {
    const proto::Alert& signed_for = alert_in(operation);
    const proto::Alert& asked = alert_in(posting.prepare.operation());
    if (part.part() == part_document) return signed_for.attachments().empty();
    return std::equal(signed_for.attachments().begin(), signed_for.attachments().end(),
                      asked.attachments().begin(), asked.attachments().end(),
                      [](const proto::Attachment& a, const proto::Attachment& b) {
                          return a.SerializeAsString() == b.SerializeAsString();
                      });
}

bool is_onward(const Posting& posting) {
    return posting.prepare.has_onward() || posting.prepare.has_onward_decision();
}

// What is signed has to be what was asked for; the node may have set ids and audiences in it.
bool same_kind(const Posting& posting, const proto::PreparedPart& part) {
    if (posting.prepare.has_narrow() || is_onward(posting)) return true;  // Looked at as a whole.
    proto::Operation operation;
    if (!operation.ParseFromString(part.operation())) return false;
    if (posting.prepare.has_release()) return decides(posting, part, operation);
    if (operation.body_case() != posting.prepare.operation().body_case()) return false;
    if (!same_attachments(posting, part, operation)) return false;
    // To the request that the officer saw, and to no other.
    if (operation.publish().reply().request_id() !=
        posting.prepare.operation().publish().reply().request_id())
        return false;
    if (!operation.has_history()) return true;
    // To the node that was asked for, and to no other.
    return part.readers_size() == 1 && part.readers(0).name() == posting.prepare.history().node() &&
           part.readers(0).node_id() == operation.history().node_id();
}

Result<proto::PostedResponse> commit(Session& session, const Posting& posting,
                                     const proto::PreparedResponse& prepared) {
    auto hello = session.hello();
    if (!hello) return hello.error();
    auto network = NetworkId::parse(hello->network_id());
    if (!network) return network.error();
    if (posting.prepare.has_narrow() && !narrows_it(posting, prepared))
        return {Errc::malformed, "the node's preview is not of the narrowing that was asked for"};
    if (is_onward(posting) && !passes_on(posting, prepared))
        return {Errc::malformed, "the node's preview is not of the release that was asked for"};
    proto::Request request;
    request.mutable_commit()->set_ticket(prepared.ticket());
    for (const proto::PreparedPart& part : prepared.parts()) {
        auto stream = StreamId::parse(part.stream_id());
        auto alert = AlertId::parse(part.alert_id());
        if (!stream || !alert || !same_kind(posting, part))
            return {Errc::malformed, "the node's preview can't be read"};
        auto signature = session.keys().sign(
            officer_message(*network, *stream, *alert, as_bytes(part.operation())));
        if (!signature) return signature.error();
        request.mutable_commit()->add_signatures(signature->str());
    }
    if (Status s = hand_over(session, prepared.ticket(), posting.attached); !s) return s.error();
    auto response = session.call(request);
    if (!response) return response.error();
    return std::move(*response->mutable_posted());
}

// Looked at with each plan: readers change, and so does the file.
Status keeps_to_policy(const Posting& posting, const proto::PreparedResponse& prepared) {
    if (posting.prepare.has_narrow()) return {};  // It tells nobody anything.
    auto policy = load_policy();
    if (!policy) return policy.error();
    return check_never_to(policy->never_to, posting.prepare.operation(), prepared);
}

// PREPARE, look, COMMIT; once more when the readers changed in between.
Result<proto::PostedResponse> negotiate(Context& context, Session& session, const Posting& posting,
                                        bool& dry, proto::PreparedResponse& prepared) {
    auto hello = session.hello();
    if (!hello) return hello.error();
    for (int round = 0; round < previews_max; ++round) {
        proto::Request request;
        *request.mutable_prepare() = posting.prepare;
        request.mutable_prepare()->set_stale_directory(context.args.has("stale-directory"));
        auto response = session.call(request);
        if (!response) return response.error();
        prepared = response->prepared();
        if (Status s = keeps_to_policy(posting, prepared); !s) return s.error();
        show_preview(context, prepared, posting, hello->host());
        dry = context.args.has("dry-run");
        if (dry) return proto::PostedResponse{};
        auto agreed = officer_agrees(context, prepared);
        if (!agreed) return agreed.error();
        if (!*agreed) return problem(Errc::interrupted, "nothing was posted", "");
        auto posted = commit(session, posting, prepared);
        if (posted || posted.code() != Errc::readers_changed) return posted;
        if (context.globals.yes)  // It was said to the readers of before; nobody has seen the new.
            return problem(Errc::readers_changed, "the readers changed between preview and posting",
                           "look at them with --dry-run, then post again");
        context.out.warn("The readers changed in the meantime; these would read now:");
    }
    return problem(Errc::readers_changed, "the readers kept changing", "try again in a moment");
}

// What an officer is told at last: of a new text who holds it, of a withdrawal who has let it go.
std::string last_line(const Posting& posting, const std::string& alert_id,
                      const proto::ReceiptsResponse& receipts) {
    const proto::Operation& operation = posting.prepare.operation();
    if (posting.prepare.has_narrow())
        return narrowed_line(alert_id, count_held(receipts), count_erased(receipts));
    const bool anothers = receipts.receipts_size() > 0 && receipts.receipts(0).of_withdrawal();
    if (operation.has_withdraw() && anothers)
        return others_withdrawn_line(alert_id, count_held(receipts));
    if (operation.has_withdraw()) return withdrawn_line(alert_id, count_redacted(receipts));
    if (operation.has_confirm()) return remark_line("confirmation", alert_id);
    if (operation.has_dispute()) return remark_line("dispute", alert_id);
    if (operation.has_hit()) return remark_line("hit", alert_id);
    return receipt_line(alert_id, count_held(receipts));
}

// A request, or an answer that lets nobody of the network read anything: not the alert's readers
// hold it, and whoever gets it acknowledges no alert.
bool is_letter_alone(const Posting& posting) {
    return posting.prepare.has_onward() ||
           (posting.prepare.has_onward_decision() &&
            (!posting.prepare.onward_decision().grant() || !posting.onward.outside().empty()));
}

void put_last_line(Output& out, const std::string& text) {
    std::vector<std::string> lines = folded(text, out.columns(), 2);
    lines[0] = out.paint(Paint::good, lines[0].substr(0, 3)) + lines[0].substr(3);  // The mark ✓.
    for (const std::string& line : lines) out.line(line);
}

Result<int> receipt(Context& context, Session& session, const Posting& posting,
                    const proto::PostedResponse& posted) {
    const bool wait = context.args.get("wait") == "held";
    const bool glance = isatty(STDOUT_FILENO) == 1 && !context.out.json();
    proto::Request request;
    auto id = AlertId::parse(posted.alert_id());
    if (!id) return id.error();
    request.mutable_receipts()->set_alert(format_alert_id(*id));
    request.mutable_receipts()->set_wait_ms(wait ? held_wait_ms_max : glance ? glance_ms : 0);
    auto response =
        session.call(request, context.globals.timeout_ms + (wait ? held_wait_ms_max : 0));
    if (!response) return response.error();  // It is posted all the same; the caller says so.
    const bool held = response->receipts().held();
    if (context.out.json())
        context.out.line(json_posted(posted, held ? "held" : "stored"));
    else {
        put_last_line(context.out, last_line(posting, posted.alert_id(), response->receipts()));
    }
    if (!wait || held) return exit_done;
    context.out.warn("stored here, not yet held by another node; it goes out when one is reached");
    return exit_queued;
}

}  // namespace

Status read_wish(const Args& args, proto::Wish& wish) {
    if (args.has("to")) wish.set_audience(args.get("to"));
    if (args.has("except-host") || args.has("with-host")) {
        wish.set_except_host(args.has("except-host"));
        wish.set_with_host(args.has("with-host"));
    }
    if (args.has("tell-issuer")) wish.set_tell_issuer(true);
    if (args.has("release-reason")) wish.set_release_reason(args.get("release-reason"));
    for (const std::string& party : args.all("exclude")) wish.add_exclude(party);
    if (args.has("only")) wish.clear_only();
    for (const std::string& list : args.all("only")) {
        std::string_view rest(list);
        while (!rest.empty()) {
            const std::size_t comma = rest.find(',');
            if (comma != 0) wish.add_only(std::string(rest.substr(0, comma)));
            rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
        }
    }
    if (args.has("only") && wish.only().empty())  // Nobody named would be no limit: everybody.
        return problem(Errc::usage, "--only names no node", "give --only NODE,NODE");
    return {};
}

void read_precedence(const Args& args, proto::PrepareRequest& prepare) {
    if (args.has("urgent"))
        prepare.set_precedence(static_cast<std::uint32_t>(Precedence::immediate));
    if (args.has("flash")) prepare.set_precedence(static_cast<std::uint32_t>(Precedence::flash));
}

std::string wish_words(const Args& args) {
    std::string out;
    for (const char* option : {"to", "exclude", "only"})
        for (const std::string& value : args.all(option))
            out += fmt::format(" --{} {}", option, shown(value));
    for (const char* flag : {"except-host", "with-host", "tell-issuer", "urgent", "flash"})
        if (args.has(flag)) out += fmt::format(" --{}", flag);
    return out;
}

Status choose_audience(Context& context, Session& session, proto::Wish& wish) {
    if (!wish.audience().empty()) return {};
    Profile& profile = session.profile();
    if (!profile.default_to.empty()) {
        wish.set_audience(profile.default_to);
        return {};
    }
    auto hello = session.hello();
    if (!hello) return hello.error();
    const std::string offer = hello->rilon();
    auto answer = context.terminal.ask(
        fmt::format("To whom? {0}, {0}/missions, or another audience: ", shown(offer)),
        "give --to AUDIENCE (rilon audience list)");
    if (!answer) return answer.error();
    if (answer->empty())
        return problem(Errc::usage, "an audience is needed",
                       "give --to AUDIENCE (rilon audience list)");
    wish.set_audience(*answer);
    profile.default_to = *answer;
    if (Status s = save_profile(profile); !s) return s;
    context.out.talk("remembered as default_to in " + shown(profile_path(profile.name)));
    return {};
}

Result<int> post(Context& context, Session& session, Posting& posting) {
    read_precedence(context.args, posting.prepare);
    bool dry = false;
    proto::PreparedResponse prepared;
    auto posted = negotiate(context, session, posting, dry, prepared);
    if (!posted) return posted.error();
    if (dry) return exit_done;
    KeptDraft::done_with("/proc/self/fd/0");  // What keep_typed kept, given once more by "<".
    if (prepared.has_history()) {             // No alert that anybody acknowledges.
        context.out.line(context.out.json() ? json_history(prepared.history())
                                            : given_line(prepared.history()));
        return exit_done;
    }
    if (is_letter_alone(posting)) {
        if (context.out.json())
            context.out.line(json_posted(*posted, "stored"));
        else
            put_last_line(context.out,
                          letter_line(posting.prepare.has_onward() ? "request" : "answer",
                                      posted->alert_id()));
        return exit_done;
    }
    auto done = receipt(context, session, posting, *posted);
    if (done) return done;
    // Posted all the same; only who holds it is not known now.
    context.out.warn("who holds it can't be said now: " + shown(explain(done.error()).message));
    proto::ReceiptsResponse unknown;
    for (const proto::PreparedPart& part : prepared.parts())
        for (const proto::Reader& reader : part.readers())
            (part.takes_back() ? unknown.add_narrowed() : unknown.add_receipts())
                ->set_node(reader.name());
    if (context.out.json())
        context.out.line(json_posted(*posted, "stored"));
    else
        put_last_line(context.out, last_line(posting, posted->alert_id(), unknown));
    return context.args.has("wait") ? exit_queued : exit_done;
}

Status post_quietly(Session& session, const Posting& posting) {
    proto::Request request;
    *request.mutable_prepare() = posting.prepare;
    auto response = session.call(request);
    if (!response) return response.error();
    if (Status s = keeps_to_policy(posting, response->prepared()); !s) return s;
    auto posted = commit(session, posting, response->prepared());
    if (!posted) return posted.error();
    return {};
}

Error keep_typed(const std::vector<std::string>& words, const std::string& text, std::string again,
                 const Error& error) {
    if (words != std::vector<std::string>{"-"} || text.empty()) return error;
    auto draft = KeptDraft::keep(text, std::move(again));
    return draft ? draft->kept(error) : error;
}

Result<KeptDraft> KeptDraft::keep(const std::string& text, std::string resume) {
    auto directory = draft_directory();
    if (!directory) return directory.error();
    SystemRng rng;
    const std::string path = *directory + "/" + draft_prefix + rng.bytes<Random16>().brief();
    if (Status s = write_file(path, as_bytes(text), FileMode::secret, Overwrite::refuse); !s)
        return s.error();
    return KeptDraft(path, std::move(resume));
}

void KeptDraft::done() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
}

void KeptDraft::done_with(const std::string& path) {
    auto directory = draft_directory();
    if (!directory) return;
    std::error_code ignored;
    const std::filesystem::path file = std::filesystem::weakly_canonical(path, ignored);
    const bool kept_here =
        file.parent_path() == std::filesystem::weakly_canonical(*directory, ignored) &&
        file.filename().string().starts_with(draft_prefix);
    if (kept_here) std::filesystem::remove(file, ignored);
}

Error KeptDraft::kept(const Error& error) const {
    const Problem p = explain(error);
    const std::string resume = "the draft is kept: " + resume_ + " " + path_;
    return problem(p.code, p.message, p.remedy.empty() ? resume : p.remedy + "; " + resume);
}

}  // namespace rilon
