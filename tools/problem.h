// What the officer is told when something fails: what happened and why, and what to do about it.
// Travels inside an Error's detail (the two texts joined by a unit separator), so that every layer
// of the command line can hand it on as a plain Result.
#pragma once

#include <string>
#include <string_view>

#include "protocol/result.h"

namespace rilon {

struct Problem {
    Errc code;
    std::string message;
    std::string remedy;
};

// `message`: what happened and why. `remedy`: what to type or do now.
Error problem(Errc code, std::string_view message, std::string_view remedy);

// Takes an Error apart; one without a remedy of its own gets that of its code (exit_code.h).
Problem explain(const Error& error);

}  // namespace rilon
