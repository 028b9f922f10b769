// Telling an officer that something came: on his desktop, by e-mail, by a program of his. The words
// are always the same and nothing else is handed over: whoever sees them learns of no alert.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "protocol/result.h"
#include "tools/rilon/profile.h"

namespace rilon {

struct Notifier {
    enum class Way { desktop, email, exec };

    Way way = Way::desktop;
    std::string to;            // An address, or the absolute path of a program.
    bool urgent_only = false;  // Of urgent alerts alone.
};

constexpr std::size_t notifiers_max = 8;

// "urgent email duty@example.org", as a profile has it, several with ; between them.
std::string format_notifier(const Notifier& notifier);
std::string format_notifiers(const std::vector<Notifier>& notifiers);
// Programs are not looked for. Errors: malformed.
Result<std::vector<Notifier>> notifiers_of(const Profile& profile);
// Can it be used on this machine? Errors: usage, not_found, not_permitted (others may write the
// program).
Status check_notifier(const Notifier& notifier);

// One run of a notifier's program, which gets 20 s.
class NoticeRun {
   public:
    NoticeRun() = default;
    ~NoticeRun();
    NoticeRun(NoticeRun&& other) noexcept;
    NoticeRun& operator=(NoticeRun&&) = delete;

    // Errors: those of check_notifier; io.
    Status start(const Notifier& notifier, std::chrono::steady_clock::time_point now);
    bool running() const { return child_ > 0; }
    // Looks whether it has ended. Errors: other, it failed or took too long.
    Status look(std::chrono::steady_clock::time_point now);
    // Waits for its end.
    Status wait();

   private:
    Status ended(int wait_status);

    pid_t child_ = 0;
    std::chrono::steady_clock::time_point until_{};
};

// What a watch tells, and when: each notifier at once, then at most once a minute; what came
// meanwhile is told when the minute is over.
class Notices {
   public:
    explicit Notices(std::vector<Notifier> notifiers);

    void came(bool urgent);
    // Starts what is due and looks at what runs. Failures, each said once.
    std::vector<Error> tend(std::chrono::steady_clock::time_point now);
    bool running() const;
    // How long nothing is to be done; at most `longest`.
    std::chrono::milliseconds idle(std::chrono::steady_clock::time_point now,
                                   std::chrono::milliseconds longest) const;

   private:
    struct One {
        Notifier notifier;
        NoticeRun run;
        bool waits = false;
        std::chrono::steady_clock::time_point free_at{};
    };
    std::vector<One> all_;
};

}  // namespace rilon
