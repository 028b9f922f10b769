// rilon import un-list: the UN Security Council's consolidated list as lookouts, one posting each.
#include <fmt/format.h>
#include <unistd.h>

#include "node/system.h"
#include "protocol/alert.h"
#include "tools/exit_code.h"
#include "tools/problem.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/output.h"
#include "tools/rilon/posting.h"
#include "tools/rilon/terminal.h"
#include "tools/un_list.h"

namespace rilon {
namespace {

constexpr std::size_t progress_step = 50;

}  // namespace

Result<int> run_import_un_list(Context& context) {
    auto xml = Terminal::read_input(context.args.word(0), un_list_bytes_max);
    if (!xml) return xml.error();
    SystemRng rng;
    auto list = read_un_list(*xml, UnixMillis{now_ms()}, rng);
    if (!list) return list.error();
    for (const std::string& note : list->notes)
        if (context.out.verbose()) context.out.talk("note: " + shown(note));
    context.out.talk(fmt::format("{} individuals; the list of {}; {} notes{}", list->alerts.size(),
                                 shown(list->generated), list->notes.size(),
                                 context.out.verbose() ? "" : " (-v shows them)"));
    if (context.args.has("dry-run")) {
        for (const proto::Alert& alert : list->alerts)
            context.out.line(
                fmt::format("{:<12} {}", shown(alert.lookout().reference()), shown(alert.title())));
        return exit_done;
    }
    auto session = Session::open(context);
    if (!session) return session.error();
    proto::Wish wish;
    if (Status s = read_wish(context.args, wish); !s) return s.error();
    if (Status s = choose_audience(context, *session, wish); !s) return s.error();
    auto sure = context.terminal.confirm(
        fmt::format("Post {} lookouts to {}? [y/N] ", list->alerts.size(), shown(wish.audience())));
    if (!sure) return sure.error();
    if (!*sure) return problem(Errc::interrupted, "nothing was posted", "");
    std::size_t done = 0;
    for (const proto::Alert& alert : list->alerts) {
        Posting posting;
        *posting.prepare.mutable_wish() = wish;
        *posting.prepare.mutable_operation()->mutable_publish() = alert;
        if (Status s = post_quietly(*session, posting); !s) {
            const Problem p = explain(s.error());
            return problem(
                p.code,
                fmt::format("stopped after {} of {}: {}", done, list->alerts.size(), p.message),
                p.remedy);
        }
        if (++done % progress_step == 0)
            context.out.talk(fmt::format("{} of {} posted", done, list->alerts.size()));
    }
    context.out.talk(fmt::format("✓ {} lookouts posted to {}", done, shown(wish.audience())));
    return exit_done;
}

}  // namespace rilon
