#include "tools/rilon/doctor.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "protocol/content.pb.h"
#include "tools/rilon/doctor_files.h"

namespace rilon {
namespace {

constexpr std::uint64_t now = 1'795'000'000'000;

Severity worst_of(const Findings& findings) {
    EXPECT_EQ(findings.size(), 1u);
    return findings.at(0).severity;
}

TEST(Doctor, ClockIsJudgedBeyondTheTimeTheQuestionTook) {
    Findings out;
    judge_clock({now, now + 3000, now + 6000}, out);
    judge_clock({now, now + clock_off_ms, now}, out);
    judge_clock({now, now - clock_off_ms, now + 500}, out);
    judge_clock({now, now, now - 1}, out);  // Ours was set back meanwhile.
    EXPECT_TRUE(out.empty());
    judge_clock({now, now + clock_off_ms + 1001, now + 1000}, out);
    EXPECT_EQ(worst_of(out), Severity::warning);
    out.clear();
    judge_clock({now, now - clock_wrong_ms - 1, now}, out);
    EXPECT_EQ(worst_of(out), Severity::broken);
}

TEST(Doctor, CertificateOverShortOrMissing) {
    auto judged = [](std::uint64_t until) {
        proto::HelloResponse hello;
        proto::OfficerCertificate certificate;
        certificate.set_valid_until_ms(until);
        hello.set_certificate(certificate.SerializeAsString());
        Findings out;
        judge_certificate(hello, now, out);
        return out;
    };
    EXPECT_EQ(worst_of(judged(now)), Severity::broken);
    EXPECT_EQ(worst_of(judged(now + certificate_short_ms - 1)), Severity::warning);
    EXPECT_TRUE(judged(now + certificate_short_ms).empty());
    Findings out;
    proto::HelloResponse hello;
    judge_certificate(hello, now, out);
    EXPECT_EQ(worst_of(out), Severity::broken);
    out.clear();
    hello.set_role("person");
    judge_certificate(hello, now, out);
    EXPECT_TRUE(out.empty());
}

TEST(Doctor, StatusTellsOfLinksCheckpointAndTheNodesOwnWarnings) {
    proto::StatusResponse status;
    status.add_peers()->set_connected(false);
    status.add_peers()->set_connected(true);
    status.set_checkpoint_ms(now - checkpoint_late_ms);
    Findings out;
    judge_status(status, now, out);
    EXPECT_TRUE(out.empty());
    status.set_checkpoint_ms(now - checkpoint_late_ms - 1);
    judge_status(status, now, out);
    EXPECT_EQ(worst_of(out), Severity::warning);
    status.set_checkpoint_ms(now - ms_day - 1);
    status.mutable_peers(1)->set_connected(false);
    status.add_warnings("the disk\x1b[2J is full");
    out.clear();
    judge_status(status, now, out);
    ASSERT_EQ(out.size(), 3u);
    EXPECT_EQ(out[0].check, "links");
    EXPECT_EQ(out[1].severity, Severity::broken);
    EXPECT_EQ(finding_line(out[2]).find('\x1b'), std::string::npos);
}

TEST(Doctor, StaleRilonsVersionAndNames) {
    Findings out;
    proto::Coverage coverage;
    coverage.add_sources()->set_name("BKK");
    coverage.add_sources()->set_name("KUL");
    coverage.mutable_sources(1)->set_stale(true);
    judge_coverage(coverage, now, out);
    ASSERT_EQ(out.size(), 1u);
    EXPECT_EQ(out[0].what.find("KUL"), 0u);
    judge_version("0.1.0", "0.1.0", out);
    EXPECT_EQ(out.size(), 1u);
    judge_version("0.1.0", "0.2.0", out);
    EXPECT_EQ(out.size(), 2u);
    proto::AudiencesResponse audiences;
    audiences.add_audiences()->set_name("BKK");
    audiences.mutable_audiences(0)->set_ours(true);
    audiences.mutable_audiences(0)->add_members()->set_name("nzl-bkk");
    Profile profile;
    profile.default_to = "BKK";
    OfficerPolicy policy;
    policy.never_to.nodes = {"nzl-bkk"};
    judge_names(profile, policy, audiences, out);
    EXPECT_EQ(out.size(), 2u);
    profile.default_to = "SECRETGROUP";
    policy.never_to.nodes = {"nlz-bkk"};
    judge_names(profile, policy, audiences, out);
    ASSERT_EQ(out.size(), 4u);
    EXPECT_EQ(finding_line(out[2]).find("SECRETGROUP"), std::string::npos);  // It may be sent on.
    EXPECT_EQ(out[3].remedy, "did you mean nzl-bkk?");
}

TEST(Doctor, APolicyThatNamesNobody) {
    proto::AudiencesResponse audiences;
    audiences.add_audiences()->set_name("BKK");
    audiences.mutable_audiences(0)->add_members()->set_party("RSO1");
    const auto found = [&](const NeverTo& never_to) {
        Findings out;
        judge_names({}, {never_to, ""}, audiences, out);
        return out;
    };
    EXPECT_TRUE(found({{"RSO1"}, {}, {"bkk"}}).empty());
    EXPECT_TRUE(found({{"FRA", "UTO"}, {}, {}}).empty());  // States that may join one day.
    const Findings party = found({{"RS01"}, {}, {}});
    ASSERT_EQ(party.size(), 1u);
    EXPECT_NE(party[0].what.find("RS01"), std::string::npos);
    EXPECT_EQ(party[0].remedy, "did you mean RSO1?");
    const Findings audience = found({{}, {}, {"SECRETGROUP"}});
    ASSERT_EQ(audience.size(), 1u);
    EXPECT_EQ(finding_line(audience[0]).find("SECRETGROUP"), std::string::npos);
}

TEST(Doctor, WorstFirstAndWhatIsMendedLast) {
    Findings findings{{Severity::warning, "a", "a", "", "", false},
                      {Severity::broken, "b", "b", "", "", true},
                      {Severity::broken, "c", "c", "why", "do", false}};
    sort_findings(findings);
    EXPECT_EQ(findings[0].check + findings[1].check + findings[2].check, "cab");
    EXPECT_EQ(finding_line(findings[0]), "✗ c: why → do");
    EXPECT_EQ(finding_line(findings[2]), "✓ mended: b");
}

class DoctorFiles : public testing::Test {
   protected:
    DoctorFiles() {
        char name[] = "/tmp/rilon-doctor-XXXXXX";
        folder = mkdtemp(name);
        path = folder + "/key";
        std::ofstream(path) << "key";
    }
    ~DoctorFiles() override { std::filesystem::remove_all(folder); }
    Findings judged(Mend mend, unsigned forbidden = 0077) const {
        Findings out;
        judge_mode({path, "your key file", "why", forbidden}, mend, out);
        return out;
    }
    unsigned mode() const {
        struct stat info {};
        return stat(path.c_str(), &info) == 0 ? info.st_mode & 07777u : 0;
    }
    std::string folder, path;
};

TEST_F(DoctorFiles, LooseModesAreSaidAndMendedOnlyWhenAsked) {
    chmod(path.c_str(), 0664);
    EXPECT_EQ(judged(Mend::no).at(0).remedy, "chmod 0600 " + path);
    EXPECT_EQ(mode(), 0664u);
    EXPECT_TRUE(judged(Mend::yes, 0022).at(0).fixed);
    EXPECT_EQ(mode(), 0644u);
    EXPECT_TRUE(judged(Mend::no, 0022).empty());
    EXPECT_TRUE(judged(Mend::yes).at(0).fixed);
    EXPECT_EQ(mode(), 0600u);
    EXPECT_TRUE(judged(Mend::no).empty());
}

TEST_F(DoctorFiles, WhatALinkLeadsToIsJudgedAndNeverChanged) {
    const std::string target = path;
    chmod(target.c_str(), 0600);
    path = folder + "/link";
    std::filesystem::create_symlink(target, path);
    EXPECT_TRUE(judged(Mend::yes).empty());
    chmod(target.c_str(), 0644);
    EXPECT_FALSE(judged(Mend::yes).at(0).fixed);
    EXPECT_EQ(mode(), 0644u);
    path = folder + "/nothing";
    EXPECT_TRUE(judged(Mend::yes).empty());
    path = folder;
    EXPECT_FALSE(judged(Mend::yes).empty());  // A folder where a file should be.
}

}  // namespace
}  // namespace rilon
