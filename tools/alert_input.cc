#include "tools/alert_input.h"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/alert.h"
#include "protocol/nearest.h"
#include "protocol/short_id.h"
#include "protocol/text.h"

namespace rilon {
namespace {

constexpr Prompt for_document[] = {Prompt::document, Prompt::place};
constexpr Prompt for_incident[] = {Prompt::person, Prompt::home, Prompt::place};
constexpr Prompt for_refusal[] = {Prompt::person, Prompt::ground};
constexpr Prompt for_cancellation[] = {Prompt::person};
constexpr Prompt for_blanks[] = {Prompt::series};
constexpr Prompt for_lost[] = {Prompt::document};
constexpr Prompt for_lookout[] = {Prompt::person, Prompt::reference, Prompt::home};
constexpr Prompt for_facilitator[] = {Prompt::contact};
constexpr Prompt for_bulletin[] = {Prompt::text};
constexpr Prompt for_support[] = {Prompt::paper, Prompt::person, Prompt::home};
constexpr Prompt for_method[] = {Prompt::step};
constexpr Prompt for_trafficking[] = {Prompt::sign, Prompt::place};
constexpr Prompt for_request[] = {Prompt::text, Prompt::due};

constexpr AlertTemplate templates[] = {
    {"counterfeit-document", "counterfeit passport, card or visa", "travel-fraud", "counterfeit",
     "subject", "", for_document},
    {"forged-document", "genuine document altered", "travel-fraud", "forged", "subject", "",
     for_document},
    {"impostor", "genuine document, another person", "travel-fraud", "impostor", "impostor", "",
     for_document},
    {"fraudulently-obtained", "genuine, issued on false grounds", "travel-fraud",
     "fraudulently-obtained", "subject", "", for_document},
    {"boarding-pass-swap", "boarding passes exchanged in transit", "border-incident",
     "boarding-pass-swap", "subject", "gate", for_incident},
    {"undocumented-arrival", "arrived without a document", "border-incident",
     "undocumented-arrival", "subject", "arrival", for_incident},
    {"refusal", "visa refused, deception", "visa-refusal", "", "subject", "visa-post", for_refusal},
    {"visa-cancellation", "visa cancelled", "visa-cancellation", "", "subject", "",
     for_cancellation},
    {"stolen-blanks", "blank documents stolen", "lost-stolen", "blank", "", "", for_blanks},
    {"lost-stolen", "document lost or stolen", "lost-stolen", "issued", "rightful-holder", "",
     for_lost},
    {"lookout", "travel ban, sanction or wanted", "lookout", "wanted", "subject", "", for_lookout},
    {"facilitator", "smuggler, trafficker or agent", "facilitator", "", "facilitator", "",
     for_facilitator},
    {"support-fraud", "false supporting papers", "support-fraud", "", "subject", "visa-post",
     for_support},
    {"modus-operandi", "method, without names", "modus-operandi", "", "", "", for_method},
    {"trafficking-indicator", "signs of trafficking in persons", "trafficking-indicator", "",
     "victim", "", for_trafficking},
    {"bulletin", "text for all to read", "bulletin", "", "", "", for_bulletin},
    {"request", "question to other missions", "request", "", "", "", for_request},
};

// For a file; the command line has rilon reply.
constexpr AlertTemplate reply_template = {"reply", "answer to a request", "reply", "", "",
                                          "",      for_bulletin};

void set_if(std::string* field, std::string_view text) {
    if (!text.empty()) *field = text;
}

proto::PersonRecord* first_person(proto::Alert& alert, std::string_view role) {
    if (!alert.persons().empty()) return alert.mutable_persons(0);
    proto::PersonRecord* person = alert.add_persons();
    person->set_role(std::string(role));
    return person;
}

proto::DocumentRecord* first_document(proto::Alert& alert) {
    return alert.documents().empty() ? alert.add_documents() : alert.mutable_documents(0);
}

void start_kind(proto::Alert& alert, const AlertTemplate& form) {
    std::string type(form.type);
    if (form.kind == "travel-fraud") alert.mutable_travel_fraud()->set_fraud_type(type);
    if (form.kind == "border-incident") alert.mutable_border_incident()->set_incident(type);
    if (form.kind == "visa-refusal") alert.mutable_visa_refusal()->set_appeal("none");
    if (form.kind == "visa-cancellation") alert.mutable_visa_cancellation();
    if (form.kind == "lost-stolen") alert.mutable_lost_stolen()->set_state(type);
    if (form.kind == "lookout") alert.mutable_lookout()->set_measure(type);
    if (form.kind == "facilitator") alert.mutable_facilitator();
    if (form.kind == "bulletin") alert.mutable_bulletin();
    if (form.kind == "support-fraud") alert.mutable_support_fraud();
    if (form.kind == "modus-operandi") alert.mutable_modus_operandi();
    if (form.kind == "trafficking-indicator") alert.mutable_trafficking_indicator();
    if (form.kind == "request") alert.mutable_request();
    if (form.kind == "reply") alert.mutable_reply();
    if (form.kind == "travel-fraud" && !form.role.empty())
        alert.mutable_travel_fraud()->set_holder_role(std::string(form.role));
}

void add_support(proto::SupportFraud& fraud, const PostRequest& request) {
    for (const std::string& paper : request.papers) fraud.add_papers(paper);
    set_if(fraud.mutable_purported_issuer(), request.issued_by);
    set_if(fraud.mutable_agent(), request.agent);
}

void add_method(proto::ModusOperandi& method, const PostRequest& request) {
    for (const std::string& step : request.steps) method.add_steps(step);
    for (const std::string& sign : request.signs) method.add_indicators(sign);
    set_if(method.mutable_countermeasure(), request.countermeasure);
}

void add_trafficking(proto::TraffickingIndicator& signs, const PostRequest& request) {
    for (const std::string& sign : request.signs) signs.add_indicators(sign);
    set_if(signs.mutable_exploitation(), request.exploitation);
    set_if(signs.mutable_reference(), request.reference);
}

void add_question(proto::InfoRequest& question, const PostRequest& request) {
    set_if(question.mutable_question(), request.text);
    set_if(question.mutable_due(), request.due);
}

void add_kind_fields(proto::Alert& alert, const PostRequest& request) {
    for (const std::string& ground : request.grounds) {
        if (alert.has_visa_refusal()) alert.mutable_visa_refusal()->add_grounds(ground);
        if (alert.has_visa_cancellation()) alert.mutable_visa_cancellation()->add_grounds(ground);
    }
    if (alert.has_lookout())
        set_if(alert.mutable_lookout()->mutable_reference(), request.reference);
    if (alert.has_bulletin()) set_if(alert.mutable_bulletin()->mutable_text(), request.text);
    if (alert.has_reply()) set_if(alert.mutable_reply()->mutable_text(), request.text);
    if (alert.has_support_fraud()) add_support(*alert.mutable_support_fraud(), request);
    if (alert.has_modus_operandi()) add_method(*alert.mutable_modus_operandi(), request);
    if (alert.has_trafficking_indicator())
        add_trafficking(*alert.mutable_trafficking_indicator(), request);
    if (alert.has_request()) add_question(*alert.mutable_request(), request);
    if (alert.has_facilitator() && !request.contact.empty()) {
        if (request.contact.starts_with('+'))
            alert.mutable_facilitator()->add_phones(request.contact);
        else
            alert.mutable_facilitator()->add_handles(request.contact);
    }
}

void add_document_fields(proto::Alert& alert, const PostRequest& request) {
    if (request.document_number.empty() && request.document_issuer.empty() &&
        request.series_from.empty() && request.series_to.empty() && request.document_type.empty() &&
        request.expiry_date.empty())
        return;
    proto::DocumentRecord* document = first_document(alert);
    set_if(document->mutable_type(), request.document_type);
    set_if(document->mutable_issuer(), request.document_issuer);
    set_if(document->mutable_number(), request.document_number);
    set_if(document->mutable_series_from(), request.series_from);
    set_if(document->mutable_series_to(), request.series_to);
    set_if(document->mutable_expiry_date(), request.expiry_date);
}

void add_person_fields(proto::Alert& alert, const PostRequest& request, std::string_view role) {
    bool named = !request.primary.empty() || !request.native_name.empty();
    if (named) {
        proto::PersonRecord* person = first_person(alert, role);
        // Beside a zone's name another one is what the person says.
        proto::Identity* identity = person->add_identities();
        identity->set_type("claimed");
        identity->set_primary(request.primary);
        identity->set_secondary(request.secondary);
        identity->set_native_name(request.native_name);
    }
    if (!request.birth_date.empty() || !request.sex.empty()) {
        proto::PersonRecord* person = first_person(alert, role);
        proto::Identity* identity = person->identities().empty()
                                        ? person->add_identities()
                                        : person->mutable_identities(person->identities_size() - 1);
        if (identity->type().empty()) identity->set_type("claimed");
        set_if(identity->mutable_birth_date(), request.birth_date);
        set_if(identity->mutable_sex(), request.sex);
    }
    if (!request.nationality.empty()) {
        proto::Nationality* nationality = first_person(alert, role)->add_nationalities();
        nationality->set_code(request.nationality);
        nationality->set_basis("claimed");
    }
}

void add_place(proto::Alert& alert, const PostRequest& request, const AlertTemplate& form) {
    if (!request.country.empty()) alert.mutable_where()->set_country(request.country);
    if (!request.location.empty()) alert.mutable_where()->set_location(request.location);
    std::string_view point = request.point.empty() ? form.point : std::string_view(request.point);
    if (!point.empty()) alert.mutable_where()->set_point(std::string(point));
    if (!request.carrier.empty()) alert.mutable_transport()->set_carrier(request.carrier);
    if (request.flight.empty()) return;
    alert.mutable_transport()->set_mode("air");
    alert.mutable_transport()->set_flight(request.flight);
}

Result<std::string> date_of(std::string_view six, MrzDateKind kind, CivilDate today) {
    auto date = resolve_mrz_date(six, kind, today);
    if (!date)
        return {Errc::invalid,
                fmt::format("{} in the zone: {}",
                            kind == MrzDateKind::birth ? "birth date" : "expiry date",
                            date.error().detail)};
    return date->unknown() ? std::string() : format_partial_date(*date);
}

// The document type list's code for a document code of the zone.
std::string type_of(const Mrz& mrz) {
    if (find_code(document_types(), mrz.document_code) != nullptr) return mrz.document_code;
    if (mrz.document_code.empty()) {
        bool visa = mrz.format == MrzFormat::mrv_a || mrz.format == MrzFormat::mrv_b;
        return visa ? "V" : mrz.format == MrzFormat::td3 ? "P" : "I";
    }
    std::string first = mrz.document_code.substr(0, 1);
    return find_code(document_types(), first) != nullptr ? first : "OTHER";
}

void add_zone(proto::DocumentRecord& document, const Mrz& mrz) {
    document.set_type(type_of(mrz));
    document.set_number(mrz.document_number);
    // Line two alone names no issuer: the nationality is often the same, but nobody saw it.
    document.set_issuer(mrz.issuer);
    document.clear_mrz_lines();
    document.clear_checks();
    for (const std::string& line : mrz.lines)
        if (!line.empty()) document.add_mrz_lines(line);
    for (const MrzCheck& check : mrz.checks) {
        proto::CheckVerdict* verdict = document.add_checks();
        verdict->set_field(mrz_field_name(check.field));
        verdict->set_ok(check.ok);
        verdict->set_warning(check.warning);
        verdict->set_digit(std::string(1, check.digit));
        verdict->set_expected(std::string(1, check.expected));
    }
}

bool answered(Prompt prompt, const proto::Alert& alert) {
    const proto::Facilitator& facilitator = alert.facilitator();
    switch (prompt) {
        case Prompt::document:
            return !alert.documents().empty() &&
                   (!alert.documents(0).number().empty() || !alert.documents(0).issuer().empty());
        case Prompt::series:
            return !alert.documents().empty() && !alert.documents(0).series_from().empty();
        case Prompt::person:
            return !alert.persons().empty() && !alert.persons(0).identities().empty();
        case Prompt::ground: return !alert.visa_refusal().grounds().empty();
        case Prompt::place:
            return !alert.where().country().empty() || !alert.where().location().empty();
        case Prompt::home:
            return alert.holder().unknown() || !alert.holder().might_be().empty() ||
                   (!alert.persons().empty() && !alert.persons(0).nationalities().empty());
        case Prompt::reference: return !alert.lookout().reference().empty();
        case Prompt::contact:
            return !alert.persons().empty() || !facilitator.handles().empty() ||
                   !facilitator.phones().empty();
        case Prompt::text:
            return !alert.bulletin().text().empty() || !alert.request().question().empty() ||
                   !alert.reply().text().empty();
        case Prompt::paper: return !alert.support_fraud().papers().empty();
        case Prompt::step: return !alert.modus_operandi().steps().empty();
        case Prompt::sign: return !alert.trafficking_indicator().indicators().empty();
        case Prompt::due: return !alert.request().due().empty();
    }
    return true;
}

}  // namespace

std::span<const AlertTemplate> alert_templates() {
    return templates;
}

Result<const AlertTemplate*> find_template(std::string_view name) {
    for (const AlertTemplate& form : templates)
        if (form.name == name) return &form;
    for (const AlertTemplate& form : templates)
        if (form.kind == name) return &form;
    if (name == reply_template.name) return &reply_template;
    std::vector<std::string_view> names;
    for (const AlertTemplate& form : templates) names.push_back(form.name);
    std::string all;
    for (std::string_view one : names) all += (all.empty() ? "" : ", ") + std::string(one);
    auto near = nearest(name, names);
    return {Errc::invalid,
            fmt::format("no template \"{}\"; {}", escape_for_display(name.substr(0, 64)),
                        near ? fmt::format("did you mean {}?", names[*near]) : "one of " + all)};
}

proto::Alert start_alert(const AlertTemplate& form, UnixMillis now, Rng& rng) {
    proto::Alert alert;
    alert.set_alert_id(make_alert_id(now, rng).str());
    alert.set_part(std::string(part_person));
    alert.set_revision(1);
    alert.set_created_ms(now.value);
    alert.set_tlp(proto::TLP_AMBER);
    start_kind(alert, form);
    return alert;
}

Status add_mrz(proto::Alert& alert, const Mrz& mrz, CivilDate today) {
    auto birth = date_of(mrz.birth_date, MrzDateKind::birth, today);
    if (!birth) return birth.error();
    // Line two of some visas has no expiry.
    auto expiry = date_of(mrz.expiry_date, MrzDateKind::expiry, today);
    if (!expiry) return expiry.error();
    bool fill = !alert.documents().empty() && alert.documents(0).number().empty();
    proto::DocumentRecord* document = fill ? alert.mutable_documents(0) : alert.add_documents();
    add_zone(*document, mrz);
    document->set_expiry_date(*expiry);

    bool same = !alert.persons().empty() && alert.persons(0).identities().empty();
    proto::PersonRecord* person = same ? alert.mutable_persons(0) : alert.add_persons();
    if (person->role().empty()) person->set_role("subject");
    if (!mrz.nationality.empty()) {
        proto::Nationality* nationality = person->add_nationalities();
        nationality->set_code(mrz.nationality);
        nationality->set_basis("documentary");
    }
    proto::Identity* identity = person->add_identities();
    identity->set_type("documentary");
    identity->set_birth_date(*birth);
    identity->set_sex(mrz.sex == 'M' || mrz.sex == 'F' ? std::string(1, mrz.sex) : "X");
    if (mrz.primary_identifier.empty()) return {};
    identity->set_primary(mrz.primary_identifier);
    identity->set_secondary(mrz.secondary_identifier);
    identity->set_mrz_name(mrz.primary_identifier + (mrz.secondary_identifier.empty() ? "" : "<<") +
                           mrz.secondary_identifier);
    std::replace(identity->mutable_mrz_name()->begin(), identity->mutable_mrz_name()->end(), ' ',
                 '<');
    identity->set_mrz_truncated(mrz.name_truncated);
    return {};
}

Result<proto::Alert> build_alert(const PostRequest& request, UnixMillis now, Rng& rng) {
    auto form = find_template(request.template_name);
    if (!form) return form.error();
    const AlertTemplate& chosen = **form;
    proto::Alert alert = start_alert(chosen, now, rng);
    if (request.mrz) {
        if (!chosen.role.empty()) first_person(alert, chosen.role);
        if (Status added = add_mrz(alert, *request.mrz, request.today); !added)
            return added.error();
    }
    add_document_fields(alert, request);
    add_person_fields(alert, request, chosen.role);
    add_place(alert, request, chosen);
    add_kind_fields(alert, request);
    alert.set_title(request.title);
    alert.set_narrative(request.narrative);
    for (const std::string& caveat : request.caveats) alert.add_caveats(caveat);
    if (!request.tlp.empty()) {
        auto tlp = parse_tlp(request.tlp);
        if (!tlp) return tlp.error();
        alert.set_tlp(*tlp);
    }
    if (!request.protection.empty()) {
        auto protection = parse_protection(request.protection);
        if (!protection) return protection.error();
        alert.set_protection(*protection);
    }
    if (!request.issuer_is_home.empty())
        alert.mutable_holder()->set_issuer_is_home(request.issuer_is_home);
    for (const std::string& code : request.might_be) {
        if (code == "?")
            alert.mutable_holder()->set_unknown(true);
        else
            alert.mutable_holder()->add_might_be(code);
    }
    apply_defaults(alert, now);
    return alert;
}

std::vector<Prompt> missing_prompts(const AlertTemplate& form, const proto::Alert& alert) {
    std::vector<Prompt> out;
    for (Prompt prompt : form.prompts)
        if (!answered(prompt, alert)) out.push_back(prompt);
    return out;
}

std::string_view prompt_question(Prompt prompt) {
    switch (prompt) {
        case Prompt::document: return "Document? paste the MRZ, or issuer and number";
        case Prompt::series: return "Series? first and last number";
        case Prompt::person: return "Who? primary identifier, secondary identifier";
        case Prompt::ground: return "Ground of the refusal?";
        case Prompt::place: return "Where? country, airport";
        case Prompt::home: return "Who might they be? codes, or ?";
        case Prompt::reference: return "Reference of the ban or warrant?";
        case Prompt::contact: return "Name, handle or telephone?";
        case Prompt::text: return "Text?";
        case Prompt::paper: return "Which papers? bank, employment, school, sponsor, civil-status";
        case Prompt::step: return "What is done? steps, ; between them";
        case Prompt::sign: return "What was seen? codes, as documents-held-by-other";
        case Prompt::due: return "Answer until? a day, as 2026-12-01";
    }
    return "";
}

}  // namespace rilon
