// Who and what an alert is about, as objects of STIX: persons, documents to look for, places, the
// facilitator, the method.
#pragma once

#include "tools/rilon/stix_object.h"

namespace rilon {

// Ids; empty where there is none.
struct StixSubjects {
    std::vector<std::string> persons;
    std::vector<std::string> documents;
    std::string method;
    std::vector<std::string> others;  // Places, the facilitator, countermeasure and relationships.
};
// Adds them to the alert's objects and takes what they say out of its content.
StixSubjects add_stix_subjects(StixAlert& alert);

}  // namespace rilon
