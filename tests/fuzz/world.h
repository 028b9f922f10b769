// The small founded network that the targets share: RILON BKK with its host THA and the missions of
// AUS and CAN, two RSO persons, one coordinator.
#pragma once

#include "tests/support/test_net.h"

namespace rilon {

inline const Founded& fuzz_world() {
    static const Founded one = [] {
        FoundingOptions options;
        options.rso_persons = 2;
        options.rilons = {{"BKK", "THA"}};
        options.missions = {"AUS", "CAN"};
        return Founded(options);
    }();
    return one;
}

}  // namespace rilon
