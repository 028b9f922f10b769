#include "tools/rilon/profile.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "config/file_io.h"
#include "protocol/nearest.h"
#include "tools/problem.h"
#include "tools/rilon/options.h"

namespace rilon {
namespace {

constexpr std::size_t profile_bytes_max = 64 * 1024;

struct Key {
    std::string_view name;
    std::string Profile::*field;
};
constexpr Key keys[] = {
    {"node", &Profile::node},
    {"node_key", &Profile::node_key},
    {"key_file", &Profile::key_file},
    {"network", &Profile::network},
    {"default_to", &Profile::default_to},
    {"default_where", &Profile::default_where},
    {"referral", &Profile::referral},
    {"notify", &Profile::notify},
};

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr ? value : "";
}

Error unknown_key(const std::string& path, const std::string& given) {
    std::string_view names[std::size(keys)];
    for (std::size_t i = 0; i < std::size(keys); ++i) names[i] = keys[i].name;
    const auto near = nearest(given, names);
    return problem(Errc::malformed, path + ": unknown key " + given,
                   near ? "did you mean " + std::string(names[*near]) + "?" : "take it out");
}

// What the file's quotes can't hold is refused, not escaped: no value needs it.
bool writable(const std::string& value) {
    for (char c : value)
        if (c == '"' || c == '\'' || c == '\\' || (c >= 0 && c < ' ') || c == 127) return false;
    return true;
}

}  // namespace

std::string rilon_home() {
    std::string home = environment("RILON_HOME");
    if (home.empty()) home = environment("HOME") + "/.config/rilon";
    while (home.size() > 1 && home.back() == '/') home.pop_back();
    return home;
}

std::string profile_path(const std::string& name) {
    return rilon_home() + "/" + name + ".toml";
}

std::string agent_socket_path(const std::string& name) {
    const std::string runtime = environment("XDG_RUNTIME_DIR");
    // Two homes on one machine (a demonstration has one per network) must not share an agent.
    if (runtime.empty() || !environment("RILON_HOME").empty())
        return rilon_home() + "/run/agent-" + name + ".sock";
    return runtime + "/rilon/agent-" + name + ".sock";
}

Result<std::string> draft_directory() {
    const std::string runtime = environment("XDG_RUNTIME_DIR");
    const std::string path = runtime.empty() ? rilon_home() + "/drafts" : runtime + "/rilon/drafts";
    std::error_code failed;
    std::filesystem::create_directories(path, failed);
    if (failed) return {Errc::io, path + " can't be made: " + failed.message()};
    if (chmod(path.c_str(), 0700) != 0) return {Errc::io, path + " can't be closed to others"};
    return path;
}

Status check_profile_name(const std::string& name) {
    const bool good = !name.empty() && name.size() <= 64 && name[0] != '.' &&
                      name.find_first_not_of(
                          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                          "0123456789-_.") == std::string::npos;
    if (name == "policy")  // Its file would be the mission's policy.
        return problem(Errc::usage, "policy.toml is not a profile but the mission's policy",
                       "use another name");
    if (good) return {};
    return problem(Errc::usage, "not a profile's name: " + name,
                   "use letters, digits, - _ and dots");
}

bool profile_exists(const std::string& name) {
    return access(profile_path(name).c_str(), F_OK) == 0;
}

Result<Profile> load_profile_file(const std::string& path, const std::string& name) {
    auto bytes = read_file(path, profile_bytes_max);
    if (!bytes) return bytes.error();
    auto settings = parse_settings(std::string(as_text(*bytes)));
    if (!settings)
        return problem(Errc::malformed, path + ": " + settings.error().detail,
                       "correct the profile");
    Profile out;
    out.name = name;
    for (const Setting& setting : *settings) {
        const Key* known = nullptr;
        for (const Key& k : keys)
            if (k.name == setting.name) known = &k;
        if (known == nullptr) return unknown_key(path, setting.name);
        out.*(known->field) = setting.value;
    }
    return out;
}

Result<Profile> load_profile(const std::string& name) {
    if (Status s = check_profile_name(name); !s) return s.error();
    auto profile = load_profile_file(profile_path(name), name);
    if (!profile && profile.code() == Errc::not_found)
        return problem(Errc::not_enrolled,
                       "there is no profile \"" + name + "\" in " + rilon_home(),
                       "rilon setup officer, or name another with --profile");
    return profile;
}

Status save_profile_file(const Profile& profile, const std::string& path) {
    std::string text = "# A profile of rilon; nothing in it is secret.\n";
    for (const Key& k : keys) {
        const std::string& value = profile.*(k.field);
        if (value.empty()) continue;
        if (!writable(value))
            return problem(Errc::usage, "quotes and backslashes can't stand in a profile: " + value,
                           "use another name for the file");
        text += std::string(k.name) + " = \"" + value + "\"\n";
    }
    return write_file(path, as_bytes(text), FileMode::shared, Overwrite::replace);
}

Status save_profile(const Profile& profile) {
    if (Status s = check_profile_name(profile.name); !s) return s;
    std::error_code failed;
    std::filesystem::create_directories(rilon_home(), failed);
    if (failed) return {Errc::io, rilon_home() + " can't be made: " + failed.message()};
    return save_profile_file(profile, profile_path(profile.name));
}

}  // namespace rilon
