// RILON_ASSERT: a check of our own reasoning that stays on in release. A false one ends the process
// (a supervisor restarts it) rather than go on from a state nobody thought of.
#pragma once

namespace rilon {
[[noreturn]] void assert_failed(const char* expression, const char* file, int line);
}  // namespace rilon

#define RILON_ASSERT(expression) \
    ((expression) ? void(0) : ::rilon::assert_failed(#expression, __FILE__, __LINE__))
