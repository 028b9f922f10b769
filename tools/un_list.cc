#include "tools/un_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <pugixml.hpp>

#include "protocol/alert.h"
#include "protocol/country_codes.h"
#include "protocol/partial_date.h"
#include "protocol/release.h"
#include "protocol/short_id.h"
#include "protocol/text.h"
#include "tools/un_list_text.h"

namespace rilon {
namespace {

constexpr int range_years_max = 10;

// Inner text without line ends and double blanks.
std::string field(const pugi::xml_node& node, const char* name) {
    return one_line(node.child_value(name));
}

std::string first_of(const pugi::xml_node& node, const char* one, const char* other) {
    std::string out = field(node, one);
    return out.empty() ? field(node, other) : out;
}

class Individual {
   public:
    Individual(const pugi::xml_node& node, std::vector<std::string>& notes)
        : node_(node), notes_(notes), reference_(field(node, "REFERENCE_NUMBER")) {}

    proto::Alert alert(const AlertId& id, UnixMillis now) {
        alert_.set_alert_id(id.str());
        alert_.set_tlp(proto::TLP_CLEAR);
        alert_.set_protection(proto::PROTECTION_NONE);
        alert_.set_legal_basis(std::string(un_list_legal_basis));
        person_ = alert_.add_persons();
        person_->set_role("subject");
        read_lookout();
        read_name();
        read_birth_dates();
        read_aliases();
        read_nationalities();
        read_birth_place();
        read_documents();
        read_rest();
        alert_.set_narrative(cut(narrative_, narrative_chars_max));
        apply_defaults(alert_, now);
        return std::move(alert_);
    }

   private:
    void say(const std::string& line) {
        if (!line.empty()) narrative_ += (narrative_.empty() ? "" : "\n") + line;
    }
    void note(const std::string& what) { notes_.push_back(reference_ + ": " + what); }

    void read_lookout() {
        proto::Lookout* lookout = alert_.mutable_lookout();
        // Resolution 1518's list on Iraq freezes assets and bans nobody's travel.
        lookout->set_measure(field(node_, "UN_LIST_TYPE") == "Iraq" ? "sanction" : "travel-ban");
        lookout->set_authority(std::string(un_list_authority));
        lookout->set_reference(reference_);
        lookout->set_list_entry(field(node_, "DATAID"));
        // "2015-07-01-04:00": the day alone.
        lookout->set_listed(date_or_empty(field(node_, "LISTED_ON").substr(0, 10)));
    }

    void read_name() {
        std::vector<std::string> names;
        for (const char* tag : {"FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME"})
            if (std::string name = field(node_, tag); !name.empty()) names.push_back(name);
        bool family_first = field(node_, "UN_LIST_TYPE") == "DPRK";
        name_.set_type("established");
        std::string rest;
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (i == (family_first ? 0 : names.size() - 1))
                name_.set_primary(cut(names[i], name_chars_max));
            else
                rest += (rest.empty() ? "" : " ") + names[i];
        }
        name_.set_secondary(cut(rest, name_chars_max));
        std::string sex = field(node_, "GENDER");
        name_.set_sex(sex == "Male" ? "M" : sex == "Female" ? "F" : "");
        *person_->add_identities() = name_;
        proto::Identity* written = person_->mutable_identities(0);
        written->set_native_name(cut(field(node_, "NAME_ORIGINAL_SCRIPT"), native_name_chars_max));
        written->set_native_script(script_of(written->native_name()));
    }

    // The first is the name's own; each further one repeats the name.
    void add_birth_date(const std::string& date) {
        for (const proto::Identity& identity : person_->identities())
            if (identity.birth_date() == date) return;
        if (person_->identities(0).birth_date().empty())
            return person_->mutable_identities(0)->set_birth_date(date);
        if (person_->identities_size() >= identities_max) return;
        proto::Identity* again = person_->add_identities();
        *again = name_;
        again->set_type("alias");
        again->set_birth_date(date);
    }

