// Row 44 without libFuzzer, in every test run: each target takes its seeds, what ever failed
// (found/TARGET/), and small changes of both, the same ones each time. RILON_FUZZ_ROUNDS (1)
// multiplies the changes.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/fuzz/fuzz.h"
#include "tests/support/seeded_rng.h"

namespace rilon {
namespace {

constexpr std::uint64_t runs_of_cheap_target = 6000;

std::uint64_t rounds() {
    const char* wanted = std::getenv("RILON_FUZZ_ROUNDS");
    return wanted == nullptr ? 1 : std::strtoull(wanted, nullptr, 10);
}

std::vector<Bytes> found(const std::string& name) {
    std::vector<Bytes> out;
    const std::filesystem::path folder = std::filesystem::path(RILON_FUZZ_FOUND) / name;
    if (!std::filesystem::exists(folder)) return out;
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
        std::ifstream in(file.path(), std::ios::binary);
        const std::string bytes(std::istreambuf_iterator<char>(in), {});
        out.push_back(to_bytes(as_bytes(bytes)));
    }
    return out;
}

std::size_t place(const Bytes& bytes, SeededRng& rng) {
    return bytes.empty() ? 0 : rng.below(bytes.size());
}
void change(Bytes& bytes, const Bytes& other, SeededRng& rng) {
    const auto at = bytes.begin() + static_cast<std::ptrdiff_t>(place(bytes, rng));
    switch (rng.below(7)) {
        case 0:
            if (!bytes.empty()) *at ^= static_cast<Byte>(1u << rng.below(8));
            break;
        case 1:
            if (!bytes.empty()) *at = static_cast<Byte>(rng.below(256));
            break;
        case 2:
            if (!bytes.empty()) *at = rng.below(2) == 0 ? Byte{0} : Byte{255};
            break;
        case 3: bytes.erase(at, bytes.end()); break;
        case 4: bytes.insert(at, static_cast<Byte>(rng.below(256))); break;
        case 5:
            bytes.insert(at, bytes.begin(),
                         bytes.begin() +
                             static_cast<std::ptrdiff_t>(std::min<std::size_t>(bytes.size(), 64)));
            break;
        default:
            bytes.erase(at, bytes.end());
            bytes.insert(bytes.end(),
                         other.begin() + static_cast<std::ptrdiff_t>(place(other, rng)),
                         other.end());
    }
}

class Fuzz : public testing::TestWithParam<const FuzzTarget*> {};

TEST_P(Fuzz, Row44MalformedBytesEndNowhere) {
    const FuzzTarget& target = *GetParam();
    std::vector<Bytes> inputs = target.seeds();
    ASSERT_FALSE(inputs.empty());
    for (Bytes& input : found(target.name)) inputs.push_back(std::move(input));
    for (const Bytes& input : inputs) target.run(input);
    target.run({});
    SeededRng rng(44);
    const std::uint64_t runs = rounds() * runs_of_cheap_target / target.cost;
    for (std::uint64_t n = 0; n < runs; ++n) {
        Bytes input = inputs[n % inputs.size()];
        for (std::uint64_t changes = 1 + rng.below(4); changes > 0; --changes)
            change(input, inputs[rng.below(inputs.size())], rng);
        target.run(input);
    }
    RecordProperty("runs", std::to_string(runs + inputs.size() + 1));
}

std::string name_of(const testing::TestParamInfo<const FuzzTarget*>& one) {
    return one.param->name;
}
INSTANTIATE_TEST_SUITE_P(Targets, Fuzz,
                         testing::ValuesIn(fuzz_targets().begin(), fuzz_targets().end()), name_of);

}  // namespace
}  // namespace rilon
