// Alerts and operations as JSON: what `--json` prints and feeds carry (interfaces.md §3, §4).
// Names, codes and dates are as in the alert; ids are text, times RFC 3339 in UTC. Fields that are
// empty are left out, but for those of the envelope. It decides nothing: who may see an alert is
// decided before it comes here.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "protocol/alert.pb.h"
#include "protocol/ids.h"
#include "protocol/units.h"

namespace rilon {

// What a node knows of an alert beside its content.
struct AlertEnvelope {
    AlertId id;
    std::uint32_t revision = 1;
    std::string origin;   // Node name.
    std::string officer;  // Display sign.
    UnixMillis received;
    bool withdrawn = false;
    std::string withdraw_reason;  // With withdrawn.
};

// `{"v":1,"kind":"alert","id":…,"short":…,"revision":…,"type":…,"origin":…,"officer":…,"received":…,
// "title":…,"tlp":…,"withdrawn":…,"content":{…}}`. A withdrawn alert has no title and no content:
// nothing of a person outlives its withdrawal.
nlohmann::ordered_json alert_json(const proto::Alert& alert, const AlertEnvelope& envelope);
// The content alone.
nlohmann::ordered_json alert_content_json(const proto::Alert& alert);
// `{"operation":"withdraw","reason":…}`, with the alert's content for publish and supersede.
nlohmann::ordered_json operation_json(const proto::Operation& operation);

// Of each kind of remark, what its officer wrote: without the alert's id.
// What is known of it without its bytes.
nlohmann::ordered_json attachment_json(const proto::Attachment& attachment);
nlohmann::ordered_json dispute_json(const proto::Dispute& dispute);
nlohmann::ordered_json hit_json(const proto::Hit& hit);

// `2026-11-23T02:10:00Z`; with milliseconds where there are any. Years 1970 to 9999.
std::string rfc3339(UnixMillis at);

// One line without the line end: valid JSON for any input. Bytes that aren't UTF-8 become U+FFFD;
// characters that move or hide what a terminal shows are written as \uXXXX.
std::string dump_json(const nlohmann::ordered_json& json);

}  // namespace rilon
