// The targets under libFuzzer. RILON_FUZZ_TARGET names the one to run. Instead of running,
// RILON_FUZZ_SEEDS=DIR writes the seeds of all of them to DIR/TARGET/ and prints a line for each:
// name and cost.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "protocol/secret.h"
#include "tests/fuzz/fuzz.h"

namespace {

const rilon::FuzzTarget* chosen = nullptr;

void write_seeds(const std::filesystem::path& top) {
    for (const rilon::FuzzTarget* target : rilon::fuzz_targets()) {
        const auto folder = top / target->name;
        std::filesystem::create_directories(folder);
        int n = 0;
        for (const rilon::Bytes& seed : target->seeds()) {
            std::ofstream out(folder / ("seed-" + std::to_string(n++)), std::ios::binary);
            out << rilon::as_text(seed);
            RILON_ASSERT(out.good());
        }
        std::printf("%s %u\n", target->name, target->cost);
    }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    RILON_ASSERT(rilon::secrets_init().ok());
    if (const char* folder = std::getenv("RILON_FUZZ_SEEDS")) {
        write_seeds(folder);
        std::exit(0);
    }
    const char* wanted = std::getenv("RILON_FUZZ_TARGET");
    for (const rilon::FuzzTarget* target : rilon::fuzz_targets())
        if (wanted != nullptr && std::string_view(target->name) == wanted) chosen = target;
    if (chosen != nullptr) return 0;
    std::fputs("RILON_FUZZ_TARGET names no target\n", stderr);
    std::exit(2);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    chosen->run({data, size});
    return 0;
}
