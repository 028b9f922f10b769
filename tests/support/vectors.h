// Reads the vector files from the folder that RILON_VECTORS names.
#pragma once

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>

#include "protocol/bytes.h"

namespace rilon {

using Json = nlohmann::json;

// Refuses duplicate keys, of which nlohmann would silently keep the last.
inline Json parse_json_strictly(std::istream& in) {
    std::vector<std::set<std::string>> open;
    return Json::parse(in, [&open](int, Json::parse_event_t event, Json& value) {
        if (event == Json::parse_event_t::object_start) open.emplace_back();
        if (event == Json::parse_event_t::object_end) open.pop_back();
        if (event == Json::parse_event_t::key &&
            !open.back().insert(value.get<std::string>()).second)
            throw std::runtime_error("duplicate key " + value.get<std::string>());
        return true;
    });
}

// Nothing when RILON_VECTORS is not set; a missing or broken file throws, and so fails the test.
inline std::optional<Json> load_vectors(const std::string& file) {
    const char* folder = std::getenv("RILON_VECTORS");
    if (folder == nullptr || *folder == '\0') return std::nullopt;
    std::ifstream in(std::string(folder) + "/" + file);
    if (!in) throw std::runtime_error("RILON_VECTORS has no " + file);
    return parse_json_strictly(in);
}

inline Bytes hex(const Json& text) {
    auto bytes = from_hex(text.get<std::string>());
    if (!bytes) throw std::runtime_error("not hex: " + text.dump());
    return std::move(*bytes);
}
template <class Fixed>
Fixed fixed(const Json& text) {
    return Fixed::copy_of(hex(text));
}
template <class Secret>
Secret secret(const Json& text) {
    return Secret(hex(text));
}

}  // namespace rilon

// The file as `name`, or a visible skip.
#define RILON_LOAD_VECTORS(name, file)                                   \
    const auto name##_loaded = ::rilon::load_vectors(file);              \
    if (!name##_loaded) GTEST_SKIP() << "RILON_VECTORS names no folder"; \
    const ::rilon::Json& name = *name##_loaded
