// Pairs of names of which it is known whether they are one person's, and how well the comparison of
// names (protocol/names.h) tells. For the tests and for rilon_names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/result.h"

namespace rilon {

struct LabelledPair {
    std::string id;
    std::string rule;  // How the two came to differ; which class of names.
    std::string a, b;
    bool same = false;
    bool held_out = false;  // Nothing was tuned on it.
    bool readable = true;   // Both in scripts that have an ICAO table.
    double score = 0;
};

// The rows of a CSV file; lines that begin with # and empty ones aside.
Result<std::vector<std::vector<std::string>>> read_rows(const std::string& path);

// by_rule.csv and by_hand.csv of `dir`, each compared. A name with "<" in it is a field of a zone,
// and a truncated one if its last place holds a letter. Errors: not_found, invalid.
Result<std::vector<LabelledPair>> regional_pairs(const std::string& dir);
// name_pairs.csv of `dir`.
Result<std::vector<LabelledPair>> name_pairs(const std::string& dir);
// cross_script_pairs.csv of `dir`: its pairs, and each name with the partners of all others as
// different persons.
Result<std::vector<LabelledPair>> cross_script_pairs(const std::string& dir);

struct Rates {
    std::size_t found = 0, missed = 0;  // Of those that are one person's.
    std::size_t wrong = 0, right = 0;   // Of the others.
    double precision() const;           // 1 where nothing was found.
    double recall() const;              // 1 where there was nothing to find.
};
Rates rates(const std::vector<LabelledPair>& pairs, double threshold);

}  // namespace rilon
