#include "protocol/handling.h"

#include <algorithm>

#include "protocol/alert.h"

namespace rilon {

std::vector<std::string> kept_from_export(const proto::Alert& alert) {
    constexpr std::string_view binds_use_only[] = {"NO-JUDICIAL", "PURPOSE:BORDER", "PURPOSE:VISA",
                                                   "PURPOSE:CRIMINAL"};
    std::vector<std::string> out;
    switch (alert.tlp()) {
        case proto::TLP_CLEAR:
        case proto::TLP_GREEN:
        case proto::TLP_AMBER:
        case proto::TLP_AMBER_STRICT: break;
        case proto::TLP_RED: out.emplace_back("TLP RED"); break;
        default: out.emplace_back("TLP not known");
    }
    for (const std::string& caveat : alert.caveats())
        if (std::find(std::begin(binds_use_only), std::end(binds_use_only), caveat) ==
            std::end(binds_use_only))
            out.push_back(caveat);
    return out;
}

}  // namespace rilon
