#include "tools/alert_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "protocol/alert.h"
#include "protocol/short_id.h"

namespace rilon {
namespace {

using Json = nlohmann::ordered_json;
using Strings = google::protobuf::RepeatedPtrField<std::string>;

void put(Json& json, const char* key, const std::string& text) {
    if (!text.empty()) json[key] = text;
}

void put(Json& json, const char* key, const Strings& texts) {
    if (texts.empty()) return;
    Json& list = json[key] = Json::array();
    for (const std::string& text : texts) list.push_back(text);
}

void put_time(Json& json, const char* key, std::uint64_t ms) {
    if (ms != 0) json[key] = rfc3339({ms});
}

void put_object(Json& json, const char* key, Json object) {
    if (!object.empty()) json[key] = std::move(object);
}

// Ids of other alerts; bytes that are none are shown in hex.
std::string id_text(const std::string& bytes) {
    auto id = AlertId::parse(bytes);
    return id ? format_alert_id(*id) : to_hex(as_bytes(bytes));
}

Json range_json(const proto::TimeRange& range) {
    Json out;
    put_time(out, "from", range.from_ms());
    put_time(out, "to", range.to_ms());
    put(out, "precision", range.precision());
    return out;
}

Json place_json(const proto::Place& place) {
    Json out;
    put(out, "country", place.country());
    put(out, "location", place.location());
    put(out, "point", place.point());
    return out;
}

Json transport_json(const proto::Transport& transport) {
    Json out;
    put(out, "mode", transport.mode());
    put(out, "carrier", transport.carrier());
    put(out, "flight", transport.flight());
    put(out, "routing", transport.routing());
    return out;
}

Json grade_json(const proto::Grade& grade) {
    Json out;
    put(out, "scheme", grade.scheme());
    put(out, "source", grade.source());
    put(out, "information", grade.information());
    put(out, "admiralty", grade.admiralty());
    if (grade.lossy()) out["lossy"] = true;
    return out;
}

Json holder_json(const proto::HolderAnswers& holder) {
    Json out;
    put(out, "issuer_is_home", holder.issuer_is_home());
    put(out, "might_be", holder.might_be());
    if (holder.unknown()) out["unknown"] = true;
    return out;
}

Json identity_json(const proto::Identity& identity) {
    Json out;
    put(out, "type", identity.type());
    put(out, "primary", identity.primary());
    put(out, "secondary", identity.secondary());
    put(out, "native_name", identity.native_name());
    put(out, "native_script", identity.native_script());
    put(out, "mrz_name", identity.mrz_name());
    if (identity.mrz_truncated()) out["mrz_truncated"] = true;
    put(out, "birth_date", identity.birth_date());
    put(out, "sex", identity.sex());
    return out;
}

Json person_json(const proto::PersonRecord& person) {
    Json out;
    put(out, "role", person.role());
    Json identities = Json::array();
    for (const auto& identity : person.identities()) identities.push_back(identity_json(identity));
    put_object(out, "identities", identities);
    Json nationalities = Json::array();
    for (const auto& nationality : person.nationalities())
        nationalities.push_back({{"code", nationality.code()}, {"basis", nationality.basis()}});
    put_object(out, "nationalities", nationalities);
    put(out, "country_of_birth", person.country_of_birth());
    put(out, "place_of_birth", person.place_of_birth());
    put(out, "persecutors", person.persecutors());
    return out;
}

Json document_json(const proto::DocumentRecord& document) {
    Json out;
    put(out, "type", document.type());
    put(out, "issuer", document.issuer());
    put(out, "number", document.number());
    put(out, "series_from", document.series_from());
    put(out, "series_to", document.series_to());
    put(out, "issue_date", document.issue_date());
    put(out, "expiry_date", document.expiry_date());
    put(out, "mrz_lines", document.mrz_lines());
    Json checks = Json::array();
    for (const auto& check : document.checks()) {
        Json one = {{"field", check.field()}, {"ok", check.ok()}};
        put(one, "digit", check.digit());
        put(one, "expected", check.expected());
        if (check.warning()) one["warning"] = true;
        checks.push_back(one);
    }
    put_object(out, "checks", checks);
    put(out, "chip", document.chip());
    put(out, "disposition", document.disposition());
    return out;
}

Json facilitator_json(const proto::Facilitator& facilitator) {
    Json out;
    put(out, "handles", facilitator.handles());
    put(out, "phones", facilitator.phones());
    put(out, "fee", facilitator.fee());
    put(out, "currency", facilitator.currency());
    put(out, "payment", facilitator.payment());
    put(out, "routes", facilitator.routes());
    put(out, "services", facilitator.services());
    put(out, "network", facilitator.network());
    return out;
}

Json visa_json(const proto::Alert& alert) {
    Json out;
    const proto::VisaRefusal& refusal = alert.visa_refusal();
    put(out, "post", refusal.post());
    put(out, "visa_class", refusal.visa_class());
    put(out, "lodged", refusal.lodged());
    put(out, "decided", refusal.decided());
    put(out, "grounds", refusal.grounds());
    put(out, "appeal", refusal.appeal());
    put(out, "prior_aliases", refusal.prior_aliases());
    const proto::VisaCancellation& cancellation = alert.visa_cancellation();
    put(out, "visa_number", cancellation.visa_number());
    put(out, "grounds", cancellation.grounds());
    put(out, "effective", cancellation.effective());
    put(out, "holder_whereabouts", cancellation.holder_whereabouts());
    if (cancellation.carrier_informed()) out["carrier_informed"] = true;
    return out;
}

Json lost_json(const proto::LostStolen& lost) {
    Json out;
    put(out, "state", lost.state());
    put(out, "when", lost.when());
    put(out, "where", lost.where());
    out["issuer_notified"] = lost.issuer_notified();
    put(out, "sltd_reference", lost.sltd_reference());
    return out;
}

Json lookout_json(const proto::Lookout& lookout) {
    Json out;
    put(out, "measure", lookout.measure());
    put(out, "reference", lookout.reference());
    put(out, "authority", lookout.authority());
    put(out, "list_entry", lookout.list_entry());
    put(out, "listed", lookout.listed());
    return out;
}

// The fields of whichever of the kinds below the alert is of.
Json newer_kind_json(const proto::Alert& alert) {
    Json out;
    put(out, "papers", alert.support_fraud().papers());
    put(out, "purported_issuer", alert.support_fraud().purported_issuer());
    put(out, "agent", alert.support_fraud().agent());
    put(out, "detected_how", alert.support_fraud().detected_how());
    put(out, "steps", alert.modus_operandi().steps());
    put(out, "indicators", alert.modus_operandi().indicators());
    put(out, "countermeasure", alert.modus_operandi().countermeasure());
    put(out, "indicators", alert.trafficking_indicator().indicators());
    put(out, "exploitation", alert.trafficking_indicator().exploitation());
    put(out, "reference", alert.trafficking_indicator().reference());
    put(out, "question", alert.request().question());
    put(out, "due", alert.request().due());
    if (alert.has_reply()) out["request"] = id_text(alert.reply().request_id());
    put(out, "text", alert.reply().text());
    return out;
}

// What the kind adds, under the kind's name with underscores.
void put_kind(Json& json, const proto::Alert& alert) {
    Json out;
    switch (alert.kind_case()) {
        case proto::Alert::kTravelFraud:
            put(out, "fraud_type", alert.travel_fraud().fraud_type());
            put(out, "techniques", alert.travel_fraud().techniques());
            put(out, "detected_how", alert.travel_fraud().detected_how());
            put(out, "holder_role", alert.travel_fraud().holder_role());
            return put_object(json, "travel_fraud", out);
        case proto::Alert::kVisaRefusal: return put_object(json, "visa_refusal", visa_json(alert));
        case proto::Alert::kVisaCancellation:
            return put_object(json, "visa_cancellation", visa_json(alert));
        case proto::Alert::kLostStolen:
            return put_object(json, "lost_stolen", lost_json(alert.lost_stolen()));
        case proto::Alert::kFacilitator:
            return put_object(json, "facilitator", facilitator_json(alert.facilitator()));
        case proto::Alert::kLookout:
            return put_object(json, "lookout", lookout_json(alert.lookout()));
        case proto::Alert::kBulletin:
            put(out, "text", alert.bulletin().text());
            return put_object(json, "bulletin", out);
        case proto::Alert::kBorderIncident:
            put(out, "incident", alert.border_incident().incident());
            put(out, "outcome", alert.border_incident().outcome());
            if (alert.border_incident().carrier_informed()) out["carrier_informed"] = true;
            return put_object(json, "border_incident", out);
        case proto::Alert::kSupportFraud:
            return put_object(json, "support_fraud", newer_kind_json(alert));
        case proto::Alert::kModusOperandi:
            return put_object(json, "modus_operandi", newer_kind_json(alert));
        case proto::Alert::kTraffickingIndicator:
            return put_object(json, "trafficking_indicator", newer_kind_json(alert));
        case proto::Alert::kRequest: return put_object(json, "request", newer_kind_json(alert));
        case proto::Alert::kReply: return put_object(json, "reply", newer_kind_json(alert));
        case proto::Alert::KIND_NOT_SET: return;
    }
}

// U+FFFD replaces bad bytes in dump; this finds what is valid and still must not reach a terminal.
bool deceives(std::uint32_t c) {
    return (c >= 0x7f && c <= 0x9f) || c == 0xad || c == 0x61c || c == 0x180e ||
           (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb);
}

}  // namespace

nlohmann::ordered_json attachment_json(const proto::Attachment& attachment) {
    Json out = {{"media_type", attachment.media_type()},
                {"size", attachment.size()},
                {"hash", to_hex(as_bytes(attachment.hash()))}};
    put(out, "caption", attachment.caption());
    return out;
}

nlohmann::ordered_json alert_content_json(const proto::Alert& alert) {
    Json out;
    put(out, "part", alert.part());
    put_time(out, "created", alert.created_ms());
    put(out, "narrative", alert.narrative());
    put(out, "language", alert.language());
    put(out, "caveats", alert.caveats());
    put_object(out, "grade", grade_json(alert.grade()));
    put_object(out, "when", range_json(alert.when()));
    put_object(out, "where", place_json(alert.where()));
    put_object(out, "transport", transport_json(alert.transport()));
    put(out, "operation_name", alert.operation_name());
    Json links = Json::array();
    for (const proto::Link& link : alert.links())
        links.push_back({{"type", link.type()}, {"id", id_text(link.alert_id())}});
    put_object(out, "links", links);
    put_time(out, "valid_from", alert.valid_from_ms());
    put_time(out, "review_by", alert.review_by_ms());
    put_time(out, "expires", alert.expires_ms());
    put_time(out, "purge_after", alert.purge_after_ms());
    put(out, "legal_basis", alert.legal_basis());
    if (alert.part() != part_document) {
        out["protection"] = protection_name(alert.protection());
        put_object(out, "holder", holder_json(alert.holder()));
        put(out, "released", alert.released());
        if (alert.has_release_request())
            out["release_request"] = {{"what", alert.release_request().what()},
                                      {"reason", alert.release_request().reason()}};
    }
    put(out, "country", alert.country());
    put(out, "month", alert.month());
    Json persons = Json::array();
    for (const auto& person : alert.persons()) persons.push_back(person_json(person));
    put_object(out, "persons", persons);
    Json documents = Json::array();
    for (const auto& document : alert.documents()) documents.push_back(document_json(document));
    put_object(out, "documents", documents);
    Json attachments = Json::array();
    for (const auto& one : alert.attachments()) attachments.push_back(attachment_json(one));
    put_object(out, "attachments", attachments);
    put_kind(out, alert);
    return out;
}

nlohmann::ordered_json alert_json(const proto::Alert& alert, const AlertEnvelope& envelope) {
    Json out = {{"v", 1},
                {"kind", "alert"},
                {"id", format_alert_id(envelope.id)},
                {"short", format_short_id(envelope.id)},
                {"revision", envelope.revision},
                {"type", kind_name(alert)},
                {"origin", envelope.origin},
                {"officer", envelope.officer},
                {"received", rfc3339(envelope.received)},
                {"title", envelope.withdrawn      ? std::string()
                          : alert.title().empty() ? headline(alert)
                                                  : alert.title()},
                {"tlp", tlp_name(alert.tlp())},
                {"withdrawn", envelope.withdrawn}};
    if (envelope.withdrawn)
        put(out, "withdraw_reason", envelope.withdraw_reason);
    else
        out["content"] = alert_content_json(alert);
    return out;
}

nlohmann::ordered_json dispute_json(const proto::Dispute& dispute) {
    Json out = {{"operation", "dispute"}, {"reason", dispute.reason()}};
    put(out, "note", dispute.note());
    if (dispute.revision() != 0) out["revision"] = dispute.revision();
    return out;
}

nlohmann::ordered_json hit_json(const proto::Hit& hit) {
    Json out = {{"operation", "hit"}, {"what", hit.what()}};
    put_object(out, "when", range_json(hit.when()));
    put_object(out, "where", place_json(hit.where()));
    put(out, "outcome", hit.outcome());
    return out;
}

nlohmann::ordered_json operation_json(const proto::Operation& operation) {
    Json out;
    switch (operation.body_case()) {
        case proto::Operation::kPublish:
            return {{"operation", "publish"}, {"content", alert_content_json(operation.publish())}};
        case proto::Operation::kSupersede:
            return {{"operation", "supersede"},
                    {"content", alert_content_json(operation.supersede().alert())}};
        case proto::Operation::kWithdraw:
            out = {{"operation", "withdraw"},
                   {"reason", operation.withdraw().reason()},
                   {"revision", operation.withdraw().revision()}};
            put(out, "note", operation.withdraw().note());
            return out;
        case proto::Operation::kConfirm: {
            const proto::Confirm& confirm = operation.confirm();
            out = {{"operation", "confirm"},
                   {"confirmed", id_text(confirm.confirmed())},
                   {"what", confirm.what()},
                   {"party", confirm.party()},
                   {"quotes", confirm.quotes()}};
            put_object(out, "when", range_json(confirm.when()));
            put_object(out, "where", place_json(confirm.where()));
            put(out, "outcome", confirm.outcome());
            return out;
        }
        case proto::Operation::kDispute: return dispute_json(operation.dispute());
        case proto::Operation::kHit: return hit_json(operation.hit());
        case proto::Operation::kHistory: return {{"operation", "history"}};  // No alert.
        case proto::Operation::kOnwardRequest: return {{"operation", "onward-request"}};
        case proto::Operation::kOnwardAnswer: return {{"operation", "onward-answer"}};
        case proto::Operation::BODY_NOT_SET: break;
    }
    return {{"operation", "unknown"}};
}

std::string rfc3339(UnixMillis at) {
    using namespace std::chrono;
    constexpr std::uint64_t last_second_of_9999 = 253402300799;
    std::uint64_t seconds = std::min(at.value / 1000, last_second_of_9999);
    sys_seconds time{std::chrono::seconds{static_cast<std::int64_t>(seconds)}};
    auto midnight = floor<days>(time);
    year_month_day date{midnight};
    hh_mm_ss clock{time - midnight};
    std::string out =
        fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                    clock.hours().count(), clock.minutes().count(), clock.seconds().count());
    if (at.value % 1000 != 0) out += fmt::format(".{:03}", at.value % 1000);
    return out + "Z";
}

std::string dump_json(const nlohmann::ordered_json& json) {
    std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        auto lead = static_cast<unsigned char>(text[i]);
        std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        std::uint32_t c = size == 1 ? lead : lead & (0x7fu >> size);
        for (std::size_t k = 1; k < size && i + k < text.size(); ++k)
            c = (c << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3fu);
        // Beyond ASCII, and DEL, only strings can hold it: an escape is valid there.
        if (deceives(c))
            out += fmt::format("\\u{:04x}", c);
        else
            out.append(text, i, size);
        i += size;
    }
    return out;
}

}  // namespace rilon
