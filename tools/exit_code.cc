#include "tools/exit_code.h"

#include <array>

namespace rilon {
namespace {

struct Row {
    Errc code;
    int exit;
    const char* remedy;
};

// Every Errc, in the order of protocol/result.h; a test counts them.
constexpr Row rows[] = {
    {Errc::usage, exit_usage, "see rilon COMMAND --help"},
    {Errc::invalid, exit_usage, "correct it and try again"},
    {Errc::malformed, exit_usage, "check that it is the right file, whole and unchanged"},
    {Errc::too_large, exit_usage, "make it shorter"},
    {Errc::not_found, exit_not_found, "check the name or the path"},
    {Errc::locked, exit_locked, "rilon unlock"},
    {Errc::not_enrolled, exit_locked, "ask your node's administrator: rilon officer certify"},
    {Errc::not_permitted, exit_not_permitted, "ask somebody whose role allows it"},
    {Errc::readers_changed, exit_not_permitted, "look at the readers again and post again"},
    {Errc::no_readers, exit_not_permitted,
     "name another audience, or leave out fewer: rilon audience list"},
    {Errc::queued, exit_queued, "nothing to do: it goes out when another node is reached"},
    {Errc::wrong_network, exit_trust, "use the files and the profile of one network"},
    {Errc::bad_signature, exit_trust, "do not use it; ask its maker for a new one"},
    {Errc::unknown_key, exit_trust, "rilon admin directory shows who is in the network"},
    {Errc::not_authorised, exit_trust, "rilon admin pending shows who is waited for"},
    {Errc::not_member, exit_trust, "rilon audience list shows which audiences this node is in"},
    {Errc::quarantined, exit_trust, "ask the RSO"},
    {Errc::structure, exit_trust, "ask the RSO"},
    {Errc::stale_epoch, exit_trust, "ask the RSO"},
    {Errc::fork, exit_trust, "tell the RSO now: a node has signed two histories"},
    {Errc::cannot_open, exit_trust, "check that it was sealed for this node, under these keys"},
    {Errc::duplicate, exit_not_permitted, "nothing to do: it is there already"},
    {Errc::gap, exit_other, "try again in a moment"},
    {Errc::parked, exit_other, "try again in a moment"},
    {Errc::absent, exit_not_found, "it is no longer held here"},
    {Errc::unreachable, exit_unreachable,
     "start the node (systemctl start rilond), or name it with --node"},
    {Errc::timed_out, exit_unreachable, "try again, or wait longer with --timeout"},
    {Errc::busy, exit_other, "try again in a moment"},
    {Errc::full, exit_other, "free disk space"},
    {Errc::damaged, exit_other, "restore the file from a backup"},
    {Errc::io, exit_other, "check the path, its permissions and the disk"},
    {Errc::unsupported, exit_other, "use a newer version of rilon"},
    {Errc::interrupted, exit_interrupted, "start again"},
    {Errc::internal, exit_other, "report it, with rilon status"},
};

constexpr ExitMeaning meanings[] = {
    {exit_done, "done"},
    {exit_other, "other failure"},
    {exit_usage, "usage or validation"},
    {exit_not_found, "not found"},
    {exit_locked, "locked or not enrolled"},
    {exit_not_permitted, "not permitted"},
    {exit_queued, "queued: stored here, not yet held by another node"},
    {exit_unreachable, "own node unreachable"},
    {exit_trust, "signature or trust failure"},
    {exit_possible, "screen: possible match; mrz: a check digit differs"},
    {exit_strong, "screen: strong match"},
    {exit_stale, "search or screen: nothing found, but the store is stale"},
    {exit_interrupted, "interrupted"},
};

}  // namespace

std::span<const ExitMeaning> exit_meanings() {
    return meanings;
}

int exit_code(Errc code) {
    for (const Row& row : rows)
        if (row.code == code) return row.exit;
    return exit_other;
}

std::optional<Errc> errc_by_name(std::string_view name) {
    for (const Row& row : rows)
        if (name == errc_name(row.code)) return row.code;
    return std::nullopt;
}

const char* default_remedy(Errc code) {
    for (const Row& row : rows)
        if (row.code == code) return row.remedy;
    return "";
}

}  // namespace rilon
