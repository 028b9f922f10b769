// rilon doctor: what is wrong on the officer's side, worst first, with the remedy. Changes nothing
// without --fix, asks nobody for a passphrase, and never prints anything of an alert.
#include <fmt/format.h>
#include <sys/utsname.h>

#include "config/file_io.h"
#include "node/system.h"
#include "tools/alert_json.h"
#include "tools/exit_code.h"
#include "tools/problem.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/doctor.h"
#include "tools/rilon/doctor_files.h"
#include "tools/rilon/json_lines.h"
#include "tools/rilon/output.h"
#include "tools/rilon/policy.h"
#include "tools/rilon/session.h"

namespace rilon {
namespace {

// What was seen on the way, for the bundle.
struct Seen {
    Findings findings;
    proto::HelloResponse hello;
    proto::StatusResponse status;
    bool asked = false;  // The node answered.
};

void add_error(const Error& error, const char* check, const char* why, Findings& out) {
    const Problem p = explain(error);
    out.push_back({Severity::broken, check, shown(p.message), why, shown(p.remedy)});
}

// Whether anybody listens there: found out with a key of the moment, which the node refuses.
void look_from_outside(const Context& context, const Profile& profile, Findings& out) {
    const std::string& endpoint =
        context.globals.node.empty() ? profile.node : context.globals.node;
    auto server = TransportPublicKey::parse_hex(profile.node_key);
    if (endpoint.empty() || !server) return;
    SystemRng rng;
    auto there = ControlConnection::open({endpoint, *server}, make_transport_key_pair(rng));
    if (!there) add_error(there.error(), "node", "nothing can be read or posted", out);
}

void ask_node(Session& session, const OfficerPolicy& policy, Seen& seen) {
    ClockReading reading;
    reading.before_ms = now_ms();
    auto hello = session.hello();
    reading.after_ms = now_ms();
    if (!hello)
        return add_error(hello.error(), "node", "nothing can be read or posted", seen.findings);
    seen.hello = *hello;
    seen.asked = true;
    reading.node_ms = hello->now_ms();
    judge_clock(reading, seen.findings);
    judge_version(RILON_VERSION, hello->software(), seen.findings);
    judge_certificate(*hello, reading.after_ms, seen.findings);
    proto::Request status;
    status.mutable_status();
    if (auto answer = session.call(status)) {
        seen.status = answer->status();
        judge_status(seen.status, now_ms(), seen.findings);
    } else {
        add_error(answer.error(), "node", "how it is can't be said", seen.findings);
    }
    proto::Request audiences;
    audiences.mutable_audiences();
    if (auto answer = session.call(audiences))
        judge_names(session.profile(), policy, answer->audiences(), seen.findings);
    else
        add_error(answer.error(), "node", "who can be posted to can't be said", seen.findings);
    if (hello->role() == "person") return;  // No alerts for them, so nothing stale.
    // A search for nothing, received tomorrow: the node says of it what it would miss.
    proto::Request search;
    search.mutable_search()->set_limit(1);
    search.mutable_search()->set_since_ms(now_ms() + ms_day);
    if (auto answer = session.call(search))
        judge_coverage(answer->search().coverage(), now_ms(), seen.findings);
    else
        add_error(answer.error(), "node", "what it has not heard can't be said", seen.findings);
}

void look_at_node(Context& context, const Profile& profile, Seen& seen) {
    auto policy = load_policy();
    if (!policy)
        add_error(policy.error(), "policy", "nothing can be posted until it is read",
                  seen.findings);
    const bool unlocked = AgentClient::connect(agent_socket_path(profile.name)).has_value() ||
                          !context.globals.passphrase_file.empty();
    if (!unlocked) {
        seen.findings.push_back({Severity::warning, "locked", "your key is locked",
                                 "the node, its links and your certificate were not looked at",
                                 "rilon unlock, then rilon doctor again"});
        return look_from_outside(context, profile, seen.findings);
    }
    auto session = Session::open(context);
    if (!session)
        return add_error(session.error(), "node", "nothing can be read or posted", seen.findings);
    ask_node(*session, policy ? *policy : OfficerPolicy{}, seen);
}

// One JSON object a line. Nothing of a key, a passphrase, an alert or an audience; counters of
// posts are left out as well, the bundle may go to another state's hands.
std::string bundle_text(const Context& context, const Profile* profile, Seen seen) {
    utsname system{};
    uname(&system);
    std::vector<JsonField> head{
        {"software", RILON_VERSION},
        {"made", rfc3339(UnixMillis{now_ms()})},
        {"system", fmt::format("{} {} {}", system.sysname, system.release, system.machine)},
        {"profile", context.globals.profile}};
    if (profile != nullptr) {
        head.push_back({"endpoint", profile->node});
        head.push_back({"network_pinned", profile->network.empty() ? "no" : "yes"});
        head.push_back({"default_to_set", profile->default_to.empty() ? "no" : "yes"});
    }
    if (seen.asked) {
        head.push_back({"node", seen.hello.node()});
        head.push_back({"node_software", seen.hello.software()});
        head.push_back({"role", seen.hello.role()});
    }
    std::string out = json_plain("bundle", head) + "\n";
    for (const Finding& finding : seen.findings) out += json_finding(finding) + "\n";
    if (!seen.asked) return out;
    seen.status.set_counts(false);
    return out + json_status(seen.status) + "\n";
}

void show_findings(Output& out, const Findings& findings) {
    for (const Finding& finding : findings) {
        const Paint paint = finding.fixed                          ? Paint::good
                            : finding.severity == Severity::broken ? Paint::bad
                                                                   : Paint::warning;
        out.line(out.json() ? json_finding(finding) : out.paint(paint, finding_line(finding)));
    }
}

}  // namespace

Result<int> run_doctor(Context& context) {
    if (context.args.get("bundle") == "-")
        return problem(Errc::usage, "the findings go to stdout, the bundle does not",
                       "give --bundle the name of a new file");
    const Mend mend = context.args.has("fix") ? Mend::yes : Mend::no;
    Seen seen;
    auto profile = load_profile(context.globals.profile);
    if (!profile) {
        if (profile.code() == Errc::usage) return profile.error();
        add_error(profile.error(), "profile", "rilon does not know who you are", seen.findings);
    } else {
        judge_files(*profile, mend, now_ms(), seen.findings);
        look_at_node(context, *profile, seen);
    }
    sort_findings(seen.findings);
    std::size_t open = 0;
    for (const Finding& finding : seen.findings) open += finding.fixed ? 0 : 1;
    show_findings(context.out, seen.findings);
    if (context.out.json())
        context.out.line(json_doctor(open, seen.findings.size() - open));
    else if (open == 0)
        context.out.line(context.out.paint(Paint::good, "✓") + " nothing is wrong");
    if (context.args.has("bundle")) {
        const std::string path = context.args.get("bundle");
        const std::string text = bundle_text(context, profile ? &*profile : nullptr, seen);
        if (Status s = write_file(path, as_bytes(text), FileMode::secret, Overwrite::refuse); !s)
            return problem(s.error().code, s.error().detail, "give --bundle FILE a new name");
        context.out.talk("✓ bundle " + shown(path) + ": look at it before you send it");
    }
    return open == 0 ? exit_done : exit_other;
}

}  // namespace rilon
