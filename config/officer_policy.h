// policy.toml, beside the profiles of an officer: what a mission wants of every posting. Its
// administrator writes it; the officer's command keeps to it before anything is signed. It guards
// against slips: who can write the file can change it. A policy that can't be read is an error and
// never no policy.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/result.h"

namespace rilon {

constexpr std::size_t policy_bytes_max = 64 * 1024;
constexpr std::size_t never_to_max = 1024;  // Names in one list.

// Who must never be a reader. Codes and names as the directory has them, compared as they stand: a
// party that stands under another is named by itself.
struct NeverTo {
    std::vector<std::string> parties;    // "ABC"
    std::vector<std::string> nodes;      // "abc-bkk"
    std::vector<std::string> audiences;  // "network", "BKK", "BKK/missions"
    bool empty() const { return parties.empty() && nodes.empty() && audiences.empty(); }
};

struct OfficerPolicy {
    NeverTo never_to;
    std::string legal_basis;  // Of an alert that names none; empty: none.
};

// `file` is named in errors. Errors: too_large; malformed (not TOML), invalid: each with file, line
// and column, an unknown key with the nearest name.
Result<OfficerPolicy> parse_officer_policy(std::string_view text,
                                           const std::filesystem::path& file);
// Of a file; one that is not there is an empty policy, one that can't be reached is not. Errors: as
// above, not_found and io.
Result<OfficerPolicy> load_officer_policy(const std::filesystem::path& file);

}  // namespace rilon
