// How many of a batch are done, on stderr: after half a second on a terminal, else every ten.
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <string>

#include "tools/rilon/output.h"

namespace rilon {

class Progress {
   public:
    // `done`: the word for one that is done, as "screened". `out` must outlive it.
    Progress(Output& out, std::size_t all, std::string done)
        : out_(out), all_(all), done_(std::move(done)), last_(now_ms()) {}
    void step(std::size_t count) {
        constexpr std::uint64_t terminal_ms = 500;
        constexpr std::uint64_t lines_ms = 10'000;
        const std::uint64_t now = now_ms();
        if (now - last_ < (isatty(STDERR_FILENO) == 1 ? terminal_ms : lines_ms)) return;
        last_ = now;
        out_.talk(fmt::format("{} of {} {}", count, all_, done_));
    }

   private:
    Output& out_;
    std::size_t all_;
    std::string done_;
    std::uint64_t last_;
};

}  // namespace rilon
