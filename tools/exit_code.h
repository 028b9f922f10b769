// Exit codes of `rilon`, in one place: which error ends the process with which number. The table of
// docs/exit-codes.md and `rilon help exit-codes` are this one.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "protocol/result.h"

namespace rilon {

constexpr int exit_done = 0;
constexpr int exit_other = 1;
constexpr int exit_usage = 2;
constexpr int exit_not_found = 3;
constexpr int exit_locked = 4;
constexpr int exit_not_permitted = 5;
constexpr int exit_queued = 6;
constexpr int exit_unreachable = 7;
constexpr int exit_trust = 8;
constexpr int exit_possible = 10;
constexpr int exit_strong = 11;
constexpr int exit_stale = 12;
constexpr int exit_interrupted = 130;

struct ExitMeaning {
    int code;
    const char* meaning;
};
std::span<const ExitMeaning> exit_meanings();

int exit_code(Errc code);

// The Errc that errc_name gave this name; the node answers failures by name. Empty for a name of a
// newer version.
std::optional<Errc> errc_by_name(std::string_view name);

// What to do about an error that brought no remedy of its own.
const char* default_remedy(Errc code);

}  // namespace rilon
