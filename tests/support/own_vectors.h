// The project's own vectors (tests/vectors/own), written by the second implementation in
// tests/wire.
#pragma once

#include <gtest/gtest.h>

#include "protocol/directory.h"
#include "protocol/statement.h"
#include "tests/support/vectors.h"

namespace rilon {

// A file of that folder; the tests were built with the sources, so it is there.
inline Json load_own(const std::string& file) {
    std::ifstream in(std::string(RILON_OWN_VECTORS) + "/" + file);
    if (!in) throw std::runtime_error("no " + file + " in " + RILON_OWN_VECTORS);
    return parse_json_strictly(in);
}

inline std::uint64_t number(const Json& value) {
    return value.get<std::uint64_t>();
}
inline Generation generation_of(const Json& value) {
    return Generation{value.get<std::uint16_t>()};
}

// Refused, and for the reason the other implementation had.
template <class Outcome>
void expect_refused(const Outcome& outcome, const Json& vector) {
    SCOPED_TRACE(vector["label"].get<std::string>());
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(errc_name(outcome.code()), vector["code"].get<std::string>());
}

// The first `count` records of directory.json, replayed.
inline Directory own_directory(const Json& file, std::size_t count) {
    Directory out(fixed<NetworkId>(file["network_id"]));
    for (std::size_t n = 0; n < count; ++n) {
        auto record = parse_record(hex(file["records"][n]["record"]));
        if (!record) throw std::runtime_error(record.error().detail);
        Status applied = out.apply(std::move(*record));
        if (!applied) throw std::runtime_error(applied.error().detail);
    }
    return out;
}
inline Directory own_directory() {
    const Json file = load_own("directory.json");
    return own_directory(file, file["records"].size());
}

}  // namespace rilon
