#include "tools/rilon/doctor_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "tools/rilon/output.h"
#include "tools/rilon/policy.h"

namespace rilon {
namespace {

// Through the open file, so that nothing is put in its place between look and change.
bool close_to_others(const std::string& path, unsigned mode) {
    const int fd = open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return false;
    struct stat now {};
    const bool done = fstat(fd, &now) == 0 && now.st_uid == geteuid() && fchmod(fd, mode) == 0;
    close(fd);
    return done;
}

bool exists(const std::string& path) {
    struct stat info {};
    return lstat(path.c_str(), &info) == 0;
}

// Where drafts lie; not made if it is not there.
std::string drafts() {
    const char* runtime = std::getenv("XDG_RUNTIME_DIR");
    return runtime == nullptr || *runtime == '\0' ? rilon_home() + "/drafts"
                                                  : std::string(runtime) + "/rilon/drafts";
}

void judge_drafts(Mend mend, std::uint64_t now, Findings& out) {
    const std::string directory = drafts();
    judge_mode(
        {directory, "the folder of kept drafts", "others could read what you write", 0077, true},
        mend, out);
    std::size_t old = 0;
    std::error_code failed;
    for (const auto& file : std::filesystem::directory_iterator(directory, failed)) {
        struct stat info {};
        if (stat(file.path().c_str(), &info) != 0) continue;
        const auto written = static_cast<std::uint64_t>(info.st_mtime) * ms_second;
        if (now > written && now - written > draft_old_ms) ++old;
    }
    if (old > 0)
        out.push_back({Severity::warning, "drafts",
                       fmt::format("{} draft{} kept for over a week in {}", old,
                                   old == 1 ? " is" : "s are", directory),
                       "they may hold personal data that was never posted",
                       "rilon post -f FILE, or delete them"});
}

}  // namespace

void judge_mode(const ExpectedFile& file, Mend mend, Findings& out) {
    struct stat info {};
    if (lstat(file.path.c_str(), &info) != 0) return;
    const bool right_kind = file.directory ? S_ISDIR(info.st_mode) : S_ISREG(info.st_mode);
    if (!right_kind) {
        // A link to the file is somebody's arrangement; what counts is where it leads.
        if (S_ISLNK(info.st_mode) && stat(file.path.c_str(), &info) == 0 &&
            (info.st_mode & file.forbidden) == 0)
            return;
        out.push_back({Severity::broken, "files",
                       fmt::format("{}, {}, is no {}", file.what, shown(file.path),
                                   file.directory ? "folder" : "regular file"),
                       file.why, "put the right one there"});
        return;
    }
    if (info.st_uid != geteuid() && info.st_uid != 0) {
        out.push_back({Severity::broken, "files",
                       fmt::format("{}, {}, belongs to another user", file.what, shown(file.path)),
                       file.why, "take a copy of your own"});
        return;
    }
    if ((info.st_mode & file.forbidden) == 0) return;
    const unsigned mode = info.st_mode & 07777u & ~file.forbidden;
    Finding finding{
        Severity::broken, "files",
        fmt::format("{}, {}, has mode {:04o}", file.what, shown(file.path), info.st_mode & 07777u),
        file.why, fmt::format("chmod {:04o} {}", mode, shown(file.path))};
    if (mend == Mend::yes && close_to_others(file.path, mode)) {
        finding.fixed = true;
        finding.what = fmt::format("{}, {}, had mode {:04o} and has {:04o} now", file.what,
                                   shown(file.path), info.st_mode & 07777u, mode);
    }
    out.push_back(std::move(finding));
}

void judge_files(const Profile& profile, Mend mend, std::uint64_t now, Findings& out) {
    constexpr unsigned writable_by_others = 0022;
    judge_mode({rilon_home(), "the folder of your profiles",
                "others could put a profile of theirs there", writable_by_others, true},
               mend, out);
    judge_mode({profile_path(profile.name), "your profile",
                "others could lead you to a node of theirs", writable_by_others},
               mend, out);
    judge_mode({policy_path(), "the mission's policy", "others could take its rules away",
                writable_by_others},
               mend, out);
    if (!profile.network.empty() && !exists(profile.network))
        out.push_back({Severity::broken, "files",
                       "the pinned network file " + shown(profile.network) + " is not there",
                       "nobody can be told apart from an impostor without it",
                       "rilon enrol NETWORK-FILE"});
    judge_mode({profile.network, "the pinned network file", "others could pin another network",
                writable_by_others},
               mend, out);
    if (profile.key_file.empty() || !exists(profile.key_file))
        out.push_back({Severity::broken, "files",
                       profile.key_file.empty()
                           ? std::string("your profile names no key file")
                           : "your key file " + shown(profile.key_file) + " is not there",
                       "nothing can be read or posted without it",
                       "put it back from your copy; else rilon setup officer, and have the new "
                       "key certified"});
    judge_mode({profile.key_file, "your key file",
                "others could take it and try passphrases; rilon refuses it"},
               mend, out);
    judge_drafts(mend, now, out);
}

}  // namespace rilon
