// A node with some thousand real alerts and an index of persons by the million: what P9 and P10
// ask. Every person stands in the index as its own alert, put there by the code that indexes every
// alert. The rows of those who are found are opened, decrypted and their officers checked, each
// from one of the real alerts in turn; so a question costs what it would if a million alerts were
// stored, but for the pages of a larger store. Rows shown do not fit their persons: only the time
// counts.
#pragma once

#include <memory>
#include <vector>

#include "node/control.pb.h"
#include "node/query.h"
#include "protocol/names.h"
#include "tests/support/population.h"
#include "tools/benchmark/bench.h"

namespace rilon::bench {

class Registry {
   public:
    Registry(BenchRun& run, std::size_t persons);
    ~Registry();
    Registry(const Registry&) = delete;

    std::size_t persons() const { return persons_; }
    double filled_s() const { return filled_s_; }  // Processor time.
    const Index& index() const;
    // As the query worker answers an officer.
    proto::SearchResponse ask(const proto::SearchRequest& what) const;
    // So that the next question checks the officer of each row as of one never shown before.
    static void forget_signatures();
    // The persons in their order, for who wants to see all of them again.
    static Population population() { return Population(2); }
    static AlertId alert_of(std::size_t person);

   private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
    std::size_t persons_;
    double filled_s_ = 0;
};

// Seconds of processor of this thread.
double thread_seconds();

}  // namespace rilon::bench
