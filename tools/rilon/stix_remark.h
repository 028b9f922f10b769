// What other parties said of an alert, as objects of STIX: a sighting, an opinion or a note.
#pragma once

#include "tools/rilon/stix_subject.h"

namespace rilon {

// Adds them to the alert's objects. `report`: the alert's own id there.
void add_stix_remarks(StixAlert& alert, const StixSubjects& subjects, const std::string& report);

}  // namespace rilon
