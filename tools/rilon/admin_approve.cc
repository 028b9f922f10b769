// rilon admin approve, pending, directory, grant: the second and third signature, what is in force,
// and what an admitted node is handed.
#include <fmt/format.h>

#include <filesystem>

#include "config/file_io.h"
#include "node/system.h"
#include "protocol/fingerprint.h"
#include "tools/exit_code.h"
#include "tools/problem.h"
#include "tools/rilon/admin.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/json_lines.h"
#include "tools/rilon/orphan_order.h"
#include "tools/rilon/output.h"
#include "tools/rilon/psk_file.h"
#include "tools/rilon/setup.h"

namespace rilon {
namespace {

constexpr std::size_t draft_prefix_min = 4;

Result<proto::PendingResponse> pending(Session& session) {
    proto::Request request;
    request.mutable_pending();
    auto response = session.call(request);
    if (!response) return response.error();
    return response->pending();
}

// By the beginning of its id in hex.
Result<proto::PendingDraft> draft_named(Session& session, const std::string& prefix) {
    if (prefix.find_first_not_of("0123456789abcdef") != prefix.npos)
        return problem(
            Errc::not_found, prefix + " is neither a file nor the id of a draft",
            "give the file that you were sent, or an id: rilon admin pending lists them");
    if (prefix.size() < draft_prefix_min)
        return problem(Errc::usage, "a draft is named by at least four digits of its id",
                       "rilon admin pending lists them");
    auto all = pending(session);
    if (!all) return all.error();
    const proto::PendingDraft* found = nullptr;
    for (const proto::PendingDraft& draft : all->drafts()) {
        if (!to_hex(as_bytes(draft.statement_id())).starts_with(prefix)) continue;
        if (found != nullptr)
            return problem(Errc::usage, "several drafts begin with " + prefix, "give more digits");
        found = &draft;
    }
    if (found == nullptr)
        return problem(Errc::not_found, "no draft " + prefix + " is pending",
                       "rilon admin pending lists them");
    return *found;
}

// Of a file that a node wrote, or one that waits at the coordinator.
Result<StatementDraft> draft_to_sign(Session& session, const std::string& name) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(name, ignored)) {
        auto bytes = read_armoured(name, ArmourKind::draft);
        if (!bytes) return bytes.error();
        auto draft = parse_draft(*bytes);
        if (!draft)
            return problem(
                draft.code(), name + ": " + draft.error().detail,
                "ask for the file again: rilon identity rotate with the options of before, or "
                "rilon withdraw ID --ask-order");
        return draft;
    }
    auto found = draft_named(session, name);
    if (!found) return found.error();
    return StatementDraft{to_bytes(as_bytes(found->draft().statement())),
                          to_bytes(as_bytes(found->draft().authorisations()))};
}

void show_fingerprint(Output& out, const proto::Statement& statement) {
    if (statement.has_replace_key()) {
        for (const std::string& key : new_keys(statement.replace_key()))
            out.warn("fingerprint: " + fingerprint_line(as_bytes(key)));
        out.talk("Sign only if the mission read out the same twelve words by telephone.");
    }
    if (!statement.has_add_node()) return;
    out.warn("fingerprint: " +
             fingerprint_line(as_bytes(statement.add_node().request().request())));
    out.talk("Sign only if the mission read out the same twelve words by telephone.");
}

const char* standing_name(Standing standing) {
    switch (standing) {
        case Standing::good: return "";
        case Standing::suspended: return "   SUSPENDED";
        case Standing::revoked: return "   revoked";
    }
    return "";
}

void put_directory(Output& out, const DirectoryState& state) {
    out.line(fmt::format("network {}, record {}, {} of {} RSO officers decide",
                         shown(state.network_name), state.n.value, state.rso_threshold,
                         state.rso.size()));
    for (const Person& p : state.rso) out.line("  RSO        " + shown(p.name));
    for (const auto& [code, party] : state.parties) {
        out.line(fmt::format("party {:<8} {}{}", shown(code), shown(party->name),
                             party->under.empty() ? "" : ", under " + shown(party->under)));
        for (const Person& p : party->administrators) out.line("  administrator " + shown(p.name));
    }
    for (const auto& [code, rilon] : state.rilons) {
        out.line(fmt::format("RILON {:<8} {}, host {}", shown(code), shown(rilon->name),
                             shown(rilon->host)));
        out.line("  chair      " + shown(rilon->chair.name));
        for (const Person& p : rilon->deputies) out.line("  deputy     " + shown(p.name));
        for (const auto& [id, node] : state.nodes)
            if (node->rilon == code)
                out.line(fmt::format("  node       {:<20} {:<6}{}", shown(node->name),
                                     shown(node->party), standing_name(node->standing)));
    }
}

