// Profiles: which node, which key file, which habits. One TOML file per profile under $RILON_HOME
// (default ~/.config/rilon): NAME.toml, nothing secret in it. `rilon setup` and `rilon enrol` write
// it; a person may edit it.
#pragma once

#include <string>

#include "protocol/ids.h"
#include "protocol/result.h"

namespace rilon {

struct Profile {
    std::string name;
    std::string node;           // Control endpoint; empty: the coordinator's of the network file.
    std::string node_key;       // 64 hex digits, its CURVE key.
    std::string key_file;       // An officer's or a person's armoured key.
    std::string network;        // The network file that this profile has pinned.
    std::string default_to;     // Audience of posts without --to.
    std::string default_where;  // "THA BKK": the place that was answered last.
    std::string referral;       // Whom to call for victims of trafficking in the host country;
                                // several with ; between them.
    std::string notify;         // By what rilon watch tells that something came (notifier.h).
};

// $RILON_HOME or ~/.config/rilon, without a slash at the end.
std::string rilon_home();
std::string profile_path(const std::string& name);
// Where the agent of a profile listens: $XDG_RUNTIME_DIR/rilon/, else RILON_HOME/run/.
std::string agent_socket_path(const std::string& name);
// Where drafts survive: tmpfs where there is one, mode 0700.
Result<std::string> draft_directory();

// Errors: not_enrolled (there is none: set one up), malformed (line and column, nearest key).
Result<Profile> load_profile(const std::string& name);
// Also for files a node's setup leaves beside its own (connection.toml).
Result<Profile> load_profile_file(const std::string& path, const std::string& name);
bool profile_exists(const std::string& name);
Status save_profile(const Profile& profile);
Status save_profile_file(const Profile& profile, const std::string& path);
// Names of profiles: letters, digits, - _ . and no dot first; at most 64. Errors: usage.
Status check_profile_name(const std::string& name);

}  // namespace rilon
