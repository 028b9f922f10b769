// Two agents, one path: the folder of the first is gone (a logout) and made anew when the second
// comes. Without care the first, when idle, takes the second's socket away: an officer is locked
// out in the middle of his work.
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <future>

#include "node/system.h"
#include "tools/agent.h"

namespace rilon {
namespace {

constexpr std::uint64_t hour_ms = 3'600'000;

class AgentServer : public testing::Test {
   protected:
    struct Running {
        std::promise<void> listens;
        std::future<Status> ended;
    };
    void SetUp() override {
        std::string name = testing::TempDir() + "agent-XXXXXX";
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        directory = name;
        SystemRng rng;
        keys = {make_sign_key_pair(rng), make_transport_key_pair(rng)};
    }
    void TearDown() override { std::filesystem::remove_all(directory); }

    void start(Running& agent, std::uint64_t idle_ms) {
        agent.ended = std::async(std::launch::async, [this, &agent, idle_ms] {
            auto ready = [](void* one) { static_cast<Running*>(one)->listens.set_value(); };
            return serve_agent(path(), keys, idle_ms, ready, &agent);
        });
        agent.listens.get_future().wait();
    }
    std::string path() const { return directory + "/agent.sock"; }

    std::string directory;
    AgentKeys keys;
};

TEST_F(AgentServer, LeavesAnothersSocketAloneWhenItEnds) {
    Running first;
    start(first, 1000);
    ASSERT_EQ(::unlink(path().c_str()), 0);
    Running second;
    start(second, hour_ms);
    EXPECT_TRUE(first.ended.get().ok());
    auto client = AgentClient::connect(path());
    ASSERT_TRUE(client.has_value());
    EXPECT_TRUE(client->keys().ok());
    EXPECT_TRUE(client->stop().ok());
    EXPECT_TRUE(second.ended.get().ok());
    EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(AgentServer, EndsWhenNobodyCanAskItAnyMore) {
    Running agent;
    start(agent, hour_ms);
    std::filesystem::remove_all(directory);
    ASSERT_EQ(agent.ended.wait_for(std::chrono::seconds(20)), std::future_status::ready);
    EXPECT_TRUE(agent.ended.get().ok());
}

}  // namespace
}  // namespace rilon
