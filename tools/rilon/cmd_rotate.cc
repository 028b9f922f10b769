// rilon identity rotate: new keys for this node, asked for by its administrator.
#include "protocol/fingerprint.h"
#include "protocol/statement.h"
#include "tools/exit_code.h"
#include "tools/problem.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/json_lines.h"
#include "tools/rilon/output.h"
#include "tools/rilon/session.h"
#include "tools/rilon/setup.h"
#include "tools/rilon/terminal.h"

namespace rilon {
namespace {

Status check_options(const Args& args) {
    const bool by_persons = args.has("signing") || args.has("transport");
    if (by_persons && args.has("encryption"))
        return problem(Errc::usage, "an encryption key is replaced alone",
                       "give --encryption, or --signing and --transport");
    if (args.has("stolen") && !args.has("signing"))
        return problem(Errc::usage, "--stolen is for a signing key", "give --signing too");
    for (const char* option : {"cancel", "out"})
        if (args.has(option) && !by_persons)
            return problem(Errc::usage, std::string("--") + option + " is for what persons sign",
                           "give --signing or --transport too");
    if (args.has("cancel") && (args.has("stolen") || args.has("out")))
        return problem(Errc::usage, "--cancel stands alone", "rilon identity rotate --help");
    return {};
}

std::string keys_named(const Args& args) {
    if (!args.has("signing")) return args.has("transport") ? "transport" : "encryption";
    return args.has("transport") ? "signing+transport" : "signing";
}

// Both stop or undo what others count on; a transport key alone stops nothing.
Status confirm(Context& context) {
    const bool cancel = context.args.has("cancel");
    if (!context.args.has("signing")) return {};
    context.out.warn(cancel ? "If somebody has the draft signed all the same, what is posted from "
                              "now until then is lost to all who have not taken it: destroy every "
                              "copy of it."
                            : "This node posts nothing until the draft is signed by an "
                              "administrator of its party, an RSO officer and the chair or a "
                              "deputy, or has expired (72 h).");
    auto sure = context.terminal.confirm(cancel ? "End the replacement? [y/N] "
                                                : "Begin the replacement? [y/N] ");
    if (!sure) return sure.error();
    if (!*sure) return problem(Errc::interrupted, "nothing was changed", "start again");
    return {};
}

}  // namespace

Result<int> run_identity_rotate(Context& context) {
    if (Status usable = check_options(context.args); !usable) return usable.error();
    const std::string path = context.args.get("out", "replace-key.draft");
    if (keys_named(context.args) != "encryption" && !context.args.has("cancel"))
        if (Status s = must_be_new(path); !s) return s.error();
    auto session = Session::open(context);
    if (!session) return session.error();
    if (Status sure = confirm(context); !sure) return sure.error();
    proto::Request request;
    proto::RotateRequest& rotate = *request.mutable_rotate();
    rotate.set_key(keys_named(context.args));
    rotate.set_cancel(context.args.has("cancel"));
    rotate.set_stolen(context.args.has("stolen"));
    auto response = session->call(request);
    if (!response) return response.error();
    const proto::RotateResponse& done = response->rotate();
    if (!done.draft().empty()) {
        auto draft = parse_draft(as_bytes(done.draft()));
        if (!draft) return draft.error();
        const std::string text = encode_armour(ArmourKind::draft, encode_draft(*draft));
        if (Status s = put_public(context, path, text); !s) return s.error();
        context.out.talk("✓ " + shown(done.note()));
        auto statement = parse_statement(draft->statement);
        if (!statement) return statement.error();
        for (const std::string& key : new_keys(statement->replace_key()))
            context.out.talk("  new key   " + fingerprint_line(as_bytes(key)));
        context.out.talk("  three persons run: rilon admin approve " + shown(path));
        context.out.talk("  it expires " + local_time(done.expires_ms()));
    } else {
        context.out.talk("✓ " + shown(done.note()));
    }
    if (context.out.json())
        context.out.line(json_plain(
            "rotated", {{"key", rotate.key()}, {"cancelled", rotate.cancel() ? "yes" : "no"}}));
    return exit_done;
}

}  // namespace rilon
