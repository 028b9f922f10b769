// Alerts as text: TOML for people to edit, armour for a draft that must come back unchanged.
#include <nlohmann/json.hpp>

#include "config/armour.h"
#include "node/system.h"
#include "protocol/alert.h"
#include "protocol/codes.h"
#include "tools/alert_file.h"
#include "tools/alert_input.h"
#include "tools/alert_json.h"
#include "tools/problem.h"
#include "tools/rilon/alert_draft.h"
#include "tools/rilon/output.h"

namespace rilon {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view armour_begins = "-----BEGIN RILON";

// As alert_file.h has them, where `--json` has another word. What it has not is kept behind the
// editor's back (keep_unshown).
struct Renamed {
    std::string_view json;
    std::string_view file;  // Empty: not in the file.
};
constexpr Renamed renamed[] = {
    {"persons", "person"},
    {"identities", "identity"},
    {"nationalities", "nationality"},
    {"documents", "document"},
    {"links", "link"},
    {"part", ""},
    {"created", ""},
    {"valid_from", ""},
    {"review_by", ""},
    {"expires", ""},
    {"purge_after", ""},
    {"month", ""},
    {"mrz_name", ""},
    {"mrz_truncated", ""},
    {"mrz_lines", ""},
    {"checks", ""},
    {"attachments", ""},
    {"admiralty", ""},
    {"lossy", ""},
};

std::string_view file_key(std::string_view key) {
    for (const Renamed& one : renamed)
        if (one.json == key) return one.file;
    return key;
}

bool is_table_array(const Json& value) {
    return value.is_array() && !value.empty() && value[0].is_object();
}

// A JSON string is a TOML string. Several lines stand as such between three quotes.
std::string toml_value(std::string_view key, const Json& value) {
    const std::string one = value.dump(-1, ' ', false, Json::error_handler_t::replace);
    const bool several = key == "narrative" || one.find("\\n") != std::string::npos;
    if (!value.is_string() || !several) return one;
    std::string out = "\"\"\"\n";
    for (std::size_t i = 1; i + 1 < one.size(); ++i) {
        if (one[i] != '\\') {
            out += one[i];
        } else if (one[++i] == 'n') {
            out += '\n';
        } else {
            out += '\\';
            out += one[i];
        }
    }
    return out + "\"\"\"";
}

// Values first, then tables: TOML has no way back out of one. A time stands without quotes.
void write_table(const Json& table, const std::string& path, std::string& out) {
    for (const auto& [key, value] : table.items()) {
        const std::string name(file_key(key));
        if (name.empty() || value.is_object() || is_table_array(value) || value.is_null()) continue;
        const bool time = path == "when" && (key == "from" || key == "to");
        out += name + " = " + (time ? value.get<std::string>() : toml_value(key, value)) + "\n";
    }
    for (const auto& [key, value] : table.items()) {
        const std::string name(file_key(key));
        if (name.empty()) continue;
        const std::string inner = path.empty() ? name : path + "." + name;
        if (value.is_object()) {
            out += "\n[" + inner + "]\n";
            write_table(value, inner, out);
        } else if (is_table_array(value)) {
            for (const Json& row : value) {
                out += "\n[[" + inner + "]]\n";
                write_table(row, inner, out);
            }
        }
    }
}

std::string_view type_of(const proto::Alert& alert) {
    if (alert.has_travel_fraud()) return alert.travel_fraud().fraud_type();
    if (alert.has_border_incident()) return alert.border_incident().incident();
    if (alert.has_lost_stolen()) return alert.lost_stolen().state();
    if (alert.has_lookout()) return alert.lookout().measure();
    return {};
}

// The template that starts an alert of this kind and type; a kind's name stands for its first.
std::string template_of(const proto::Alert& alert) {
    const std::string kind = kind_name(alert);
    for (const AlertTemplate& one : alert_templates())
        if (one.kind == kind && one.type == type_of(alert)) return std::string(one.name);
    return kind;
}

void keep_of_document(const proto::Alert& before, proto::DocumentRecord& document) {
    for (const proto::DocumentRecord& old : before.documents()) {
        if (old.type() != document.type() || old.issuer() != document.issuer() ||
            old.number() != document.number())
            continue;
        *document.mutable_mrz_lines() = old.mrz_lines();
        *document.mutable_checks() = old.checks();
        return;
    }
}

void keep_of_identity(const proto::Alert& before, proto::Identity& identity) {
    for (const proto::PersonRecord& person : before.persons())
        for (const proto::Identity& old : person.identities()) {
            if (old.primary() != identity.primary() || old.secondary() != identity.secondary() ||
                old.type() != identity.type())
                continue;
            identity.set_mrz_name(old.mrz_name());
            identity.set_mrz_truncated(old.mrz_truncated());
            return;
        }
}

// What the text does not show goes on from the alert that was edited: dates, and what was read out
// of a zone while its document and name are the same.
void keep_unshown(const proto::Alert& before, proto::Alert& alert) {
    alert.set_valid_from_ms(before.valid_from_ms());
    alert.set_review_by_ms(before.review_by_ms());
    alert.set_expires_ms(before.expires_ms());
    alert.set_purge_after_ms(before.purge_after_ms());
    *alert.mutable_attachments() = before.attachments();
    for (auto& document : *alert.mutable_documents()) keep_of_document(before, document);
    for (auto& person : *alert.mutable_persons())
        for (auto& identity : *person.mutable_identities()) keep_of_identity(before, identity);
    const proto::Grade& grade = before.grade();
    if (alert.grade().scheme() == grade.scheme() && alert.grade().source() == grade.source() &&
        alert.grade().information() == grade.information() && before.has_grade())
        *alert.mutable_grade() = grade;
    // The text has no parts of a second.
    const auto same = [](std::uint64_t a, std::uint64_t b) { return a / 1000 == b / 1000; };
    if (before.has_when() && same(alert.when().from_ms(), before.when().from_ms()) &&
        same(alert.when().to_ms(), before.when().to_ms()) &&
        alert.when().precision() == before.when().precision())
        *alert.mutable_when() = before.when();
}

}  // namespace

