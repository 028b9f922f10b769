#include "tools/rilon/stix_object.h"

#include <algorithm>
#include <chrono>

#include "protocol/alert.h"
#include "protocol/codes.h"
#include "protocol/crypto.h"
#include "protocol/short_id.h"
#include "tools/alert_json.h"

namespace rilon {
namespace {

// Ours, drawn once: never to be changed.
constexpr const char* stix_maker = "identity--3d648d18-6090-4ac3-92be-ece260167b9b";
constexpr const char* stix_extension = "extension-definition--f24acfcf-3549-43e0-9ae5-daaffdadb43a";
// Of what is the same for all alerts.
constexpr const char* stix_since = "2026-11-27T00:00:00.000Z";

// FIRST's TLP 2.0 for STIX 2.1: ids and text are given by OASIS, not by us.
constexpr const char* tlp_extension = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";
struct StixTlp {
    proto::Tlp tlp;
    const char* id;
    const char* name;
    const char* value;
};
constexpr StixTlp stix_tlps[] = {
    {proto::TLP_CLEAR, "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", "TLP:CLEAR",
     "clear"},
    {proto::TLP_GREEN, "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "TLP:GREEN",
     "green"},
    {proto::TLP_AMBER, "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", "TLP:AMBER",
     "amber"},
    {proto::TLP_AMBER_STRICT, "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
     "TLP:AMBER+STRICT", "amber+strict"},
    {proto::TLP_RED, "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", "TLP:RED", "red"},
};

StixJson shared_object(std::string_view type, const std::string& id) {
    return {{"type", type},
            {"spec_version", "2.1"},
            {"id", id},
            {"created_by_ref", stix_maker},
            {"created", stix_since},
            {"modified", stix_since}};
}

// A TLP of a newer list binds as the strictest that is known.
StixJson tlp_marking(proto::Tlp tlp) {
    const StixTlp* found = std::find_if(std::begin(stix_tlps), std::end(stix_tlps),
                                        [&](const StixTlp& one) { return one.tlp == tlp; });
    if (found == std::end(stix_tlps)) --found;
    return {
        {"type", "marking-definition"},
        {"spec_version", "2.1"},
        {"id", found->id},
        {"created", "2022-10-01T00:00:00.000Z"},
        {"name", found->name},
        {"extensions",
         {{tlp_extension, {{"extension_type", "property-extension"}, {"tlp_2_0", found->value}}}}}};
}

StixJson caveat_marking(const std::string& caveat) {
    const Code* code = find_code(caveats(), caveat);
    StixJson out =
        shared_object("marking-definition", stix_id("marking-definition", {"caveat", caveat}));
    out.erase("modified");  // A marking has no versions.
    out["name"] = caveat;
    out["definition_type"] = "statement";
    out["definition"]["statement"] =
        code == nullptr ? caveat : caveat + ": " + std::string(code->label);
    return out;
}

UnixMillis month_start(UnixMillis at) {
    using namespace std::chrono;
    const sys_time<milliseconds> time{milliseconds{static_cast<std::int64_t>(at.value)}};
    const year_month_day day{floor<days>(time)};
    const auto start = sys_days{day.year() / day.month() / 1}.time_since_epoch();
    return {static_cast<std::uint64_t>(duration_cast<milliseconds>(start).count())};
}

// From the id, which no revision changes. Of a document part the month alone, as in the alert
// itself: the minute could be matched with that of its person part.
UnixMillis created_at(const StixAlert& alert) {
    const UnixMillis at = alert_id_time(alert.id);
    return alert.row.alert().part() == part_document ? month_start(at) : at;
}

// Never before `created`, and a millisecond more for each revision: what has the same time is the
// same version to a reader, and two of a document part may be of one month.
UnixMillis modified_at(const StixAlert& alert) {
    constexpr std::uint64_t year_9999_ms = 253370764800000;
    const std::uint64_t written = std::min(alert.row.alert().created_ms(), year_9999_ms);
    const std::uint32_t revision = std::max(alert.row.revision(), 1u);
    return {std::max(alert.created.value, written) + revision - 1};
}

// STIX 2.1 appendix A, of what is known; 6, "truth cannot be judged", is no number. How far the
// source is to be trusted has no place there and stays in the extension.
void put_confidence(StixJson& object, const std::string& admiralty) {
    constexpr int by_credibility[] = {90, 70, 50, 30, 10};
    if (admiralty.size() != 2 || admiralty[1] < '1' || admiralty[1] > '5') return;
    object["confidence"] = by_credibility[admiralty[1] - '1'];
}

// Of the letters that a tag of RFC 5646 is made of.
bool may_be_language(std::string_view text) {
    constexpr std::string_view letters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
    return !text.empty() && text.find_first_not_of(letters) == text.npos;
}

// The two letters of ISO 3166-1; Kosovo has none of its own, and XK is what ISO leaves to users.
std::string iso_country(const std::string& code) {
    const CountryCode* country = find_country(code);
    if (country == nullptr || country->kind != CountryKind::state) return "";
    return country->iso2 == "KS" ? "XK" : std::string(country->iso2);
}

}  // namespace

std::string stix_id(std::string_view type, std::initializer_list<std::string_view> parts) {
    constexpr Magic prefix = magic("RLN1STX");
    ByteWriter name;
    auto field = [&](std::string_view text) {
        name.u32(static_cast<std::uint32_t>(text.size())).raw(as_bytes(text));
    };
    field(type);
    for (std::string_view part : parts) field(part);
    const Hash32 hashed = hash({prefix, name.view()});
    auto uuid = AlertId::copy_of(hashed.view().first(AlertId::size()));
    uuid.data()[6] = static_cast<Byte>((uuid.data()[6] & 0x0F) | 0x40);  // Version 4's form.
    uuid.data()[8] = static_cast<Byte>((uuid.data()[8] & 0x3F) | 0x80);
    return std::string(type) + "--" + format_alert_id(uuid);
}

std::string stix_time(UnixMillis at) {
    std::string out = rfc3339(at);
    if (out.find('.') == std::string::npos) out.replace(out.size() - 1, 1, ".000Z");
    return out;
}

StixAlert begin_stix(const proto::AlertRow& row, const NetworkId& network) {
    StixAlert out{row, network, {}, {}, {}, {}, StixJson::array(), {}, {}};
    if (auto id = AlertId::parse(row.alert_id())) out.id = *id;
    out.created = created_at(out);
    out.modified = modified_at(out);
    out.markings.push_back(add_stix_object(out, tlp_marking(row.alert().tlp())));
    for (const std::string& caveat : row.alert().caveats())
        out.markings.push_back(add_stix_object(out, caveat_marking(caveat)));
    out.author = add_stix_node(out, row.origin(), row.origin_party());
    out.content = alert_content_json(row.alert());
    return out;
}

StixJson stix_object(const StixAlert& alert, std::string_view type, const std::string& which) {
    return {
        {"type", type},
        {"spec_version", "2.1"},
        {"id", stix_id(type, {"alert", as_text(alert.id.view()), which})},
        {"created_by_ref", alert.author},
        {"created", stix_time(alert.created)},
        {"modified", stix_time(alert.modified)},
        {"external_references", StixJson::array({{{"source_name", "RILON"},
                                                  {"external_id", format_alert_id(alert.id)},
                                                  {"description", format_short_id(alert.id)}}})},
        {"object_marking_refs", alert.markings}};
}

StixJson stix_statement(const StixAlert& alert, std::string_view type, const std::string& which) {
    StixJson out = stix_object(alert, type, which);
    const std::string& language = alert.row.alert().language();
    put_confidence(out, alert.row.alert().grade().admiralty());
    if (may_be_language(language)) out["lang"] = language;
    return out;
}

std::string add_stix_relationship(StixAlert& alert, const std::string& from, const char* what,
                                  const std::string& to) {
    StixJson out = stix_statement(alert, "relationship", from + " " + what + " " + to);
    out["relationship_type"] = what;
    out["source_ref"] = from;
    out["target_ref"] = to;
    return add_stix_object(alert, std::move(out));
}

void put_stix_extension(StixJson& object, const StixJson& fields) {
    if (fields.empty()) return;
    StixJson& extension = object["extensions"][stix_extension];
    extension["extension_type"] = "property-extension";
    extension.update(fields);
}

std::string add_stix_object(StixAlert& alert, StixJson object) {
    alert.objects.push_back(std::move(object));
    return alert.objects.back()["id"].get<std::string>();
}

// AMBER whatever the alert's TLP is: that a mission is in the network is for its members.
std::string add_stix_node(StixAlert& alert, const std::string& node, const std::string& party) {
    const std::string amber = add_stix_object(alert, tlp_marking(proto::TLP_AMBER));
    const auto network = as_text(alert.network.view());
    StixJson out = shared_object("identity", stix_id("identity", {"node", network, node}));
    out["name"] = node;
    out["identity_class"] = "organization";
    out["object_marking_refs"] = {amber};
    put_stix_extension(out, {{"party", party}});
    return add_stix_object(alert, std::move(out));
}

std::string add_stix_place(StixAlert& alert, const std::string& country,
                           const std::string& location) {
    const std::string iso = iso_country(country);
    if (iso.empty()) return "";
    StixJson out = shared_object("location", stix_id("location", {"place", iso, location}));
    out["name"] = location.empty() ? std::string(find_country(country)->name) : location;
    out["country"] = iso;
    return add_stix_object(alert, std::move(out));
}

std::vector<StixJson> stix_foundation() {
    StixJson maker = shared_object("identity", stix_maker);
    maker.erase("created_by_ref");
    maker["name"] = "RILON";
    maker["identity_class"] = "system";
    StixJson extension = shared_object("extension-definition", stix_extension);
    extension["name"] = "RILON alert";
    extension["description"] =
        "What an alert of a Regional Immigration Liaison Officer Network says beyond STIX: "
        "persons, "
        "travel documents, handling.";
    extension["schema"] =
        "RILON, docs/stix.md: the fields of an alert's content as rilon prints them";
    extension["version"] = "1.0";
    extension["extension_types"] = {"property-extension"};
    return {std::move(maker), std::move(extension)};
}

}  // namespace rilon
