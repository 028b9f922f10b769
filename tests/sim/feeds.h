// The one feed consumer that each simulated node may have, and what it must and must not be given:
// every alert once, every removal.
#pragma once

#include <map>
#include <set>
#include <string>

#include "tests/sim/ledger.h"

namespace rilon {

class Feeds {
   public:
    Feeds(TestNet& net, const Ledger& ledger) : net_(net), ledger_(ledger) {}

    // As far as it goes. Empty, or what was wrong with an answer.
    std::string poll(const std::string& node);
    void acknowledge(const std::string& node);
    // Polls and says what was never delivered. Empty where there is no consumer.
    std::string judge(const std::string& node);
    bool has_consumer(const std::string& node) const { return consumers_.contains(node); }
    // Its cursors are of an older epoch now: it takes everything again.
    void restored(const std::string& node);

   private:
    struct Consumer {
        std::string cursor;
        std::set<std::string> events;
        std::set<AlertId> published;
        std::set<AlertId> removed;
    };
    TestNet& net_;
    const Ledger& ledger_;
    std::map<std::string, Consumer> consumers_;
};

}  // namespace rilon
