// rilon identity verify: words that two missions read to each other by telephone. The same words
// for a node say that both know its keys, and no others; the same for the directory, that nobody
// shows one of them another network than the other.
#include <fmt/format.h>

#include "protocol/fingerprint.h"
#include "tools/exit_code.h"
#include "tools/rilon/admin.h"
#include "tools/rilon/columns.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/json_lines.h"
#include "tools/rilon/output.h"

namespace rilon {
namespace {

// The keys as the directory has them now, in the order of NodeRecord.
std::string key_words(const NodeRecord& node) {
    ByteWriter keys;
    keys.raw(node.current_key().pk.view()).raw(node.enc_pk.view()).raw(node.transport_pk.view());
    return fingerprint_line(keys.view());
}

void put_words(Output& out, const char* label, const std::string& words) {
    for (const std::string& line :
         folded(fmt::format("{:<14} {}", label, words), out.columns(), 15))
        out.line(line);
}

}  // namespace

Result<int> run_identity_verify(Context& context) {
    auto session = Session::open(context);
    if (!session) return session.error();
    auto directory = fetch_directory(*session);
    if (!directory) return directory.error();
    auto id = node_named(*directory, context.args.word(0));
    if (!id) return id.error();
    const DirectoryState& state = directory->now();
    const NodeRecord& node = *state.node(*id);
    const std::string directory_words = fingerprint_line(state.link.view());
    if (context.out.json()) {
        context.out.line(json_plain("peer", {{"node", node.name},
                                             {"party", node.party},
                                             {"rilon", node.rilon},
                                             {"standing", standing_word(node.standing)},
                                             {"words", key_words(node)},
                                             {"record", std::to_string(state.n.value)},
                                             {"directory_words", directory_words}}));
        return exit_done;
    }
    context.out.line(fmt::format(
        "{:<14} {} ({}), in {}{}", "node", shown(node.name), shown(node.party), shown(node.rilon),
        node.standing == Standing::good ? "" : std::string(": ") + standing_word(node.standing)));
    put_words(context.out, "its keys", key_words(node));
    put_words(context.out, fmt::format("record {}", state.n.value).c_str(), directory_words);
    context.out.talk(fmt::format(
        "Telephone them, by a number that did not come through RILON. They run rilon identity "
        "verify {}; each of you reads a line. Other words for its keys: tell the RSO, and post "
        "nothing to them. Of the directory only words of the same record are the same.",
        shown(node.name)));
    return exit_done;
}

}  // namespace rilon
