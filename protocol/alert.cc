#include "protocol/alert.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "protocol/attachment.h"
#include "protocol/history.h"
#include "protocol/narrowing.h"
#include "protocol/onward.h"
#include "protocol/partial_date.h"
#include "protocol/short_id.h"
#include "protocol/text.h"

namespace rilon {
namespace {

using Kind = proto::Alert::KindCase;

constexpr std::string_view ours = "RILON alert model";

constexpr Code incident_codes[] = {
    {"undocumented-arrival", "arrived without a document, or destroyed it", ours},
    {"boarding-pass-swap", "boarding passes exchanged after the exit control", ours},
    {"refused-boarding", "not taken on board", ours},
    {"refused-entry", "refused at the border", ours},
    {"offload", "taken off the aircraft or ship", ours},
    {"transit-abscond", "left the transit area unseen", ours},
    {"insider", "helped by somebody who works there", ours},
};

constexpr Code link_type_codes[] = {
    {"same-person", "about the same person", ours},
    {"same-document", "about the same document", ours},
    {"facilitator", "arranged by", ours},
    {"modus-operandi", "done in the way of", ours},
    {"duplicate-of", "says the same as", ours},
    {"other-part", "the document part of this alert", ours},
};

struct TlpName {
    proto::Tlp tlp;
    std::string_view name;
};
constexpr TlpName tlp_names[] = {
    {proto::TLP_CLEAR, "CLEAR"}, {proto::TLP_GREEN, "GREEN"},
    {proto::TLP_AMBER, "AMBER"}, {proto::TLP_AMBER_STRICT, "AMBER+STRICT"},
    {proto::TLP_RED, "RED"},
};

struct ProtectionName {
    proto::Protection protection;
    std::string_view name;
};
constexpr ProtectionName protection_names[] = {
    {proto::PROTECTION_NOT_ASSESSED, "NOT-ASSESSED"},
    {proto::PROTECTION_NONE, "NONE"},
    {proto::PROTECTION_ASYLUM_CLAIM, "ASYLUM-CLAIM"},
    {proto::PROTECTION_REFUGEE, "REFUGEE"},
    {proto::PROTECTION_STATELESS, "STATELESS"},
    {proto::PROTECTION_UNACCOMPANIED_MINOR, "UNACCOMPANIED-MINOR"},
    {proto::PROTECTION_PRESUMED_TRAFFICKED, "PRESUMED-TRAFFICKED"},
};

char ascii_upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

std::string upper(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), ascii_upper);
    return out;
}

Error unknown_code(std::string_view what, std::string_view text, CodeList list) {
    const Code* near = nearest_code(list, text);
    std::string known;
    for (const Code& code : list) known += (known.empty() ? "" : ", ") + std::string(code.code);
    return {Errc::invalid,
            fmt::format("{} \"{}\" is not known; {}", what, escape_for_display(text),
                        near ? fmt::format("did you mean {}?", near->code) : "one of " + known)};
}

// The first code points of a text, cut at its first line end.
std::string first_line(std::string_view text, std::size_t chars_max) {
    std::string_view line = text.substr(0, 4 * chars_max);
    line = line.substr(0, line.find_first_of("\r\n"));
    line = first_code_points(line, chars_max);
    // Never end inside a character.
    while (!line.empty() && !is_utf8(line)) line.remove_suffix(1);
    return std::string(line);
}

std::string document_label(const proto::DocumentRecord& document) {
    if (document.type().empty()) return "document";
    if (const Code* code = find_code(document_types(), document.type());
        code != nullptr && document.type() != "OTHER")
        return std::string(code->label);
    return document.type()[0] == 'P' ? "passport" : document.type()[0] == 'V' ? "visa" : "document";
}

void append_word(std::string& line, std::string_view word) {
    if (word.empty()) return;
    if (!line.empty()) line += ' ';
    line += word;
}

void append_document(std::string& line, const proto::Alert& alert) {
    if (alert.documents().empty()) return;
    const proto::DocumentRecord& document = alert.documents(0);
    append_word(line, document_label(document));
    append_word(line, document.issuer());
    append_word(line, document.number());
    if (document.number().empty() && !document.series_from().empty())
        append_word(line, document.series_from() + "–" + document.series_to());
    if (alert.documents_size() > 1)
        append_word(line, fmt::format("and {} more", alert.documents_size() - 1));
}

