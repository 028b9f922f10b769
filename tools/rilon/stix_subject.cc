#include "tools/rilon/stix_subject.h"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/alert.h"
#include "protocol/short_id.h"
#include "tools/rilon/view.h"

namespace rilon {
namespace {

void add_fact(std::string& facts, const std::string& fact) {
    if (!fact.empty()) facts += (facts.empty() ? "" : "; ") + fact;
}

// What an object has instead of this part of the content.
StixJson take(StixJson& content, const char* key) {
    if (!content.contains(key)) return {};
    StixJson out = std::move(content[key]);
    content.erase(key);
    return out;
}

// The names of a person, each once, the first that is known before the others.
std::vector<std::string> person_names(const proto::PersonRecord& person) {
    std::vector<std::string> out;
    auto add = [&](const std::string& name) {
        if (!name.empty() && std::find(out.begin(), out.end(), name) == out.end())
            out.push_back(name);
    };
    for (const proto::Identity& identity : person.identities()) {
        const bool both = !identity.primary().empty() && !identity.secondary().empty();
        add(identity.primary() + (both ? ", " : "") + identity.secondary());
        add(identity.native_name());
    }
    return out;
}

// For readers that know nothing of our extension.
std::string about_person(const proto::PersonRecord& person, const std::vector<std::string>& names) {
    std::string out = person.role();
    for (std::size_t i = 1; i < names.size(); ++i) add_fact(out, "also " + names[i]);
    for (const proto::Identity& identity : person.identities())
        if (!identity.birth_date().empty())
            add_fact(out, fmt::format("born {}{}", identity.birth_date(),
                                      identity.type().empty() ? "" : " (" + identity.type() + ")"));
    for (const proto::Nationality& nationality : person.nationalities())
        add_fact(out,
                 fmt::format("nationality {}{}", nationality.code(),
                             nationality.basis().empty() ? "" : " (" + nationality.basis() + ")"));
    return out;
}

// A name of its own for each who has none: platforms take two of one name for one.
std::string unnamed(const StixAlert& alert, const std::string& role, int number) {
    return fmt::format("unnamed {} {}, {}", role.empty() ? "person" : role, number,
                       format_short_id(alert.id));
}

std::string add_person(StixAlert& alert, const proto::PersonRecord& person, int number,
                       const StixJson& fields) {
    const std::vector<std::string> names = person_names(person);
    StixJson out = stix_statement(alert, "identity", fmt::format("person {}", number));
    out["name"] = names.empty() ? unnamed(alert, person.role(), number) : names.front();
    const std::string about = about_person(person, names);
    if (!about.empty()) out["description"] = about;
    out["identity_class"] = "individual";
    if (!person.role().empty()) out["roles"] = {person.role()};
    put_stix_extension(out, fields);
    return add_stix_object(alert, std::move(out));
}

void add_persons(StixAlert& alert, StixSubjects& to) {
    const StixJson fields = take(alert.content, "persons");
    int number = 0;
    for (const proto::PersonRecord& person : alert.row.alert().persons()) {
        const StixJson& of_this = fields[static_cast<std::size_t>(number)];
        to.persons.push_back(add_person(alert, person, ++number, of_this));
    }
}

std::string pattern_text(const std::string& text) {
    std::string out = "'";
    for (char c : text) {
        if (c == '\'' || c == '\\') out += '\\';
        out += c;
    }
    return out + "'";
}

// Empty for a document without a number: its issuer alone would find every document of a state.
std::string document_pattern(const proto::DocumentRecord& document) {
    auto term = [](const char* field, const char* how, const std::string& text) {
        return fmt::format("travel-document:{} {} {}", field, how, pattern_text(text));
    };
    std::string out;
    if (!document.number().empty())
        out = term("number", "=", document.number());
    else if (!document.series_from().empty() && !document.series_to().empty())
        out = term("number", ">=", document.series_from()) + " AND " +
              term("number", "<=", document.series_to());
    else
        return "";
    if (!document.issuer().empty()) out += " AND " + term("issuer", "=", document.issuer());
    return "[" + out + "]";
}

std::string document_name(const proto::DocumentRecord& document) {
    std::string out = "Travel document";
    for (const std::string& word : {document.type(), document.issuer(), document.number()})
        if (!word.empty()) out += " " + word;
    if (document.number().empty())
        out += " " + document.series_from() + " to " + document.series_to();
    return out;
}

std::string add_document(StixAlert& alert, const proto::DocumentRecord& document, int number,
                         const StixJson& fields) {
    const proto::Alert& body = alert.row.alert();
    StixJson out = stix_statement(alert, "indicator", fmt::format("document {}", number));
    const std::string from =
        stix_time({body.valid_from_ms() == 0 ? alert.created.value : body.valid_from_ms()});
    const std::string until = stix_time({body.expires_ms()});
    out["name"] = document_name(document);
    out["pattern"] = document_pattern(document);
    out["pattern_type"] = "stix";
    out["pattern_version"] = "2.1";
    out["valid_from"] = from;
    if (until > from) out["valid_until"] = until;
    put_stix_extension(out, fields);
    return add_stix_object(alert, std::move(out));
}

// Those that can be looked for; the others stay in the content.
void add_documents(StixAlert& alert, StixSubjects& to) {
    const StixJson fields = take(alert.content, "documents");
    int number = 0;
    for (const proto::DocumentRecord& document : alert.row.alert().documents()) {
        const StixJson& of_this = fields[static_cast<std::size_t>(number++)];
        if (document_pattern(document).empty())
            alert.content["documents"].push_back(of_this);
        else
            to.documents.push_back(add_document(alert, document, number, of_this));
    }
}

void add_place(StixAlert& alert, StixSubjects& to) {
    const proto::Alert& body = alert.row.alert();
    const std::string& country = body.country().empty() ? body.where().country() : body.country();
    const std::string id = add_stix_place(alert, country, body.where().location());
    if (!id.empty()) to.others.push_back(id);
}

// Whom such an alert accuses: a traveller or a witness in it is nobody's agent.
bool is_facilitator(const proto::PersonRecord& person) {
    return person.role() == "facilitator" || person.role() == "subject";
}

std::string facilitator_name(const StixAlert& alert) {
    const proto::Alert& body = alert.row.alert();
    for (const proto::PersonRecord& person : body.persons())
        if (const auto names = person_names(person); is_facilitator(person) && !names.empty())
            return names.front();
    if (!body.facilitator().handles().empty()) return body.facilitator().handles(0);
    if (!body.facilitator().phones().empty()) return body.facilitator().phones(0);
    return unnamed(alert, "facilitator", 1);
}

void add_facilitator(StixAlert& alert, StixSubjects& to) {
    const proto::Alert& body = alert.row.alert();
    StixJson out = stix_statement(alert, "threat-actor", "facilitator");
    out["name"] = facilitator_name(alert);
    for (const std::string& handle : body.facilitator().handles()) out["aliases"].push_back(handle);
    put_stix_extension(out, take(alert.content, "facilitator"));
    const std::string id = add_stix_object(alert, std::move(out));
    to.others.push_back(id);
    for (int i = 0; i < body.persons_size(); ++i) {
        if (!is_facilitator(body.persons(i))) continue;
        to.others.push_back(add_stix_relationship(alert, id, "attributed-to",
                                                  to.persons[static_cast<std::size_t>(i)]));
    }
}

std::string method_text(const proto::ModusOperandi& method) {
    std::string out;
    for (int i = 0; i < method.steps_size(); ++i)
        out += fmt::format("{}. {}\n", i + 1, method.steps(i));
    for (const std::string& indicator : method.indicators())
        out += "Recognised by: " + indicator + "\n";
    return out;
}

void add_method(StixAlert& alert, StixSubjects& to) {
    const proto::ModusOperandi& method = alert.row.alert().modus_operandi();
    StixJson fields = take(alert.content, "modus_operandi");
    if (fields.is_object()) fields.erase("countermeasure");
    StixJson out = stix_statement(alert, "attack-pattern", "method");
    out["name"] = title_of(alert.row);
    out["description"] = method_text(method);
    put_stix_extension(out, fields);
    to.method = add_stix_object(alert, std::move(out));
    if (method.countermeasure().empty()) return;
    StixJson action = stix_statement(alert, "course-of-action", "countermeasure");
    action["name"] = "Countermeasure: " + title_of(alert.row);
    action["description"] = method.countermeasure();
    const std::string id = add_stix_object(alert, std::move(action));
    to.others.push_back(id);
    to.others.push_back(add_stix_relationship(alert, id, "mitigates", to.method));
}

}  // namespace

StixSubjects add_stix_subjects(StixAlert& alert) {
    StixSubjects out;
    add_persons(alert, out);
    add_documents(alert, out);
    add_place(alert, out);
    if (alert.row.alert().has_facilitator()) add_facilitator(alert, out);
    if (alert.row.alert().has_modus_operandi()) add_method(alert, out);
    return out;
}

}  // namespace rilon
