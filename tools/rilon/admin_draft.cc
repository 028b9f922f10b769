// Statements that begin with one person's signature and travel for the others': parties, RILONs,
// nodes, suspensions. Who else must sign, the directory says.
#include <fmt/format.h>

#include "node/system.h"
#include "protocol/fingerprint.h"
#include "protocol/request.h"
#include "tools/exit_code.h"
#include "tools/problem.h"
#include "tools/rilon/admin.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/output.h"
#include "tools/rilon/setup.h"

namespace rilon {
namespace {

// Session and directory; what every draft begins with.
struct Desk {
    Session session;
    Directory directory;
};
Result<Desk> open_desk(Context& context) {
    auto session = Session::open(context);
    if (!session) return session.error();
    auto directory = fetch_directory(*session);
    if (!directory) return directory.error();
    return Desk{std::move(*session), std::move(*directory)};
}

Result<std::vector<proto::SignedRequest>> read_people(Context& context, const std::string& option,
                                                      const NetworkId& network) {
    std::vector<proto::SignedRequest> out;
    for (const std::string& path : context.args.all(option)) {
        auto request = read_request(path, ArmourKind::person_request);
        if (!request) return request.error();
        auto person = parse_person_request(network, *request);
        if (!person) return person.error();
        context.out.talk(fmt::format("{}: {} ({}), {}", option, shown(person->name),
                                     shown(person->party),
                                     fingerprint_line(as_bytes(request->request()))));
        out.push_back(std::move(*request));
    }
    return out;
}

Result<int> submit(Context& context, Desk& desk, Bytes statement) {
    return sign_and_submit(context, desk.session, desk.directory, {std::move(statement), {}});
}

Result<StatementId> suspension_of(const Desk& desk, const std::string& name) {
    auto node = node_named(desk.directory, name);
    if (!node) return node.error();
    const NodeRecord* record = desk.directory.now().node(*node);
    if (!record->suspend_id)
        return problem(Errc::not_found, name + " is not suspended",
                       "rilon admin directory shows the standing of nodes");
    return *record->suspend_id;
}

}  // namespace

Result<int> run_admin_party_add(Context& context) {
    if (context.args.word(0) != "add")
        return problem(Errc::usage, "rilon admin party has no " + context.args.word(0),
                       "write rilon admin party add CODE");
    auto desk = open_desk(context);
    if (!desk) return desk.error();
    auto people = read_people(context, "administrator", desk->directory.network());
    if (!people) return people.error();
    if (people->empty())
        return problem(Errc::usage, "a party needs at least one administrator",
                       "give --administrator PERSON-REQUEST");
    Party party;
    party.code = context.args.word(1);
    party.name = context.args.get("name", party.code);
    party.under = context.args.get("under");
    SystemRng rng;
    Drafter drafter(rng, basis_of(desk->directory));
    return submit(context, *desk, drafter.add_party(party, *people));
}

Result<int> run_admin_rilon_establish(Context& context) {
    if (context.args.word(0) != "establish")
        return problem(Errc::usage, "rilon admin rilon has no " + context.args.word(0),
                       "write rilon admin rilon establish CODE");
    auto desk = open_desk(context);
    if (!desk) return desk.error();
    auto chairs = read_people(context, "chair", desk->directory.network());
    if (!chairs) return chairs.error();
    auto deputies = read_people(context, "deputy", desk->directory.network());
    if (!deputies) return deputies.error();
    if (chairs->size() != 1 || !context.args.has("host"))
        return problem(Errc::usage, "a RILON needs a host and one chair",
                       "give --host PARTY and --chair PERSON-REQUEST");
    RilonDraft rilon;
    rilon.code = context.args.word(1);
    rilon.name = context.args.get("name", rilon.code);
    rilon.host = context.args.get("host");
    rilon.chair = chairs->front();
    rilon.deputies = *deputies;
    SystemRng rng;
    Drafter drafter(rng, basis_of(desk->directory));
    return submit(context, *desk, drafter.establish(rilon));
}

Result<int> run_admin_change(Context& context) {
    auto desk = open_desk(context);
    if (!desk) return desk.error();
    const std::string code = context.args.word(0);
    if (desk->directory.now().rilon(code) == nullptr)
        return problem(Errc::not_found, "there is no RILON " + code,
                       "rilon admin directory lists them");
    auto chairs = read_people(context, "chair", desk->directory.network());
    if (!chairs) return chairs.error();
    auto deputies = read_people(context, "deputy", desk->directory.network());
    if (!deputies) return deputies.error();
    proto::ChangeRilon change;
    change.set_code(code);
    change.set_name(context.args.get("name"));
    if (!chairs->empty()) *change.mutable_chair() = chairs->front();
    for (const proto::SignedRequest& d : *deputies) *change.add_deputies() = d;
    change.set_replace_deputies(!deputies->empty());
    if (chairs->empty() && deputies->empty() && change.name().empty())
        return problem(Errc::usage, "nothing to change", "give --name, --chair or --deputy");
    SystemRng rng;
    Drafter drafter(rng, basis_of(desk->directory));
    return submit(context, *desk, drafter.change(change));
}

Result<int> run_admin_admit(Context& context) {
    auto request = read_request(context.args.word(0), ArmourKind::node_request);
    if (!request) return request.error();
    auto desk = open_desk(context);
    if (!desk) return desk.error();
    auto node = parse_node_request(desk->directory.network(), *request);
    if (!node) return node.error();
    context.out.talk(fmt::format(
        "node {} of {} in {}{}", shown(node->name), shown(node->party), shown(node->rilon),
        node->endpoint.empty() ? ", dials only" : ", listens at " + shown(node->endpoint)));
    context.out.warn("fingerprint: " + fingerprint_line(as_bytes(request->request())));
    context.out.talk("Sign only if the mission read out the same twelve words by telephone.");
    SystemRng rng;
    Drafter drafter(rng, basis_of(desk->directory));
    return submit(context, *desk, drafter.add_node(*request));
}

Result<int> run_admin_suspend(Context& context) {
    auto desk = open_desk(context);
    if (!desk) return desk.error();
    auto node = node_named(desk->directory, context.args.word(0));
    if (!node) return node.error();
    const bool compromised = context.args.has("key-compromised");
    const std::string reason = context.args.get("reason", compromised ? "key compromised" : "");
    if (reason.empty())
        return problem(Errc::usage, "a suspension needs a reason", "give --reason TEXT");
    SystemRng rng;
    Drafter drafter(rng, basis_of(desk->directory));
    return submit(context, *desk, drafter.suspend(*node, reason, compromised));
}

Result<int> run_admin_confirm(Context& context) {
    auto desk = open_desk(context);
    if (!desk) return desk.error();
    auto suspend = suspension_of(*desk, context.args.word(0));
    if (!suspend) return suspend.error();
    SystemRng rng;
    Drafter drafter(rng, basis_of(desk->directory));
    return submit(context, *desk, drafter.confirm_suspend(*suspend));
}

Result<int> run_admin_reinstate(Context& context) {
    auto desk = open_desk(context);
    if (!desk) return desk.error();
    auto suspend = suspension_of(*desk, context.args.word(0));
    if (!suspend) return suspend.error();
    SystemRng rng;
    Drafter drafter(rng, basis_of(desk->directory));
    return submit(context, *desk, drafter.reinstate(*suspend));
}

Result<int> run_admin_revoke(Context& context) {
    auto desk = open_desk(context);
    if (!desk) return desk.error();
    auto node = node_named(desk->directory, context.args.word(0));
    if (!node) return node.error();
    if (!context.args.has("reason"))
        return problem(Errc::usage, "a revocation needs a reason", "give --reason TEXT");
    context.out.warn(
        "Every stream of this node counts as cut before its first entry: readers keep what they "
        "opened "
        "and take nothing more.");
    SystemRng rng;
    Drafter drafter(rng, basis_of(desk->directory));
    return submit(context, *desk, drafter.revoke(*node, context.args.get("reason"), {}));
}

}  // namespace rilon
