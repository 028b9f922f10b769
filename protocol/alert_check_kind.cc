// What each kind of alert needs, and what its own fields may say.
#include "protocol/alert.h"
#include "protocol/alert_problems.h"
#include "protocol/short_id.h"

namespace rilon {
namespace {

using Problems = AlertProblems;
using Strings = google::protobuf::RepeatedPtrField<std::string>;

constexpr Code blank_codes[] = {{"blank", "", ""}, {"issued", "", ""}};
constexpr Code measure_codes[] = {{"travel-ban", "", ""}, {"sanction", "", ""}, {"wanted", "", ""}};

void check_lines(std::string_view field, const Strings& items, Problems& problems) {
    problems.at_most(field, items.size(), list_items_max);
    for (const std::string& text : items) problems.line(field, text, word_chars_max);
}

void need_person(const proto::Alert& alert, Problems& problems) {
    if (alert.persons().empty()) problems.add("persons", "is empty; who is this about?");
}

void check_fraud(const proto::Alert& alert, Problems& problems) {
    const proto::TravelFraud& fraud = alert.travel_fraud();
    problems.required("travel_fraud.fraud_type", fraud.fraud_type());
    problems.code("travel_fraud.fraud_type", fraud.fraud_type(), fraud_types());
    check_lines("travel_fraud.techniques", fraud.techniques(), problems);
    problems.line("travel_fraud.detected_how", fraud.detected_how(), note_chars_max);
    problems.code("travel_fraud.holder_role", fraud.holder_role(), person_roles());
    if (alert.documents().empty())
        problems.add("documents", "is empty; which document? Paste its MRZ or give its number");
    for (const proto::DocumentRecord& document : alert.documents())
        if (document.number().empty() && document.series_from().empty() &&
            document.issuer().empty())
            problems.add("documents",
                         "has one without issuer, number and series; give what is known");
}

void check_refusal(const proto::Alert& alert, Problems& problems) {
    const proto::VisaRefusal& refusal = alert.visa_refusal();
    need_person(alert, problems);
    problems.line("visa_refusal.post", refusal.post(), word_chars_max);
    problems.line("visa_refusal.visa_class", refusal.visa_class(), word_chars_max);
    problems.date("visa_refusal.lodged", refusal.lodged());
    problems.date("visa_refusal.decided", refusal.decided());
    // A refusal is not guilt: it carries grounds and appeal state.
    if (refusal.grounds().empty())
        problems.add("visa_refusal.grounds", "is empty; a refusal carries its grounds");
    problems.at_most("visa_refusal.grounds", refusal.grounds_size(), list_items_max);
    for (const std::string& ground : refusal.grounds())
        problems.code("visa_refusal.grounds", ground, refusal_grounds());
    problems.required("visa_refusal.appeal", refusal.appeal());
    problems.code("visa_refusal.appeal", refusal.appeal(), appeal_states());
    if (refusal.appeal() == "overturned")
        problems.add("visa_refusal.appeal",
                     "is overturned; withdraw the alert instead of posting it");
    check_lines("visa_refusal.prior_aliases", refusal.prior_aliases(), problems);
}

void check_cancellation(const proto::Alert& alert, Problems& problems) {
    const proto::VisaCancellation& cancellation = alert.visa_cancellation();
    if (alert.persons().empty() && cancellation.visa_number().empty())
        problems.add("visa_cancellation", "names neither a person nor a visa number; give one");
    problems.line("visa_cancellation.visa_number", cancellation.visa_number(),
                  document_number_chars_max);
    problems.at_most("visa_cancellation.grounds", cancellation.grounds_size(), list_items_max);
    for (const std::string& ground : cancellation.grounds())
        problems.code("visa_cancellation.grounds", ground, refusal_grounds());
    problems.date("visa_cancellation.effective", cancellation.effective());
    problems.line("visa_cancellation.holder_whereabouts", cancellation.holder_whereabouts(),
                  note_chars_max);
}

void check_lost(const proto::Alert& alert, Problems& problems) {
    const proto::LostStolen& lost = alert.lost_stolen();
    problems.required("lost_stolen.state", lost.state());
    problems.code("lost_stolen.state", lost.state(), blank_codes);
    problems.date("lost_stolen.when", lost.when());
    problems.line("lost_stolen.where", lost.where(), word_chars_max);
    problems.line("lost_stolen.sltd_reference", lost.sltd_reference(), word_chars_max);
    if (alert.documents().empty())
        problems.add("documents", "is empty; give the number or the series");
    for (const proto::DocumentRecord& document : alert.documents())
        if (document.number().empty() && document.series_from().empty())
            problems.add("documents", "has one without number and series; nobody could find it");
}

void check_facilitator(const proto::Alert& alert, Problems& problems) {
    const proto::Facilitator& facilitator = alert.facilitator();
    if (alert.persons().empty() && facilitator.handles().empty() && facilitator.phones().empty())
        problems.add("facilitator", "names neither a person nor a handle or telephone; give one");
    check_lines("facilitator.handles", facilitator.handles(), problems);
    check_lines("facilitator.phones", facilitator.phones(), problems);
    check_lines("facilitator.routes", facilitator.routes(), problems);
    check_lines("facilitator.services", facilitator.services(), problems);
    problems.line("facilitator.fee", facilitator.fee(), word_chars_max);
    problems.line("facilitator.currency", facilitator.currency(), 3);
    problems.line("facilitator.payment", facilitator.payment(), word_chars_max);
    problems.line("facilitator.network", facilitator.network(), word_chars_max);
}

void check_lookout(const proto::Alert& alert, Problems& problems) {
    const proto::Lookout& lookout = alert.lookout();
    need_person(alert, problems);
    problems.required("lookout.measure", lookout.measure());
    problems.code("lookout.measure", lookout.measure(), measure_codes);
    problems.required("lookout.authority", lookout.authority());
    problems.line("lookout.authority", lookout.authority(), word_chars_max);
    problems.line("lookout.reference", lookout.reference(), word_chars_max);
    problems.line("lookout.list_entry", lookout.list_entry(), word_chars_max);
    problems.date("lookout.listed", lookout.listed());
}

void check_incident(const proto::Alert& alert, Problems& problems) {
    const proto::BorderIncident& incident = alert.border_incident();
    problems.required("border_incident.incident", incident.incident());
    problems.code("border_incident.incident", incident.incident(), border_incidents());
    problems.line("border_incident.outcome", incident.outcome(), note_chars_max);
}

void check_support(const proto::Alert& alert, Problems& problems) {
    const proto::SupportFraud& fraud = alert.support_fraud();
    if (fraud.papers().empty())
        problems.add("support_fraud.papers", "is empty; bank, employment, school, …");
    problems.at_most("support_fraud.papers", fraud.papers_size(), list_items_max);
    for (const std::string& paper : fraud.papers())
        problems.code("support_fraud.papers", paper, support_paper_types());
    problems.line("support_fraud.purported_issuer", fraud.purported_issuer(), word_chars_max);
    problems.line("support_fraud.agent", fraud.agent(), word_chars_max);
    problems.line("support_fraud.detected_how", fraud.detected_how(), note_chars_max);
}

void check_notes(std::string_view field, const Strings& items, Problems& problems) {
    problems.at_most(field, items.size(), list_items_max);
    for (const std::string& text : items) problems.line(field, text, note_chars_max);
}

void check_method(const proto::Alert& alert, Problems& problems) {
    const proto::ModusOperandi& method = alert.modus_operandi();
    if (method.steps().empty())
        problems.add("modus_operandi.steps", "is empty; what is done, one step after the other?");
    for (const std::string& step : method.steps()) problems.required("modus_operandi.steps", step);
    check_notes("modus_operandi.steps", method.steps(), problems);
    check_notes("modus_operandi.indicators", method.indicators(), problems);
    problems.line("modus_operandi.countermeasure", method.countermeasure(), note_chars_max);
}

void check_trafficking(const proto::Alert& alert, Problems& problems) {
    const proto::TraffickingIndicator& signs = alert.trafficking_indicator();
    if (signs.indicators().empty())
        problems.add("trafficking_indicator.indicators", "is empty; what was seen or heard?");
    problems.at_most("trafficking_indicator.indicators", signs.indicators_size(), list_items_max);
    for (const std::string& sign : signs.indicators())
        problems.code("trafficking_indicator.indicators", sign, trafficking_indicators());
    problems.code("trafficking_indicator.exploitation", signs.exploitation(), exploitation_types());
    problems.line("trafficking_indicator.reference", signs.reference(), word_chars_max);
}

void check_request(const proto::Alert& alert, Problems& problems) {
    const proto::InfoRequest& request = alert.request();
    problems.required("request.question", request.question());
    problems.lines("request.question", request.question(), narrative_chars_max);
    problems.required("request.due", request.due());
    problems.date("request.due", request.due());
    if (request.due().empty()) return;
    UnixMillis due = request_due(alert);
    if (due.value == 0)
        problems.add("request.due", "is no whole day; write it as 2026-12-01");
    else if (due.value <= alert.created_ms())
        problems.add("request.due", "is over; give a day that is still to come");
    else if (due.value > alert.created_ms() + request_days_max * ms_day)
        problems.add("request.due", "is more than a year ahead; give an earlier day");
}

void check_reply(const proto::Alert& alert, Problems& problems) {
    const proto::InfoReply& reply = alert.reply();
    auto request = AlertId::parse(reply.request_id());
    if (!request || !is_alert_id(*request))
        problems.add("reply.request", "is missing; rilon reply ID TEXT says what is answered");
    problems.required("reply.text", reply.text());
    problems.lines("reply.text", reply.text(), narrative_chars_max);
}

}  // namespace

bool issuer_may_be_unknown(const proto::Alert& alert) {
    const std::string& type = alert.travel_fraud().fraud_type();
    return type == "fantasy" || type == "camouflage";
}

void check_kind(const proto::Alert& alert, AlertProblems& problems) {
    switch (alert.kind_case()) {
        case proto::Alert::kTravelFraud: return check_fraud(alert, problems);
        case proto::Alert::kVisaRefusal: return check_refusal(alert, problems);
        case proto::Alert::kVisaCancellation: return check_cancellation(alert, problems);
        case proto::Alert::kLostStolen: return check_lost(alert, problems);
        case proto::Alert::kFacilitator: return check_facilitator(alert, problems);
        case proto::Alert::kLookout: return check_lookout(alert, problems);
        case proto::Alert::kBulletin:
            problems.required("bulletin.text", alert.bulletin().text());
            return problems.lines("bulletin.text", alert.bulletin().text(), narrative_chars_max);
        case proto::Alert::kBorderIncident: return check_incident(alert, problems);
        case proto::Alert::kSupportFraud: return check_support(alert, problems);
        case proto::Alert::kModusOperandi: return check_method(alert, problems);
        case proto::Alert::kTraffickingIndicator: return check_trafficking(alert, problems);
        case proto::Alert::kRequest: return check_request(alert, problems);
        case proto::Alert::kReply: return check_reply(alert, problems);
        case proto::Alert::KIND_NOT_SET: problems.add("kind", "is missing"); break;
    }
}

}  // namespace rilon
