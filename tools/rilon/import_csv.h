// A CSV file of lookouts, travel fraud and lost or stolen documents → alerts, a row each. Rows that
// make none are reported with their line; the others are taken all the same.
//
// Columns, in any order, in either case: template (or the same for all rows), reference, title,
// narrative, tlp, protection, caveats (divided by |), country, location, point, flight, doc_type,
// issuer, doc, series_from, series_to, expiry, name ("PRIMARY, SECONDARY"), native_name, dob, sex,
// nationality, holder (yes, no, unsure), might_be (codes divided by |, or ?), measure, authority.
// Columns with other names are left alone unless `names` says what they are.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/officer_policy.h"
#include "protocol/alert.pb.h"
#include "protocol/partial_date.h"
#include "protocol/result.h"
#include "protocol/rng.h"
#include "protocol/units.h"

namespace rilon {

constexpr std::size_t import_rows_max = 100'000;

struct ImportRow {
    std::size_t line = 0;
    std::string reference;
    proto::Alert alert;  // Passes check_alert.
};
struct ImportProblem {
    std::size_t line = 0;
    std::string what;
};
struct ImportFile {
    std::vector<ImportRow> rows;
    std::vector<ImportProblem> problems;  // By line.
    std::vector<std::string> ignored;     // Columns that were left alone.
};

// What became of the rows, those that were refused aside.
struct ImportCounts {
    std::size_t rows = 0;
    std::size_t posted = 0;
    std::size_t already = 0;  // Posted before under their reference.
};

struct ImportWish {
    std::map<std::string, std::string> names;  // Their column → ours.
    std::string template_name;                 // Of rows that name none.
    OfficerPolicy policy;
    UnixMillis now;
    CivilDate today;
};

// Errors: invalid (a header that can't be read or names nothing of use, with line 1), too_large.
Result<ImportFile> read_import_csv(std::string_view text, const ImportWish& wish, Rng& rng);

// The reference an imported alert carries: of a lookout its own, else the last line of the
// narrative. Empty: it carries none.
std::string import_reference(const proto::Alert& alert);

}  // namespace rilon
