// A caseload file for screening: CSV with a header line, or one JSON object a line. Columns, in any
// order and in either case: reference, doc, name, dob, sex, nationality; those with other names are
// left alone unless `names` says what they are. Several columns may be name: they are joined in
// their order. Nothing of it is kept.
//
// A line that can't be screened never keeps the others from it, and is never passed over in
// silence: it stands in `bad`.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/result.h"

namespace rilon {

constexpr std::size_t caseload_bytes_max = 256u << 20;
constexpr std::size_t caseload_rows_max = 1'000'000;

struct Applicant {
    std::size_t line = 0;  // On which its row begins.
    std::string reference;
    std::string doc;
    std::string name;
    std::string dob;  // As format_partial_date writes it, or empty.
    std::string sex;  // M, F, X, or empty.
    std::string nationality;
};

// A line that was not screened, and why.
struct Unscreened {
    std::size_t line = 0;
    std::string message;
    std::string remedy;
};

struct Caseload {
    std::vector<Applicant> rows;
    std::vector<Unscreened> bad;       // By line.
    std::vector<std::string> ignored;  // Columns that were left alone.
};

struct CaseloadWish {
    bool ndjson = false;                       // Else CSV.
    std::map<std::string, std::string> names;  // Their column → ours.
};

// How many lines of a caseload were screened, and how many not.
struct ScreenCounts {
    std::size_t screened = 0;
    std::size_t unscreened = 0;
};

// Errors: usage (`names` has what is no column of ours, or none of the file's), invalid (a header
// that can't be read, or with no column for a document or a name), malformed (no table in UTF-8),
// too_large. Fields that are sent to the node are UTF-8, bounded and without control characters.
Result<Caseload> read_caseload(std::string_view text, const CaseloadWish& wish);

}  // namespace rilon
