// What the two parts of P8 have in common: bench_growth.cc makes the stores, bench_grown.cc opens
// them in a process of its own.
#pragma once

#include <string>

#include "tests/support/population.h"

namespace rilon::bench {

constexpr std::uint64_t grown_seed = 8;            // Of keys that both processes make.
constexpr std::size_t persons_per_stranger = 200;  // One in so many shares its words with nobody.
constexpr const char* grown_reader = "can-bkk";

inline std::string grown_dir(const std::string& dir, std::size_t alerts) {
    return dir + "/held-" + std::to_string(alerts);
}

// The same persons in the same order, whoever asks.
class GrownPersons {
   public:
    InventedPerson next() {
        bool stranger = number_++ % persons_per_stranger == 0;
        return stranger ? population_.stranger() : population_.next();
    }

   private:
    Population population_{1};
    std::size_t number_ = 0;
};

}  // namespace rilon::bench
