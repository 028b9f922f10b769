#include "config/node_config.h"

#include <gtest/gtest.h>

namespace rilon {
namespace {

const std::string good = R"(role = "node"
name = "aus-bkk"
data_dir = "data"
state_dir = "state"
storage_key = "storage.key"
identity = "identity"
network = "network.rilon"
[control]
endpoint = "ipc:///tmp/control.sock"
)";

std::string detail_of(const std::string& text) {
    auto config = parse_node_config(text, "/etc/rilon/node.toml");
    return config.ok() ? "" : config.error().detail;
}

TEST(NodeConfig, RelativePathsCountFromTheFile) {
    auto config = parse_node_config(good, "/etc/rilon/node.toml");
    ASSERT_TRUE(config.ok()) << config.error().detail;
    EXPECT_EQ(config->data_dir, "/etc/rilon/data");
    EXPECT_EQ(config->role, ConfigRole::node);
    EXPECT_TRUE(config->listen.sync.empty());
    EXPECT_EQ(config->limits.query_queue, 256u);
}

TEST(NodeConfig, UnknownKeyGivesPlaceAndNearestName) {
    EXPECT_EQ(detail_of("rolle = \"node\"\n" + good),
              "/etc/rilon/node.toml:1:1: unknown key \"rolle\"; did you mean \"role\"?");
    EXPECT_EQ(detail_of(good + "[limits]\n  query_que = 1\n"),
              "/etc/rilon/node.toml:11:3: unknown key \"limits.query_que\"; did you mean "
              "\"limits.query_queue\"?");
    EXPECT_NE(detail_of(good + "[whatsoever]\n").find("unknown key"), std::string::npos);
}

TEST(NodeConfig, WrongValuesSayWhereAndWhy) {
    EXPECT_NE(detail_of(good + "[listen]\nsync = 7\n").find(":11:"), std::string::npos);
    EXPECT_NE(detail_of("role = \n").find("node.toml:1:"), std::string::npos);
    EXPECT_NE(detail_of(good + "[limits]\nworkers = -1\n"), "");
    EXPECT_NE(detail_of(good + "[limits]\nworkers = \"2\"\n"), "");
    EXPECT_NE(detail_of(good + "[listen]\nlive = \"tcp://0.0.0.0:1\"\n"), "");
    EXPECT_NE(detail_of(good + "[[link]]\nname=\"x\"\nendpoint=\"tcp://h:1\"\n"), "");
    EXPECT_NE(detail_of(good + "link = 3\n"), "");
    EXPECT_NE(detail_of("name = \"x\"\n"), "");
    EXPECT_NE(detail_of(std::string(config_bytes_max + 1, ' ')), "");
}

TEST(NodeConfig, TheLeaseStaysOutOfTheBackup) {
    std::string text = good;
    text.replace(text.find("\"state\""), 7, "\"data/state\"");
    EXPECT_NE(detail_of(text).find("backups"), std::string::npos);
}

TEST(NodeConfig, ControlOfANodeIsLocal) {
    std::string text = good;
    text.replace(text.find("ipc:///tmp/control.sock"), 23, "tcp://0.0.0.0:7403");
    EXPECT_NE(detail_of(text).find("loopback"), std::string::npos);
    EXPECT_TRUE(is_local_endpoint("tcp://127.0.0.1:1"));
    EXPECT_TRUE(is_local_endpoint("tcp://[::1]:1"));
    EXPECT_FALSE(is_local_endpoint("tcp://127.example.org:1"));
    EXPECT_FALSE(is_local_endpoint("tcp://10.0.0.1:1"));
}

TEST(NodeConfig, Endpoints) {
    for (const char* fine :
         {"tcp://h:1", "tcp://*:65535", "tcp://[::]:7401", "tcp://a-b.c:80", "ipc:///run/x"})
        EXPECT_TRUE(check_endpoint(fine).ok()) << fine;
    for (const char* bad :
         {"", "tcp://", "tcp://h", "tcp://h:", "tcp://h:0", "tcp://h:65536", "tcp://h:1x",
          "tcp://::1:1", "udp://h:1", "ipc://x", "ipc://", "tcp://h;x:1", "tcp://:1", "inproc://x"})
        EXPECT_FALSE(check_endpoint(bad).ok()) << bad;
}

TEST(NodeConfig, TheExamplesAreValid) {
    for (const char* name : {"node", "coordinator", "portable"}) {
        auto config = load_node_config(std::filesystem::path(RILON_SOURCE_DIR) / "config/examples" /
                                       (std::string(name) + ".toml"));
        EXPECT_TRUE(config.ok()) << config.error().detail;
    }
}

TEST(NodeConfig, Row44HostileTextsAreRefused) {
    for (int levels : {9000, 20000}) {
        std::string deep = good + "[a";
        for (int i = 0; i < levels; ++i) deep += ".a";
        EXPECT_FALSE(parse_node_config(deep + "]\n", "f").ok());
    }
    EXPECT_FALSE(parse_node_config("x = " + std::string(20000, '['), "f").ok());
    EXPECT_FALSE(parse_node_config(std::string("role = \"\0\xff\"", 11), "f").ok());
    // What toml++ itself would not survive, see config/toml.h.
    for (const char* text :
         {"[.", "[a.", "[.a]", "a.", "a.\n=", "[[.", "\xc3\xa9 = 1", "[\xc3\xa9]"})
        EXPECT_FALSE(parse_node_config(good + text, "f").ok()) << text;
    for (std::size_t i = 0; i < good.size(); ++i) {
        EXPECT_FALSE(parse_node_config(good.substr(0, i), "f").ok() && i + 1 < good.size()) << i;
    }
}

}  // namespace
}  // namespace rilon
