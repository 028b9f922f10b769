// Invented persons by the million: names whose words are as unequal as real ones (the r-th word
// about r times rarer than the first, so that common names fill the index and rare ones keep
// coming), in the forms that passports carry them. The same seed gives the same persons.
#pragma once

#include <string>

#include "protocol/alert.pb.h"
#include "tests/support/seeded_rng.h"

namespace rilon {

struct InventedPerson {
    std::string primary;
    std::string secondary;  // Empty: a mononym.
    std::string birth_date;
    std::string document;
    std::string name() const { return secondary.empty() ? primary : secondary + " " + primary; }
};

class Population {
   public:
    explicit Population(std::uint64_t seed) : rng_(seed) {}
    InventedPerson next();
    // As next, but nobody shares its words.
    InventedPerson stranger();

   private:
    double share();  // 0 to 1.
    std::size_t rank(std::size_t words);
    std::string given();
    std::string surname();

    SeededRng rng_;
    std::uint64_t numbers_ = 0;
};

// A lookout for the person, as an officer would post it.
proto::Alert lookout(const InventedPerson& person);

}  // namespace rilon
