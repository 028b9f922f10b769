#include "protocol/fingerprint.h"

#include "protocol/crypto.h"

namespace rilon {

std::string proquint(std::uint16_t value) {
    constexpr char consonants[] = "bdfghjklmnprstvz";
    constexpr char vowels[] = "aiou";
    return {consonants[value >> 12 & 15], vowels[value >> 10 & 3], consonants[value >> 6 & 15],
            vowels[value >> 4 & 3], consonants[value & 15]};
}

std::array<std::string, fingerprint_words> fingerprint_of(ByteView request) {
    Hash32 digest = hash({request});
    ByteReader in(digest.view());
    std::array<std::string, fingerprint_words> words;
    for (std::string& word : words) word = proquint(in.u16());
    return words;
}

std::string fingerprint_line(ByteView request) {
    std::string line;
    for (const std::string& word : fingerprint_of(request)) {
        if (!line.empty()) line += ' ';
        line += word;
    }
    return line;
}

}  // namespace rilon
