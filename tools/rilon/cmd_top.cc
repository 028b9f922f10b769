// rilon top: the node's status again and again. On a terminal a screen that is drawn anew; else a
// line each time, for a log or a program.
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <optional>

#include "tools/exit_code.h"
#include "tools/problem.h"
#include "tools/rilon/commands.h"
#include "tools/rilon/json_lines.h"
#include "tools/rilon/options.h"
#include "tools/rilon/output.h"
#include "tools/rilon/session.h"
#include "tools/rilon/top_text.h"

namespace rilon {
namespace {

constexpr std::uint64_t top_every_ms_default = 2 * ms_second;
// On a screen keys are looked at between two questions, so that none may take long.
constexpr std::uint64_t top_patience_ms = 2 * ms_second;
constexpr char control_c = 3;

volatile std::sig_atomic_t top_ended = 0;
void end_top(int) {
    top_ended = 1;
}
void wake_top(int) {}  // A new size: the wait for a key ends.

// The terminal while a screen is on it: keys at once and unseen, the lines of before put back at
// the end, whatever ends it.
class Screen {
   public:
    Screen() : fd_(open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)) {
        if (fd_ < 0 || tcgetattr(fd_, &before_) != 0) return;
        termios keys = before_;
        keys.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG);
        keys.c_cc[VMIN] = 0;
        keys.c_cc[VTIME] = 0;
        there_ = tcsetattr(fd_, TCSAFLUSH, &keys) == 0;
        if (!there_) return;
        for (int signal : {SIGTERM, SIGHUP, SIGINT}) std::signal(signal, end_top);
        struct sigaction wake {};
        wake.sa_handler = wake_top;  // Without SA_RESTART.
        sigaction(SIGWINCH, &wake, nullptr);
        put("\x1b[?1049h\x1b[?25l");
    }
    ~Screen() {
        if (there_) {
            put("\x1b[?25h\x1b[?1049l");
            tcsetattr(fd_, TCSAFLUSH, &before_);
        }
        if (fd_ >= 0) close(fd_);
    }
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

    bool there() const { return there_; }
    ScreenSize size() const {
        winsize now{};
        ScreenSize out;
        if (ioctl(fd_, TIOCGWINSZ, &now) != 0 || now.ws_row < 2 || now.ws_col < 20) return out;
        return {now.ws_row, now.ws_col};
    }
    // Over what is there, so that nothing flickers.
    void draw(const std::vector<std::string>& lines) {
        std::string text = "\x1b[H";
        for (std::size_t i = 0; i < lines.size(); ++i)
            text += (i == 0 ? "" : "\n") + lines[i] + "\x1b[K";
        put(text + "\x1b[J");
    }
    // The key pressed within the time, if any; a new size of the screen ends the wait.
    std::optional<char> key(std::uint64_t wait_ms) {
        pollfd one{fd_, POLLIN, 0};
        char c = 0;
        if (poll(&one, 1, static_cast<int>(wait_ms)) <= 0) return std::nullopt;
        // The terminal is gone: as good as q.
        return read(fd_, &c, 1) == 1 ? c : 'q';
    }

   private:
    void put(std::string_view text) {
        while (!text.empty()) {
            const ssize_t n = write(fd_, text.data(), text.size());
            if (n <= 0) return;
            text.remove_prefix(static_cast<std::size_t>(n));
        }
    }
    int fd_;
    bool there_ = false;
    termios before_{};
};

Result<proto::StatusResponse> ask_status(Session& session, std::uint64_t timeout_ms) {
    proto::Request request;
    request.mutable_status();
    auto response = session.call(request, timeout_ms);
    if (!response) return response.error();
    return response->status();
}

// Until q or ^C. A node that is away is waited for, and the screen says since when.
int show_screen(Context& context, Session& session, Screen& screen, std::uint64_t every_ms) {
    TopView view;
    view.every_ms = every_ms;
    const std::uint64_t patience = std::min(context.globals.timeout_ms, top_patience_ms);
    while (true) {
        auto status = ask_status(session, patience);
        const std::uint64_t asked = now_ms();
        view.problem = status ? "" : explain(status.error()).message;
        if (status) {
            view.status = std::move(*status);
            view.at_ms = asked;
        }
        for (std::uint64_t now = asked; now < asked + every_ms && now >= asked; now = now_ms()) {
            screen.draw(top_screen(view, now, screen.size()));
            const auto key = screen.key(asked + every_ms - now);
            if (key == control_c || top_ended != 0) return exit_interrupted;
            if (key == 'q' || key == 'Q') return exit_done;
        }
    }
}

Result<int> print_lines(Context& context, Session& session, std::uint64_t every_ms) {
    while (true) {
        auto status = ask_status(session, context.globals.timeout_ms);
        if (!status) return status.error();
        context.out.line(context.out.json() ? json_status(*status) : top_line(*status, now_ms()));
        if (!context.out.flush()) return exit_done;  // Nobody reads on.
        poll(nullptr, 0, static_cast<int>(every_ms));
    }
}

}  // namespace

Result<int> run_top(Context& context) {
    std::uint64_t every_ms = top_every_ms_default;
    if (context.args.has("interval")) {
        auto given = parse_duration(context.args.get("interval"));
        if (!given) return given.error();
        if (*given < ms_second || *given > ms_hour)
            return problem(Errc::usage, "--interval takes from one second to an hour",
                           "write 2s or 5m");
        every_ms = *given;
    }
    auto session = Session::open(context);
    if (!session) return session.error();
    // A node that is away from the start is an error like everywhere.
    if (auto first = ask_status(*session, context.globals.timeout_ms); !first) return first.error();
    if (!context.out.json() && !context.globals.no_input && isatty(STDOUT_FILENO) == 1) {
        Screen screen;
        if (screen.there()) return show_screen(context, *session, screen, every_ms);
    }
    return print_lines(context, *session, every_ms);
}

}  // namespace rilon
