// rilon unlock, rilon lock: the agent of a session. unlock starts this same program anew, hands it
// the passphrase through a pipe and waits for its word that it listens.
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>

#include "tools/exit_code.h"
#include "tools/problem.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/keys.h"
#include "tools/rilon/options.h"
#include "tools/rilon/output.h"
#include "tools/rilon/terminal.h"

namespace rilon {
namespace {

constexpr std::uint64_t agent_ms_max = 24 * ms_hour;

struct Pipes {
    int to_agent[2] = {-1, -1};
    int from_agent[2] = {-1, -1};
    ~Pipes() {
        for (int fd : {to_agent[0], to_agent[1], from_agent[0], from_agent[1]})
            if (fd >= 0) close(fd);
    }
    bool open() { return pipe2(to_agent, O_CLOEXEC) == 0 && pipe2(from_agent, O_CLOEXEC) == 0; }
    void close_end(int& fd) {
        ::close(fd);
        fd = -1;
    }
};

// In the child, between fork and exec: only calls that are safe there.
[[noreturn]] void become_agent(Pipes& pipes, const char* profile, const char* idle) {
    setsid();
    const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (dup2(pipes.to_agent[0], STDIN_FILENO) < 0 || dup2(pipes.from_agent[1], STDOUT_FILENO) < 0 ||
        dup2(null, STDERR_FILENO) < 0)
        _exit(exit_other);
    execl("/proc/self/exe", "rilon", "agent-process", "--profile", profile, "--no-input", "--for",
          idle, static_cast<char*>(nullptr));
    _exit(exit_other);
}

std::string read_word(int fd) {
    std::string out;
    char c = 0;
    while (out.size() < 1024 && read(fd, &c, 1) == 1 && c != '\n') out.push_back(c);
    return out;
}

std::string minutes(std::uint64_t ms) {
    return ms < 2 * ms_hour ? fmt::format("{} min", ms / ms_minute)
                            : fmt::format("{} h", ms / ms_hour);
}

Status start_agent(const std::string& profile, const std::string& passphrase,
                   std::uint64_t idle_ms) {
    Pipes pipes;
    if (!pipes.open()) return {Errc::io, "no pipe to the agent"};
    const std::string idle = std::to_string(idle_ms) + "ms";
    const pid_t child = fork();
    if (child < 0) return {Errc::io, "the agent can't be started"};
    if (child == 0) become_agent(pipes, profile.c_str(), idle.c_str());
    pipes.close_end(pipes.to_agent[0]);
    pipes.close_end(pipes.from_agent[1]);
    const std::string line = passphrase + "\n";
    const bool sent =
        write(pipes.to_agent[1], line.data(), line.size()) == static_cast<ssize_t>(line.size());
    pipes.close_end(pipes.to_agent[1]);
    const std::string word = sent ? read_word(pipes.from_agent[0]) : "";
    if (word == "ready") return {};
    waitpid(child, nullptr, 0);
    const std::size_t blank = word.find(' ');
    const auto code = errc_by_name(word.substr(0, blank));
    if (!code) return {Errc::internal, "the agent did not start"};
    return {*code, word.substr(blank + 1)};
}

void say_ready(void*) {
    if (write(STDOUT_FILENO, "ready\n", 6) != 6) _exit(exit_other);
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(null, STDOUT_FILENO);
    dup2(null, STDIN_FILENO);
}

int say_failed(const Error& error) {
    const Problem p = explain(error);
    const std::string line = fmt::format("{} {}\n", errc_name(p.code), p.message);
    return write(STDOUT_FILENO, line.data(), line.size()) < 0 ? exit_other : exit_code(p.code);
}

}  // namespace

Result<int> run_unlock(Context& context) {
    auto profile = load_profile(context.globals.profile);
    if (!profile) return profile.error();
    if (profile->key_file.empty())
        return problem(Errc::not_enrolled, "the profile names no key file", "rilon setup officer");
    std::uint64_t idle = agent_idle_ms_default;
    if (context.args.has("for")) {
        auto given = parse_duration(context.args.get("for"));
        if (!given) return given.error();
        if (*given < ms_second || *given > agent_ms_max)
            return problem(Errc::usage, "--for takes from one second to a day", "write 30m or 8h");
        idle = *given;
    }
    auto passphrase = ask_passphrase(context, profile->key_file);
    if (!passphrase) return passphrase.error();
    if (auto agent = AgentClient::connect(agent_socket_path(profile->name)))
        if (Status s = agent->stop(); !s) return s.error();
    Status started = start_agent(profile->name, *passphrase, idle);
    wipe(*passphrase);
    if (!started && started.error().code == Errc::locked)
        return problem(Errc::locked, "the passphrase does not open " + profile->key_file,
                       "type it again; check caps lock and the keyboard's language");
    if (!started) return started.error();
    context.out.talk(
        fmt::format("✓ unlocked until it was idle for {}; rilon lock ends it", minutes(idle)));
    return exit_done;
}

Result<int> run_lock(Context& context) {
    if (Status s = check_profile_name(context.globals.profile); !s) return s.error();
    auto agent = AgentClient::connect(agent_socket_path(context.globals.profile));
    if (!agent) {
        context.out.talk("✓ was locked already");
        return exit_done;
    }
    if (Status s = agent->stop(); !s) return s.error();
    context.out.talk("✓ locked");
    return exit_done;
}

Result<int> run_agent(Context& context) {
    auto profile = load_profile(context.globals.profile);
    if (!profile) return say_failed(profile.error());
    auto idle = parse_duration(context.args.get("for", "5m"));
    if (!idle) return say_failed(idle.error());
    auto armour = read_own_secret(profile->key_file, key_file_bytes_max);
    if (!armour) return say_failed(armour.error());
    std::string passphrase = read_word(STDIN_FILENO);
    auto key = open_personal_key(as_text(*armour), passphrase);
    wipe(passphrase);
    if (!key) return say_failed(key.error());
    const AgentKeys keys{std::move(key->sign), std::move(key->transport)};
    Status served = serve_agent(agent_socket_path(profile->name), keys, *idle, say_ready, nullptr);
    if (!served) return say_failed(served.error());
    return exit_done;
}

}  // namespace rilon
