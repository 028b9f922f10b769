// The machine-readable zone of a travel document: the five layouts of ICAO Doc 9303 (parts 4 to 7),
// their check digits, and what a misread character may have been. It reads text as an officer
// pastes or types it; it doesn't read images, and it says nothing about whether a document is
// genuine.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/partial_date.h"
#include "protocol/result.h"

namespace rilon {

// More is refused before it is looked at; the longest zone has 90 characters.
constexpr std::size_t mrz_input_bytes_max = 4096;

enum class MrzFormat {
    td1,    // Card, 3 lines of 30 (part 5).
    td2,    // Card, 2 lines of 36 (part 6).
    td3,    // Passport, 2 lines of 44 (part 4).
    mrv_a,  // Visa, 2 lines of 44 (part 7).
    mrv_b,  // Visa, 2 lines of 36 (part 7).
};

enum class MrzField {
    document_number,
    document_number_long,  // Continued in the optional data (part 5 and 6, 4.2.4 note j).
    birth_date,
    expiry_date,
    optional_data,
    composite,
};

// "TD1", "TD2", "TD3", "MRV-A", "MRV-B".
const char* mrz_format_name(MrzFormat format);
// The name JSON uses: "document_number", "document_number_long", "birth_date", "expiry_date",
// "optional_data", "composite".
const char* mrz_field_name(MrzField field);

struct MrzCheck {
    MrzField field;
    bool ok = false;       // The digit is the one part 3, 4.9 asks for.
    bool warning = false;  // Not ok, but as a known national practice prints it: not an alarm.
    char digit = '<';      // As it stands in the zone.
    char expected = '0';   // As it should stand.
};

enum class MrzChange {
    misread,        // One character taken for one that looks like it (O/0 I/1 S/5 B/8 Z/2 G/6).
    transposition,  // Two neighbours exchanged.
};

// A change that would make a failing digit right. Offered, never applied.
struct MrzSuggestion {
    MrzField field;  // The check that it would put right.
    MrzChange change;
    int line = 1;      // From 1.
    int column = 1;    // From 1; of the first character changed.
    std::string from;  // One character, or two for a transposition.
    std::string to;
    bool composite_too = false;  // The composite digit would be right as well: likelier.
};

struct Mrz {
    MrzFormat format = MrzFormat::td3;
    bool line_two_only = false;   // Names, document code and issuer are empty then.
    bool format_assumed = false;  // Line two alone fits two layouts; `format` is the likelier.
    std::string document_code;    // "P", "PT", "ID", "V"; fillers removed.
    std::string issuer;           // ICAO code, fillers removed ("D" for Germany).
    std::string document_number;  // A long one is put together; fillers inside removed.
    std::string nationality;      // ICAO code, fillers removed.
    std::string birth_date;       // Six characters YYMMDD as they stand; an unknown part is "<<".
    char sex = '<';               // 'M', 'F' or '<' (unspecified); another one gives a note.
    std::string expiry_date;      // As birth_date.
    std::string primary_identifier;    // Words separated by one space.
    std::string secondary_identifier;  // Empty for a mononym.
    bool name_truncated = false;       // The name fills its field to the end: it may go on.
    std::string optional_data;    // Trailing fillers removed; of TD1, line 1; without the rest of a
                                  // long document number.
    std::string optional_data_2;  // Of TD1, line 2.
    std::array<std::string, 3> lines;  // Normalised; empty where a line is absent.
    std::vector<MrzCheck> checks;  // In the order of MrzField; which ones depends on the layout.
    std::vector<MrzSuggestion> suggestions;  // Likelier first, at most mrz_suggestions_max.
    std::vector<std::string> notes;  // What else is odd, as sentences: a digit in a name, ….

    // Every digit is right, or wrong in a way known to be printed so.
    bool ok() const;
};

constexpr std::size_t mrz_suggestions_max = 12;

// Reads a zone: case, blanks, blank lines, CR, BOM and typographic angle quotes are normalised; all
// lines run together are taken apart by length; line two alone is accepted for TD2, TD3, MRV-A and
// MRV-B, lines one and two for TD1. Fillers missing at the end of a line of names are added.
// Fails with too_large over mrz_input_bytes_max, with malformed otherwise: the detail says which
// line, what it has, what it should have, and what to do. A wrong check digit is not an error.
Result<Mrz> parse_mrz(std::string_view text);

// The check digit over `text` by part 3, 4.9: weights 7, 3, 1 repeating, 0-9 as they are, A-Z as 10
// to 35, the filler as 0, modulo 10. Fails with malformed on any other character.
Result<char> mrz_check_digit(std::string_view text);

enum class MrzReading { more, complete };

// Whether the lines read so far are a whole zone, so that a reader on a terminal can stop without
// an end of file. Looks at shapes only; parse_mrz decides. Line two alone completes.
MrzReading mrz_reading(std::string_view text_so_far);

enum class MrzDateKind { birth, expiry };

// Gives a date of the zone its century. A birth is the latest one not after `today`; an expiry the
// one within 50 years of `today` (part 3, 4.8 leaves it to the reader). Unknown parts stay unknown,
// an unknown year too. Fails with malformed when the six characters can be no date.
Result<PartialDate> resolve_mrz_date(std::string_view six, MrzDateKind kind, CivilDate today);

}  // namespace rilon
