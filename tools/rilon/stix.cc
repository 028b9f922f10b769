#include "tools/rilon/stix.h"

#include "protocol/alert.h"
#include "tools/alert_json.h"
#include "tools/rilon/stix_remark.h"
#include "tools/rilon/view.h"

namespace rilon {
namespace {

// Of STIX's report-type-ov.
const char* report_type(const proto::Alert& alert) {
    switch (alert.kind_case()) {
        case proto::Alert::kFacilitator: return "threat-actor";
        case proto::Alert::kModusOperandi: return "attack-pattern";
        case proto::Alert::kTraffickingIndicator:
        case proto::Alert::kLostStolen: return "indicator";
        case proto::Alert::kLookout:
        case proto::Alert::kVisaRefusal:
        case proto::Alert::kVisaCancellation: return "identity";
        case proto::Alert::kTravelFraud:
        case proto::Alert::kSupportFraud:
        case proto::Alert::kBorderIncident: return "observed-data";
        default: return "threat-report";
    }
}

// The text that people read; the content does without it then.
std::string take_text(StixAlert& alert) {
    const proto::Alert& body = alert.row.alert();
    alert.content.erase("narrative");
    if (!body.has_bulletin() && !body.has_request() && !body.has_reply()) return body.narrative();
    alert.content.erase("bulletin");
    for (const auto& [kind, text] : {std::pair("request", "question"), std::pair("reply", "text")})
        if (alert.content.contains(kind)) alert.content[kind].erase(text);
    std::string out = body.bulletin().text() + body.request().question() + body.reply().text();
    if (!body.narrative().empty()) out += "\n\n" + body.narrative();
    return out;
}

StixJson labels_of(const proto::AlertRow& row) {
    StixJson out = StixJson::array({row.type().empty() ? kind_name(row.alert()) : row.type()});
    const proto::Protection protection = row.alert().protection();
    if (protection != proto::PROTECTION_NOT_ASSESSED && protection != proto::PROTECTION_NONE)
        out.push_back("protection:" + protection_name(protection));
    return out;
}

// STIX asks for one at least: an alert about nobody and nothing is about its author.
StixJson refs_of(const StixAlert& alert, const StixSubjects& subjects) {
    StixJson out = StixJson::array();
    for (const auto* ids : {&subjects.persons, &subjects.documents, &subjects.others})
        for (const std::string& id : *ids) out.push_back(id);
    if (!subjects.method.empty()) out.push_back(subjects.method);
    if (out.empty()) out.push_back(alert.author);
    return out;
}

// What no object of its own has is in the extension: nothing of the alert is lost.
StixJson report_fields(const StixAlert& alert) {
    StixJson out = {{"type", alert.row.type()},
                    {"revision", alert.row.revision()},
                    {"officer", alert.row.officer()}};
    out.update(alert.content);
    return out;
}

void add_lookout_reference(StixJson& report, const proto::Lookout& lookout) {
    if (lookout.reference().empty()) return;
    report["external_references"].push_back(
        {{"source_name", "lookout"},
         {"description", lookout.authority() + " " + lookout.reference()}});
}

std::string add_report(StixAlert& alert, const StixSubjects& subjects) {
    const std::string text = take_text(alert);
    StixJson out = stix_statement(alert, "report", "report");
    out["labels"] = labels_of(alert.row);
    out["name"] = title_of(alert.row);
    if (!text.empty()) out["description"] = text;
    out["report_types"] = StixJson::array({report_type(alert.row.alert())});
    out["published"] = out["created"];
    out["object_refs"] = refs_of(alert, subjects);
    add_lookout_reference(out, alert.row.alert().lookout());
    put_stix_extension(out, report_fields(alert));
    return add_stix_object(alert, std::move(out));
}

}  // namespace

std::vector<nlohmann::ordered_json> stix_objects(const proto::AlertRow& row,
                                                 const NetworkId& network) {
    StixAlert alert = begin_stix(row, network);
    const StixSubjects subjects = add_stix_subjects(alert);
    const std::string report = add_report(alert, subjects);
    add_stix_remarks(alert, subjects, report);
    return std::move(alert.objects);
}

std::string StixBundle::text_of(const std::vector<nlohmann::ordered_json>& objects) {
    std::string out;
    for (const StixJson& object : objects) {
        const bool first = written_.empty();
        if (!written_.insert(object["id"].get<std::string>()).second) continue;
        out += (first ? "\n" : ",\n") + dump_json(object);
    }
    return out;
}

std::string StixBundle::head() {
    return R"({"type":"bundle","id":")" + stix_id("bundle", {as_text(id_.view())}) +
           R"(","objects":[)" + text_of(stix_foundation());
}

std::string StixBundle::alert(const proto::AlertRow& row) {
    return text_of(stix_objects(row, network_));
}

std::string StixBundle::tail() const {
    return "\n]}\n";
}

}  // namespace rilon
