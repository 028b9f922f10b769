// From any script to the alphabet of the machine-readable zone, by the tables of ICAO Doc 9303-3,
// section 6: Latin (A), Cyrillic (B), Arabic (C). There is no ICAO table for Thai, Myanmar, Khmer,
// Lao, Tamil, Sinhala, Chinese, Korean, Japanese, Greek or Hebrew, and none is made up here: for
// those ask for the Latin form as in the document.
#pragma once

#include <string>
#include <string_view>

namespace rilon {

// What stands in for more than this is cut off: no name is that long (code points).
constexpr std::size_t translit_code_points_max = 512;

struct Transliteration {
    // A-Z, 0-9 and '<' between words, as a zone would carry it (never two '<' in a row, none at an
    // end). Arabic letters outside Latin have ICAO's X codes: MXHMD.
    std::string mrz;
    // The same for comparing with names written by ear: X codes as plain sounds (MHMD).
    std::string plain;
    // Every letter was in a table (or is Latin with marks); false for the scripts without one.
    bool complete = true;
    // Some of it was Arabic script, which leaves out short vowels.
    bool unvowelled = false;
};

// Apostrophes vanish, hyphens, commas and blanks part words (part 3, 4.6); case and marks are lost.
// Never fails: bytes that aren't UTF-8 count as letters without a table.
Transliteration transliterate(std::string_view text);

// transliterate(text).mrz.
std::string translit_for_mrz(std::string_view text);

// A word of a zone with ICAO's X codes for Arabic, as plain sounds: MXHMD → MHMD; other words
// unchanged. A word counts as such when it holds a code and hardly a vowel (ALEXHANDER stays).
// `mrz_word` is A-Z.
std::string plain_of_arabic_mrz(std::string_view mrz_word, bool* unvowelled);

}  // namespace rilon
