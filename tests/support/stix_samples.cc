#include "tests/support/stix_samples.h"

#include <fmt/format.h>

#include "protocol/alert.h"
#include "protocol/short_id.h"
#include "tests/support/seeded_rng.h"

namespace rilon {
namespace {

constexpr UnixMillis sample_time{1795446000123};
// Escapes, bidi, what ends a STIX pattern's string, what is no UTF-8.
const std::string hostile = "a\x1b[2J\"\\'] OR [x:y = '\xe2\x80\xae\xff\n{}";

void add_identity(proto::PersonRecord& person, const std::string& type, const std::string& primary,
                  const std::string& secondary, const std::string& born) {
    proto::Identity& identity = *person.add_identities();
    identity.set_type(type);
    identity.set_primary(primary);
    identity.set_secondary(secondary);
    identity.set_birth_date(born);
    identity.set_sex("M");
}

proto::PersonRecord& add_person(proto::Alert& alert, const std::string& role) {
    proto::PersonRecord& person = *alert.add_persons();
    person.set_role(role);
    add_identity(person, "claimed", "ROE", "JAN", "1986-?\?-?\?");
    add_identity(person, "documentary", "ROW", "JOHN", "1986-05-2?");
    person.mutable_identities(1)->set_native_name("\xe7\xbd\x97\xe6\x89\xac");
    proto::Nationality& nationality = *person.add_nationalities();
    nationality.set_code("UTO");
    nationality.set_basis("claimed");
    person.add_persecutors("XXA");
    return person;
}

proto::DocumentRecord& add_document(proto::Alert& alert, const std::string& number) {
    proto::DocumentRecord& document = *alert.add_documents();
    document.set_type("P");
    document.set_issuer("UTO");
    document.set_number(number);
    document.set_expiry_date("2031-04-15");
    proto::CheckVerdict& check = *document.add_checks();
    check.set_field("number");
    check.set_ok(true);
    return document;
}

proto::AlertRow bare_row(unsigned number) {
    SeededRng rng(number);
    proto::AlertRow row;
    row.set_alert_id(make_alert_id(sample_time.plus(number), rng).str());
    row.set_revision(1);
    row.set_origin("aus-bkk");
    row.set_origin_party("AUS");
    row.set_officer("LO-3");
    row.set_received_ms(sample_time.plus(5000).value);
    proto::Alert& alert = *row.mutable_alert();
    alert.set_created_ms(sample_time.plus(number).value);
    alert.set_part(std::string(part_person));
    alert.set_tlp(proto::TLP_AMBER);
    alert.set_narrative("Seen at the gate.");
    return row;
}

using Fill = void (*)(proto::Alert& alert);
constexpr Fill kinds[] = {
    [](proto::Alert& a) {
        a.mutable_travel_fraud()->set_fraud_type("counterfeit");
        a.mutable_travel_fraud()->add_techniques("reprinted page");
        add_person(a, "impostor");
        add_document(a, "L898902C3");
    },
    [](proto::Alert& a) {
        a.mutable_visa_refusal()->add_grounds("false-document");
        add_person(a, "subject");
    },
    [](proto::Alert& a) { a.mutable_visa_cancellation()->set_visa_number("V123"); },
    [](proto::Alert& a) {
        a.mutable_lost_stolen()->set_state("blank");
        proto::DocumentRecord& document = add_document(a, "");
        document.set_series_from("A100");
        document.set_series_to("A199");
    },
    [](proto::Alert& a) {
        proto::Facilitator& facilitator = *a.mutable_facilitator();
        facilitator.add_handles("@fixer");
        facilitator.add_phones("+66 1234");
        facilitator.add_routes("BKK-SYD");
        add_person(a, "facilitator");
        add_person(a, "victim").clear_identities();
    },
    [](proto::Alert& a) {
        a.mutable_lookout()->set_measure("sanction");
        a.mutable_lookout()->set_reference("QDi.001");
        a.mutable_lookout()->set_authority("UN Security Council");
        add_person(a, "subject");
    },
    [](proto::Alert& a) { a.mutable_bulletin()->set_text("Counter 4 is closed."); },
    [](proto::Alert& a) { a.mutable_border_incident()->set_incident("boarding-pass-swap"); },
    [](proto::Alert& a) { a.mutable_support_fraud()->add_papers("bank"); },
    [](proto::Alert& a) {
        proto::ModusOperandi& method = *a.mutable_modus_operandi();
        method.add_steps("Two meet airside.");
        method.add_steps("They swap boarding passes.");
        method.add_indicators("One gate, two destinations.");
        method.set_countermeasure("Match face and pass at the gate.");
        add_document(a, "");  // Type and issuer alone.
    },
    [](proto::Alert& a) {
        a.mutable_trafficking_indicator()->add_indicators("instructed");
        a.mutable_trafficking_indicator()->set_exploitation("forced-labour");
        a.set_protection(proto::PROTECTION_PRESUMED_TRAFFICKED);
        add_person(a, "victim").clear_identities();
    },
    [](proto::Alert& a) {
        a.mutable_request()->set_question("Who is this?");
        a.mutable_request()->set_due("2026-12-01");
        a.clear_narrative();
    },
    [](proto::Alert& a) {
        a.mutable_reply()->set_text("Nobody we know.");
        a.mutable_reply()->set_request_id(AlertId{}.str());
    },
};

void say(proto::AlertRow& row, const std::string& party, const std::string& operation,
         proto::Remark& remark) {
    remark.set_operation(operation);
    remark.set_node(party == "NZL" ? "nzl-bkk" : "can-bkk");
    remark.set_party(party);
    remark.set_officer("LO-9");
    remark.set_part(row.alert().part());
    remark.set_at_ms(sample_time.plus(60'000).value);
}

// A sighting by each of two parties, one of them a quotation, and a dispute of each kind.
proto::AlertRow remarked_row(unsigned number) {
    proto::AlertRow row = sample_row(number);
    proto::Remark& hit = *row.add_remarks();
    say(row, "NZL", "hit", hit);
    hit.mutable_hit()->set_what("document");
    hit.mutable_hit()->mutable_when()->set_from_ms(sample_time.value);
    hit.mutable_hit()->mutable_when()->set_to_ms(sample_time.plus(86'400'000).value);
    hit.mutable_hit()->mutable_where()->set_country("NZL");
    hit.mutable_hit()->mutable_where()->set_location("AKL");
    hit.mutable_hit()->set_outcome("Refused entry.");
    for (const char* party : {"NZL", "CAN"}) {
        proto::Remark& confirm = *row.add_remarks();
        say(row, party, "confirm", confirm);
        confirm.mutable_confirm()->set_what("person");
        confirm.mutable_confirm()->set_outcome(party == std::string("CAN") ? "" : hostile);
        confirm.set_second_source(party == std::string("NZL"));
        proto::Remark& dispute = *row.add_remarks();
        say(row, party, "dispute", dispute);
        dispute.mutable_dispute()->set_reason(party == std::string("CAN") ? "settled"
                                                                          : "wrong-person");
        dispute.mutable_dispute()->set_note("He was here all day.");
        dispute.mutable_dispute()->set_revision(1);
    }
    return row;
}

// Every text is what nobody wishes for, and codes are none.
proto::AlertRow hostile_row(unsigned number) {
    proto::AlertRow row = bare_row(number);
    row.set_origin(hostile);
    row.set_origin_party(hostile);
    row.set_officer(hostile);
    row.set_type("cve");
    proto::Alert& alert = *row.mutable_alert();
    alert.set_created_ms(~std::uint64_t{0});
    alert.set_tlp(static_cast<proto::Tlp>(77));
    alert.add_caveats(hostile);
    alert.set_title(hostile);
    alert.set_narrative(hostile);
    alert.set_language(hostile);
    alert.mutable_grade()->set_admiralty("Z9");
    alert.mutable_where()->set_country(hostile);
    alert.set_protection(static_cast<proto::Protection>(77));
    alert.mutable_lookout()->set_reference("CVE-2026-1234");
    alert.mutable_lookout()->set_authority("cve");
    alert.set_valid_from_ms(~std::uint64_t{0});
    alert.set_expires_ms(~std::uint64_t{0});
    add_identity(add_person(alert, hostile), hostile, hostile, hostile, hostile);
    add_document(alert, hostile).set_issuer(hostile);
    alert.add_persons();
    alert.add_documents();
    return row;
}

proto::AlertRow document_part_row(unsigned number) {
    proto::AlertRow row = bare_row(number);
    row.set_revision(3);
    proto::Alert& alert = *row.mutable_alert();
    alert.set_part(std::string(part_document));
    alert.set_country("THA");
    alert.set_month("2026-11");
    alert.clear_narrative();
    alert.mutable_travel_fraud()->set_fraud_type("stolen-blank");
    add_document(alert, "X1234567");
    row.set_type("travel-fraud");
    return row;
}

}  // namespace

NetworkId sample_network() {
    NetworkId out;
    out.data()[0] = 7;
    return out;
}

proto::AlertRow sample_row(unsigned number) {
    proto::AlertRow row = bare_row(number);
    proto::Alert& alert = *row.mutable_alert();
    alert.set_title("LOOKOUT wanted W-1");
    alert.set_language("en");
    alert.mutable_grade()->set_admiralty("B2");
    alert.mutable_where()->set_country("THA");
    alert.mutable_where()->set_location("BKK");
    alert.add_caveats("NO-JUDICIAL");
    alert.set_legal_basis("Act 7");
    alert.mutable_lookout()->set_measure("wanted");
    add_person(alert, "subject");
    add_person(alert, "witness").clear_identities();
    add_document(alert, "L898902C3");
    row.set_type("lookout");
    return row;
}

std::vector<proto::AlertRow> sample_rows() {
    std::vector<proto::AlertRow> out;
    auto number = [&] { return static_cast<unsigned>(out.size()) + 1; };
    for (Fill fill : kinds) {
        out.push_back(bare_row(number()));
        fill(*out.back().mutable_alert());
        out.back().set_type(kind_name(out.back().alert()));
    }
    for (int tlp = proto::TLP_CLEAR; tlp <= proto::TLP_RED; ++tlp) {
        out.push_back(sample_row(number()));
        out.back().mutable_alert()->set_tlp(static_cast<proto::Tlp>(tlp));
    }
    out.push_back(remarked_row(number()));
    out.push_back(document_part_row(number()));
    out.push_back(hostile_row(number()));
    return out;
}

}  // namespace rilon
