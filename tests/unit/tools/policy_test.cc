#include "tools/rilon/policy.h"

#include <gtest/gtest.h>

#include "tools/problem.h"

namespace rilon {
namespace {

proto::Operation publish() {
    proto::Operation out;
    out.mutable_publish();
    return out;
}

// Two parts: the document's is read by more.
proto::PreparedResponse prepared() {
    proto::PreparedResponse out;
    for (int part = 0; part < 2; ++part) {
        proto::PreparedPart& one = *out.add_parts();
        one.set_audience("BKK");
        one.add_readers()->set_name("nzl-bkk");
        one.mutable_readers(0)->set_party("NZL");
    }
    out.mutable_parts(1)->add_readers()->set_name("tha-bkk");
    out.mutable_parts(1)->mutable_readers(1)->set_party("THA");
    return out;
}

TEST(NeverTo, LooksAtEveryReaderOfEveryPart) {
    const Status refused = check_never_to({{"THA"}, {}, {}}, publish(), prepared());
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Errc::not_permitted);
    const Problem p = explain(refused.error());
    EXPECT_EQ(p.message.find("party THA would read this, and never_to in "), 0u);
    EXPECT_EQ(p.remedy, "leave out: --exclude THA");
    EXPECT_FALSE(check_never_to({{}, {"tha-bkk"}, {}}, publish(), prepared()).ok());
    EXPECT_FALSE(check_never_to({{}, {}, {"bkk"}}, publish(), prepared()).ok());
    EXPECT_TRUE(check_never_to({{"UTO"}, {"uto-bkk"}, {"network"}}, publish(), prepared()).ok());
    EXPECT_TRUE(check_never_to({}, publish(), prepared()).ok());
}

TEST(NeverTo, HistoryConfirmationAndUpdateAreHeldToItAWithdrawalIsNot) {
    const NeverTo never{{"NZL"}, {}, {}};
    proto::Operation operation;
    operation.mutable_history();
    EXPECT_FALSE(check_never_to(never, operation, prepared()).ok());
    operation.mutable_confirm();
    EXPECT_FALSE(check_never_to(never, operation, prepared()).ok());
    operation.mutable_hit();
    EXPECT_FALSE(check_never_to(never, operation, prepared()).ok());
    operation.mutable_dispute();
    const Status dispute = check_never_to(never, operation, prepared());
    ASSERT_FALSE(dispute.ok());  // Its readers are the alert's: nobody can be left out.
    EXPECT_EQ(explain(dispute.error()).remedy.find("--exclude"), std::string::npos);
    operation.mutable_supersede();
    EXPECT_FALSE(check_never_to(never, operation, prepared()).ok());
    operation.mutable_withdraw();
    EXPECT_TRUE(check_never_to(never, operation, prepared()).ok());
}

TEST(PolicyOfTheMission, FillsTheLegalBasisInWhereThereIsNone) {
    OfficerPolicy policy;
    policy.legal_basis = "Act 7";
    proto::Alert alert;
    apply_policy(policy, alert);
    EXPECT_EQ(alert.legal_basis(), "Act 7");
    alert.set_legal_basis("Act 8");
    apply_policy(policy, alert);
    EXPECT_EQ(alert.legal_basis(), "Act 8");
}

}  // namespace
}  // namespace rilon
