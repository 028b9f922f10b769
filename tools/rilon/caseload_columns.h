// Which field of a caseload's row is which of ours, by the header's words or by --map.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/rilon/caseload.h"

namespace rilon {

struct CaseloadColumn {
    std::string_view name;
    std::string Applicant::*field;
    std::size_t chars_max;  // In code points.
};

class CaseloadColumns {
   public:
    // Errors: usage, where `names` has what is no column of ours.
    static Result<CaseloadColumns> make(const std::map<std::string, std::string>& names);

    // Null: it is left alone. Remembers which of `names` were met.
    const CaseloadColumn* find(std::string_view theirs);
    // Of `names`, one that find was never asked for.
    std::optional<std::string> not_met() const;

   private:
    std::map<std::string, const CaseloadColumn*> named_;  // Lower case.
    std::map<std::string, const CaseloadColumn*> unmet_;
};

// "reference, doc, name, …"
std::string known_columns();
// The first of the file's own names, for an error: bounded, and safe to show.
std::string found_columns(const std::vector<std::string>& names);

// Puts a value where it belongs; a second name joins the first.
void put_cell(Applicant& to, const CaseloadColumn& column, std::string_view value);

// Checks the fields and writes them as the node compares them. Errors: invalid.
Status settle_applicant(Applicant& one);

// Who is asked for outside a caseload, held to the same: text that shows, and something the node
// can look for. What it can't would be answered with "no match". Errors: invalid.
Status check_person(const std::string& doc, const std::string& name);

}  // namespace rilon
