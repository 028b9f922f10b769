#include "tools/rilon/notifier.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "tools/problem.h"

namespace rilon {
namespace {

using SteadyPoint = std::chrono::steady_clock::time_point;

constexpr const char* notice_text = "RILON: a message is waiting.";
constexpr std::chrono::seconds notice_time{20};
constexpr std::chrono::minutes notice_pause{1};
constexpr std::chrono::milliseconds check_again{1000};
constexpr std::size_t address_bytes_max = 254;  // RFC 5321 §4.5.3.1.3, without the brackets.

constexpr struct {
    Notifier::Way way;
    std::string_view word;
} way_words[] = {{Notifier::Way::desktop, "desktop"},
                 {Notifier::Way::email, "email"},
                 {Notifier::Way::exec, "exec"}};

std::string_view word_of(Notifier::Way way) {
    for (const auto& one : way_words)
        if (one.way == way) return one.word;
    return "";
}

std::string_view trimmed_spaces(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

bool take_word(std::string_view& text, std::string_view word) {
    if (!text.starts_with(word)) return false;
    if (text.size() > word.size() && text[word.size()] != ' ') return false;
    text = trimmed_spaces(text.substr(word.size()));
    return true;
}

std::optional<Notifier> read_notifier(std::string_view text) {
    Notifier out;
    out.urgent_only = take_word(text, "urgent");
    const auto* way = std::find_if(std::begin(way_words), std::end(way_words),
                                   [&](const auto& known) { return take_word(text, known.word); });
    if (way == std::end(way_words)) return std::nullopt;
    if ((way->way == Notifier::Way::desktop) != text.empty()) return std::nullopt;
    out.way = way->way;
    out.to = text;
    return out;
}

// Enough that it is one line of a message's header and no option of anybody's.
bool like_address(std::string_view text) {
    const std::size_t at = text.find('@');
    return at != 0 && at != text.npos && at + 1 < text.size() &&
           text.find('@', at + 1) == text.npos && text.size() <= address_bytes_max &&
           text.front() != '-' && std::all_of(text.begin(), text.end(), [](char c) {
               return c > ' ' && c < 127 && std::strchr(",;<>()\"'\\", c) == nullptr;
           });
}

bool can_run(const std::string& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
           ::access(path.c_str(), X_OK) == 0;
}

// Empty: there is none. Mail programs stand where only root looks.
std::string find_program(std::string_view name) {
    const char* path = std::getenv("PATH");
    std::string places =
        std::string(path != nullptr ? path : "/usr/bin:/bin") + ":/usr/sbin:/usr/lib";
    for (std::size_t at = 0; at < places.size();) {
        const std::size_t end = std::min(places.find(':', at), places.size());
        std::string file =
            fmt::format("{}/{}", std::string_view(places).substr(at, end - at), name);
        if (file.front() == '/' && can_run(file)) return file;
        at = end + 1;
    }
    return {};
}

// Whoever may write a program that we start acts as the officer.
Status check_program(const std::string& path) {
    struct stat info {};
    if (path.empty() || path.front() != '/')
        return problem(Errc::usage, "exec takes the whole path of a program",
                       "rilon notify add exec /PATH/PROGRAM");
    if (::stat(path.c_str(), &info) != 0 || !can_run(path))
        return problem(Errc::not_found, path + " is no program that you may run",
                       "correct the path, or chmod +x it");
    if ((info.st_uid != 0 && info.st_uid != ::geteuid()) ||
        (info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return problem(Errc::not_permitted, "others may change " + path,
                       "let it be yours or root's, and chmod go-w it");
    return {};
}

Result<std::string> program_of(const Notifier& notifier) {
    if (notifier.way == Notifier::Way::exec) {
        if (Status s = check_program(notifier.to); !s) return s.error();
        return notifier.to;
    }
    const bool desktop = notifier.way == Notifier::Way::desktop;
    std::string path = find_program(desktop ? "notify-send" : "sendmail");
    if (!path.empty()) return path;
    if (desktop)
        return problem(Errc::not_found, "there is no notify-send on this machine",
                       "install libnotify-bin");
    return problem(Errc::not_found, "there is no sendmail on this machine",
                   "install a mail program, as msmtp-mta");
}

// Neither the address nor anything of an alert stands in argv.
std::vector<std::string> arguments_of(const Notifier& notifier, const std::string& program) {
    switch (notifier.way) {
        case Notifier::Way::desktop:
            return {program, "--app-name=RILON",
                    notifier.urgent_only ? "--urgency=critical" : "--urgency=normal", notice_text};
        case Notifier::Way::email: return {program, "-i", "-t"};
        case Notifier::Way::exec: return {program, notice_text};
    }
    return {};
}

std::string stdin_of(const Notifier& notifier) {
    if (notifier.way != Notifier::Way::email) return {};
    return fmt::format("To: {}\nSubject: {}\n\n{}\n", notifier.to, notice_text, notice_text);
}

// What a desktop and a mail program need; nothing of RILON's own.
std::vector<std::string> environment_for_notice() {
    std::vector<std::string> out;
    for (const char* name :
         {"PATH", "HOME", "USER", "LOGNAME", "LANG", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY",
          "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"})
        if (const char* value = std::getenv(name); value != nullptr)
            out.push_back(fmt::format("{}={}", name, value));
    return out;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    for (std::string& text : texts) out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

// A descriptor that gives the text and ends. -1: none. The text fits a pipe's buffer.
int descriptor_with(const std::string& text) {
    if (text.empty()) return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return -1;
    const bool written =
        ::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::close(ends[1]);
    if (written) return ends[0];
    ::close(ends[0]);
    return -1;
}

// In a process group of its own: Ctrl-C at the watch is not meant for it.
int spawn(std::vector<std::string> arguments, int in, pid_t& child) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    std::vector<std::string> environment = environment_for_notice();
    const int failed = ::posix_spawn(&child, arguments.front().c_str(), &actions, &attributes,
                                     pointers(arguments).data(), pointers(environment).data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return failed;
}

}  // namespace

std::string format_notifier(const Notifier& notifier) {
    return fmt::format("{}{}{}{}", notifier.urgent_only ? "urgent " : "", word_of(notifier.way),
                       notifier.to.empty() ? "" : " ", notifier.to);
}

std::string format_notifiers(const std::vector<Notifier>& notifiers) {
    std::string out;
    for (const Notifier& one : notifiers) out += (out.empty() ? "" : "; ") + format_notifier(one);
    return out;
}

Result<std::vector<Notifier>> notifiers_of(const Profile& profile) {
    std::vector<Notifier> out;
    for (std::string_view text = profile.notify; !text.empty();) {
        const std::size_t end = std::min(text.find(';'), text.size());
        auto one = read_notifier(trimmed_spaces(text.substr(0, end)));
        if (!one.has_value() || out.size() == notifiers_max)
            return problem(
                Errc::malformed, profile_path(profile.name) + ": notify does not read",
                "write desktop; email ADDRESS; exec /PROGRAM, each with urgent before it "
                "or not, or take the line out");
        out.push_back(std::move(*one));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

Status check_notifier(const Notifier& notifier) {
    if (notifier.way == Notifier::Way::email && !like_address(notifier.to))
        return problem(Errc::usage, "not an e-mail address: " + notifier.to,
                       "rilon notify add email NAME@HOST");
    // What stands between two of them in a profile.
    if (notifier.to.find_first_of(";\"'\\") != std::string::npos)
        return problem(Errc::usage,
                       "a path with ; quotes or backslashes can't be kept: " + notifier.to,
                       "give the program another name");
    if (auto program = program_of(notifier); !program) return program.error();
    return {};
}

NoticeRun::~NoticeRun() {
    if (!running()) return;
    ::kill(-child_, SIGKILL);
    while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

NoticeRun::NoticeRun(NoticeRun&& other) noexcept
    : child_(std::exchange(other.child_, 0)), until_(other.until_) {}

Status NoticeRun::start(const Notifier& notifier, SteadyPoint now) {
    if (Status s = check_notifier(notifier); !s) return s;
    auto program = program_of(notifier);
    if (!program) return program.error();
    const int in = descriptor_with(stdin_of(notifier));
    if (in < 0) return {Errc::io, fmt::format("no pipe: {}", std::strerror(errno))};
    const int failed = spawn(arguments_of(notifier, *program), in, child_);
    ::close(in);
    if (failed != 0) {
        child_ = 0;
        return {Errc::io, fmt::format("{} can't be started: {}", *program, std::strerror(failed))};
    }
    until_ = now + notice_time;
    return {};
}

Status NoticeRun::ended(int wait_status) {
    child_ = 0;
    if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0) return {};
    return {Errc::io, WIFEXITED(wait_status)
                          ? fmt::format("it ended with {}", WEXITSTATUS(wait_status))
                          : fmt::format("signal {} ended it", WTERMSIG(wait_status))};
}

Status NoticeRun::look(SteadyPoint now) {
    if (!running()) return {};
    int status = 0;
    const pid_t done = ::waitpid(child_, &status, WNOHANG);
    if (done == child_) return ended(status);
    if (done == 0 && now < until_) return {};
    ::kill(-child_, SIGKILL);
    while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
    }
    child_ = 0;
    return {Errc::io, fmt::format("it took longer than {} s and was ended", notice_time.count())};
}

Status NoticeRun::wait() {
    Status out;
    while (running()) {
        out = look(std::chrono::steady_clock::now());
        if (running()) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return out;
}

Notices::Notices(std::vector<Notifier> notifiers) {
    for (Notifier& one : notifiers) all_.emplace_back().notifier = std::move(one);
}

void Notices::came(bool urgent) {
    for (One& one : all_) one.waits = one.waits || urgent || !one.notifier.urgent_only;
}

std::vector<Error> Notices::tend(SteadyPoint now) {
    std::vector<Error> out;
    auto note = [&](const One& one, const Status& status) {
        if (!status.ok())
            out.push_back(
                {status.code(), fmt::format("not told by {}: {}", format_notifier(one.notifier),
                                            explain(status.error()).message)});
    };
    for (One& one : all_) {
        note(one, one.run.look(now));
        if (!one.waits || one.run.running() || now < one.free_at) continue;
        one.waits = false;
        one.free_at = now + notice_pause;
        note(one, one.run.start(one.notifier, now));
    }
    return out;
}

bool Notices::running() const {
    return std::any_of(all_.begin(), all_.end(), [](const One& one) { return one.run.running(); });
}

std::chrono::milliseconds Notices::idle(SteadyPoint now, std::chrono::milliseconds longest) const {
    if (running()) longest = std::min(longest, check_again);
    for (const One& one : all_) {
        if (one.waits)
            longest = std::min(longest, std::chrono::ceil<std::chrono::milliseconds>(
                                            std::max(one.free_at, now) - now));
    }
    return longest;
}

}  // namespace rilon
