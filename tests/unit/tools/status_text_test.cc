#include "tools/rilon/status_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tools/rilon/json_lines.h"

namespace rilon {
namespace {

constexpr std::uint64_t now_ms_here = 1795420800000;

proto::StatusResponse told_to_a_person() {
    proto::StatusResponse out;
    out.set_node("rso");
    out.set_role("coordinator");
    out.set_software("0.1.0");
    out.set_uptime_ms(7200000);
    out.set_records(12);
    out.set_checkpoint_ms(now_ms_here - 180000);
    proto::PeerStatus* near = out.add_peers();
    near->set_name("aus-bkk");
    near->set_connected(true);
    proto::PeerStatus* away = out.add_peers();
    away->set_name("can-bkk");
    away->set_last_heard_ms(now_ms_here - 180000);
    return out;
}

TEST(StatusText, SaysNothingOfWhatIsNotTold) {
    proto::StatusResponse said = told_to_a_person();
    EXPECT_EQ(status_lines(said, now_ms_here, true),
              (std::vector<std::string>{
                  "rso (coordinator), 1 of 2 peers connected",
                  "  aus-bkk              connected",
                  "  can-bkk              away           heard 3 min ago",
                  "directory: 12 records, checkpoint 3 min ago",
                  "what it holds is told to its own officers only",
                  "version 0.1.0, up 2 h",
              }));
    said.mutable_peers(0)->set_lacks(true);  // As the RSO's persons are told.
    EXPECT_EQ(status_lines(said, now_ms_here, false)[1],
              "  aus-bkk              connected      has entries that are missing here");
    auto json = nlohmann::json::parse(json_status(told_to_a_person()));
    for (const char* key : {"alerts", "entries", "outbox", "published", "received", "commits",
                            "store_used_ratio", "last_commit_us"})
        EXPECT_FALSE(json.contains(key)) << key;
    EXPECT_FALSE(json["peers"][0].contains("behind"));
    EXPECT_FALSE(json["peers"][0].contains("last_heard"));
    EXPECT_TRUE(json["peers"][1].contains("last_heard"));
}

TEST(StatusText, CountsForOfficers) {
    proto::StatusResponse said = told_to_a_person();
    said.set_counts(true);
    said.set_alerts(0);
    said.mutable_peers(0)->set_behind(3);
    said.mutable_peers(0)->set_last_heard_ms(now_ms_here);
    auto lines = status_lines(said, now_ms_here, true);
    ASSERT_EQ(lines.size(), 5u);
    EXPECT_EQ(lines[0], "rso (coordinator), 1 of 2 peers connected, 0 alerts");
    EXPECT_NE(lines[1].find(", 3 behind"), std::string::npos);
    EXPECT_NE(lines[4].find("0 commits"), std::string::npos);
    auto json = nlohmann::json::parse(json_status(said));
    EXPECT_EQ(json["alerts"], 0);
    EXPECT_EQ(json["peers"][0]["behind"], 3);
}

}  // namespace
}  // namespace rilon
