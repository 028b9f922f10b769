// A person who was found, against the one who is asked for: name, birth date, nationality and sex,
// each a factor of its own. As a number for the thousands who are found, in words for those shown.
// A name alone never says "same person". Private to the query files.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "node/control.pb.h"
#include "node/index.h"
#include "protocol/names.h"
#include "protocol/partial_date.h"

namespace rilon {

struct WantedPerson {
    explicit WantedPerson(const proto::SearchRequest& request);
    bool by_name_alone() const { return !birth.has_value() && nationality.empty() && sex.empty(); }

    FoldedName name;
    std::optional<PartialDate> birth;
    std::string nationality;
    std::string sex;
};

struct PersonWeight {
    double score = 0;
    bool strong = false;
    bool possible() const { return score >= name_score_possible; }
};
PersonWeight weigh_person(const WantedPerson& wanted, const FoundPerson& person, double name_score);

// Why something is shown.
struct Explained {
    double score = 0;
    std::vector<std::string> reasons;
    std::vector<std::string> differences;

    // The better of the two speaks; what the other has for it is added, not what it has against it.
    void merge(Explained other);
};
Explained explain_person(const WantedPerson& wanted, const FoundPerson& person,
                         const FoldedName& name);

}  // namespace rilon