// Zero where the document's expiry isn't known to the year.
UnixMillis year_after_expiry(const proto::Alert& alert) {
    UnixMillis latest;
    for (const proto::DocumentRecord& document : alert.documents()) {
        auto date = parse_partial_date(document.expiry_date());
        if (!date || !date->year) continue;
        using namespace std::chrono;
        // An unknown month or day counts as the last: keep a little longer, not shorter.
        int month = date->month.value_or(12);
        int day = date->day.value_or(days_in_month(date->year, date->month));
        auto days = sys_days{year{*date->year} / month / day};
        auto ms = duration_cast<milliseconds>(days.time_since_epoch()).count();
        if (ms <= 0) continue;
        latest = std::max(latest, plus_months({static_cast<std::uint64_t>(ms)}, 12));
    }
    return latest;
}

std::uint64_t shorter(std::uint64_t authors, UnixMillis standard) {
    return authors == 0 ? standard.value : std::min(authors, standard.value);
}

// What is over on a day, not looked at again: bulletins and requests. Zero for other kinds.
UnixMillis end_of_use(const proto::Alert& alert, UnixMillis now) {
    constexpr std::uint64_t days = 90;
    if (alert.kind_case() == Kind::kBulletin) return now.plus(days * ms_day);
    if (alert.kind_case() != Kind::kRequest) return {};
    // Late answers are still linked to it for a while.
    UnixMillis due = request_due(alert);
    return std::max(due, now).plus(days * ms_day);
}

// How long a kind is kept that is neither a person's nor a document's.
unsigned months_kept(const proto::Alert& alert) {
    if (alert.kind_case() == Kind::kModusOperandi) return 24;
    return alert.kind_case() == Kind::kReply ? 12 : 36;
}

void apply_times(proto::Alert& alert, UnixMillis now) {
    if (alert.created_ms() == 0) alert.set_created_ms(now.value);
    if (alert.valid_from_ms() == 0) alert.set_valid_from_ms(now.value);
    if (UnixMillis end = end_of_use(alert, now); end.value != 0) {
        alert.set_expires_ms(shorter(alert.expires_ms(), end));
        alert.set_purge_after_ms(shorter(alert.purge_after_ms(), end));
        return;
    }
    UnixMillis purge = plus_months(now, months_kept(alert));
    bool documents_only = alert.persons().empty() && !alert.documents().empty();
    if (documents_only && months_kept(alert) == 36) {
        UnixMillis end = year_after_expiry(alert);
        // A document long expired is still worth a look for a while.
        if (end.value != 0) purge = std::max(end, plus_months(now, 12));
    }
    alert.set_review_by_ms(shorter(alert.review_by_ms(), plus_months(now, 12)));
    alert.set_purge_after_ms(shorter(alert.purge_after_ms(), purge));
}

bool lists_within_bounds(const proto::Alert& alert) {
    if (alert.persons_size() > persons_max || alert.documents_size() > documents_max) return false;
    if (alert.caveats_size() > list_items_max || alert.links_size() > list_items_max) return false;
    if (alert.attachments_size() > attachments_max) return false;
    if (alert.holder().might_be_size() > nationalities_max) return false;
    if (alert.transport().routing_size() > list_items_max) return false;
    for (const proto::PersonRecord& person : alert.persons())
        if (person.identities_size() > identities_max ||
            person.nationalities_size() > nationalities_max ||
            person.persecutors_size() > nationalities_max)
            return false;
    for (const proto::DocumentRecord& document : alert.documents())
        if (document.mrz_lines_size() > 3 || document.checks_size() > list_items_max) return false;
    return true;
}

}  // namespace

