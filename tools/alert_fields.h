// Which keys the tables of an alert file have, and the field of the alert each one sets. Data for
// alert_file.cc; the keys of one record are those of `--json`.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "protocol/alert.pb.h"

namespace rilon {

template <class M>
struct TextField {
    std::string_view key;
    void (M::*set)(const std::string&);
};
template <class M>
struct ListField {
    std::string_view key;
    void (M::*add)(const std::string&);
};
template <class M>
struct FlagField {
    std::string_view key;
    void (M::*set)(bool);
};
// The fields of one table. `others` are keys that its reader takes itself.
template <class M>
struct Fields {
    std::span<const TextField<M>> texts;
    std::span<const ListField<M>> lists;
    std::span<const FlagField<M>> flags;
    std::span<const std::string_view> others;
};

using A = proto::Alert;
using P = proto::PersonRecord;
using D = proto::DocumentRecord;
using I = proto::Identity;

constexpr TextField<A> alert_texts[] = {{"title", &A::set_title},
                                        {"narrative", &A::set_narrative},
                                        {"language", &A::set_language},
                                        {"operation_name", &A::set_operation_name},
                                        {"legal_basis", &A::set_legal_basis}};
constexpr ListField<A> alert_lists[] = {{"caveats", &A::add_caveats}};
constexpr std::string_view alert_others[] = {"template",
                                             "mrz",
                                             "tlp",
                                             "protection",
                                             "where",
                                             "transport",
                                             "grade",
                                             "holder",
                                             "when",
                                             "person",
                                             "document",
                                             "link",
                                             "travel_fraud",
                                             "visa_refusal",
                                             "visa_cancellation",
                                             "lost_stolen",
                                             "facilitator",
                                             "lookout",
                                             "bulletin",
                                             "border_incident",
                                             "support_fraud",
                                             "modus_operandi",
                                             "trafficking_indicator",
                                             "request",
                                             "reply"};
constexpr TextField<proto::Place> place_texts[] = {{"country", &proto::Place::set_country},
                                                   {"location", &proto::Place::set_location},
                                                   {"point", &proto::Place::set_point}};
constexpr TextField<proto::Transport> transport_texts[] = {
    {"mode", &proto::Transport::set_mode},
    {"carrier", &proto::Transport::set_carrier},
    {"flight", &proto::Transport::set_flight}};
constexpr ListField<proto::Transport> transport_lists[] = {
    {"routing", &proto::Transport::add_routing}};
constexpr TextField<proto::Grade> grade_texts[] = {{"scheme", &proto::Grade::set_scheme},
                                                   {"source", &proto::Grade::set_source},
                                                   {"information", &proto::Grade::set_information}};
constexpr TextField<proto::HolderAnswers> holder_texts[] = {
    {"issuer_is_home", &proto::HolderAnswers::set_issuer_is_home}};
constexpr ListField<proto::HolderAnswers> holder_lists[] = {
    {"might_be", &proto::HolderAnswers::add_might_be}};
constexpr FlagField<proto::HolderAnswers> holder_flags[] = {
    {"unknown", &proto::HolderAnswers::set_unknown}};
constexpr TextField<I> identity_texts[] = {{"type", &I::set_type},
                                           {"primary", &I::set_primary},
                                           {"secondary", &I::set_secondary},
                                           {"native_name", &I::set_native_name},
                                           {"native_script", &I::set_native_script},
                                           {"birth_date", &I::set_birth_date},
                                           {"sex", &I::set_sex}};
constexpr TextField<proto::Nationality> nationality_texts[] = {
    {"code", &proto::Nationality::set_code}, {"basis", &proto::Nationality::set_basis}};
constexpr TextField<P> person_texts[] = {{"role", &P::set_role},
                                         {"country_of_birth", &P::set_country_of_birth},
                                         {"place_of_birth", &P::set_place_of_birth}};
constexpr ListField<P> person_lists[] = {{"persecutors", &P::add_persecutors}};
constexpr std::string_view person_others[] = {"identity", "nationality"};
constexpr TextField<D> document_texts[] = {{"type", &D::set_type},
                                           {"issuer", &D::set_issuer},
                                           {"number", &D::set_number},
                                           {"series_from", &D::set_series_from},
                                           {"series_to", &D::set_series_to},
                                           {"issue_date", &D::set_issue_date},
                                           {"expiry_date", &D::set_expiry_date},
                                           {"chip", &D::set_chip},
                                           {"disposition", &D::set_disposition}};
constexpr TextField<proto::TravelFraud> fraud_texts[] = {
    {"fraud_type", &proto::TravelFraud::set_fraud_type},
    {"detected_how", &proto::TravelFraud::set_detected_how},
    {"holder_role", &proto::TravelFraud::set_holder_role}};
constexpr ListField<proto::TravelFraud> fraud_lists[] = {
    {"techniques", &proto::TravelFraud::add_techniques}};
constexpr TextField<proto::VisaRefusal> refusal_texts[] = {
    {"post", &proto::VisaRefusal::set_post},
    {"visa_class", &proto::VisaRefusal::set_visa_class},
    {"lodged", &proto::VisaRefusal::set_lodged},
    {"decided", &proto::VisaRefusal::set_decided},
    {"appeal", &proto::VisaRefusal::set_appeal}};
constexpr ListField<proto::VisaRefusal> refusal_lists[] = {
    {"grounds", &proto::VisaRefusal::add_grounds},
    {"prior_aliases", &proto::VisaRefusal::add_prior_aliases}};
constexpr TextField<proto::VisaCancellation> cancellation_texts[] = {
    {"visa_number", &proto::VisaCancellation::set_visa_number},
    {"effective", &proto::VisaCancellation::set_effective},
    {"holder_whereabouts", &proto::VisaCancellation::set_holder_whereabouts}};
constexpr ListField<proto::VisaCancellation> cancellation_lists[] = {
    {"grounds", &proto::VisaCancellation::add_grounds}};
constexpr FlagField<proto::VisaCancellation> cancellation_flags[] = {
    {"carrier_informed", &proto::VisaCancellation::set_carrier_informed}};
constexpr TextField<proto::LostStolen> lost_texts[] = {
    {"state", &proto::LostStolen::set_state},
    {"when", &proto::LostStolen::set_when},
    {"where", &proto::LostStolen::set_where},
    {"sltd_reference", &proto::LostStolen::set_sltd_reference}};
constexpr FlagField<proto::LostStolen> lost_flags[] = {
    {"issuer_notified", &proto::LostStolen::set_issuer_notified}};
constexpr TextField<proto::Facilitator> facilitator_texts[] = {
    {"fee", &proto::Facilitator::set_fee},
    {"currency", &proto::Facilitator::set_currency},
    {"payment", &proto::Facilitator::set_payment},
    {"network", &proto::Facilitator::set_network}};
constexpr ListField<proto::Facilitator> facilitator_lists[] = {
    {"handles", &proto::Facilitator::add_handles},
    {"phones", &proto::Facilitator::add_phones},
    {"routes", &proto::Facilitator::add_routes},
    {"services", &proto::Facilitator::add_services}};
constexpr TextField<proto::Lookout> lookout_texts[] = {
    {"measure", &proto::Lookout::set_measure},
    {"reference", &proto::Lookout::set_reference},
    {"authority", &proto::Lookout::set_authority},
    {"list_entry", &proto::Lookout::set_list_entry},
    {"listed", &proto::Lookout::set_listed}};
constexpr TextField<proto::Bulletin> bulletin_texts[] = {{"text", &proto::Bulletin::set_text}};
constexpr TextField<proto::BorderIncident> incident_texts[] = {
    {"incident", &proto::BorderIncident::set_incident},
    {"outcome", &proto::BorderIncident::set_outcome}};
constexpr FlagField<proto::BorderIncident> incident_flags[] = {
    {"carrier_informed", &proto::BorderIncident::set_carrier_informed}};
constexpr TextField<proto::SupportFraud> support_texts[] = {
    {"purported_issuer", &proto::SupportFraud::set_purported_issuer},
    {"agent", &proto::SupportFraud::set_agent},
    {"detected_how", &proto::SupportFraud::set_detected_how}};
constexpr ListField<proto::SupportFraud> support_lists[] = {
    {"papers", &proto::SupportFraud::add_papers}};
constexpr TextField<proto::ModusOperandi> method_texts[] = {
    {"countermeasure", &proto::ModusOperandi::set_countermeasure}};
constexpr ListField<proto::ModusOperandi> method_lists[] = {
    {"steps", &proto::ModusOperandi::add_steps},
    {"indicators", &proto::ModusOperandi::add_indicators}};
constexpr TextField<proto::TraffickingIndicator> trafficking_texts[] = {
    {"exploitation", &proto::TraffickingIndicator::set_exploitation},
    {"reference", &proto::TraffickingIndicator::set_reference}};
constexpr ListField<proto::TraffickingIndicator> trafficking_lists[] = {
    {"indicators", &proto::TraffickingIndicator::add_indicators}};
constexpr TextField<proto::InfoRequest> request_texts[] = {
    {"question", &proto::InfoRequest::set_question}, {"due", &proto::InfoRequest::set_due}};
constexpr TextField<proto::InfoReply> reply_texts[] = {{"text", &proto::InfoReply::set_text}};
constexpr std::string_view reply_others[] = {"request"};

}  // namespace rilon
