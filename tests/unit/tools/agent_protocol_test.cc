#include "tools/agent_protocol.h"

#include <gtest/gtest.h>

#include "node/system.h"
#include "protocol/directory.h"
#include "protocol/officer.h"

namespace rilon {
namespace {

AgentKeys keys() {
    SystemRng rng;
    return {make_sign_key_pair(rng), make_transport_key_pair(rng)};
}

AgentFrame answered(const AgentKeys& k, AgentAsk ask, ByteView payload, bool& stop) {
    auto frame = parse_agent_frame(
        answer_agent(k, {static_cast<std::uint8_t>(ask), to_bytes(payload)}, 1000, stop));
    return frame ? *frame : AgentFrame{255, {}};
}

TEST(AgentProtocol, SignsOfficersStatementsAndPossessionsOnly) {
    const Bytes operation{1, 2, 3};
    const Bytes officer = officer_message({}, {}, {}, operation);
    EXPECT_TRUE(agent_may_sign(officer));
    EXPECT_TRUE(agent_may_sign(authorisation_message({}, operation)));
    EXPECT_TRUE(agent_may_sign(possession_message({}, operation)));
    EXPECT_FALSE(agent_may_sign(ByteView(officer).first(officer.size() - 1)));
    EXPECT_FALSE(agent_may_sign(as_bytes(std::string_view("RLN1CHK\0 something else", 23))));
    EXPECT_FALSE(agent_may_sign({}));
}

TEST(AgentProtocol, AnswersEveryAskAndRefusesTheRest) {
    const AgentKeys k = keys();
    bool stop = false;
    const Bytes message = officer_message({}, {}, {}, Bytes{9});
    const AgentFrame signed_frame = answered(k, AgentAsk::sign, message, stop);
    ASSERT_EQ(signed_frame.payload.size(), 64u);
    EXPECT_TRUE(signature_ok(k.sign.pk, message, Signature::copy_of(signed_frame.payload)));
    EXPECT_EQ(answered(k, AgentAsk::sign, Bytes{1}, stop).kind,
              static_cast<std::uint8_t>(AgentAnswer::refused));
    EXPECT_EQ(answered(k, AgentAsk::keys, {}, stop).payload.size(), 32u + 32 + 32 + 8);
    EXPECT_EQ(answered(k, static_cast<AgentAsk>(77), {}, stop).kind,
              static_cast<std::uint8_t>(AgentAnswer::malformed));
    EXPECT_FALSE(stop);
    answered(k, AgentAsk::stop, {}, stop);
    EXPECT_TRUE(stop);
}

TEST(AgentProtocol, FramesAreWholeOrWaitedFor) {
    const Bytes frame = encode_agent_frame(3, Bytes{5, 6});
    for (std::size_t n = 0; n < frame.size(); ++n)
        EXPECT_EQ(parse_agent_frame(ByteView(frame).first(n)).code(), Errc::gap);
    EXPECT_EQ(parse_agent_frame(frame)->payload, (Bytes{5, 6}));
    EXPECT_EQ(parse_agent_frame(Bytes{0, 0}).code(), Errc::malformed);
    EXPECT_EQ(parse_agent_frame(Bytes{0xff, 0xff, 1}).code(), Errc::too_large);
}

}  // namespace
}  // namespace rilon
