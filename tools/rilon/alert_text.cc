// Alerts as text: TOML for people to edit, armour for a draft that must come back unchanged.
#include <nlohmann/json.hpp>

#include "config/armour.h"
#include "node/system.h"
#include "tools/alert_file.h"
#include "tools/alert_json.h"
#include "tools/problem.h"
#include "tools/rilon/alert_draft.h"
#include "tools/rilon/output.h"

namespace rilon {
namespace {

using Json = nlohmann::ordered_json;

bool is_table_array(const Json& value) {
    return value.is_array() && !value.empty() && value[0].is_object();
}

// Values first, then tables: TOML has no way back out of one. A JSON string is a TOML string.
void write_table(const Json& table, const std::string& path, std::string& out) {
    for (const auto& [key, value] : table.items())
        if (!value.is_object() && !is_table_array(value) && !value.is_null())
            out += key + " = " + value.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    for (const auto& [key, value] : table.items()) {
        const std::string inner = path.empty() ? key : path + "." + key;
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

}  // namespace

std::string alert_to_text(const proto::Alert& alert) {
    std::string out;
    write_table(alert_content_json(alert), "", out);
    return out;
}

std::string posting_to_draft(const proto::PrepareRequest& posting) {
    return encode_armour(ArmourKind::draft, as_bytes(posting.SerializeAsString()));
}

Result<proto::PrepareRequest> posting_from_text(const std::string& text) {
    proto::PrepareRequest posting;
    if (text.starts_with("-----BEGIN RILON")) {
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
