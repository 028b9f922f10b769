#include "tools/rilon/column_map.h"

#include "tools/problem.h"
#include "tools/rilon/trimmed.h"

namespace rilon {

std::string lower_trimmed(std::string_view name) {
    std::string out = trimmed(name);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return out;
}

Result<std::map<std::string, std::string>> column_map(const Args& args) {
    std::map<std::string, std::string> out;
    for (const std::string& map : args.all("map")) {
        const std::size_t equals = map.rfind('=');
        if (equals == std::string::npos || equals == 0)
            return problem(Errc::usage, "--map takes THEIR COLUMN=OURS",
                           "write --map \"Passport No=doc\"");
        out[map.substr(0, equals)] = map.substr(equals + 1);
    }
    return out;
}

}  // namespace rilon
