// A caseload file for screening: CSV with a header line, or one JSON object a line. Columns (any
// order): reference, doc, name, dob, sex, nationality; others are left alone. Nothing of it is
// kept.
#pragma once

#include <string>
#include <vector>

#include "protocol/result.h"

namespace rilon {

constexpr std::size_t caseload_bytes_max = 256u << 20;
constexpr std::size_t caseload_rows_max = 1'000'000;

struct Applicant {
    std::string reference;
    std::string doc;
    std::string name;
    std::string dob;
    std::string sex;
    std::string nationality;
};

// RFC 4180: quotes, doubled quotes, line breaks inside quotes, CRLF or LF, a BOM. Errors: invalid,
// with the line.
Result<std::vector<std::vector<std::string>>> parse_csv(std::string_view text);
// `ndjson`: else CSV. Rows with nothing to look for are refused with their line.
Result<std::vector<Applicant>> parse_caseload(std::string_view text, bool ndjson);

}  // namespace rilon
