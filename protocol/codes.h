// Code lists as data: what an alert may say in a field that isn't free text, each code with its
// label and where it comes from. The command line completes them; posting refuses an unknown one,
// reading shows it as text. Countries are in country_codes.h.
#pragma once

#include <span>
#include <string_view>

#include "protocol/country_codes.h"

namespace rilon {

struct Code {
    std::string_view code;
    std::string_view label;
    std::string_view source;
};

using CodeList = std::span<const Code>;

struct NamedCodeList {
    std::string_view name;  // As in documents and completion: "fraud-type".
    CodeList codes;
};

CodeList alert_kinds();             // "travel-fraud" …
CodeList fraud_types();             // "counterfeit" …
CodeList support_paper_types();     // "bank" …
CodeList detection_points();        // "check-in" …
CodeList transport_modes();         // "air" …
CodeList refusal_grounds();         // "false-document" …
CodeList appeal_states();           // "none" …
CodeList withdraw_reasons();        // "mistaken-identity" …
CodeList dispute_reasons();         // "genuine-document" …, "settled"
CodeList release_kinds();           // What two officers decide: "protection-none", "tell-issuer"
CodeList protections();             // "NOT-ASSESSED" …
CodeList tlp_values();              // "AMBER+STRICT" …
CodeList caveats();                 // "ORCON" …
CodeList person_roles();            // "subject" …
CodeList document_types();          // ICAO letters: "P", "ID", "V" …
CodeList sexes();                   // "M", "F", "X", "unknown"
CodeList identity_kinds();          // "claimed", "documentary", "established", "alias"
CodeList nationality_kinds();       // "claimed", "documentary", "suspected", "established"
CodeList grade_schemes();           // "admiralty" …
CodeList dispositions();            // What became of a document: "seized" …
CodeList trafficking_indicators();  // "documents-held-by-other" …
CodeList exploitation_types();      // "forced-labour" …

// All of the above, in that order.
std::span<const NamedCodeList> all_code_lists();

// The code that reads exactly `text`; null when there is none.
const Code* find_code(CodeList list, std::string_view text);

// The code nearest to `text` (nearest.h), for "did you mean"; null when none is near.
const Code* nearest_code(CodeList list, std::string_view text);

}  // namespace rilon
