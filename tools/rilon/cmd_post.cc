// rilon post, rilon say: a new alert.
#include <fmt/format.h>

#include <algorithm>

#include "node/system.h"
#include "protocol/alert.h"
#include "tools/alert_input.h"
#include "tools/problem.h"
#include "tools/rilon/alert_draft.h"
#include "tools/rilon/attaching.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/output.h"
#include "tools/rilon/posting.h"
#include "tools/rilon/publish.h"
#include "tools/rilon/terminal.h"

namespace rilon {
namespace {

Result<proto::PrepareRequest> edited(Context& context, const proto::Alert& alert) {
    // The text says nothing of the readers.
    const std::string resume =
        "rilon post" + wish_words(context.args) + attach_words(context.args) + " -f";
    auto text = edit_text(context, alert_to_text(alert), resume);
    if (!text) return text.error();
    auto changed = alert_from_text(*text, alert);
    if (!changed) {  // What was typed outlives what is wrong with it.
        auto draft = KeptDraft::keep(*text, resume);
        return draft ? draft->kept(changed.error()) : changed.error();
    }
    proto::PrepareRequest posting;
    *posting.mutable_operation()->mutable_publish() = std::move(*changed);
    return posting;
}

// What may stand beside a file: who reads, and how it goes. Content is in the file: an option that
// was passed over, as --tlp RED, would post what the officer did not mean.
bool beside_file(const std::string& option) {
    constexpr std::string_view known[] = {
        "file",   "to",          "except-host",    "with-host", "exclude",
        "only",   "tell-issuer", "release-reason", "dry-run",   "stale-directory",
        "urgent", "flash",       "wait",           "attach",    "caption"};
    for (const OptionSpec& global : global_options())
        if (std::string_view(global.names).ends_with("--" + option)) return true;
    return std::find(std::begin(known), std::end(known), option) != std::end(known);
}

Status check_beside_file(const Context& context) {
    for (const std::string& option : context.args.given())
        if (!beside_file(option))
            return problem(Errc::usage, "--" + option + " has no effect on a file",
                           "write it into the file, or leave out -f");
    return {};
}

Result<proto::PrepareRequest> posting_of(Context& context) {
    const bool file = context.args.has("file");
    const std::string word = context.args.word(0);
    if (file && !word.empty())
        return problem(Errc::usage, "a file by -f and " + word + " exclude each other",
                       "give one of them");
    if (file || word == "-") {
        if (Status s = check_beside_file(context); !s) return s.error();
        auto text = Terminal::read_input(file ? context.args.get("file") : "-", draft_bytes_max);
        if (!text) return text.error();
        auto posting = posting_from_text(*text);
        if (posting || file) return posting;
        return keep_typed({word}, *text, "rilon post -f", posting.error());
    }
    if (!word.empty())
        return problem(Errc::usage, "rilon post takes a template by -t", "rilon post -t " + word);
    auto alert = alert_from_options(context);
    if (!alert) return alert.error();
    const bool bare = !context.args.has("mrz") && !context.args.has("template");
    if (context.args.has("edit") || (bare && context.terminal.can_ask()))
        return edited(context, *alert);
    proto::PrepareRequest posting;
    *posting.mutable_operation()->mutable_publish() = std::move(*alert);
    return posting;
}

}  // namespace

Result<int> run_post(Context& context) {
    auto posting = posting_of(context);
    if (!posting) return posting.error();
    auto done = publish(context, std::move(*posting));
    if (done && context.args.has("file") && !context.args.has("dry-run"))
        KeptDraft::done_with(context.args.get("file"));
    return done;
}

Result<int> run_say(Context& context) {
    auto text = text_of_words(context.args.words());
    if (!text) return text.error();
    PostRequest request;
    request.template_name = "bulletin";
    request.text = *text;
    request.tlp = context.args.get("tlp");
    request.today = civil_today();
    SystemRng rng;
    auto alert = build_alert(request, UnixMillis{now_ms()}, rng);
    if (!alert) return keep_typed(context.args.words(), *text, "rilon say - <", alert.error());
    proto::PrepareRequest posting;
    *posting.mutable_operation()->mutable_publish() = std::move(*alert);
    return publish(context, std::move(posting));
}

}  // namespace rilon
