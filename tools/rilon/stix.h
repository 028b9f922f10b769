// Alerts as one bundle of STIX 2.1, for OpenCTI, MISP and others: a report each, with the persons,
// documents, places and methods it is about. The mapping: docs/stix.md. What must not leave is left
// out before it comes here (protocol/handling.h).
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>
#include <vector>

#include "node/control.pb.h"
#include "protocol/ids.h"

namespace rilon {

// The objects of one alert; what is referred to stands before what refers to it. `row` holds an
// alert. Nothing in it but the row and the network decides: a second export has the same ids.
std::vector<nlohmann::ordered_json> stix_objects(const proto::AlertRow& row,
                                                 const NetworkId& network);

// The text of a bundle, piece by piece: one that is cut short is no JSON. What several alerts share
// (markings, nodes, places) is in it once.
class StixBundle {
   public:
    // `id`: random; no one keeps a bundle by its id.
    StixBundle(const NetworkId& network, const Random16& id) : network_(network), id_(id) {}
    std::string head();
    std::string alert(const proto::AlertRow& row);
    std::string tail() const;

   private:
    std::string text_of(const std::vector<nlohmann::ordered_json>& objects);

    NetworkId network_;
    Random16 id_;
    std::set<std::string> written_;  // Ids.
};

}  // namespace rilon
