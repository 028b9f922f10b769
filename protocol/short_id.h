// How people and programs write the id of an alert: a UUID of version 7 (RFC 9562, 5.7) in full,
// and the short form that is read out over the telephone, 7KQ2-M4XD. A short form isn't unique by
// itself: whoever resolves one looks whether just one alert begins with it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "protocol/ids.h"
#include "protocol/rng.h"
#include "protocol/units.h"

namespace rilon {

// The short form holds the first 40 of the 62 bits of rand_b: the low 6 bits of byte 8 (after the
// variant), bytes 9 to 12, and the top 2 bits of byte 13, as 8 Crockford characters of 5 bits, the
// highest first. They are random, so that alerts of one moment look different.
constexpr int short_id_chars = 8;
constexpr int short_id_chars_min = 6;

// The first `chars` characters of a short form.
struct ShortIdPrefix {
    std::uint64_t value = 0;  // 5 * chars bits.
    int chars = 0;            // short_id_chars_min to short_id_chars.
    auto operator<=>(const ShortIdPrefix&) const = default;
};

// The 40 bits of the short form, in the low bits: what an index of short forms is ordered by.
std::uint64_t short_id_bits(const AlertId& id);

// `7KQ2-M4XD`: always 9 characters, upper case.
std::string format_short_id(const AlertId& id);

// Reads 6 to 8 characters of Crockford's base32: case doesn't count, dashes and blanks are dropped,
// I and L are read as 1, O as 0. Fails with malformed on U, on other characters, on other lengths.
Result<ShortIdPrefix> parse_short_id(std::string_view text);

// Whether the id's short form begins with the prefix.
bool begins_with(const AlertId& id, const ShortIdPrefix& prefix);

// The first and the last value of short_id_bits that begin with the prefix: a range in an index.
struct ShortIdRange {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
};
ShortIdRange short_id_range(const ShortIdPrefix& prefix);

// `0198c5e2-7a31-7c44-9d0e-2f6b8a1c3e57`: 36 characters, lower case.
std::string format_alert_id(const AlertId& id);

// Reads 36 characters with dashes in their places, or 32 without, in either case. Fails with
// malformed on anything else, and on a UUID whose version isn't 7 or whose variant isn't RFC
// 9562's.
Result<AlertId> parse_alert_id(std::string_view text);

// What an officer may type for an alert: the full id or a short form.
using AlertReference = std::variant<AlertId, ShortIdPrefix>;
Result<AlertReference> parse_alert_reference(std::string_view text);
// Whether it is this id, or the beginning of its short form.
bool refers_to(const AlertReference& reference, const AlertId& id);

// Whether the 16 bytes are a UUID of version 7; ids in entries of others are checked with it.
bool is_alert_id(const AlertId& id);

// A new id: 48 bits of time, 74 of chance.
AlertId make_alert_id(UnixMillis now, Rng& rng);

// The time in the id. An author may have written any: order by seq, never by this.
UnixMillis alert_id_time(const AlertId& id);

}  // namespace rilon