std::string kind_name(const proto::Alert& alert) {
    switch (alert.kind_case()) {
        case Kind::kTravelFraud: return "travel-fraud";
        case Kind::kVisaRefusal: return "visa-refusal";
        case Kind::kVisaCancellation: return "visa-cancellation";
        case Kind::kLostStolen: return "lost-stolen";
        case Kind::kFacilitator: return "facilitator";
        case Kind::kLookout: return "lookout";
        case Kind::kBulletin: return "bulletin";
        case Kind::kBorderIncident: return "border-incident";
        case Kind::kSupportFraud: return "support-fraud";
        case Kind::kModusOperandi: return "modus-operandi";
        case Kind::kTraffickingIndicator: return "trafficking-indicator";
        case Kind::kRequest: return "request";
        case Kind::kReply: return "reply";
        case Kind::KIND_NOT_SET: break;
    }
    return "unknown";
}

const std::vector<std::string>& kind_names() {
    static const std::vector<std::string> names = {
        "travel-fraud",   "support-fraud",         "visa-refusal", "visa-cancellation",
        "facilitator",    "border-incident",       "lost-stolen",  "lookout",
        "modus-operandi", "trafficking-indicator", "bulletin",     "request",
        "reply"};
    return names;
}

CodeList border_incidents() {
    return incident_codes;
}
CodeList link_types() {
    return link_type_codes;
}

std::string tlp_name(proto::Tlp tlp) {
    for (const TlpName& one : tlp_names)
        if (one.tlp == tlp) return std::string(one.name);
    return "UNKNOWN";
}

Result<proto::Tlp> parse_tlp(std::string_view text) {
    for (const TlpName& one : tlp_names)
        if (one.name == upper(text)) return one.tlp;
    return unknown_code("TLP", text, tlp_values());
}

std::string protection_name(proto::Protection protection) {
    for (const ProtectionName& one : protection_names)
        if (one.protection == protection) return std::string(one.name);
    return "UNKNOWN";
}

Result<proto::Protection> parse_protection(std::string_view text) {
    for (const ProtectionName& one : protection_names)
        if (one.name == upper(text)) return one.protection;
    return unknown_code("protection", text, protections());
}

