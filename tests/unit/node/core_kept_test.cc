// Persons kept at a node, to be looked for again when alerts came.
#include <sodium.h>

#include "node/kept.h"
#include "tests/unit/node/small_net.h"

namespace rilon {
namespace {

constexpr const char* by = "aus-bkk";
constexpr const char* author = "gbr-bkk";

class CoreKept : public SmallNet {
   protected:
    static proto::Applicant applicant(const std::string& reference, const std::string& name,
                                      const std::string& doc = "") {
        proto::Applicant out;
        out.set_reference(reference);
        out.set_name(name);
        out.set_doc(doc);
        return out;
    }
    static std::string keep_id(char n) { return std::string(16, n); }

    Result<proto::Response> keep(const std::string& id, std::uint32_t part,
                                 const std::vector<proto::Applicant>& rows, bool last = true) {
        proto::Request request;
        proto::KeepRequest& keep = *request.mutable_keep();
        keep.set_keep_id(id);
        keep.set_part(part);
        for (const auto& row : rows) *keep.add_rows() = row;
        keep.set_until_ms(net.now().plus(90 * ms_day).value);
        keep.set_last(last);
        return net.request(by, request);
    }
    std::vector<proto::Kept> kept() {
        proto::Request request;
        request.mutable_kept();
        auto answer = net.request(by, request);
        EXPECT_TRUE(answer.ok());
        return {answer->kept().kept().begin(), answer->kept().kept().end()};
    }
    proto::KeptLookResponse look(const std::string& id, const std::string& to = "",
                                 std::uint32_t part = 0, std::uint32_t row = 0) {
        proto::Request request;
        request.mutable_kept_look()->set_keep_id(id);
        request.mutable_kept_look()->set_to(to);
        request.mutable_kept_look()->set_part(part);
        request.mutable_kept_look()->set_row(row);
        auto answer = net.request(by, request);
        EXPECT_TRUE(answer.ok()) << (answer.ok() ? "" : answer.error().detail);
        return answer.ok() ? answer->kept_look() : proto::KeptLookResponse{};
    }
    // Every part of it; whose references were found.
    std::multiset<std::string> look_at_all(const std::string& id, bool mark) {
        std::multiset<std::string> out;
        proto::KeptLookResponse one;
        do {
            one = look(id, one.to(), one.next_part(), one.next_row());
            for (const auto& found : one.found()) out.insert(found.reference());
        } while (!one.done());
        if (!mark) return out;
        proto::Request request;
        request.mutable_kept_looked()->set_keep_id(id);
        request.mutable_kept_looked()->set_to(one.to());
        EXPECT_TRUE(net.request(by, request).ok());
        return out;
    }
    AlertId publish(const std::string& primary, const std::string& number) {
        proto::PrepareRequest what;
        what.mutable_wish()->set_audience("BKK");
        proto::Alert& alert = *what.mutable_operation()->mutable_publish();
        alert.mutable_travel_fraud()->set_fraud_type("impostor");
        proto::DocumentRecord& passport = *alert.add_documents();
        passport.set_type("P");
        passport.set_issuer("UTO");
        passport.set_number(number);
        proto::PersonRecord& holder = *alert.add_persons();
        holder.set_role("subject");
        proto::Identity& name = *holder.add_identities();
        name.set_type("claimed");
        name.set_primary(primary);
        proto::Nationality& nationality = *holder.add_nationalities();
        nationality.set_code("UTO");
        nationality.set_basis("claimed");
        auto posted = net.prepare_and_commit(author, what);
        EXPECT_TRUE(posted.ok()) << (posted.ok() ? "" : posted.error().detail);
        net.run(3 * ms_second);
        return posted.ok() ? posted->parts[0].alert : AlertId{};
    }
    using References = std::multiset<std::string>;
};

TEST_F(CoreKept, FindsWhatCameSinceAndTellsItUntilItWasShown) {
    publish("EARLIER", "YA0000001");
    ASSERT_TRUE(keep(keep_id('a'), 0,
                     {applicant("one", "EARLIER"), applicant("two", "LATER"),
                      applicant("three", "", "YA0000003")})
                    .ok());
    EXPECT_EQ(look_at_all(keep_id('a'), true), References{});  // What was there is not news.
    publish("LATER", "YA0000002");
    publish("OTHER", "YA0000003");
    ASSERT_EQ(kept().size(), 1u);
    EXPECT_GT(kept()[0].arrived(), 0u);
    EXPECT_EQ(look_at_all(keep_id('a'), false), (References{"two", "three"}));
    EXPECT_EQ(look_at_all(keep_id('a'), true), (References{"two", "three"}));
    EXPECT_EQ(look_at_all(keep_id('a'), true), References{});
    EXPECT_EQ(kept()[0].arrived(), 0u);
}

TEST_F(CoreKept, GoesOnAfterARestartAndFollowsAlerts) {
    ASSERT_TRUE(keep(keep_id('a'), 0, {applicant("one", "LATER"), applicant("two", "OTHER")}).ok());
    const AlertId first = publish("LATER", "YA0000001");
    const AlertId second = publish("OTHER", "YA0000002");
    net.kill(by);
    net.start(by);
    net.run(5 * ms_second);
    ASSERT_TRUE(net.withdraw(author, second).ok());
    net.run(3 * ms_second);
    EXPECT_EQ(look_at_all(keep_id('a'), true), References{"one"});  // Withdrawn: nothing of it.
    ASSERT_TRUE(net.withdraw(author, first).ok());
    net.run(3 * ms_second);
    EXPECT_EQ(look_at_all(keep_id('a'), true), References{});
}

TEST_F(CoreKept, ManyRowsAreComparedPartByPart) {
    std::vector<proto::Applicant> rows;
    for (int i = 0; i < 1000; ++i)
        rows.push_back(applicant("row " + std::to_string(i), i % 250 == 7 ? "LATER" : "NOBODY"));
    ASSERT_TRUE(keep(keep_id('a'), 0, rows, false).ok());
    EXPECT_TRUE(kept().empty());  // Not whole yet.
    ASSERT_TRUE(keep(keep_id('a'), 1, rows).ok());
    EXPECT_EQ(kept().at(0).rows(), 2000u);
    // Enough alerts that one answer can't hold what is found.
    for (int i = 0; i < 12; ++i) publish("LATER", "YA00001" + std::to_string(10 + i));
    auto one = look(keep_id('a'));
    EXPECT_FALSE(one.done());
    std::size_t found = 0;
    proto::KeptLookResponse part;
    int answers = 0;
    do {
        part = look(keep_id('a'), part.to(), part.next_part(), part.next_row());
        found += static_cast<std::size_t>(part.found_size());
        ++answers;
    } while (!part.done());
    EXPECT_EQ(found, 2u * 4u * 10u);  // Ten of a row at most.
    EXPECT_GE(answers, 2);
}

TEST_F(CoreKept, IsSealedAndItsKeyGoesWithIt) {
    ASSERT_TRUE(keep(keep_id('a'), 0, {applicant("CANARYREF", "CANARYNAME", "CANARYDOC")}).ok());
    const auto& disk = net.daemon(by).disk();
    const auto id = KeepId::copy_of(as_bytes(keep_id('a')));
    ASSERT_TRUE(disk.secrets.contains(kept_key_name(id)));
    const Bytes sealed = disk.private_values.at(kept_part_name(id, 0));
    EXPECT_EQ(as_text(sealed).find("CANARY"), std::string_view::npos);
    const NodeSecret key{ByteView(disk.secrets.at(kept_key_name(id)))};
    auto opened = open_part(key, id, 0, sealed);
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(opened->rows(0).name(), "CANARYNAME");
    EXPECT_FALSE(open_part(key, id, 1, sealed).ok());  // Bound to its place.
    net.sleep(91 * ms_day);
    EXPECT_TRUE(kept().empty());
    EXPECT_FALSE(disk.secrets.contains(kept_key_name(id)));
    EXPECT_FALSE(disk.private_values.contains(kept_part_name(id, 0)));
    for (const AuditRow& row : disk.audit)
        EXPECT_EQ((row.action + row.detail).find("CANARY"), std::string::npos);
}

TEST_F(CoreKept, TwoPartsNeverShareANonce) {
    const NodeSecret key{ByteView(Bytes(32, 7))};
    const auto id = KeepId::copy_of(as_bytes(keep_id('a')));
    proto::KeepRequest one, other;
    *one.add_rows() = applicant("one", "A");
    *other.add_rows() = applicant("other", "B");
    auto nonce = [](const Bytes& sealed) { return Bytes(sealed.begin(), sealed.begin() + 24); };
    EXPECT_NE(nonce(seal_part(key, id, 0, one)), nonce(seal_part(key, id, 0, other)));
    EXPECT_NE(nonce(seal_part(key, id, 0, one)), nonce(seal_part(key, id, 1, one)));
}

TEST_F(CoreKept, WhatDoesNotFitIsRefused) {
    const auto row = applicant("one", "A");
    auto refused = [&](Result<proto::Response> answer, const char* why) {
        ASSERT_FALSE(answer.ok());
        EXPECT_NE(answer.error().detail.find(why), std::string::npos) << answer.error().detail;
    };
    refused(keep("short", 0, {row}), "identifier of the wrong length");
    refused(keep(keep_id('a'), 0, {}), "without rows");
    refused(keep(keep_id('a'), 1, {row}), "no such kept caseload");
    refused(keep(keep_id('a'), 0, std::vector<proto::Applicant>(1001, row)), "at most 1,000 rows");
    refused(keep(keep_id('a'), 0, {applicant("one", "")}), "without a document number or a name");
    refused(keep(keep_id('a'), 0, {applicant("one", std::string(4097, 'A'))}), "4 KiB");
    ASSERT_TRUE(keep(keep_id('a'), 0, {row}, false).ok());
    refused(keep(keep_id('a'), 0, {row}), "kept already");
    refused(keep(keep_id('a'), 2, {row}), "does not follow");
    ASSERT_TRUE(keep(keep_id('a'), 1, {row}).ok());
    refused(keep(keep_id('a'), 2, {row}), "does not follow");  // It is whole.
    for (char n = 1; n <= 31; ++n) ASSERT_TRUE(keep(keep_id(n), 0, {row}).ok());
    refused(keep(keep_id('A'), 0, {row}), "32 caseloads");
    proto::Request forget;
    forget.mutable_kept()->set_forget(keep_id(1));
    ASSERT_TRUE(net.request(by, forget).ok());
    refused(net.request(by, forget), "no such kept caseload");
    ASSERT_TRUE(keep(keep_id('A'), 0, {row}).ok());
}

// A colleague of the same node neither sees it nor ends it; with the certificate it goes.
TEST_F(CoreKept, IsItsOfficersAloneAndGoesWithHim) {
    TestOfficer colleague = make_test_officer(net.network().id(), "colleague", net.rng());
    proto::Request certify;
    ASSERT_TRUE(certify.mutable_certify()->mutable_request()->ParseFromArray(
        colleague.request.data(), static_cast<int>(colleague.request.size())));
    certify.mutable_certify()->set_role("officer");
    ASSERT_TRUE(net.request(by, certify).ok());
    const std::string id = keep_id('a');
    auto as_colleague = [&](const proto::Request& request) {
        return net.request(by, colleague.transport.pk, request);
    };
    proto::Request keep_his;
    *keep_his.mutable_keep()->add_rows() = applicant("one", "LATER");
    keep_his.mutable_keep()->set_keep_id(id);
    keep_his.mutable_keep()->set_until_ms(net.now().plus(90 * ms_day).value);
    keep_his.mutable_keep()->set_last(true);
    ASSERT_TRUE(as_colleague(keep_his).ok());
    proto::Request list, forget, look, looked;
    list.mutable_kept();
    forget.mutable_kept()->set_forget(id);
    look.mutable_kept_look()->set_keep_id(id);
    looked.mutable_kept_looked()->set_keep_id(id);
    EXPECT_EQ(as_colleague(list)->kept().kept_size(), 1);
    EXPECT_TRUE(kept().empty());
    for (const proto::Request& request : {forget, look, looked})
        EXPECT_FALSE(net.request(by, request).ok());
    EXPECT_TRUE(as_colleague(look).ok());
    proto::Request officers, revoke;
    officers.mutable_officers();
    auto rows = net.request(by, officers);
    ASSERT_TRUE(rows.ok());
    for (const auto& row : rows->officers().officers())
        if (row.transport_pk() == colleague.transport.pk.str())
            revoke.mutable_revoke_officer()->set_officer_id(row.officer_id());
    ASSERT_TRUE(net.request(by, revoke).ok());
    net.run(3 * ms_second);
    EXPECT_FALSE(
        net.daemon(by).disk().secrets.contains(kept_key_name(KeepId::copy_of(as_bytes(id)))));
}

TEST_F(CoreKept, OneThatIsNeverFinishedGoes) {
    ASSERT_TRUE(keep(keep_id('a'), 0, {applicant("one", "A")}, false).ok());
    const auto id = KeepId::copy_of(as_bytes(keep_id('a')));
    ASSERT_TRUE(net.daemon(by).disk().secrets.contains(kept_key_name(id)));
    net.sleep(2 * ms_hour);
    EXPECT_FALSE(net.daemon(by).disk().secrets.contains(kept_key_name(id)));
}

}  // namespace
}  // namespace rilon