void put_directory_json(Output& out, const DirectoryState& state) {
    for (const auto& [code, rilon] : state.rilons)
        out.line(json_plain("rilon", {{"code", code},
                                      {"name", rilon->name},
                                      {"host", rilon->host},
                                      {"chair", rilon->chair.name}}));
    for (const auto& [code, party] : state.parties)
        out.line(
            json_plain("party", {{"code", code}, {"name", party->name}, {"under", party->under}}));
    for (const auto& [id, node] : state.nodes)
        out.line(json_plain("node", {{"id", id.hex()},
                                     {"name", node->name},
                                     {"party", node->party},
                                     {"rilon", node->rilon},
                                     {"standing", standing_word(node->standing)}}));
}

// The whole chain as a network file.
Result<int> write_directory(Context& context, const Directory& directory) {
    NetworkPin pin{directory.network(), directory.record(DirSeq{}), {}};
    for (std::uint64_t n = 1; n < directory.size(); ++n)
        pin.more.push_back(directory.record(DirSeq{n}));
    const std::string path = context.args.get("out");
    const std::string text = encode_armour(ArmourKind::network, encode_network_file(pin));
    if (Status s = put_public(context, path, text); !s) return s.error();
    context.out.talk(
        fmt::format("✓ {} records{}", directory.size(), path == "-" ? "" : ": " + path));
    return exit_done;
}

}  // namespace

Result<int> run_admin_approve(Context& context) {
    auto session = Session::open(context);
    if (!session) return session.error();
    auto draft = draft_to_sign(*session, context.args.word(0));
    if (!draft) return draft.error();
    auto directory = fetch_directory(*session);
    if (!directory) return directory.error();
    auto statement = parse_statement(draft->statement);
    if (!statement) return statement.error();
    if (statement->has_withdraw_orphan())
        return sign_order(context, *session, *directory, *draft, context.args.word(0));
    show_fingerprint(context.out, *statement);
    return sign_and_submit(context, *session, *directory, *draft);
}

Result<int> run_admin_pending(Context& context) {
    auto session = Session::open(context);
    if (!session) return session.error();
    auto all = pending(*session);
    if (!all) return all.error();
    for (const proto::PendingDraft& draft : all->drafts()) {
        if (context.out.json()) {
            context.out.line(json_pending(draft));
            continue;
        }
        context.out.line(fmt::format("{}  {}", to_hex(as_bytes(draft.statement_id())).substr(0, 8),
                                     shown(draft.what())));
        for (const std::string& name : draft.signed_by())
            context.out.line("          signed by    " + shown(name));
        for (const std::string& name : draft.waiting_for())
            context.out.line("          waiting for  " + shown(name));
        context.out.line("          expires      " + local_time(draft.expires_ms()));
    }
    if (all->drafts_size() == 0) context.out.talk("nobody is waited for");
    return exit_done;
}

Result<int> run_admin_directory(Context& context) {
    auto session = Session::open(context);
    if (!session) return session.error();
    auto directory = fetch_directory(*session);
    if (!directory) return directory.error();
    if (context.args.has("out")) return write_directory(context, *directory);
    if (context.out.json())
        put_directory_json(context.out, directory->now());
    else
        put_directory(context.out, directory->now());
    return exit_done;
}

Result<int> run_admin_grant(Context& context) {
    if (!context.args.has("psk"))
        return problem(Errc::usage, "the network's pre-shared key is needed",
                       "give --psk FILE, as the ceremony wrote it");
    auto psk = load_psk(context.args.get("psk"));
    if (!psk) return psk.error();
    auto session = Session::open(context);
    if (!session) return session.error();
    auto pin = load_network(session->profile());
    if (!pin) return pin.error();
    auto directory = fetch_directory(*session);
    if (!directory) return directory.error();
    if (psk->network != directory->network())
        return problem(Errc::wrong_network, "this pre-shared key belongs to another network",
                       "use the ceremony's own file");
    const std::string name = context.args.word(0);
    auto id = node_named(*directory, name);
    if (!id) return id.error();
    const NodeRecord& node = *directory->now().node(*id);
    NodeGrant grant{std::move(*pin), psk->generation, std::move(psk->key), node.id};
    SystemRng rng;
    const Bytes sealed = seal_grant(grant, node.enc_pk, rng);
    const std::string path = context.args.get("out", name + ".grant");
    if (Status s = put_public(context, path, encode_armour(ArmourKind::grant, sealed)); !s)
        return s.error();
    context.out.talk("✓ sealed for " + shown(name) + (path == "-" ? "" : ": " + shown(path)));
    context.out.talk("  it runs: rilon enrol " + shown(path));
    return exit_done;
}

}  // namespace rilon
