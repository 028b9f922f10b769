// Collects what is wrong with an alert while it is checked: every problem as one line of field,
// reason and remedy. Used by alert_check*.cc only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/alert.pb.h"
#include "protocol/codes.h"
#include "protocol/result.h"

namespace rilon {

class AlertProblems {
   public:
    void add(std::string_view field, std::string_view problem);
    // One line of text: UTF-8, no control characters, at most `chars_max` code points.
    void line(std::string_view field, std::string_view text, std::size_t chars_max);
    // Several lines: \n and \t allowed.
    void lines(std::string_view field, std::string_view text, std::size_t chars_max);
    void required(std::string_view field, std::string_view text);
    // A code of the list, or empty.
    void code(std::string_view field, std::string_view text, CodeList list);
    // An ICAO country code, or empty.
    void country(std::string_view field, std::string_view text);
    // A partial ISO date, or empty.
    void date(std::string_view field, std::string_view text);
    void at_most(std::string_view field, int count, int max);

    bool empty() const { return problems_.empty(); }
    Status status() const;

   private:
    std::vector<std::string> problems_;
};

// Documents of nobody's state (fantasy, camouflage) carry issuers that no table knows.
bool issuer_may_be_unknown(const proto::Alert& alert);
// What the alert's kind needs and what its own fields may say (alert_check_kind.cc).
void check_kind(const proto::Alert& alert, AlertProblems& problems);
// What must not be in it although its fields have room for it (alert_check_nominal.cc): of a modus
// operandi whatever leads to a person, of a trafficking indicator whatever names a victim.
void check_nominal(const proto::Alert& alert, AlertProblems& problems);

}  // namespace rilon