std::string alert_to_text(const proto::Alert& alert) {
    Json all;
    all["template"] = template_of(alert);
    all["title"] = alert.title();
    all["narrative"] = alert.narrative();
    all["tlp"] = tlp_name(alert.tlp());
    const Json content = alert_content_json(alert);
    for (const auto& [key, value] : content.items()) all[key] = value;
    std::string out = "# Lines with # in front are left out. Codes: rilon completion has them.\n";
    write_table(all, "", out);
    return out;
}

Result<proto::Alert> alert_from_text(const std::string& text, const proto::Alert& before) {
    auto posting = posting_from_text(text);
    if (!posting) return posting.error();
    proto::Alert alert = posting->operation().publish();
    if (!text.starts_with(armour_begins)) keep_unshown(before, alert);
    return alert;
}

std::string posting_to_draft(const proto::PrepareRequest& posting) {
    return encode_armour(ArmourKind::draft, as_bytes(posting.SerializeAsString()));
}

Result<proto::PrepareRequest> posting_from_text(const std::string& text) {
    proto::PrepareRequest posting;
    if (text.starts_with(armour_begins)) {
        auto bytes = parse_armour_of(ArmourKind::draft, text);
        if (!bytes) return bytes.error();
        if (!posting.ParseFromArray(bytes->data(), static_cast<int>(bytes->size())) ||
            !posting.operation().has_publish())
            return problem(Errc::malformed, "the file holds no draft of an alert",
                           "name another with -f");
        return posting;
    }
    SystemRng rng;
    auto alert = read_alert_file(text, civil_today(), UnixMillis{now_ms()}, rng);
    if (!alert) return alert.error();
    *posting.mutable_operation()->mutable_publish() = std::move(*alert);
    return posting;
}

}  // namespace rilon
