#include "tools/rilon/psk_file.h"

#include "config/file_io.h"
#include "protocol/crypto.h"
#include "tools/problem.h"
#include "tools/rilon/keys.h"

namespace rilon {
namespace {

// "rilon-psk 1 NETWORK GENERATION KEY\n"; generation of eight hex digits.
constexpr std::string_view front = "rilon-psk 1 ";
constexpr std::size_t text_bytes = front.size() + 32 + 1 + 8 + 1 + 64 + 1;

}  // namespace

Result<PskFile> load_psk(const std::string& path) {
    auto bytes = read_own_secret(path, 512);
    if (!bytes) return bytes.error();
    const std::string_view text = as_text(*bytes);
    const Error bad = problem(Errc::malformed, path + " holds no pre-shared key",
                              "give the file the ceremony wrote");
    if (text.size() != text_bytes || !text.starts_with(front)) return bad;
    auto network = NetworkId::parse_hex(text.substr(front.size(), 32));
    auto generation = from_hex(text.substr(front.size() + 33, 8));
    auto key = from_hex(text.substr(front.size() + 42, 64));
    wipe(*bytes);
    if (!network || !generation || !key) return bad;
    PskFile out{*network, ByteReader(*generation).u32(), Psk(*key)};
    wipe(*key);
    return out;
}

Status save_psk(const std::string& path, const PskFile& psk) {
    const Bytes generation = std::move(ByteWriter{}.u32(psk.generation)).take();
    std::string text = std::string(front) + psk.network.hex() + " " + to_hex(generation) + " " +
                       to_hex(psk.key.expose()) + "\n";
    Status done = write_file(path, as_bytes(text), FileMode::secret, Overwrite::refuse);
    wipe(text);
    if (!done)
        return problem(done.error().code, done.error().detail,
                       "name another place: what is there may be a network's only copy");
    return {};
}

}  // namespace rilon
