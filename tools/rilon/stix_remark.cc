// A party has one word of each kind on an alert, its last (node/query_remarks.cc), so the object of
// it has one id and is replaced by the next. None of them is in the report's object_refs: the
// report changes with a revision only.
#include "tools/rilon/stix_remark.h"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/codes.h"
#include "tools/alert_json.h"
#include "tools/rilon/view.h"

namespace rilon {
namespace {

// Of the party that said it. `created` stays the alert's: a party's first word is not known once
// there is a second, and `created` must not move. A dispute of one part says nothing of the other.
StixJson remark_object(StixAlert& alert, const char* type, const proto::Remark& remark) {
    const std::string part = remark.has_dispute() ? remark.part() : "";
    StixJson out =
        stix_object(alert, type, fmt::format("{} {} {}", remark.operation(), remark.party(), part));
    out["created_by_ref"] = add_stix_node(alert, remark.node(), remark.party());
    out["modified"] = stix_time({std::max(alert.created.value, remark.at_ms())});
    return out;
}

StixJson remark_fields(const proto::Remark& remark) {
    StixJson out;
    out["operation"] = remark.operation();
    if (remark.has_confirm()) {
        out["what"] = remark.confirm().what();
        out["second_source"] = remark.second_source();
    }
    if (remark.has_dispute()) out = dispute_json(remark.dispute());
    if (remark.has_hit()) out = hit_json(remark.hit());
    out["party"] = remark.party();
    out["officer"] = remark.officer();
    return out;
}

// What was met. With several it is not said which, so it is the alert.
const std::string& what_was_met(const std::string& what, const StixSubjects& subjects,
                                const std::string& report) {
    if (what == "person" && subjects.persons.size() == 1) return subjects.persons[0];
    if (what == "document" && subjects.documents.size() == 1) return subjects.documents[0];
    if (what == "mo" && !subjects.method.empty()) return subjects.method;
    return report;
}

struct Encounter {
    const proto::TimeRange& when;
    const proto::Place& where;
    const std::string& outcome;
};

void add_sighting(StixAlert& alert, const proto::Remark& remark, const Encounter& met,
                  const std::string& of) {
    StixJson out = remark_object(alert, "sighting", remark);
    if (!met.outcome.empty()) out["description"] = met.outcome;
    if (met.when.from_ms() != 0) out["first_seen"] = stix_time({met.when.from_ms()});
    if (met.when.to_ms() >= std::max(met.when.from_ms(), std::uint64_t{1}))
        out["last_seen"] = stix_time({met.when.to_ms()});
    out["sighting_of_ref"] = of;
    out["where_sighted_refs"] = StixJson::array({out["created_by_ref"]});
    const std::string place = add_stix_place(alert, met.where.country(), met.where.location());
    if (!place.empty()) out["where_sighted_refs"].push_back(place);
    put_stix_extension(out, remark_fields(remark));
    add_stix_object(alert, std::move(out));
}

// Who has it from the alert alone saw nothing: no platform may count that as a second sighting.
void add_quotation(StixAlert& alert, const proto::Remark& remark, const std::string& report) {
    StixJson out = remark_object(alert, "note", remark);
    out["abstract"] = "confirmed, without a second source";
    out["content"] =
        remark.confirm().outcome().empty() ? out["abstract"] : StixJson(remark.confirm().outcome());
    out["authors"] = StixJson::array({remark.officer()});
    out["object_refs"] = StixJson::array({report});
    put_stix_extension(out, remark_fields(remark));
    add_stix_object(alert, std::move(out));
}

// STIX's scale of agreement. Who has settled a dispute takes his word back, and vouches for
// nothing.
const char* opinion_of(const proto::Remark& remark) {
    const std::string& reason = remark.dispute().reason();
    if (!stands(remark)) return "neutral";
    return reason == "doubtful" || reason == "outdated" ? "disagree" : "strongly-disagree";
}

void add_opinion(StixAlert& alert, const proto::Remark& remark, const std::string& report) {
    const proto::Dispute& dispute = remark.dispute();
    const Code* code = find_code(dispute_reasons(), dispute.reason());
    StixJson out = remark_object(alert, "opinion", remark);
    out["explanation"] = dispute.reason() +
                         (code == nullptr ? "" : ": " + std::string(code->label)) +
                         (dispute.note().empty() ? "" : "\n" + dispute.note());
    out["authors"] = StixJson::array({remark.officer()});
    out["opinion"] = opinion_of(remark);
    out["object_refs"] = StixJson::array({report});
    put_stix_extension(out, remark_fields(remark));
    add_stix_object(alert, std::move(out));
}

}  // namespace

void add_stix_remarks(StixAlert& alert, const StixSubjects& subjects, const std::string& report) {
    for (const proto::Remark& remark : alert.row.remarks()) {
        const proto::Confirm& confirm = remark.confirm();
        const proto::Hit& hit = remark.hit();
        if (remark.has_hit())
            add_sighting(alert, remark, {hit.when(), hit.where(), hit.outcome()},
                         what_was_met(hit.what(), subjects, report));
        else if (remark.has_confirm() && remark.second_source())
            add_sighting(alert, remark, {confirm.when(), confirm.where(), confirm.outcome()},
                         what_was_met(confirm.what(), subjects, report));
        else if (remark.has_confirm())
            add_quotation(alert, remark, report);
        else if (remark.has_dispute())
            add_opinion(alert, remark, report);
    }
}

}  // namespace rilon
