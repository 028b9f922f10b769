// What names, codes, endpoints and free text in directory statements may look like. Strict, because
// what is once in the chain is shown by every node for ever.
#pragma once

#include <string>
#include <string_view>

#include "protocol/result.h"

namespace rilon {

constexpr std::size_t person_name_chars_max = 120;
constexpr std::size_t display_name_chars_max = 120;  // Of parties, RILONs, groups, the network.
constexpr std::size_t reason_chars_max = 500;
constexpr std::size_t endpoint_bytes_max = 255;

// "aus-bkk": lower-case letters, digits, inner single dashes; 1 to 32; starts with a letter.
bool well_formed_node_name(std::string_view name);
// ISO 3166-1 alpha-3 or an organisation: a capital, then capitals and digits; 3 to 8 in all.
bool well_formed_party_code(std::string_view code);
// Capitals and digits, the first a capital; 2 to 8.
bool well_formed_rilon_code(std::string_view code);
// A group's name as officers type it: letters, digits, dashes; 2 to 32; no slash, so that it is
// never taken for "BKK/missions".
bool well_formed_group_name(std::string_view name);
// An ACTIVATE feature: lower-case letters, digits, '.', '-'; 1 to 64.
bool well_formed_feature(std::string_view feature);
// "tcp://host:port"; the host a name, an IPv4 address or an IPv6 address in brackets.
bool well_formed_endpoint(std::string_view endpoint);

// A name or reason: valid UTF-8 of at most `chars_max` characters without control characters, line
// ends and direction marks. Fails with malformed; `what` names the field.
Status check_label(std::string_view text, std::size_t chars_max, std::string_view what);

}  // namespace rilon