    void read_birth_dates() {
        std::string said;
        for (const pugi::xml_node& birth : node_.children("INDIVIDUAL_DATE_OF_BIRTH")) {
            std::string date = first_of(birth, "DATE", "YEAR");
            std::string from = field(birth, "FROM_YEAR");
            std::string to = field(birth, "TO_YEAR");
            std::string kind = field(birth, "TYPE_OF_DATE");
            if (std::string known = date_or_empty(date.substr(0, 10)); !known.empty())
                add_birth_date(known);
            else if (!from.empty())
                add_range(from, to);
            std::string line = date;
            if (!from.empty()) line = "between " + from + " and " + to;
            if (kind == "APPROXIMATELY" && !line.empty()) line = "approximately " + line;
            if (std::string more = field(birth, "NOTE"); !more.empty())
                line += line.empty() ? more : " (" + more + ")";
            if (!line.empty()) said += (said.empty() ? "Born: " : "; ") + line;
        }
        say(said);
    }

    void add_range(const std::string& from_text, const std::string& to_text) {
        auto from = parse_partial_date(from_text);
        auto to = parse_partial_date(to_text);
        if (!from || !to || !from->year || !to->year || *to->year < *from->year ||
            *to->year - *from->year >= range_years_max)
            return add_birth_date(format_partial_date({}));
        for (int year = *from->year; year <= *to->year; ++year)
            add_birth_date(format_partial_date({year, {}, {}}));
    }

    void read_aliases() {
        std::string good;
        std::string low;
        for (const pugi::xml_node& alias : node_.children("INDIVIDUAL_ALIAS")) {
            std::string name = field(alias, "ALIAS_NAME");
            if (name.empty()) continue;
            std::string& list = field(alias, "QUALITY") == "Low" ? low : good;
            list += (list.empty() ? "" : "; ") + name;
            if (person_->identities_size() >= identities_max) {
                note("more aliases than an alert holds: " + name);
                continue;
            }
            proto::Identity* identity = person_->add_identities();
            identity->set_type("alias");
            identity->set_primary(cut(name, name_chars_max));
            identity->set_birth_date(date_or_empty(field(alias, "DATE_OF_BIRTH").substr(0, 10)));
            if (std::string script = script_of(name); !script.empty() && script != "Latn") {
                identity->set_native_name(identity->primary());
                identity->set_native_script(script);
                identity->clear_primary();
            }
        }
        if (!good.empty()) say("Also known as (good quality): " + good);
        if (!low.empty()) say("Also known as (low quality): " + low);
    }

    void read_nationalities() {
        for (const pugi::xml_node& value : node_.child("NATIONALITY").children("VALUE")) {
            std::string name = one_line(value.child_value());
            if (name.empty() || name == "na") continue;
            auto code = country_code_of_name(name);
            if (!code || person_->nationalities_size() >= nationalities_max) {
                say("Nationality: " + name);
                note("no code for the nationality \"" + name + "\"");
                continue;
            }
            proto::Nationality* nationality = person_->add_nationalities();
            nationality->set_code(*code);
            nationality->set_basis("established");
        }
    }

    void read_birth_place() {
        for (const pugi::xml_node& place : node_.children("INDIVIDUAL_PLACE_OF_BIRTH")) {
            std::string country = field(place, "COUNTRY");
            std::string where = joined(
                {field(place, "STREET"), field(place, "CITY"), field(place, "STATE_PROVINCE")});
            if (country.empty() && where.empty()) continue;
            say("Born in: " + joined({where, country, field(place, "NOTE")}));
            auto code = country_code_of_name(country);
            if (!code && !country.empty())
                note("no code for the country of birth \"" + country + "\"");
            if (code && person_->country_of_birth().empty()) person_->set_country_of_birth(*code);
            if (person_->place_of_birth().empty())
                person_->set_place_of_birth(cut(where, word_chars_max));
        }
    }

