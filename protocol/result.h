// Result<T>: the value or the reason there is none. std::expected needs C++23; this is the part of
// it the project uses. Bad input from outside is a Result; a bug of our own is an assertion.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "protocol/assert.h"

namespace rilon {

// What went wrong. Callers branch on the code only; docs/exit-codes.md maps each to an exit code.
enum class Errc {
    // Bad input (exit 2).
    usage,
    invalid,
    malformed,
    too_large,
    // Not there, not allowed (exit 3, 4, 5).
    not_found,
    locked,
    not_enrolled,
    not_permitted,
    // Posting (exit 5 and 6).
    readers_changed,
    no_readers,
    queued,
    // Trust (exit 8).
    wrong_network,
    bad_signature,
    unknown_key,
    not_authorised,
    not_member,
    quarantined,
    structure,
    stale_epoch,
    fork,
    cannot_open,
    // Order: not errors of anybody, but reasons why a thing was not taken now.
    duplicate,
    gap,
    parked,
    absent,
    // Machine (exit 1 and 7).
    unreachable,
    timed_out,
    busy,
    full,
    damaged,
    io,
    unsupported,
    interrupted,
    internal,
};

const char* errc_name(Errc code);

struct Error {
    Errc code;
    std::string detail;  // For our own log and our own user; never sent to strangers.
};

template <class T>
class [[nodiscard]] Result {
   public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}
    Result(Errc code, std::string detail)
        : state_(std::in_place_index<1>, Error{code, std::move(detail)}) {}

    bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }

    T& value() & {
        RILON_ASSERT(ok());
        return *std::get_if<0>(&state_);
    }
    const T& value() const& {
        RILON_ASSERT(ok());
        return *std::get_if<0>(&state_);
    }
    T&& value() && {
        RILON_ASSERT(ok());
        return std::move(*std::get_if<0>(&state_));
    }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    const Error& error() const {
        RILON_ASSERT(!ok());
        return *std::get_if<1>(&state_);
    }
    Errc code() const { return error().code; }

   private:
    std::variant<T, Error> state_;
};

// A Result without a value: done, or why not.
class [[nodiscard]] Status {
   public:
    Status() = default;
    Status(Error error) : state_(std::in_place_index<1>, std::move(error)) {}
    Status(Errc code, std::string detail)
        : state_(std::in_place_index<1>, Error{code, std::move(detail)}) {}

    bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }
    const Error& error() const {
        RILON_ASSERT(!ok());
        return *std::get_if<1>(&state_);
    }
    Errc code() const { return error().code; }

   private:
    std::variant<std::monostate, Error> state_;
};

}  // namespace rilon
