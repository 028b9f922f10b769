#include "protocol/handling.h"

#include <gmock/gmock.h>

namespace rilon {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

proto::Alert marked(proto::Tlp tlp, const std::vector<std::string>& caveats) {
    proto::Alert out;
    out.set_tlp(tlp);
    for (const std::string& caveat : caveats) out.add_caveats(caveat);
    return out;
}

TEST(Handling, WhatTiesSharingToTheAuthorIsKeptBack) {
    EXPECT_THAT(kept_from_export(marked(proto::TLP_CLEAR, {})), IsEmpty());
    EXPECT_THAT(kept_from_export(marked(proto::TLP_AMBER_STRICT, {"NO-JUDICIAL"})), IsEmpty());
    EXPECT_THAT(kept_from_export(marked(proto::TLP_AMBER, {"PURPOSE:VISA"})), IsEmpty());
    EXPECT_THAT(kept_from_export(marked(proto::TLP_RED, {})), ElementsAre("TLP RED"));
    for (const char* caveat : {"ORCON", "SANITISED-ONLY", "CONTACT-FIRST", "NO-CARRIER"})
        EXPECT_THAT(kept_from_export(marked(proto::TLP_GREEN, {"NO-JUDICIAL", caveat})),
                    ElementsAre(caveat));
    EXPECT_THAT(kept_from_export(marked(proto::TLP_RED, {"ORCON"})),
                ElementsAre("TLP RED", "ORCON"));
}

TEST(Handling, WhatANewerListSaysIsKeptBack) {
    EXPECT_THAT(kept_from_export(marked(proto::TLP_AMBER, {"NO-MACHINE"})),
                ElementsAre("NO-MACHINE"));
    EXPECT_THAT(kept_from_export(marked(static_cast<proto::Tlp>(9), {})),
                ElementsAre("TLP not known"));
    EXPECT_THAT(kept_from_export(marked(proto::TLP_UNSET, {})), ElementsAre("TLP not known"));
}

}  // namespace
}  // namespace rilon
