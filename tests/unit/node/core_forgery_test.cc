// What a member with good keys and a connection forges in the streams of others, and what a node
// that gets it shows and passes on.
#include <gtest/gtest.h>

#include "node/control.pb.h"
#include "node/query.h"
#include "node/sync.pb.h"
#include "protocol/alert.h"
#include "protocol/officer.h"
#include "protocol/short_id.h"
#include "tests/support/test_net.h"

namespace rilon {
namespace {

const Founded& founded() {
    static const Founded one = [] {
        FoundingOptions options;
        options.rilons = {{"BKK", "THA"}};
        return Founded(options);
    }();
    return one;
}

// Mallory is gbr-bkk's operator.
class CoreForgery : public testing::Test {
   protected:
    CoreForgery() : net(founded(), 11) {
        net.add_all();
        net.start_all();
        net.run(5 * ms_second);
    }
    ~CoreForgery() override {
        for (const auto& what : net.broken()) ADD_FAILURE() << what;
    }
    Posted post(const std::string& node, const PostWish& wish) {
        auto posted = net.post(node, wish, "canary " + std::to_string(++texts));
        EXPECT_TRUE(posted.ok()) << (posted.ok() ? "" : posted.error().detail);
        return posted.ok() ? *posted : Posted{};
    }
    NodeId id(const std::string& name) { return net.daemon(name).id(); }
    const StreamState& state(const std::string& node, const StreamId& stream) {
        return net.daemon(node).disk().streams.at(stream);
    }
    EpochKey key_of(const std::string& node, const StreamId& stream) {
        auto key = net.daemon(node).store().epoch_key(stream, state(node, stream).epoch);
        EXPECT_TRUE(key.ok() && key->has_value());
        return std::move(**key);
    }
    // What a reader has of an alert: the plaintext of its newest entry.
    Bytes plain_at(const std::string& node, const AlertId& alert) {
        const MemoryStore& store = net.daemon(node).store();
        EntryRef ref = net.daemon(node).node().index().alert(alert)->revisions.back();
        auto held = store.entry(ref.stream, ref.seq);
        EntryId entry_id = (*held)->entry.id();
        auto entry = trust_stored(std::move((*held)->entry), entry_id);
        auto plain = open_body(*entry, *store.entry_key(ref.stream, ref.seq));
        EXPECT_TRUE(plain.ok());
        return std::move(*plain);
    }
    // The next entry of a stream under any signing key.
    VerifiedEntry seal_next(StreamState& after, const EpochKey& key, const SignSecretKey& by,
                            const Bytes& plain) {
        OriginKeys keys{by, Generation{1}};
        auto made = seal({EntryKind::content, Precedence::routine, after.dir_seq, plain}, after,
                         keys, &key, net.rng().bytes<Nonce24>());
        EXPECT_TRUE(made.ok());
        return std::move(*made);
    }
    void push(const std::string& from, const std::string& to,
              const std::vector<VerifiedEntry>& entries) {
        proto::SyncEntries frame;
        frame.set_stream_id(entries.front().header().stream.str());
        for (const VerifiedEntry& entry : entries)
            frame.add_entries()->set_entry(std::string(as_text(entry.bytes())));
        frame.set_head(entries.back().header().seq.value);
        net.inject(id(from), id(to), SyncType::put, frame.SerializeAsString());
    }
    TestNet net;
    int texts = 0;
};

// A colleague's operation under the colleague's own signature, certified by Mallory's node and
// sealed with Mallory's keys into Mallory's stream: nodes take the entry, nobody shows it.
TEST_F(CoreForgery, Row48SignatureMovedToAnotherStreamIsNotShown) {
    Posted secret = post("aus-bkk", {"BKK", false, {}, {"gbr-bkk"}});  // For GBR alone.
    Posted own = post("gbr-bkk", {"BKK"});                             // To move it into.
    net.run(3 * ms_second);
    ASSERT_TRUE(net.reads("gbr-bkk", secret.alert()));
    ASSERT_FALSE(net.reads("can-bkk", secret.alert()));

    const NodeIdentity& mallory = net.daemon("gbr-bkk").identity();
    const StreamId stream = own.parts[0].stream;
    auto stolen = parse_content(plain_at("gbr-bkk", secret.alert()));
    ASSERT_TRUE(stolen.ok());
    auto resealed = [&](const SignPublicKey& officer, const Signature& signature) {
        Certificate body{
            net.rng().bytes<OfficerId>(), "AUS/01", "officer", officer, mallory.id, net.now(),
            net.now().plus(ms_day)};
        auto certificate =
            certify_officer(mallory.network, body, mallory.generation, mallory.sign.sk);
        Bytes plain = encode_content(certificate, stolen->alert, stolen->operation, signature);
        StreamState after = state("gbr-bkk", stream);
        return seal_next(after, key_of("gbr-bkk", stream), mallory.sign.sk, plain);
    };
    VerifiedEntry moved = resealed(net.daemon("aus-bkk").officer().sign.pk, stolen->signature);
    push("gbr-bkk", "tha-bkk", {moved});
    net.run(20 * ms_second);
    for (const char* name : {"tha-bkk", "can-bkk"}) {
        EXPECT_EQ(state(name, stream).head, moved.header().seq) << name;  // It came, well signed.
        EXPECT_FALSE(net.reads(name, secret.alert())) << name;
        EXPECT_FALSE(
            net.daemon(name).node().index().meaning({stream, moved.header().seq}).has_value())
            << name;
    }
    EXPECT_TRUE(net.reads("gbr-bkk", secret.alert()));
}

// The same way under an officer's signature of its own: it is shown, so what was refused above was
// the colleague's signature. (A reader can always tell what it read, under its own name.)
TEST_F(CoreForgery, WhatAnOfficerSignsForItsOwnStreamIsShown) {
    Posted own = post("gbr-bkk", {"BKK"});
    net.run(3 * ms_second);
    const NodeIdentity& gbr = net.daemon("gbr-bkk").identity();
    const StreamId stream = own.parts[0].stream;
    auto content = parse_content(plain_at("gbr-bkk", own.alert()));
    auto operation = parse_operation(content->operation);
    AlertId alert = make_alert_id(net.now(), net.rng());
    operation->mutable_publish()->set_alert_id(alert.str());
    Bytes bytes = to_bytes(as_bytes(operation->SerializeAsString()));
    Signature by = sign(net.daemon("gbr-bkk").officer().sign.sk,
                        officer_message(gbr.network, stream, alert, bytes));
    StreamState after = state("gbr-bkk", stream);
    VerifiedEntry sealed = seal_next(after, key_of("gbr-bkk", stream), gbr.sign.sk,
                                     encode_content(content->certificate, alert, bytes, by));
    push("gbr-bkk", "tha-bkk", {sealed});
    net.run(20 * ms_second);
    EXPECT_TRUE(net.reads("tha-bkk", alert));
    EXPECT_TRUE(net.reads("can-bkk", alert));
}

// An alert that calls another party's its other part does not take that one's place in a list.
TEST_F(CoreForgery, NobodyHidesAnothersAlertByCallingItHisOtherPart) {
    proto::PrepareRequest counterfeit;
    proto::Alert& fraud = *counterfeit.mutable_operation()->mutable_publish();
    fraud.mutable_travel_fraud()->set_fraud_type("counterfeit");
    fraud.add_documents()->set_type("P");
    fraud.mutable_documents(0)->set_issuer("UTO");
    fraud.mutable_documents(0)->set_number("YA1234567");
    counterfeit.mutable_wish()->set_audience("BKK");
    counterfeit.mutable_wish()->set_except_host(true);  // Which reads of the document alone.
    auto posted = net.prepare_and_commit("aus-bkk", counterfeit);
    ASSERT_TRUE(posted.ok()) << posted.error().detail;
    const AlertId victim = posted->parts.at(1).alert;
    const Posted own = post("gbr-bkk", {"BKK"});
    net.run(3 * ms_second);
    const NodeIdentity& gbr = net.daemon("gbr-bkk").identity();
    const StreamId stream = own.parts[0].stream;
    auto content = parse_content(plain_at("gbr-bkk", own.alert()));
    const AlertId alert = make_alert_id(net.now(), net.rng());
    auto operation = parse_operation(content->operation);
    operation->mutable_publish()->set_alert_id(alert.str());
    proto::Link& link = *operation->mutable_publish()->add_links();
    link.set_type(std::string(link_other_part));
    link.set_alert_id(victim.str());
    const Bytes bytes = to_bytes(as_bytes(operation->SerializeAsString()));
    const Signature by = sign(net.daemon("gbr-bkk").officer().sign.sk,
                              officer_message(gbr.network, stream, alert, bytes));
    StreamState after = state("gbr-bkk", stream);
    push("gbr-bkk", "tha-bkk",
         {seal_next(after, key_of("gbr-bkk", stream), gbr.sign.sk,
                    encode_content(content->certificate, alert, bytes, by))});
    net.run(20 * ms_second);
    proto::Request list;
    list.mutable_list();
    auto listed = net.request("tha-bkk", std::move(list));
    ASSERT_TRUE(listed.ok());
    std::set<std::string> rows;
    for (const auto& row : listed->alerts().rows()) rows.insert(row.alert_id());
    EXPECT_TRUE(rows.contains(alert.str()));
    EXPECT_TRUE(rows.contains(victim.str()));
}

// Twenty alerts that the hub missed, as their origin would send them. `spoil` changes the bytes of
// the last; what becomes of them at the hub, and what it passes on.
class CatchUp : public CoreForgery {
   protected:
    void SetUp() override {
        first = post("aus-bkk", {"BKK"});
        net.run(3 * ms_second);
        stream = first.parts[0].stream;
        before = state("tha-bkk", stream).head;
        net.cut("aus-bkk", "tha-bkk");
        net.cut("aus-bkk", "coordinator-1");
        for (int i = 0; i < 20; ++i) missed.push_back(post("aus-bkk", {"BKK"}).alert());
        net.run(ms_second);
    }
    void catch_up(bool spoiled) {
        proto::SyncEntries frame;
        frame.set_stream_id(stream.str());
        auto entries = net.daemon("aus-bkk").store().range(stream, before.next(),
                                                           state("aus-bkk", stream).head, 1u << 20);
        ASSERT_EQ(entries->size(), missed.size());
        for (const UnverifiedEntry& entry : *entries)
            frame.add_entries()->set_entry(std::string(as_text(entry.bytes())));
        std::string* last = frame.mutable_entries(frame.entries_size() - 1)->mutable_entry();
        if (spoiled) (*last)[header_bytes + 5] ^= 1;  // In the signature.
        net.on_frame = [&](const SentFrame& sent) {
            if (sent.from != id("tha-bkk") || sent.to == id("gbr-bkk")) return;
            std::string_view bytes = as_text(sent.payload);
            for (const auto& item : frame.entries())
                forwarded += bytes.find(item.entry()) != std::string_view::npos ? 1u : 0u;
        };
        net.inject(id("gbr-bkk"), id("tha-bkk"), SyncType::put, frame.SerializeAsString());
        net.run(10 * ms_second);
        net.on_frame = nullptr;
        for (const AlertId& alert : missed) readable += net.reads("tha-bkk", alert) ? 1u : 0u;
    }
    Posted first;
    StreamId stream;
    Seq before;
    std::vector<AlertId> missed;
    std::size_t forwarded = 0;
    std::size_t readable = 0;
};

TEST_F(CatchUp, ABatchIsReadableAndForwarded) {
    catch_up(false);
    EXPECT_EQ(readable, missed.size());
    EXPECT_GE(forwarded, missed.size());
}

TEST_F(CatchUp, ABadLastSignatureReleasesNothingOfItsBatch) {
    catch_up(true);
    EXPECT_EQ(state("tha-bkk", stream).head, before);
    EXPECT_EQ(readable, 0u);
    EXPECT_EQ(forwarded, 0u);
    net.heal_all();  // And it does no harm: the origin supplies them.
    net.run(20 * ms_second);
    for (const AlertId& alert : missed) EXPECT_TRUE(net.reads("tha-bkk", alert));
}

// Who stole aus-bkk's node key and no officer's: what it seals in bulk is found before its officers
// were checked.
class StolenNodeKey : public CoreForgery {
   protected:
    void SetUp() override {
        known = post("aus-bkk", {"BKK"});
        net.run(3 * ms_second);
        stream = known.parts[0].stream;
        content = *parse_content(plain_at("aus-bkk", known.alert()));
        after = state("aus-bkk", stream);
        key.emplace(key_of("aus-bkk", stream));
        net.kill("aus-bkk");
    }
    // An operation that no officer signed.
    void forge(const AlertId& alert, const proto::Operation& operation) {
        Bytes bytes = to_bytes(as_bytes(operation.SerializeAsString()));
        Bytes plain = encode_content(content.certificate, alert, bytes, content.signature);
        forged.push_back(seal_next(after, *key, net.daemon("aus-bkk").identity().sign.sk, plain));
    }
    AlertId forge_publication() {
        auto operation = *parse_operation(content.operation);
        AlertId alert = make_alert_id(net.now(), net.rng());
        operation.mutable_publish()->set_alert_id(alert.str());
        forge(alert, operation);
        return alert;
    }
    void push_to(const std::string& node) { push("gbr-bkk", node, forged); }
    // What an officer is shown there.
    std::size_t rows_shown(const std::string& node) {
        proto::Request request;
        request.mutable_list()->set_limit(1000);
        return static_cast<std::size_t>(ask(node, request).alerts().rows_size());
    }
    std::size_t rows_found(const std::string& node, const std::string& word) {
        proto::Request request;
        request.mutable_search()->set_text(word);
        return static_cast<std::size_t>(ask(node, request).search().matches_size());
    }
    // At once, without a millisecond passing.
    proto::Response ask(const std::string& node, const proto::Request& request) {
        Daemon& daemon = net.daemon(node);
        Bytes bytes = answer_query(to_bytes(as_bytes(request.SerializeAsString())),
                                   {daemon.store(),
                                    daemon.node().index(),
                                    std::make_shared<const Directory>(daemon.node().directory()),
                                    daemon.id(),
                                    0,
                                    net.now(),
                                    {},
                                    net.now()});
        proto::Response response;
        EXPECT_TRUE(response.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
        return response;
    }
    // Every millisecond is looked at: the checks of a batch take no time here.
    bool until_unchecked(const std::string& node, std::size_t count) {
        for (int i = 0; i < 1000 && index(node).officers_unchecked() != count; ++i) net.run(1);
        return index(node).officers_unchecked() == count;
    }
    void boot_again(const std::string& node) {
        net.kill(node);
        net.start(node);
    }
    const Index& index(const std::string& node) { return net.daemon(node).node().index(); }

    Posted known;
    StreamId stream;
    SignedContent content;
    StreamState after;
    std::optional<EpochKey> key;
    std::vector<VerifiedEntry> forged;
};

TEST_F(StolenNodeKey, PublicationsInBulkAreShownToNobodyAndGo) {
    std::vector<AlertId> alerts;
    for (int i = 0; i < 10; ++i) alerts.push_back(forge_publication());
    push_to("tha-bkk");
    ASSERT_TRUE(until_unchecked("tha-bkk", alerts.size()));
    EXPECT_EQ(index("tha-bkk").officers_unchecked(), alerts.size());
    EXPECT_EQ(rows_shown("tha-bkk"), 1u);
    EXPECT_EQ(rows_found("tha-bkk", "CANARY"), 1u);
    net.run(5 * ms_second);
    EXPECT_EQ(index("tha-bkk").officers_unchecked(), 0u);
    for (const AlertId& alert : alerts) EXPECT_FALSE(index("tha-bkk").alert(alert).has_value());
    EXPECT_TRUE(net.reads("tha-bkk", known.alert()));
    boot_again("tha-bkk");
    net.run(5 * ms_second);
    for (const AlertId& alert : alerts) EXPECT_FALSE(index("tha-bkk").alert(alert).has_value());
}

// An officer who asks shall not wait behind a batch of them; they go on with the tick all the same.
TEST_F(StolenNodeKey, ChecksGiveWayToWhoAsks) {
    for (int i = 0; i < 200; ++i) forge_publication();
    push_to("tha-bkk");
    ASSERT_TRUE(until_unchecked("tha-bkk", 200));
    auto ask = [&] {
        proto::Request request;
        request.mutable_list()->set_limit(1);
        EXPECT_TRUE(net.request("tha-bkk", std::move(request)).ok());
    };
    for (int i = 0; i < 8; ++i) {  // Eight times the pause between two batches.
        ask();
        net.run(50);
    }
    EXPECT_GE(index("tha-bkk").officers_unchecked(), 100u);
    net.run(10 * ms_second);
    EXPECT_EQ(index("tha-bkk").officers_unchecked(), 0u);
}

TEST_F(StolenNodeKey, WhatWaitsForItsCheckWaitsAfterARestart) {
    for (int i = 0; i < 200; ++i) forge_publication();
    push_to("tha-bkk");
    ASSERT_TRUE(until_unchecked("tha-bkk", 200));
    for (int i = 0; i < 1000 && index("tha-bkk").officers_unchecked() == 200; ++i) net.run(1);
    const std::size_t left = index("tha-bkk").officers_unchecked();
    ASSERT_GT(left, 0u);
    boot_again("tha-bkk");
    EXPECT_EQ(index("tha-bkk").officers_unchecked(), left);
    net.run(10 * ms_second);
    EXPECT_EQ(index("tha-bkk").officers_unchecked(), 0u);
    EXPECT_EQ(index("tha-bkk").readable_alerts(), 1u);
}

TEST_F(StolenNodeKey, AWithdrawalInBulkIsCheckedBeforeItHidesAnything) {
    for (int i = 0; i < 10; ++i) forge_publication();
    proto::Operation operation;
    operation.mutable_withdraw()->set_reason("error");
    operation.mutable_withdraw()->set_revision(1);
    forge(known.alert(), operation);
    push_to("tha-bkk");
    for (int i = 0; i < 5000; ++i) {
        ASSERT_TRUE(net.reads("tha-bkk", known.alert())) << i << " ms";
        net.run(1);
    }
    EXPECT_EQ(state("tha-bkk", stream).head, forged.back().header().seq);
}

// Nor anything that is not here yet.
TEST_F(StolenNodeKey, AWithdrawalInBulkOfWhatHasNotComeYetIsCheckedToo) {
    for (int i = 0; i < 10; ++i) forge_publication();
    proto::Operation operation;
    operation.mutable_withdraw()->set_reason("error");
    operation.mutable_withdraw()->set_revision(1);
    const AlertId alert = make_alert_id(net.now(), net.rng());
    forge(alert, operation);
    push_to("tha-bkk");
    net.run(5 * ms_second);
    EXPECT_EQ(state("tha-bkk", stream).head, forged.back().header().seq);
    EXPECT_FALSE(index("tha-bkk").alert(alert).has_value());
}

// Nor does a publication under an id that is taken.
TEST_F(StolenNodeKey, APublicationOfAKnownAlertIsCheckedAtOnce) {
    for (int i = 0; i < 10; ++i) forge_publication();
    auto operation = *parse_operation(content.operation);
    operation.mutable_publish()->set_revision(7);
    forge(known.alert(), operation);
    push_to("tha-bkk");
    for (int i = 0; i < 2000; ++i) {
        ASSERT_EQ(index("tha-bkk").alert(known.alert())->revision, 1u) << i << " ms";
        net.run(1);
    }
}

// An author must not be kept out by its own alert's id, held by what no officer signed; nor wait
// until all that came before it was checked.
TEST_F(StolenNodeKey, WhoHoldsAnAuthorsIdUncheckedIsCheckedFirst) {
    const StreamId its_stream = post("gbr-bkk", {"BKK"}).parts[0].stream;
    net.run(3 * ms_second);
    const Seq before = state("gbr-bkk", its_stream).head;
    net.filter = [&](const SentFrame& sent) { return sent.from == id("gbr-bkk"); };
    const AlertId alert = post("gbr-bkk", {"BKK"}).alert();
    net.run(10);
    net.filter = nullptr;
    constexpr std::size_t backlog = 300;  // A quarter of a second of checks.
    for (std::size_t i = 0; i < backlog; ++i) forge_publication();
    auto operation = *parse_operation(content.operation);
    operation.mutable_publish()->set_alert_id(alert.str());
    forge(alert, operation);
    push_to("tha-bkk");
    ASSERT_TRUE(until_unchecked("tha-bkk", backlog + 1));
    ASSERT_EQ(index("tha-bkk").alert(alert)->origin, id("aus-bkk"));
    proto::SyncEntries frame;
    frame.set_stream_id(its_stream.str());
    auto entries = net.daemon("gbr-bkk").store().range(its_stream, before.next(),
                                                       state("gbr-bkk", its_stream).head, 1u << 20);
    for (const UnverifiedEntry& entry : *entries)
        frame.add_entries()->set_entry(std::string(as_text(entry.bytes())));
    net.inject(id("gbr-bkk"), id("tha-bkk"), SyncType::put, frame.SerializeAsString());
    net.run(120);
    EXPECT_GT(index("tha-bkk").officers_unchecked(), backlog / 6);
    ASSERT_TRUE(net.reads("tha-bkk", alert));
    EXPECT_EQ(index("tha-bkk").alert(alert)->origin, id("gbr-bkk"));
}

// A reader has the epoch's key and can chain what it likes; the origin's signature it can't make.
TEST_F(CatchUp, Row40AForgedRunOfAnothersStreamIsNotTaken) {
    StreamState after = state("gbr-bkk", stream);
    EpochKey key = key_of("gbr-bkk", stream);
    Bytes plain = plain_at("gbr-bkk", first.alert());
    std::vector<VerifiedEntry> forged;
    for (int i = 0; i < 20; ++i)
        forged.push_back(seal_next(after, key, net.daemon("gbr-bkk").identity().sign.sk, plain));
    push("gbr-bkk", "tha-bkk", forged);
    net.run(5 * ms_second);
    for (const char* name : {"tha-bkk", "can-bkk", "coordinator-1"})
        EXPECT_EQ(state(name, stream).head, before) << name;
}

}  // namespace
}  // namespace rilon
