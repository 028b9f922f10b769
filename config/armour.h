// The text form of every file that people send each other: requests, network files, grants, key
// files. One strict grammar, no cryptography, no idea of what the bytes mean:
//
//   -----BEGIN RILON NODE REQUEST-----
//   base64, lines of 64 characters, the last one shorter or full
//   -----END RILON NODE REQUEST-----
#pragma once

#include <string>
#include <string_view>

#include "protocol/bytes.h"

namespace rilon {

enum class ArmourKind {
    network,
    node_request,
    person_request,
    officer_request,
    coordinator_request,
    grant,
    draft,
    key,
};
constexpr std::size_t armour_text_max = 8 * 1024 * 1024;

// "NODE REQUEST", "NETWORK FILE", …: what stands between the dashes after RILON.
std::string_view armour_label(ArmourKind kind);

// Ends with a newline. `bytes` must not be empty.
std::string encode_armour(ArmourKind kind, ByteView bytes);

struct Armoured {
    ArmourKind kind;
    Bytes bytes;
};
// Blank space before and after is forgiven, and CRLF (mail does both); nothing else is: the text
// must be what encode_armour makes of the bytes. Errors: malformed, too_large.
Result<Armoured> parse_armour(std::string_view text);
// The same, and it must be of this kind; else malformed, with what it is and what was wanted.
Result<Bytes> parse_armour_of(ArmourKind kind, std::string_view text);

}  // namespace rilon
