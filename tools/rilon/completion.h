// What may stand at the cursor of a command line under way: commands and options from the table,
// codes from the code lists, and what the node knows. One place for every shell; the scripts that
// `rilon completion` prints only ask for it (completion_scripts.h).
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace rilon {

struct Candidate {
    std::string text;
    std::string help;  // May be empty. Nothing of an alert but its kind, mission and age.
    auto operator<=>(const Candidate&) const = default;
};

struct Candidates {
    std::vector<Candidate> list;  // All begin with what was typed; in the order of their source.
    bool files = false;           // Names of files may stand here.
};

// What only the node or the disk can tell; asked for where it is wanted. Empty where it can't be
// had: a locked key or a node that is away is no reason to disturb a line that is being typed.
struct LiveLists {
    std::function<std::vector<Candidate>()> audiences, nodes, alerts, profiles;
};

// `words` without the program's name; the last is the one at the cursor, and may be empty.
Candidates complete(const std::vector<std::string>& words, const LiveLists& live);

}  // namespace rilon
