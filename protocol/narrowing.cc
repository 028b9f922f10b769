#include "protocol/narrowing.h"

#include "protocol/crypto.h"

namespace rilon {
namespace {
constexpr Magic narrowing_magic = magic("RLN1NAR");
}  // namespace

Hash32 successor_of(const NarrowingToken& token, const AlertId& alert) {
    return hash({narrowing_magic, token.view(), alert.view()});
}

std::vector<Hash32> opened_by(const proto::Supersede& supersede, const AlertId& alert) {
    std::vector<Hash32> out;
    for (const std::string& bytes : supersede.narrowing())
        if (auto token = NarrowingToken::parse(bytes); token.ok())
            out.push_back(successor_of(*token, alert));
    return out;
}

bool narrows(const proto::Withdraw& withdraw) {
    return withdraw.reason() == reason_narrowed && withdraw.successor().size() == Hash32::size();
}

}  // namespace rilon
