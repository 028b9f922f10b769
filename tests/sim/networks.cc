#include "tests/sim/networks.h"

namespace rilon {

const Founded& founded(const Shape& shape) {
    static const std::vector<FoundingOptions::RilonSpec> rilons = {
        {"BKK", "THA"}, {"KUL", "MYS"}, {"CMB", "LKA"}, {"DEL", "IND"}};
    static const std::vector<std::string> missions = {"AUS", "CAN", "GBR", "NZL", "USA",
                                                      "DEU", "FRA", "JPN", "NLD"};
    static std::map<Shape, std::unique_ptr<Founded>> all;
    auto& one = all[shape];
    if (one == nullptr) {
        FoundingOptions options;
        options.seed = 900 + shape.rilons * 10 + shape.missions;
        options.rilons.assign(rilons.begin(), rilons.begin() + shape.rilons);
        options.missions.assign(missions.begin(), missions.begin() + shape.missions);
        options.spares = {"ITA"};
        one = std::make_unique<Founded>(options);
    }
    return *one;
}

}  // namespace rilon