    void read_documents() {
        for (const pugi::xml_node& record : node_.children("INDIVIDUAL_DOCUMENT")) {
            std::string number = field(record, "NUMBER");
            std::string type =
                joined({field(record, "TYPE_OF_DOCUMENT"), field(record, "TYPE_OF_DOCUMENT2")});
            std::string country = first_of(record, "ISSUING_COUNTRY", "COUNTRY_OF_ISSUE");
            std::string said = joined(
                {type, number, country, field(record, "DATE_OF_ISSUE"), field(record, "NOTE")});
            if (!said.empty()) say("Document: " + said);
            if (number.empty()) continue;
            if (alert_.documents_size() >= documents_max) {
                note("more documents than an alert holds");
                continue;
            }
            proto::DocumentRecord* document = alert_.add_documents();
            document->set_type(document_type_of(type + " " + number));
            document->set_number(cut(document_number_of(number), document_number_chars_max));
            document->set_issue_date(date_or_empty(field(record, "DATE_OF_ISSUE").substr(0, 10)));
            if (country.empty()) continue;
            if (auto code = country_code_of_name(country))
                document->set_issuer(*code);
            else
                note("no code for the issuing country \"" + country + "\"");
        }
    }

    void read_rest() {
        std::string designations;
        for (const pugi::xml_node& value : node_.child("DESIGNATION").children("VALUE"))
            designations = joined({designations, one_line(value.child_value())});
        if (!designations.empty()) say("Designation: " + designations);
        for (const pugi::xml_node& address : node_.children("INDIVIDUAL_ADDRESS")) {
            std::string where = joined(
                {field(address, "STREET"), field(address, "CITY"), field(address, "STATE_PROVINCE"),
                 field(address, "ZIP_CODE"), field(address, "COUNTRY"), field(address, "NOTE")});
            if (!where.empty()) say("Address: " + where);
        }
        say(field(node_, "COMMENTS1"));
    }

    const pugi::xml_node& node_;
    std::vector<std::string>& notes_;
    std::string reference_;
    std::string narrative_;
    proto::Alert alert_;
    proto::PersonRecord* person_ = nullptr;
    proto::Identity name_;  // Without birth date and native name.
};

Error malformed_at(std::string_view xml, std::ptrdiff_t offset, std::string_view what) {
    auto end = static_cast<std::size_t>(
        std::clamp<std::ptrdiff_t>(offset, 0, static_cast<std::ptrdiff_t>(xml.size())));
    std::string_view before = xml.substr(0, end);
    auto line = 1 + std::count(before.begin(), before.end(), '\n');
    auto column = before.size() - (before.rfind('\n') + 1) + 1;
    return {Errc::malformed,
            fmt::format("line {}, column {}: {}; fetch the list again from the Security Council's "
                        "site (the XML one)",
                        line, column, what)};
}

}  // namespace

Result<UnList> read_un_list(std::string_view xml, UnixMillis now, Rng& rng) {
    if (xml.size() > un_list_bytes_max)
        return {Errc::too_large,
                fmt::format("the list has {} bytes, at most {} are read; is it the right file?",
                            xml.size(), un_list_bytes_max)};
    if (std::size_t at = xml.find("<!DOCTYPE"); at != std::string_view::npos)
        return malformed_at(xml, static_cast<std::ptrdiff_t>(at),
                            "a DOCTYPE, which the list has not");
    pugi::xml_document document;
    pugi::xml_parse_result parsed =
        document.load_buffer(xml.data(), xml.size(), pugi::parse_default, pugi::encoding_utf8);
    if (!parsed) return malformed_at(xml, parsed.offset, parsed.description());
    pugi::xml_node root = document.child("CONSOLIDATED_LIST");
    if (!root) return malformed_at(xml, 0, "no CONSOLIDATED_LIST");
    UnList out;
    out.generated = one_line(root.attribute("dateGenerated").value());
    for (const pugi::xml_node& node : root.child("INDIVIDUALS").children("INDIVIDUAL")) {
        if (out.alerts.size() >= un_list_individuals_max)
            return {Errc::too_large, "more individuals than any list has; is it the right file?"};
        Individual individual(node, out.notes);
        proto::Alert alert = individual.alert(make_alert_id(now, rng), now);
        if (Status checked = check_alert(alert); !checked)
            return {Errc::invalid,
                    fmt::format("{}: {}", escape_for_display(alert.lookout().reference()),
                                checked.error().detail)};
        out.alerts.push_back(std::move(alert));
    }
    if (out.alerts.empty())
        return malformed_at(xml, 0, "no INDIVIDUAL under CONSOLIDATED_LIST / INDIVIDUALS");
    return out;
}

}  // namespace rilon