Result<proto::Operation> parse_operation(ByteView bytes) {
    if (bytes.size() > operation_bytes_max)
        return {Errc::too_large, "an operation larger than an entry can carry"};
    proto::Operation operation;
    if (!operation.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
        return {Errc::malformed, "operation bytes that don't follow the schema"};
    const proto::Alert* alert = nullptr;
    switch (operation.body_case()) {
        case proto::Operation::kPublish: alert = &operation.publish(); break;
        case proto::Operation::kSupersede: alert = &operation.supersede().alert(); break;
        case proto::Operation::kWithdraw:
        case proto::Operation::kConfirm:
        case proto::Operation::kDispute:
        case proto::Operation::kHit: return operation;
        case proto::Operation::kHistory:
            if (auto list = parse_history(operation.history()); !list) return list.error();
            return operation;
        case proto::Operation::kOnwardRequest:
        case proto::Operation::kOnwardAnswer: {
            auto nodes = parse_onward_nodes(operation.has_onward_request()
                                                ? operation.onward_request().nodes()
                                                : operation.onward_answer().nodes());
            if (!nodes) return nodes.error();
            if (Status good = check_operation(operation); !good)
                return {Errc::malformed, "onward release: " + good.error().detail};
            return operation;
        }
        case proto::Operation::BODY_NOT_SET:
            if (operation.ByteSizeLong() == 0)
                return {Errc::malformed, "an operation without a body"};
            return {Errc::unsupported, "an operation of a newer version: upgrade to read it"};
    }
    if (operation.supersede().narrowing_size() > narrowings_max)
        return {Errc::too_large, "an alert that was narrowed too often"};
    if (!lists_within_bounds(*alert)) return {Errc::too_large, "an alert with too many items"};
    if (alert->kind_case() == Kind::KIND_NOT_SET)
        return {Errc::unsupported, "a kind of alert this version doesn't know: upgrade to read it"};
    return operation;
}

UnixMillis plus_months(UnixMillis at, unsigned months) {
    using namespace std::chrono;
    auto time = sys_time<milliseconds>{milliseconds{static_cast<std::int64_t>(at.value)}};
    auto midnight = floor<days>(time);
    year_month_day date{midnight};
    year_month_day later = date + std::chrono::months{static_cast<int>(months)};
    if (!later.ok()) later = later.year() / later.month() / last;
    auto out = sys_days{later} + (time - midnight);
    return {static_cast<std::uint64_t>(out.time_since_epoch().count())};
}

void apply_defaults(proto::Alert& alert, UnixMillis now) {
    if (alert.part().empty()) alert.set_part(std::string(part_person));
    if (alert.revision() == 0) alert.set_revision(1);
    if (alert.tlp() == proto::TLP_UNSET) alert.set_tlp(proto::TLP_AMBER);
    if (alert.title().empty() && alert.part() == part_person) {
        // A bulletin is text for all to read: its first line says more than its kind.
        if (alert.kind_case() == Kind::kBulletin)
            alert.set_title(first_line(alert.bulletin().text(), title_chars_max));
        // The same of a method, which names nobody.
        if (!alert.modus_operandi().steps().empty())
            alert.set_title(first_line(alert.modus_operandi().steps(0), title_chars_max));
        if (alert.title().empty()) alert.set_title(headline(alert));
    }
    apply_times(alert, now);
}

UnixMillis request_due(const proto::Alert& alert) {
    auto date = parse_partial_date(alert.request().due());
    if (!date || !date->complete()) return {};
    using namespace std::chrono;
    auto next = sys_days{year{*date->year} / *date->month / *date->day} + days{1};
    auto ms = duration_cast<milliseconds>(next.time_since_epoch()).count();
    return {ms <= 0 ? 0 : static_cast<std::uint64_t>(ms)};
}

namespace {

// Of the kinds whose own fields say nothing that may stand in a headline, or little.
std::string short_headline(const proto::Alert& alert) {
    std::string line;
    switch (alert.kind_case()) {
        case Kind::kSupportFraud:
            line = "SUPPORT FRAUD";
            for (const std::string& paper : alert.support_fraud().papers())
                append_word(line, paper);
            return line;
        case Kind::kModusOperandi: return "MODUS OPERANDI";
        case Kind::kTraffickingIndicator:
            line = "TRAFFICKING INDICATOR";
            append_word(line, alert.trafficking_indicator().exploitation());
            return line;
        // Not the question's first line: it is where a name would stand, and inboxes are read over
        // shoulders.
        case Kind::kRequest: return "REQUEST";
        case Kind::kReply: {
            auto request = AlertId::parse(alert.reply().request_id());
            return request ? "REPLY to " + format_short_id(*request) : "REPLY";
        }
        default: return "UNKNOWN KIND";
    }
}

}  // namespace

std::string headline(const proto::Alert& alert) {
    std::string line;
    switch (alert.kind_case()) {
        case Kind::kTravelFraud: line = upper(alert.travel_fraud().fraud_type()); break;
        case Kind::kVisaRefusal: line = "VISA REFUSAL"; break;
        case Kind::kVisaCancellation: line = "VISA CANCELLATION"; break;
        case Kind::kLostStolen:
            line = alert.lost_stolen().state() == "blank" ? "STOLEN BLANK" : "LOST OR STOLEN";
            break;
        case Kind::kFacilitator: line = "FACILITATOR"; break;
        case Kind::kLookout:
            line = "LOOKOUT";
            append_word(line, alert.lookout().measure());
            append_word(line, alert.lookout().reference());
            break;
        case Kind::kBulletin: line = "BULLETIN"; break;
        case Kind::kBorderIncident: line = upper(alert.border_incident().incident()); break;
        case Kind::kSupportFraud:
        case Kind::kModusOperandi:
        case Kind::kTraffickingIndicator:
        case Kind::kRequest:
        case Kind::kReply:
        case Kind::KIND_NOT_SET: line = short_headline(alert); break;
    }
    if (alert.kind_case() == Kind::kVisaRefusal) append_word(line, alert.visa_refusal().post());
    if (alert.kind_case() == Kind::kVisaCancellation)
        append_word(line, alert.visa_cancellation().visa_number());
    if (alert.kind_case() != Kind::kLookout && alert.kind_case() != Kind::kBulletin)
        append_document(line, alert);
    return first_line(line, title_chars_max);
}

}  // namespace rilon
