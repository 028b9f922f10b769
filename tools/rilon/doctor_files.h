// The files of a profile as `rilon doctor` sees them: there, ours, and closed to others. --fix
// takes away what others may do with them, and changes nothing else.
#pragma once

#include "tools/rilon/doctor.h"

namespace rilon {

enum class Mend { no, yes };

// Looks at the profile's folder, its key, the policy, the pinned network and kept drafts. Reads no
// content.
void judge_files(const Profile& profile, Mend mend, std::uint64_t now_ms, Findings& out);

// One path. `forbidden`: the permission bits that it must not have, as 0077.
struct ExpectedFile {
    std::string path;
    std::string what;  // "your key file"
    std::string why;   // What loose permissions would let others do.
    unsigned forbidden = 0077;
    bool directory = false;
};
// Where it is missing nothing is said. A link or somebody else's file is said and never mended.
void judge_mode(const ExpectedFile& file, Mend mend, Findings& out);

}  // namespace rilon
