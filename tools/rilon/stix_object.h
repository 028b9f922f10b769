// What the objects of a STIX 2.1 bundle have in common: ids that are the same in each export,
// times, author, markings, our extension. The mapping is in docs/stix.md, why ids look as they do
// in docs/decisions/0021.
#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "node/control.pb.h"
#include "protocol/ids.h"
#include "protocol/units.h"

namespace rilon {

using StixJson = nlohmann::ordered_json;

// "report--…" for what the parts name; the same whenever and wherever it is asked for.
std::string stix_id(std::string_view type, std::initializer_list<std::string_view> parts);
// RFC 3339 with milliseconds always, as `created` and `modified` must be.
std::string stix_time(UnixMillis at);

// One alert on its way out.
struct StixAlert {
    const proto::AlertRow& row;
    const NetworkId& network;
    AlertId id;
    UnixMillis created;
    UnixMillis modified;
    std::string author;             // Id of the node that posted it, as all ids here.
    StixJson markings;              // Ids: the TLP, then one of each caveat.
    StixJson content;               // As in ndjson; what becomes an object of its own is taken out.
    std::vector<StixJson> objects;  // So far; what is referred to stands before what refers.
};
// `row` holds an alert. The objects are its author and its markings; the alert refers to both
// arguments.
StixAlert begin_stix(const proto::AlertRow& row, const NetworkId& network);

// An object of the alert. `which` tells it from others of the alert, over all revisions.
StixJson stix_object(const StixAlert& alert, std::string_view type, const std::string& which);
// The same of what the author states: with its confidence and the language of its text.
StixJson stix_statement(const StixAlert& alert, std::string_view type, const std::string& which);
// Our extension with these fields; null or none: it is left away.
void put_stix_extension(StixJson& object, const StixJson& fields);
// Takes the object into the alert's; its id.
std::string add_stix_object(StixAlert& alert, StixJson object);
// The same of "`from` mitigates `to`".
std::string add_stix_relationship(StixAlert& alert, const std::string& from, const char* what,
                                  const std::string& to);
// The same of a node as an organisation, a place as a location. Both are the same for all alerts.
// No id: STIX has no location without a country, and only ISO's count.
std::string add_stix_node(StixAlert& alert, const std::string& node, const std::string& party);
std::string add_stix_place(StixAlert& alert, const std::string& country,
                           const std::string& location);

// What each bundle begins with: us, and the definition of our extension.
std::vector<StixJson> stix_foundation();

}  // namespace rilon
