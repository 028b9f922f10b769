// rilon backup, rilon restore: a node's store copied and put back, by whoever may read its files.
// The daemon is not asked; it may run on beside a backup.
#include <chrono>
#include <filesystem>

#include "config/node_config.h"
#include "store/backup.h"
#include "tools/exit_code.h"
#include "tools/problem.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/json_lines.h"
#include "tools/rilon/output.h"
#include "tools/rilon/setup.h"

namespace rilon {
namespace {

constexpr const char* config_dir_default = "/etc/rilon";

Result<NodeConfig> node_config(const Context& context) {
    const std::string dir =
        context.args.has("config-dir") ? context.args.get("config-dir") : config_dir_default;
    return load_node_config(absolute_path(dir) + "/node.toml");
}

UnixMillis clock_now() {
    using std::chrono::duration_cast;
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return UnixMillis{
        static_cast<std::uint64_t>(duration_cast<std::chrono::milliseconds>(since).count())};
}

void tell(Context& context, const char* kind, const std::string& dir, const Backup& backup) {
    if (!context.out.json()) return;
    context.out.line(
        json_plain(kind, {{"path", dir},
                          {"made_ms", std::to_string(backup.made.value)},
                          {"bytes", std::to_string(backup.data.bytes + backup.keys.bytes)}}));
}

}  // namespace

Result<int> run_backup(Context& context) {
    auto config = node_config(context);
    if (!config) return config.error();
    const std::string to = absolute_path(context.args.word(0));
    auto made = back_up_store(config->data_dir.string(), to, clock_now());
    if (!made)
        return problem(made.code(), "no backup was made: " + made.error().detail,
                       "run it as the user that rilond runs as, into a directory of its own");
    tell(context, "backup", to, *made);
    context.out.talk("✓ backed up to " + shown(to) + ", " +
                     std::to_string((made->data.bytes + made->keys.bytes) >> 10) + " KiB");
    context.out.talk(
        "  It opens what the node opens, with the storage key, which is not in it. What is\n"
        "  withdrawn from now on stays in it until it is made again into the same place.");
    return exit_done;
}

Result<int> run_restore(Context& context) {
    auto config = node_config(context);
    if (!config) return config.error();
    const std::string from = absolute_path(context.args.word(0));
    auto made = put_back_store(from, config->data_dir.string());
    if (!made)
        return problem(made.code(), "nothing was put back: " + made.error().detail,
                       "stop rilond, move the store of now away, and give a finished backup");
    // A backup of this very hour would still fit it.
    std::error_code failed;
    std::filesystem::remove(config->state_dir / "lease", failed);
    if (failed)
        return problem(Errc::io,
                       "the store is back, but " + shown((config->state_dir / "lease").string()) +
                           " can't be removed: " + failed.message(),
                       "remove it before rilond starts: by it the node knows what was put back");
    tell(context, "restored", from, *made);
    context.out.talk("✓ put back into " + shown(config->data_dir.string()));
    context.out.talk(
        "  When it starts the node goes on in new streams, fetches what it lost from its peers\n"
        "  and shows nothing before it knows what was withdrawn since: rilon status.");
    return exit_done;
}

}  // namespace rilon
