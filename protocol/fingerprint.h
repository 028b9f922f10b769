// The fingerprint of a request, as read out by telephone before anybody signs: twelve proquint
// words (arXiv:0901.4016), 16 bits each, of H(request bytes). 192 bits: nobody finds another
// request with the same words.
#pragma once

#include <array>
#include <string>

#include "protocol/bytes.h"

namespace rilon {

constexpr std::size_t fingerprint_words = 12;

// consonant vowel consonant vowel consonant, 4 + 2 + 4 + 2 + 4 bits, the high bits first.
std::string proquint(std::uint16_t value);
std::array<std::string, fingerprint_words> fingerprint_of(ByteView request);
// The words in one line, a blank between.
std::string fingerprint_line(ByteView request);

}  // namespace rilon
