#include "config/officer_policy.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

namespace rilon {
namespace {

std::string detail_of(const std::string& text) {
    auto policy = parse_officer_policy(text, "/home/lo/policy.toml");
    return policy.ok() ? "" : policy.error().detail;
}

TEST(OfficerPolicy, Reads) {
    auto policy = parse_officer_policy(
        "legal_basis = \"Act 7\"\n[never_to]\nparties = [\"UTO\", \"RSO1\"]\nnodes = "
        "[\"uto-bkk\"]\n"
        "audiences = [\"network\", \"BKK/missions\"]\n",
        "policy.toml");
    ASSERT_TRUE(policy.ok()) << policy.error().detail;
    EXPECT_EQ(policy->legal_basis, "Act 7");
    EXPECT_EQ(policy->never_to.parties, (std::vector<std::string>{"UTO", "RSO1"}));
    EXPECT_EQ(policy->never_to.nodes, (std::vector<std::string>{"uto-bkk"}));
    EXPECT_EQ(policy->never_to.audiences, (std::vector<std::string>{"network", "BKK/missions"}));
    EXPECT_TRUE(parse_officer_policy("", "policy.toml")->never_to.empty());
}

TEST(OfficerPolicy, UnknownKeyGivesPlaceAndNearestName) {
    EXPECT_EQ(
        detail_of("legal_bases = \"x\"\n"),
        "/home/lo/policy.toml:1:1: unknown key \"legal_bases\"; did you mean \"legal_basis\"?");
    EXPECT_EQ(detail_of("[never_to]\n  node = [\"x\"]\n"),
              "/home/lo/policy.toml:2:3: unknown key \"never_to.node\"; did you mean "
              "\"never_to.nodes\"?");
    EXPECT_EQ(detail_of("\"e\\u001bvil\" = 1\n").find('\x1b'), std::string::npos);
}

// A rule that could match nobody is an error, not a rule.
TEST(OfficerPolicy, WrongValuesSayWhereAndWhy) {
    EXPECT_NE(detail_of("[never_to]\nparties = \"UTO\"\n").find(":2:11: "), std::string::npos);
    EXPECT_NE(detail_of("[never_to]\nparties = [\"UTO\", 7]\n").find(":2:19: "), std::string::npos);
    EXPECT_NE(detail_of("[never_to]\nparties = [\"uto\"]\n").find("uto"), std::string::npos);
    EXPECT_NE(detail_of("[never_to]\nnodes = [\"UTO-BKK\"]\n"), "");
    EXPECT_NE(detail_of("[never_to]\naudiences = [\"\"]\n"), "");
    EXPECT_NE(detail_of("never_to = [\"UTO\"]\n").find("table"), std::string::npos);
    EXPECT_NE(detail_of("legal_basis = \"\"\n"), "");
    EXPECT_NE(detail_of("legal_basis = \"Act\\u001b[2J\"\n").find("Act\\u{1b}[2J"),
              std::string::npos);
    EXPECT_NE(detail_of("[never_to]\naudiences = [\"BKK\\u202e\"]\n").find(":2:14: "),
              std::string::npos);
    EXPECT_NE(detail_of("legal_basis = \"" + std::string(501, 'x') + "\"\n"), "");
    EXPECT_NE(detail_of("[never_to\n").find("policy.toml:1:"), std::string::npos);
    EXPECT_NE(detail_of(std::string(policy_bytes_max + 1, ' ')), "");
}

TEST(OfficerPolicy, OnlyAFileThatIsNotThereIsNoPolicy) {
    EXPECT_TRUE(load_officer_policy("/nonexistent/policy.toml")->never_to.empty());
    // A folder of that name can't be read, and that is no leave to post.
    EXPECT_FALSE(load_officer_policy(std::filesystem::temp_directory_path()).ok());
    char name[] = "/tmp/rilon-policy-XXXXXX";
    const std::filesystem::path folder = mkdtemp(name);
    std::filesystem::create_symlink("not-mounted", folder / "link");
    EXPECT_EQ(load_officer_policy(folder / "link").code(), Errc::not_found);
    ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
    EXPECT_EQ(load_officer_policy(folder / "pipe").code(), Errc::invalid);  // And at once.
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace rilon
