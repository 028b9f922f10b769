// What a posting must satisfy. All problems are found in one go: an officer at 2 a.m. corrects
// once.
#include <fmt/format.h>

#include <algorithm>

#include "protocol/alert.h"
#include "protocol/alert_problems.h"
#include "protocol/attachment.h"
#include "protocol/history.h"
#include "protocol/names.h"
#include "protocol/nearest.h"
#include "protocol/onward.h"
#include "protocol/partial_date.h"
#include "protocol/short_id.h"
#include "protocol/text.h"

namespace rilon {
namespace {

using Problems = AlertProblems;

constexpr std::size_t problems_shown_max = 40;
constexpr std::size_t mrz_line_chars = 44;
constexpr std::size_t mrz_name_chars = 39;

constexpr Code precision_codes[] = {
    {"minute", "", ""}, {"hour", "", ""}, {"day", "", ""}, {"month", "", ""}, {"year", "", ""}};
constexpr Code answer_codes[] = {{"yes", "", ""}, {"no", "", ""}, {"unsure", "", ""}};
constexpr Code chip_codes[] = {
    {"not-read", "", ""}, {"ok", "", ""}, {"failed", "", ""}, {"absent", "", ""}};
constexpr Code hit_codes[] = {{"person", "", ""}, {"document", "", ""}};
constexpr Code confirmed_codes[] = {{"person", "", ""}, {"document", "", ""}, {"mo", "", ""}};

bool has_control(std::string_view text, std::string_view allowed) {
    return std::any_of(text.begin(), text.end(), [&](char c) {
        return (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) &&
               allowed.find(c) == std::string_view::npos;
    });
}

std::string item(std::string_view list, int index) {
    return fmt::format("{}[{}]", list, index + 1);
}

std::string field_of(const std::string& item, std::string_view field) {
    return fmt::format("{}.{}", item, field);
}

void check_alert_id(std::string_view field, const std::string& bytes, Problems& problems) {
    auto id = AlertId::parse(bytes);
    if (!id || !is_alert_id(*id)) problems.add(field, "is not an alert's id (UUID version 7)");
}

void check_range(std::string_view field, const proto::TimeRange& range, Problems& problems) {
    problems.code(fmt::format("{}.precision", field), range.precision(), precision_codes);
    if (range.to_ms() != 0 && range.to_ms() < range.from_ms())
        problems.add(field, "ends before it begins; exchange the two times");
}

void check_place(std::string_view field, const proto::Place& place, Problems& problems) {
    problems.country(fmt::format("{}.country", field), place.country());
    problems.line(fmt::format("{}.location", field), place.location(), 5);
    problems.code(fmt::format("{}.point", field), place.point(), detection_points());
}

void check_identity(const std::string& at, const proto::Identity& identity, Problems& problems) {
    if (identity.type().empty())
        problems.add(field_of(at, "type"),
                     "is missing; claimed, documentary, established or alias");
    problems.code(field_of(at, "type"), identity.type(), identity_kinds());
    problems.line(field_of(at, "primary"), identity.primary(), name_chars_max);
    problems.line(field_of(at, "secondary"), identity.secondary(), name_chars_max);
    problems.line(field_of(at, "native_name"), identity.native_name(), native_name_chars_max);
    problems.line(field_of(at, "native_script"), identity.native_script(), 4);
    problems.line(field_of(at, "mrz_name"), identity.mrz_name(), mrz_name_chars);
    problems.date(field_of(at, "birth_date"), identity.birth_date());
    problems.code(field_of(at, "sex"), identity.sex(), sexes());
    // Line two of a zone alone gives a birth date and no name.
    if (identity.primary().empty() && identity.native_name().empty() &&
        identity.mrz_name().empty() && identity.birth_date().empty())
        problems.add(at, "has no name; give the primary identifier (a mononym goes there too)");
}

void check_person(const std::string& at, const proto::PersonRecord& person, Problems& problems) {
    problems.at_most(field_of(at, "identities"), person.identities_size(), identities_max);
    problems.at_most(field_of(at, "nationalities"), person.nationalities_size(), nationalities_max);
    problems.at_most(field_of(at, "persecutors"), person.persecutors_size(), nationalities_max);
    problems.code(field_of(at, "role"), person.role(), person_roles());
    problems.country(field_of(at, "country_of_birth"), person.country_of_birth());
    problems.line(field_of(at, "place_of_birth"), person.place_of_birth(), word_chars_max);
    for (int i = 0; i < person.identities_size(); ++i)
        check_identity(field_of(at, item("identities", i)), person.identities(i), problems);
    for (int i = 0; i < person.nationalities_size(); ++i) {
        std::string each = field_of(at, item("nationalities", i));
        const proto::Nationality& nationality = person.nationalities(i);
        problems.required(field_of(each, "code"), nationality.code());
        problems.country(field_of(each, "code"), nationality.code());
        problems.required(field_of(each, "basis"), nationality.basis());
        problems.code(field_of(each, "basis"), nationality.basis(), nationality_kinds());
    }
    for (int i = 0; i < person.persecutors_size(); ++i)
        problems.country(field_of(at, item("persecutors", i)), person.persecutors(i));
}

// A number is looked for by its letters and digits (names.h): without any, or with the ends of a
// series the wrong way round, an alert warns nobody.
void check_findable(const std::string& at, const proto::DocumentRecord& document,
                    Problems& problems) {
    const auto findable = [&](const char* field, const std::string& number) {
        if (!number.empty() && fold_document_number(number).empty())
            problems.add(field_of(at, field),
                         "has no letter or digit of A-Z, 0-9; nobody could find it");
    };
    findable("number", document.number());
    const std::string from = fold_document_number(document.series_from());
    const std::string to = fold_document_number(document.series_to());
    if (document.series_from().empty() || document.series_to().empty()) return;
    if (from.empty() || from.size() != to.size() || from > to)
        problems.add(field_of(at, "series"),
                     "must have ends of one length, the first number first");
}

void check_document(const std::string& at, const proto::DocumentRecord& document, bool any_issuer,
                    Problems& problems) {
    problems.code(field_of(at, "type"), document.type(), document_types());
    if (any_issuer)
        problems.line(field_of(at, "issuer"), document.issuer(), 3);
    else
        problems.country(field_of(at, "issuer"), document.issuer());
    problems.line(field_of(at, "number"), document.number(), document_number_chars_max);
    problems.line(field_of(at, "series_from"), document.series_from(), document_number_chars_max);
    problems.line(field_of(at, "series_to"), document.series_to(), document_number_chars_max);
    if (document.series_from().empty() != document.series_to().empty())
        problems.add(field_of(at, "series"),
                     "has one end only; give the first and the last number");
    check_findable(at, document, problems);
    problems.date(field_of(at, "issue_date"), document.issue_date());
    problems.date(field_of(at, "expiry_date"), document.expiry_date());
    problems.at_most(field_of(at, "mrz_lines"), document.mrz_lines_size(), 3);
    for (const std::string& line : document.mrz_lines())
        problems.line(field_of(at, "mrz_lines"), line, mrz_line_chars);
    problems.at_most(field_of(at, "checks"), document.checks_size(), list_items_max);
    for (const proto::CheckVerdict& check : document.checks()) {
        problems.line(field_of(at, "checks.field"), check.field(), word_chars_max);
        problems.line(field_of(at, "checks.digit"), check.digit(), 1);
        problems.line(field_of(at, "checks.expected"), check.expected(), 1);
    }
    problems.code(field_of(at, "chip"), document.chip(), chip_codes);
    problems.code(field_of(at, "disposition"), document.disposition(), dispositions());
}

void check_common(const proto::Alert& alert, Problems& problems) {
    check_alert_id("alert_id", alert.alert_id(), problems);
    if (alert.revision() == 0) problems.add("revision", "is missing; the first is 1");
    problems.line("title", alert.title(), title_chars_max);
    problems.lines("narrative", alert.narrative(), narrative_chars_max);
    problems.line("language", alert.language(), 35);
    if (tlp_name(alert.tlp()) == "UNKNOWN")
        problems.add("tlp", "is not known; CLEAR, GREEN, AMBER, AMBER+STRICT or RED");
    if (protection_name(alert.protection()) == "UNKNOWN")
        problems.add("protection", "is not known; see rilon completion for the list");
    problems.at_most("caveats", alert.caveats_size(), list_items_max);
    for (const std::string& caveat : alert.caveats()) problems.code("caveats", caveat, caveats());
    problems.code("grade.scheme", alert.grade().scheme(), grade_schemes());
    for (const std::string* text :
         {&alert.grade().source(), &alert.grade().information(), &alert.grade().admiralty()})
        problems.line("grade", *text, 2);
    check_range("when", alert.when(), problems);
    check_place("where", alert.where(), problems);
    problems.code("transport.mode", alert.transport().mode(), transport_modes());
    problems.line("transport.carrier", alert.transport().carrier(), word_chars_max);
    problems.line("transport.flight", alert.transport().flight(), word_chars_max);
    problems.at_most("transport.routing", alert.transport().routing_size(), list_items_max);
    for (const std::string& stop : alert.transport().routing())
        problems.line("transport.routing", stop, 5);
    problems.line("operation_name", alert.operation_name(), word_chars_max);
    problems.line("legal_basis", alert.legal_basis(), note_chars_max);
    problems.at_most("links", alert.links_size(), list_items_max);
    for (int i = 0; i < alert.links_size(); ++i) {
        problems.code(item("links", i) + ".type", alert.links(i).type(), link_types());
        check_alert_id(item("links", i), alert.links(i).alert_id(), problems);
    }
    if (alert.expires_ms() != 0 && alert.expires_ms() < alert.valid_from_ms())
        problems.add("expires", "lies before valid_from; nobody would ever see it");
}

void check_holder(const proto::HolderAnswers& holder, Problems& problems) {
    problems.code("holder.issuer_is_home", holder.issuer_is_home(), answer_codes);
    problems.at_most("holder.might_be", holder.might_be_size(), nationalities_max);
    for (const std::string& code : holder.might_be()) problems.country("holder.might_be", code);
}

void check_release(const proto::Alert& alert, Problems& problems) {
    problems.code("release_request.what", alert.release_request().what(), release_kinds());
    problems.lines("release_request.reason", alert.release_request().reason(), note_chars_max);
    problems.code("released", alert.released(), release_kinds());
}

// What a picture shows nobody can check here: where an alert may name nobody it has none.
void check_attachments(const proto::Alert& alert, Problems& problems) {
    if (alert.attachments().empty()) return;
    if (alert.has_modus_operandi() || alert.has_trafficking_indicator())
        problems.add("attachments",
                     "may show a person or a number; an alert that names nobody has none: post the "
                     "picture with a bulletin and link it");
    problems.at_most("attachments", alert.attachments_size(), attachments_max);
    for (int i = 0; i < std::min(alert.attachments_size(), attachments_max); ++i) {
        const proto::Attachment& one = alert.attachments(i);
        const std::string at = item("attachments", i);
        problems.required(field_of(at, "media_type"), one.media_type());
        problems.code(field_of(at, "media_type"), one.media_type(), media_types());
        problems.line(field_of(at, "caption"), one.caption(), title_chars_max);
        if (!parse_attachment(one))
            problems.add(at, fmt::format("has no hash of 32 bytes, or not 1 to {} bytes",
                                         attachment_bytes_max));
    }
}

void check_onward(const proto::OnwardRequest& request, Problems& problems) {
    check_alert_id("request_id", request.request_id(), problems);
    problems.at_most("to", request.nodes_size(), onward_nodes_max);
    if (request.nodes().empty() == request.outside().empty())
        problems.add("to", "names nodes of the network or one body outside it, one of the two");
    problems.line("outside", request.outside(), name_chars_max);
    problems.required("reason", request.reason());
    problems.lines("reason", request.reason(), note_chars_max);
}

void check_document_part(const proto::Alert& alert, Problems& problems) {
    if (alert.persons_size() > 0 || !alert.title().empty() || !alert.narrative().empty() ||
        alert.links_size() > 0 || alert.attachments_size() > 0 || alert.has_release_request())
        problems.add("part", "is a document part, which says nothing of a person; post it whole");
    if (alert.documents().empty()) problems.add("documents", "is empty in a document part");
}

}  // namespace

void AlertProblems::add(std::string_view field, std::string_view problem) {
    problems_.push_back(fmt::format("{}: {}", field, problem));
}

void AlertProblems::line(std::string_view field, std::string_view text, std::size_t chars_max) {
    if (has_control(text, ""))
        add(field, "holds a control character or a line end; take it out");
    else
        lines(field, text, chars_max);
}

void AlertProblems::lines(std::string_view field, std::string_view text, std::size_t chars_max) {
    if (!is_utf8(text))
        add(field, "isn't UTF-8; save the text as UTF-8");
    else if (has_control(text, "\n\t\r"))
        add(field, "holds a control character; take it out");
    else if (std::size_t count = code_points(text); count > chars_max)
        add(field, fmt::format("has {} characters, at most {}; shorten it", count, chars_max));
}

void AlertProblems::required(std::string_view field, std::string_view text) {
    if (text.empty()) add(field, "is missing");
}

void AlertProblems::code(std::string_view field, std::string_view text, CodeList list) {
    if (text.empty() || find_code(list, text) != nullptr) return;
    const Code* near = nearest_code(list, text);
    std::string one_of;
    for (const Code& code : list) one_of += (one_of.empty() ? "" : ", ") + std::string(code.code);
    add(field,
        fmt::format("\"{}\" is not known; {}", escape_for_display(text.substr(0, 64)),
                    near ? fmt::format("did you mean {}?", near->code) : "one of " + one_of));
}

void AlertProblems::country(std::string_view field, std::string_view text) {
    if (text.empty() || is_known_code(text)) return;
    std::vector<std::string_view> all;
    for (const CountryCode& country : country_codes()) all.push_back(country.code);
    auto near = nearest(text, all);
    std::string shown = escape_for_display(text.substr(0, 64));
    add(field, near ? fmt::format("\"{}\" is no country code of ICAO 9303; did you mean {}?", shown,
                                  all[*near])
                    : fmt::format("\"{}\" is no country code of ICAO 9303; three letters as in the "
                                  "document's zone",
                                  shown));
}

void AlertProblems::date(std::string_view field, std::string_view text) {
    if (text.empty()) return;
    if (auto date = parse_partial_date(text); !date) add(field, date.error().detail);
}

void AlertProblems::at_most(std::string_view field, int count, int max) {
    if (count > max)
        add(field, fmt::format("has {} items, at most {}; post the rest apart", count, max));
}

Status AlertProblems::status() const {
    if (problems_.empty()) return {};
    std::string detail;
    for (std::size_t i = 0; i < problems_.size() && i < problems_shown_max; ++i)
        detail += (i == 0 ? "" : "\n") + problems_[i];
    if (problems_.size() > problems_shown_max)
        detail += fmt::format("\nand {} more", problems_.size() - problems_shown_max);
    return {Errc::invalid, detail};
}

Status check_alert(const proto::Alert& alert) {
    Problems problems;
    check_common(alert, problems);
    if (alert.part() == part_document)
        check_document_part(alert, problems);
    else if (alert.part() != part_person)
        problems.add("part", "is neither person nor document");
    else
        problems.required("title", alert.title());
    check_holder(alert.holder(), problems);
    check_release(alert, problems);
    problems.at_most("persons", alert.persons_size(), persons_max);
    for (int i = 0; i < std::min(alert.persons_size(), persons_max); ++i)
        check_person(item("persons", i), alert.persons(i), problems);
    problems.at_most("documents", alert.documents_size(), documents_max);
    for (int i = 0; i < std::min(alert.documents_size(), documents_max); ++i)
        check_document(item("documents", i), alert.documents(i), issuer_may_be_unknown(alert),
                       problems);
    check_attachments(alert, problems);
    check_kind(alert, problems);
    check_nominal(alert, problems);
    if (problems.empty() && alert.ByteSizeLong() > operation_bytes_max)
        problems.add("alert", "is larger than an entry can carry; attach long texts instead");
    return problems.status();
}

Status check_operation(const proto::Operation& operation) {
    Problems problems;
    switch (operation.body_case()) {
        case proto::Operation::kPublish: return check_alert(operation.publish());
        case proto::Operation::kSupersede:
            if (operation.supersede().alert().revision() == 1)
                return {Errc::invalid, "revision: a correction's is the previous one + 1"};
            return check_alert(operation.supersede().alert());
        case proto::Operation::kWithdraw:
            problems.required("reason", operation.withdraw().reason());
            problems.code("reason", operation.withdraw().reason(), withdraw_reasons());
            problems.lines("note", operation.withdraw().note(), note_chars_max);
            if (operation.withdraw().revision() == 0)
                problems.add("revision", "is missing; the newest revision that is withdrawn");
            return problems.status();
        case proto::Operation::kConfirm: {
            const proto::Confirm& confirm = operation.confirm();
            check_alert_id("confirmed", confirm.confirmed(), problems);
            problems.required("what", confirm.what());
            problems.code("what", confirm.what(), confirmed_codes);
            check_range("when", confirm.when(), problems);
            check_place("where", confirm.where(), problems);
            problems.lines("outcome", confirm.outcome(), note_chars_max);
            problems.required("party", confirm.party());
            problems.line("party", confirm.party(), 8);
            return problems.status();
        }
        case proto::Operation::kDispute:
            problems.required("reason", operation.dispute().reason());
            problems.code("reason", operation.dispute().reason(), dispute_reasons());
            problems.lines("note", operation.dispute().note(), note_chars_max);
            return problems.status();
        case proto::Operation::kHit:
            problems.required("what", operation.hit().what());
            problems.code("what", operation.hit().what(), hit_codes);
            check_range("when", operation.hit().when(), problems);
            check_place("where", operation.hit().where(), problems);
            problems.required("outcome", operation.hit().outcome());
            problems.lines("outcome", operation.hit().outcome(), note_chars_max);
            return problems.status();
        case proto::Operation::kHistory: {
            auto list = parse_history(operation.history());
            return list ? Status() : Status(list.error());
        }
        case proto::Operation::kOnwardRequest:
            check_onward(operation.onward_request(), problems);
            return problems.status();
        case proto::Operation::kOnwardAnswer:
            check_alert_id("request_id", operation.onward_answer().request_id(), problems);
            problems.lines("note", operation.onward_answer().note(), note_chars_max);
            return problems.status();
        case proto::Operation::BODY_NOT_SET: break;
    }
    return {Errc::invalid,
            "operation: has no body; publish, supersede, withdraw, confirm, dispute or hit"};
}

}  // namespace rilon
