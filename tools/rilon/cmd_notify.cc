// rilon notify: by what a watch tells an officer who looks elsewhere that something came.
#include <fmt/format.h>

#include <charconv>

#include "tools/exit_code.h"
#include "tools/problem.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/json_lines.h"
#include "tools/rilon/notifier.h"
#include "tools/rilon/output.h"
#include "tools/rilon/profile.h"

namespace rilon {
namespace {

struct Kept {
    Profile profile;
    std::vector<Notifier> notifiers;
};

Result<Kept> load_notifiers(const Context& context) {
    auto profile = load_profile(context.globals.profile);
    if (!profile) return profile.error();
    auto notifiers = notifiers_of(*profile);
    if (!notifiers) return notifiers.error();
    return Kept{std::move(*profile), std::move(*notifiers)};
}

Status save_notifiers(Kept& kept) {
    kept.profile.notify = format_notifiers(kept.notifiers);
    return save_profile(kept.profile);
}

Result<Notifier> notifier_of(const Args& args) {
    Notifier out;
    const std::string way = args.word(0);
    const bool takes_place = way != "desktop";
    if (way == "email")
        out.way = Notifier::Way::email;
    else if (way == "exec")
        out.way = Notifier::Way::exec;
    else if (takes_place)
        return problem(Errc::usage, "no way to tell anybody: " + way,
                       "rilon notify add desktop, email ADDRESS or exec /PATH/PROGRAM");
    if (takes_place != (args.words().size() == 2))
        return problem(Errc::usage,
                       takes_place ? way + " needs to know where to" : "desktop takes nothing more",
                       "rilon notify add desktop, email ADDRESS or exec /PATH/PROGRAM");
    out.to = args.word(1);
    out.urgent_only = args.has("urgent");
    return out;
}

// With what became of it, where it was tried.
void show_notifier(Output& out, std::size_t number, const Notifier& notifier,
                   const std::string& outcome = "") {
    const std::string text = format_notifier(notifier);
    if (!out.json())
        return out.line(fmt::format("{}  {}{}{}", number, shown(text), outcome.empty() ? "" : ": ",
                                    shown(outcome)));
    std::vector<JsonField> fields{{"number", std::to_string(number)}, {"notifier", text}};
    if (!outcome.empty()) fields.push_back({"outcome", outcome});
    out.line(json_plain("notifier", fields));
}

}  // namespace

Result<int> run_notify(Context& context) {
    auto kept = load_notifiers(context);
    if (!kept) return kept.error();
    for (std::size_t i = 0; i < kept->notifiers.size(); ++i)
        show_notifier(context.out, i + 1, kept->notifiers[i]);
    if (kept->notifiers.empty())
        context.out.talk("nothing tells you of what comes; rilon notify add desktop");
    return exit_done;
}

Result<int> run_notify_add(Context& context) {
    auto notifier = notifier_of(context.args);
    if (!notifier) return notifier.error();
    auto kept = load_notifiers(context);
    if (!kept) return kept.error();
    if (Status s = check_notifier(*notifier); !s) return s.error();
    if (kept->notifiers.size() == notifiers_max)
        return problem(Errc::usage, fmt::format("there are {} already", notifiers_max),
                       "rilon notify remove NUMBER");
    kept->notifiers.push_back(std::move(*notifier));
    if (Status s = save_notifiers(*kept); !s) return s.error();
    show_notifier(context.out, kept->notifiers.size(), kept->notifiers.back());
    context.out.talk("it tells you while rilon watch runs; try it: rilon notify test");
    return exit_done;
}

Result<int> run_notify_remove(Context& context) {
    auto kept = load_notifiers(context);
    if (!kept) return kept.error();
    const std::string word = context.args.word(0);
    std::size_t number = 0;
    auto [end, bad] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (bad != std::errc() || end != word.data() + word.size())
        return problem(Errc::usage, "not a number: " + word, "rilon notify shows the numbers");
    if (number == 0 || number > kept->notifiers.size())
        return problem(Errc::not_found, "there is no number " + word,
                       "rilon notify shows the numbers");
    kept->notifiers.erase(kept->notifiers.begin() + static_cast<std::ptrdiff_t>(number - 1));
    if (Status s = save_notifiers(*kept); !s) return s.error();
    return exit_done;
}

Result<int> run_notify_test(Context& context) {
    auto kept = load_notifiers(context);
    if (!kept) return kept.error();
    if (kept->notifiers.empty())
        return problem(Errc::usage, "there is nothing to try", "rilon notify add desktop");
    int code = exit_done;
    for (std::size_t i = 0; i < kept->notifiers.size(); ++i) {
        NoticeRun run;
        Status status = run.start(kept->notifiers[i], std::chrono::steady_clock::now());
        if (status.ok()) status = run.wait();
        if (!status.ok()) code = exit_other;
        show_notifier(context.out, i + 1, kept->notifiers[i],
                      status.ok() ? "told" : "failed: " + explain(status.error()).message);
    }
    return code;
}

}  // namespace rilon
