#include "tools/rilon/alert_draft.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "config/file_io.h"
#include "node/system.h"
#include "tools/alert_file.h"
#include "tools/problem.h"
#include "tools/rilon/posting.h"
#include "tools/rilon/terminal.h"
#include "tools/rilon/trimmed.h"

namespace rilon {
namespace {

std::string editor() {
    for (const char* name : {"VISUAL", "EDITOR"}) {
        const char* value = std::getenv(name);
        if (value != nullptr && *value != '\0') return value;
    }
    return "vi";
}

// The editor on the terminal itself: stdin and stdout may be pipes of ours.
Status run_editor(const std::string& path) {
    const std::string command = editor() + " \"$1\"";
    const pid_t child = fork();
    if (child < 0) return {Errc::io, "the editor can't be started"};
    if (child == 0) {
        const int tty = open("/dev/tty", O_RDWR);
        if (tty >= 0) {
            dup2(tty, STDIN_FILENO);
            dup2(tty, STDOUT_FILENO);
        }
        execl("/bin/sh", "sh", "-c", command.c_str(), "sh", path.c_str(),
              static_cast<char*>(nullptr));
        _exit(127);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
    return problem(Errc::interrupted, "the editor ended without success",
                   "set $EDITOR, or write a file: rilon post -f FILE");
}

}  // namespace

Result<std::string> edit_text(Context& context, const std::string& text, std::string resume) {
    if (!context.terminal.can_ask())
        return problem(Errc::usage, "an editor needs a terminal", "write a file: -f FILE");
    auto draft = KeptDraft::keep(text, resume);
    if (!draft) return draft.error();
    if (Status s = run_editor(draft->path()); !s) return draft->kept(s.error());
    auto bytes = read_file(draft->path(), draft_bytes_max);
    if (!bytes && bytes.code() != Errc::not_found) return draft->kept(bytes.error());
    if (!bytes || trimmed(as_text(*bytes)).empty()) {  // What the editor was given is not lost.
        draft->done();
        draft = KeptDraft::keep(text, std::move(resume));
        const Error nothing =
            problem(Errc::interrupted, "the editor left nothing: nothing was posted", "");
        return draft ? draft->kept(nothing) : draft.error();
    }
    draft->done();
    return std::string(as_text(*bytes));
}

}  // namespace rilon
