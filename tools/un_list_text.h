// The free text of the UN list → fields: what its phrases for documents, dates and scripts mean.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace rilon {

// Blanks, tabs and line ends run together to one blank, none at the ends; other control characters
// and bytes that aren't UTF-8 dropped.
std::string one_line(std::string_view text);

// At most that many code points, cut between characters.
std::string cut(std::string_view text, std::size_t code_points_max);

// Those that aren't empty, with ", " between.
std::string joined(std::initializer_list<std::string> texts);

// `1971-??-??` for "1971", a whole date as it is, empty for anything else.
std::string date_or_empty(std::string_view text);

// ISO 15924 of the first letter whose script isn't common: "Arab", "Cyrl"; empty without any.
std::string script_of(std::string_view text);

// "P", "I" or "OTHER".
std::string document_type_of(std::string_view phrase);

// The number in a phrase: "Afghan passport number OA296623" → "OA296623", "563210184 (Expires 18
// Jun. 2018)" → "563210184". A phrase that isn't understood stays whole.
std::string document_number_of(std::string_view phrase);

}  // namespace rilon
