// History grants: who reads what was sealed before it could, who does not, and that nothing of a
// grant is left when its work is done.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "node/sync.pb.h"
#include "protocol/alert.h"
#include "protocol/history.h"
#include "protocol/officer.h"
#include "protocol/short_id.h"
#include "protocol/slot.h"
#include "tests/support/test_net.h"

namespace rilon {
namespace {

// Australia has a node in each RILON; Italy joins in Bangkok.
const Founded& founded() {
    static const Founded one = [] {
        FoundingOptions options;
        options.spares = {"ITA"};
        return Founded(options);
    }();
    return one;
}

constexpr const char* joiner = "ita-bkk";

class CoreHistory : public testing::Test {
   protected:
    CoreHistory() : net(founded(), 41) {
        net.add_all();
        net.start_all();
        net.run(5 * ms_second);
    }
    ~CoreHistory() override {
        for (const auto& what : net.broken()) ADD_FAILURE() << what;
    }
    NodeId id(const std::string& name) { return net.daemon(name).id(); }
    const MemoryDisk& disk(const std::string& node) { return net.daemon(node).disk(); }
    MemoryStore& store(const std::string& node) { return net.daemon(node).store(); }

    // --- what people do ---
    Posted post(const std::string& node, const PostWish& wish) {
        auto posted = net.post(node, wish, "canary " + std::to_string(++texts));
        EXPECT_TRUE(posted.ok()) << (posted.ok() ? "" : posted.error().detail);
        net.run(3 * ms_second);
        return posted.ok() ? *posted : Posted{};
    }
    // Of an Italian: no Italian node may read it.
    Posted post_about_an_italian(const std::string& node) {
        proto::PrepareRequest what;
        proto::Alert& alert = *what.mutable_operation()->mutable_publish();
        alert.mutable_travel_fraud()->set_fraud_type("impostor");
        proto::DocumentRecord& document = *alert.add_documents();
        document.set_type("P");
        document.set_issuer("ITA");
        document.set_number("YA1234567");
        proto::PersonRecord& person = *alert.add_persons();
        person.set_role("subject");
        proto::Identity& name = *person.add_identities();
        name.set_type("claimed");
        name.set_primary("CANARY");
        proto::Nationality& nationality = *person.add_nationalities();
        nationality.set_code("ITA");
        nationality.set_basis("claimed");
        what.mutable_wish()->set_audience("BKK");
        auto posted = net.prepare_and_commit(node, what);
        EXPECT_TRUE(posted.ok()) << (posted.ok() ? "" : posted.error().detail);
        net.run(3 * ms_second);
        return posted.ok() ? *posted : Posted{};
    }
    void join() {
        const TestNode& spare = net.network().node(joiner);
        proto::SignedRequest request = net.network().request(spare);
        Status done = net.submit([&](Drafter& d) { return d.add_node(request); },
                                 net.network().admitters("ITA", "BKK"));
        ASSERT_TRUE(done.ok()) << done.error().detail;
        net.enrol(joiner);
        net.start(joiner);
        net.run(30 * ms_second);
    }
    proto::PrepareRequest wish(const std::string& to) {
        proto::PrepareRequest what;
        what.mutable_operation()->mutable_history();
        what.mutable_history()->set_node(to);
        return what;
    }
    Result<proto::HistoryPreview> preview(const std::string& by, const std::string& to) {
        proto::Request request;
        *request.mutable_prepare() = wish(to);
        auto shown = net.request(by, std::move(request));
        if (!shown.ok()) return shown.error();
        return shown->prepared().history();
    }
    // Would a grant to the joiner have this entry?
    bool lists(const std::string& by, const ListedEntry& entry) {
        proto::Request request;
        *request.mutable_prepare() = wish(joiner);
        auto shown = net.request(by, std::move(request));
        if (!shown.ok()) return false;
        for (const auto& part : shown->prepared().parts()) {
            auto operation = parse_operation(as_bytes(part.operation()));
            auto list = parse_history(operation->history());
            const auto& all = list->entries;
            if (std::find(all.begin(), all.end(), entry) != all.end()) return true;
        }
        return false;
    }
    Result<Posted> give(const std::string& by, const std::string& to) {
        return net.prepare_and_commit(by, wish(to));
    }
    // The place of the newest grant of this node.
    ListedEntry given(const std::string& by, const Posted& grant) {
        const StreamId& stream = grant.parts.front().stream;
        ListedEntry out{stream, {}};
        for (const auto& [at, entry] : disk(by).entries)
            if (at.first == stream && entry.entry.header().kind == EntryKind::content)
                out.seq = at.second;
        return out;
    }
    EntryRef entry_of(const std::string& node, const AlertId& alert) {
        return net.daemon(node).node().index().alert(alert)->revisions.back();
    }
    std::size_t listed(const std::string& node) {
        proto::Request request;
        request.mutable_list();
        auto answer = net.request(node, std::move(request));
        return answer.ok() ? static_cast<std::size_t>(answer->alerts().rows_size()) : 0;
    }
    bool shows(const std::string& node, const AlertId& alert) {
        proto::Request request;
        request.mutable_show()->set_alert(alert.hex());
        auto shown = net.request(node, std::move(request));
        return shown.ok() && shown->show().row().has_alert();
    }

    // Gives the joiner all entries of a stream, no slots.
    void hand_over(const std::string& from, const StreamId& stream) {
        proto::SyncEntries frame;
        frame.set_stream_id(stream.str());
        for (const auto& [at, entry] : disk(from).entries)
            if (at.first == stream)
                frame.add_entries()->set_entry(std::string(as_text(entry.entry.bytes())));
        frame.set_head(disk(from).streams.at(stream).head.value);
        net.inject(id("coordinator-1"), id(joiner), SyncType::put, frame.SerializeAsString());
        net.run(5 * ms_second);
    }

    // --- what is left of a grant ---
    bool nothing_left(const std::string& node, const ListedEntry& place) {
        const MemoryDisk& on = disk(node);
        const auto& entry = on.entries.at({place.stream, place.seq});
        const Epoch epoch = entry.entry.header().epoch;
        bool slots = std::any_of(on.slots.begin(), on.slots.end(), [&](const auto& slot) {
            return std::get<0>(slot.first) == place.stream && std::get<1>(slot.first) == epoch;
        });
        auto k = on.epochs.find({place.stream, epoch});
        return entry.body == MemoryDisk::Body::erased &&
               !on.entry_keys.contains({place.stream, place.seq}) && !slots &&
               (k == on.epochs.end() || !k->second.key.has_value()) &&
               !store(node).entry_key(place.stream, place.seq).ok();
    }
    bool gone(const std::string& node, const EntryRef& ref) {
        return disk(node).entries.at({ref.stream, ref.seq}).body == MemoryDisk::Body::erased;
    }
    // Only headers of it are anywhere but in the grant's own entry: no search record names it.
    bool indexed(const std::string& node, const ListedEntry& place) {
        const MemoryDisk& on = disk(node);
        return net.daemon(node).node().index().meaning({place.stream, place.seq}).has_value() ||
               std::any_of(on.search.begin(), on.search.end(), [&](const auto& row) {
                   return row.second.stream == place.stream && row.second.seq == place.seq;
               });
    }
    void keep_from(const std::string& node, SyncType type) {
        net.filter = [this, node, type](const SentFrame& frame) {
            return frame.from == id(node) && frame.head.type == type;
        };
    }

    TestNet net;
    int texts = 0;
};

// Somebody who recorded every ciphertext there ever was, and seizes machines: what can he open?
class Seizure {
   public:
    explicit Seizure(TestNet& net) : net_(net) {}

    void record(const std::string& node) {
        for (const auto& [at, entry] : net_.daemon(node).disk().entries)
            if (entry.body == MemoryDisk::Body::present)
                recorded_.insert_or_assign({at.first, at.second}, entry.entry);
    }
    // Their disks and keys, as they are now.
    bool opens(const std::vector<std::string>& machines, const EntryRef& wanted) {
        keys_.clear();
        for (const std::string& node : machines) take(node, machines);
        while (open_grants()) continue;
        return plain({wanted.stream, wanted.seq}).has_value();
    }

   private:
    void take(const std::string& node, const std::vector<std::string>& machines) {
        const MemoryDisk& disk = net_.daemon(node).disk();
        for (const auto& [at, key] : disk.entry_keys)
            keys_[{at.first, at.second}] = Bytes(key.begin(), key.end());
        for (const auto& [at, epoch] : disk.epochs)
            if (epoch.key.has_value()) derive(at.first, at.second, EpochKey(ByteView(*epoch.key)));
        for (const auto& [at, slot] : disk.slots)
            for (const std::string& other : machines) open(slot.slot, other);
    }
    void open(const Slot& slot, const std::string& node) {
        const NodeIdentity& identity = net_.daemon(node).identity();
        const StreamState& stream = net_.daemon(node).disk().streams.contains(slot.stream)
                                        ? net_.daemon(node).disk().streams.at(slot.stream)
                                        : none_;
        const NodeRecord* origin = net_.coordinator().node().directory().now().node(stream.origin);
        if (origin == nullptr) return;
        for (const auto& pair : identity.enc) {
            SlotEnds ends{identity.network, slot.stream,    slot.epoch,
                          stream.origin,    origin->enc_pk, pair.pk};
            for (const PskEntry& psk : identity.psks)
                if (auto key = open_slot(slot, ends, pair.sk, psk); key.ok())
                    derive(slot.stream, slot.epoch, *key);
        }
    }
    void derive(const StreamId& stream, Epoch epoch, const EpochKey& key) {
        for (const auto& [at, entry] : recorded_)
            if (at.stream == stream && entry.header().epoch == epoch)
                keys_[at] = to_bytes(entry_key(key, stream, at.seq).expose());
    }
    std::optional<Bytes> plain(const ListedEntry& at) {
        auto entry = recorded_.find(at);
        auto key = keys_.find(at);
        if (entry == recorded_.end() || key == keys_.end()) return std::nullopt;
        auto trusted = trust_stored(entry->second, entry->second.id());
        if (!trusted.ok()) return std::nullopt;
        auto opened = open_body(*trusted, EntryKey(ByteView(key->second)));
        return opened.ok() ? std::optional(*opened) : std::nullopt;
    }
    // True while grants bring keys.
    bool open_grants() {
        std::size_t before = keys_.size();
        std::vector<ListedEntry> places;
        for (const auto& [at, entry] : recorded_) places.push_back(at);
        for (const ListedEntry& at : places) {
            auto text = plain(at);
            auto content = text ? parse_content(*text) : Result<SignedContent>(Errc::malformed, "");
            if (!content.ok()) continue;
            auto operation = parse_operation(content->operation);
            if (!operation.ok() || !operation->has_history()) continue;
            auto list = parse_history(operation->history());
            auto keys = parse_history_keys(*text, list->entries.size());
            for (std::size_t i = 0; keys.ok() && i < keys->size(); ++i)
                keys_.try_emplace(list->entries[i], to_bytes(keys->at(i).expose()));
        }
        return keys_.size() > before;
    }

    TestNet& net_;
    const StreamState none_{};
    std::map<ListedEntry, UnverifiedEntry> recorded_;
    std::map<ListedEntry, Bytes> keys_;
};

// --- who reads -------------------------------------------------------------------------------

TEST_F(CoreHistory, AJoinerReadsNothingEarlierAndAfterAGrantItDoes) {
    Posted early = post("aus-bkk", {"BKK"});
    Posted derived = post("aus-bkk", {"BKK", false, {"GBR"}});
    join();
    ASSERT_FALSE(net.reads(joiner, early.alert()));
    EntryRef ref = entry_of("aus-bkk", early.alert());
    ASSERT_EQ(disk(joiner).entries.at({ref.stream, ref.seq}).body, MemoryDisk::Body::present);
    auto shown = preview("aus-bkk", joiner);
    ASSERT_TRUE(shown.ok()) << shown.error().detail;
    EXPECT_EQ(shown->alerts(), 2u);
    EXPECT_EQ(shown->party(), "ITA");
    ASSERT_TRUE(give("aus-bkk", joiner).ok());
    net.run(20 * ms_second);
    EXPECT_TRUE(shows(joiner, early.alert()));
    EXPECT_TRUE(shows(joiner, derived.alert()));
    EXPECT_EQ(listed(joiner), 2u);
    const auto& audit = disk("aus-bkk").audit;
    EXPECT_TRUE(std::any_of(audit.begin(), audit.end(), [](const AuditRow& row) {
        return row.action == "history" && row.detail == "to ita-bkk: 2 alerts";
    }));
    // And so it stays.
    net.kill(joiner);
    net.start(joiner);
    net.run(10 * ms_second);
    EXPECT_TRUE(shows(joiner, early.alert()));
    ASSERT_TRUE(net.withdraw("aus-bkk", early.alert()).ok());
    net.run(10 * ms_second);
    EXPECT_TRUE(net.withdrawn(joiner, early.alert()));
    EXPECT_TRUE(gone(joiner, ref));
}

TEST_F(CoreHistory, ItArrivesAsNewInTheFeed) {
    Posted early = post("aus-bkk", {"BKK"});
    join();
    proto::Request request;
    request.mutable_feed()->set_from_now(true);
    auto now = net.request(joiner, std::move(request));
    ASSERT_TRUE(now.ok());
    ASSERT_TRUE(give("aus-bkk", joiner).ok());
    net.run(20 * ms_second);
    proto::Request after;
    after.mutable_feed()->set_after(now->feed().cursor());
    auto page = net.request(joiner, std::move(after));
    ASSERT_TRUE(page.ok());
    ASSERT_EQ(page->feed().events_size(), 1);  // The alert, and nothing of the grant.
    EXPECT_EQ(page->feed().events(0).type(), "published");
    EXPECT_EQ(page->feed().events(0).row().alert_id(), early.alert().str());
}

TEST_F(CoreHistory, AnotherNodeOfTheAuthorsPartyMayGiveItAThirdMayNot) {
    Posted early = post("aus-bkk", {"network"});
    join();
    auto third = preview("gbr-bkk", joiner);
    ASSERT_FALSE(third.ok());
    EXPECT_NE(third.error().detail.find("nothing to give"), std::string::npos);
    EXPECT_NE(third.error().detail.find("other parties': 1"), std::string::npos);
    ASSERT_TRUE(give("aus-kul", joiner).ok());
    net.run(20 * ms_second);
    EXPECT_TRUE(shows(joiner, early.alert()));
}

TEST_F(CoreHistory, WhatTheReleaseRuleWithholdsIsNotGiven) {
    Posted open = post("aus-bkk", {"BKK"});
    Posted theirs = post_about_an_italian("aus-bkk");
    join();
    auto shown = preview("aus-bkk", joiner);
    ASSERT_TRUE(shown.ok()) << shown.error().detail;
    EXPECT_EQ(shown->alerts(), 1u);
    ASSERT_EQ(shown->withheld_size(), 1);
    EXPECT_NE(shown->withheld(0).why().find("claimed"), std::string::npos);
    EXPECT_EQ(shown->withheld(0).alerts(), 1u);
    ASSERT_TRUE(give("aus-bkk", joiner).ok());
    net.run(20 * ms_second);
    EXPECT_TRUE(shows(joiner, open.alert()));
    EXPECT_FALSE(net.reads(joiner, theirs.alert()));
}

TEST_F(CoreHistory, WhatIsAskedForWronglyIsRefusedWithTheReason) {
    post("aus-bkk", {"BKK"});
    auto refusal = [&](const std::string& to) {
        auto shown = preview("aus-bkk", to);
        return shown.ok() ? std::string() : shown.error().detail;
    };
    EXPECT_NE(refusal("nobody").find("no node"), std::string::npos);
    EXPECT_NE(refusal("aus-bkk").find("name the node"), std::string::npos);
    EXPECT_NE(refusal(joiner).find("no node"), std::string::npos);
    join();
    Status done = net.submit([&](Drafter& d) { return d.suspend(id(joiner), "lost", true); },
                             {&net.network().rso(0)});
    ASSERT_TRUE(done.ok()) << done.error().detail;
    net.run(5 * ms_second);
    EXPECT_NE(refusal(joiner).find("suspended"), std::string::npos);
}

// --- a restored origin -----------------------------------------------------------------------

TEST_F(CoreHistory, ARestoredOriginReadsItsLaterEntriesAgain) {
    post("aus-bkk", {"BKK"});
    auto copy = net.daemon("aus-bkk").backup();
    net.sleep(8 * ms_day);  // A new epoch: its K is in no copy.
    Posted lost = post("aus-bkk", {"BKK"});
    net.run(5 * ms_second);
    net.kill("aus-bkk");
    net.daemon("aus-bkk").restore(*copy, LeaseAfter::equal);
    net.start("aus-bkk");
    net.run(30 * ms_second);
    ASSERT_FALSE(net.reads("aus-bkk", lost.alert()));
    auto warns = [&](const std::string& of) {
        proto::Request request;
        request.mutable_status();
        auto status = net.request("aus-bkk", std::move(request));
        const auto& all = status->status().warnings();
        return std::any_of(all.begin(), all.end(), [&](const std::string& one) {
            return one.find(of) != std::string::npos;
        });
    };
    EXPECT_TRUE(warns("1 entries that this node wrote"));
    EXPECT_TRUE(warns("rilon history aus-bkk"));
    ASSERT_TRUE(give("gbr-bkk", "aus-bkk").ok());  // Any reader's.
    net.run(20 * ms_second);
    EXPECT_TRUE(shows("aus-bkk", lost.alert()));
    EXPECT_FALSE(warns("entries that this node wrote"));
    EntryRef ref = entry_of("gbr-bkk", lost.alert());
    ASSERT_TRUE(net.withdraw("aus-bkk", lost.alert()).ok());
    net.run(20 * ms_second);
    EXPECT_TRUE(net.withdrawn("gbr-bkk", lost.alert()));
    EXPECT_TRUE(gone("gbr-bkk", ref));
    EXPECT_TRUE(gone("aus-bkk", ref));
}

// --- nothing is left -------------------------------------------------------------------------

TEST_F(CoreHistory, NothingIsLeftOfAGrantWhenItsKeysAreTaken) {
    Posted early = post("aus-bkk", {"BKK"});
    join();
    auto grant = give("aus-bkk", joiner);
    ASSERT_TRUE(grant.ok()) << grant.error().detail;
    const ListedEntry place = given("aus-bkk", *grant);
    ASSERT_FALSE(nothing_left("aus-bkk", place));
    ASSERT_TRUE(net.run_until([&] { return net.reads(joiner, early.alert()); }, 20 * ms_second));
    net.run(30 * ms_second);
    for (const char* node : {"aus-bkk", joiner}) {
        EXPECT_TRUE(nothing_left(node, place)) << node;
        EXPECT_FALSE(indexed(node, place)) << node;
        for (const auto& [at, epoch] : disk(node).epochs)
            EXPECT_FALSE(at.first == place.stream && epoch.key.has_value()) << node;
    }
    EXPECT_EQ(disk("coordinator-1").entries.at({place.stream, place.seq}).body,
              MemoryDisk::Body::erased);
    EXPECT_TRUE(disk("aus-bkk").private_values.at("history-given").empty());
    EXPECT_TRUE(disk(joiner).private_values.at("history-taken").empty());
    EXPECT_FALSE(disk("gbr-bkk").streams.contains(place.stream));
    // The next posting to that node alone is read as ever.
    net.kill(joiner);
    net.start(joiner);
    net.run(10 * ms_second);
    Posted later = post("aus-bkk", {"network", false, {}, {joiner}});
    EXPECT_EQ(later.parts.front().stream, place.stream);
    EXPECT_TRUE(shows(joiner, later.alert()));
    EXPECT_TRUE(nothing_left(joiner, place));
    EXPECT_TRUE(shows(joiner, early.alert()));
}

TEST_F(CoreHistory, Row59AWithdrawnAlertIsInNoGrantThatIsSeized) {
    Posted early = post("aus-bkk", {"BKK"});
    Posted stays = post("aus-bkk", {"BKK"});
    join();
    const EntryRef ref = entry_of("aus-bkk", early.alert());
    const EntryRef other = entry_of("aus-bkk", stays.alert());
    keep_from(joiner, SyncType::ack);  // It is never told that the keys were taken.
    auto grant = give("aus-bkk", joiner);
    ASSERT_TRUE(grant.ok()) << grant.error().detail;
    const ListedEntry place = given("aus-bkk", *grant);
    Seizure thief(net);
    for (const char* node : {"aus-bkk", joiner}) thief.record(node);
    ASSERT_TRUE(thief.opens({"aus-bkk"}, ref));  // The alert's own key is there yet.
    net.run(20 * ms_second);
    ASSERT_TRUE(net.reads(joiner, early.alert()));
    for (const char* node : {"aus-bkk", joiner}) thief.record(node);
    ASSERT_TRUE(net.withdraw("aus-bkk", early.alert()).ok());
    EXPECT_TRUE(nothing_left("aus-bkk", place));  // At once.
    net.run(10 * ms_second);
    EXPECT_FALSE(thief.opens({"aus-bkk", joiner}, ref));
    EXPECT_TRUE(thief.opens({"aus-bkk", joiner}, other));
    EXPECT_TRUE(shows(joiner, stays.alert()));
}

// The keys were not taken yet: the joiner was down, and gets the withdrawal with the grant.
TEST_F(CoreHistory, Row59WithdrawnWhileTheGrantWaitsItsKeysAreTakenByNobody) {
    Posted early = post("aus-bkk", {"BKK"});
    join();
    const EntryRef ref = entry_of("aus-bkk", early.alert());
    net.kill(joiner);
    auto grant = give("aus-bkk", joiner);
    ASSERT_TRUE(grant.ok()) << grant.error().detail;
    const ListedEntry place = given("aus-bkk", *grant);
    net.run(5 * ms_second);
    Seizure thief(net);
    for (const char* node : {"aus-bkk", joiner, "coordinator-1"}) thief.record(node);
    ASSERT_TRUE(thief.opens({"aus-bkk", joiner}, {place.stream, place.seq}));
    ASSERT_TRUE(net.withdraw("aus-bkk", early.alert()).ok());
    net.run(5 * ms_second);
    net.start(joiner);
    net.run(30 * ms_second);
    EXPECT_FALSE(net.reads(joiner, early.alert()));
    EXPECT_FALSE(store(joiner).entry_key(ref.stream, ref.seq).ok());
    EXPECT_FALSE(thief.opens({"aus-bkk", joiner}, ref));
    EXPECT_FALSE(thief.opens({"aus-bkk", joiner}, {place.stream, place.seq}));
}

// A grant whose slot comes after its redact: it is read once more, and destroyed untaken.
TEST_F(CoreHistory, AGrantThatWasTakenBackBeforeItsSlotCameIsDestroyedUnread) {
    Posted early = post("aus-bkk", {"BKK"});
    join();
    const EntryRef ref = entry_of("aus-bkk", early.alert());
    net.filter = [&](const SentFrame& frame) {  // No slot gets to it.
        if (frame.to != id(joiner)) return false;
        proto::SyncEntries entries;
        const bool carries =
            (frame.head.type == SyncType::put || frame.head.type == SyncType::push) &&
            entries.ParseFromArray(frame.payload.data(), int(frame.payload.size()));
        return frame.head.type == SyncType::slots || (carries && entries.slots_size() > 0);
    };
    auto grant = give("aus-bkk", joiner);
    ASSERT_TRUE(grant.ok()) << grant.error().detail;
    const ListedEntry place = given("aus-bkk", *grant);
    auto slots = store("aus-bkk").slots(
        place.stream, disk("aus-bkk").entries.at({place.stream, place.seq}).entry.header().epoch);
    ASSERT_EQ(slots->size(), 1u);
    hand_over("aus-bkk", place.stream);
    ASSERT_EQ(disk(joiner).entries.at({place.stream, place.seq}).body, MemoryDisk::Body::present);
    ASSERT_FALSE(store(joiner).entry_key(place.stream, place.seq).ok());
    ASSERT_TRUE(net.withdraw("aus-bkk", early.alert()).ok());
    net.run(20 * ms_second);
    net.filter = nullptr;
    net.run(20 * ms_second);
    proto::SyncSlots frame;  // From whoever kept it.
    frame.set_stream_id(place.stream.str());
    frame.set_epoch(slots->front().epoch.value);
    frame.add_slots(std::string(as_text(encode_slot(slots->front()))));
    net.inject(id("aus-bkk"), id(joiner), SyncType::slots, frame.SerializeAsString());
    net.run(30 * ms_second);
    EXPECT_TRUE(nothing_left(joiner, place));
    EXPECT_FALSE(net.reads(joiner, early.alert()));
    EXPECT_FALSE(store(joiner).entry_key(ref.stream, ref.seq).ok());
}

TEST_F(CoreHistory, NotTakenForFourteenDaysAGrantGoes) {
    post("aus-bkk", {"BKK"});
    join();
    net.kill(joiner);
    auto grant = give("aus-bkk", joiner);
    ASSERT_TRUE(grant.ok());
    const ListedEntry place = given("aus-bkk", *grant);
    net.sleep(13 * ms_day);
    EXPECT_FALSE(nothing_left("aus-bkk", place));
    net.sleep(ms_day + ms_hour);
    EXPECT_TRUE(nothing_left("aus-bkk", place));
}

TEST_F(CoreHistory, MoreThanAnEntryHoldsComesInPartsAndNoneIsLeft) {
    std::vector<AlertId> early;
    for (std::size_t i = 0; i < history_keys_max + 5; ++i) {
        auto posted = net.post("aus-bkk", {"BKK"}, "canary " + std::to_string(i));
        ASSERT_TRUE(posted.ok()) << posted.error().detail;
        early.push_back(posted->alert());
    }
    join();
    ASSERT_FALSE(net.reads(joiner, early.front()));
    auto grant = give("aus-bkk", joiner);
    ASSERT_TRUE(grant.ok()) << grant.error().detail;
    ASSERT_EQ(grant->parts.size(), 2u);
    const ListedEntry last = given("aus-bkk", *grant);
    net.run(ms_minute);
    for (const AlertId& one : early) ASSERT_TRUE(net.reads(joiner, one));
    std::size_t grants = 0;
    for (const auto& [at, entry] : disk("aus-bkk").entries) {
        if (at.first != last.stream || entry.entry.header().kind != EntryKind::content) continue;
        ++grants;
        for (const char* node : {"aus-bkk", joiner})
            EXPECT_TRUE(nothing_left(node, {at.first, at.second})) << node;
    }
    EXPECT_EQ(grants, 2u);
}

// Its granter is away when it starts again: the slot is at the coordinator still, K is not wanted.
TEST_F(CoreHistory, AfterARestartTheKeyOfAGrantThatIsOverIsNotFetchedAgain) {
    Posted early = post("aus-bkk", {"BKK"});
    join();
    keep_from(joiner, SyncType::ack);
    auto grant = give("aus-bkk", joiner);
    ASSERT_TRUE(grant.ok());
    const ListedEntry place = given("aus-bkk", *grant);
    net.run(20 * ms_second);
    ASSERT_TRUE(nothing_left(joiner, place));
    net.kill("aus-bkk");
    const Epoch epoch = disk(joiner).streams.at(place.stream).epoch;
    ASSERT_TRUE(disk(joiner).streams.at(place.stream).epoch_open);  // No redact came.
    ASSERT_FALSE(store("coordinator-1").slots(place.stream, epoch)->empty());
    net.kill(joiner);
    std::size_t keys = 0;
    net.daemon(joiner).on_batch = [&](const Batch& batch) {
        for (const StoreOp& op : batch) {
            const auto* key = std::get_if<PutEpochKey>(&op);
            keys += key != nullptr && key->stream == place.stream ? 1u : 0u;
        }
    };
    net.start(joiner);
    net.run(ms_minute);
    EXPECT_EQ(keys, 0u);
    EXPECT_TRUE(nothing_left(joiner, place));
    EXPECT_TRUE(shows(joiner, early.alert()));
}

// --- crashes ---------------------------------------------------------------------------------

TEST_F(CoreHistory, ACrashAtAnyStepIsGoneOnFrom) {
    std::vector<Posted> early;
    for (int i = 0; i < 3; ++i) early.push_back(post("aus-bkk", {"BKK"}));
    join();
    auto grant = give("aus-bkk", joiner);
    ASSERT_TRUE(grant.ok());
    const ListedEntry place = given("aus-bkk", *grant);
    net.quality.crash_per_mille = 150;  // Before or after the commit of every seventh turn.
    net.run(2 * ms_minute);
    net.quality.crash_per_mille = 0;
    EXPECT_GT(net.faults.total(), 50u);
    net.run(ms_minute);
    for (const Posted& one : early) EXPECT_TRUE(shows(joiner, one.alert()));
    for (const char* node : {"aus-bkk", joiner}) EXPECT_TRUE(nothing_left(node, place)) << node;
}

TEST_F(CoreHistory, WhatComesLateIsTakenWhenItComes) {
    Posted early = post("aus-bkk", {"BKK"});
    const EntryRef ref = entry_of("aus-bkk", early.alert());
    net.filter = [&](const SentFrame& frame) {  // Nothing of the alert's stream gets to it.
        proto::SyncEntries entries;
        return net.daemons().contains(joiner) && frame.to == id(joiner) &&
               (frame.head.type == SyncType::put || frame.head.type == SyncType::push) &&
               entries.ParseFromArray(frame.payload.data(), int(frame.payload.size())) &&
               entries.stream_id() == ref.stream.str();
    };
    join();
    auto grant = give("aus-bkk", joiner);
    ASSERT_TRUE(grant.ok());
    const ListedEntry place = given("aus-bkk", *grant);
    net.run(ms_minute);
    ASSERT_FALSE(net.reads(joiner, early.alert()));
    EXPECT_EQ(disk(joiner).entries.at({place.stream, place.seq}).body, MemoryDisk::Body::present);
    net.filter = nullptr;
    net.run(2 * ms_minute);
    EXPECT_TRUE(shows(joiner, early.alert()));
    EXPECT_TRUE(nothing_left(joiner, place));
    EXPECT_TRUE(nothing_left("aus-bkk", place));
}

// --- forged grants ---------------------------------------------------------------------------

// As a node that has other rules would seal it: to the joiner alone, well signed by its officer.
class ForgedHistory : public CoreHistory {
   protected:
    // `by` seals these keys in its stream to the joiner.
    ListedEntry forge(const std::string& by, const std::vector<ListedEntry>& entries,
                      const std::vector<EntryKey>& keys) {
        Posted own = post(by, {"network", false, {}, {joiner}});
        const StreamId stream = own.parts.front().stream;
        Daemon& mallory = net.daemon(by);
        const NodeIdentity& me = mallory.identity();
        proto::Operation operation;
        *operation.mutable_history() = encode_history({id(joiner), entries});
        Bytes bytes = to_bytes(as_bytes(operation.SerializeAsString()));
        Certificate body{net.rng().bytes<OfficerId>(), "LO-9", "officer",
                         mallory.officer().sign.pk,    me.id,  net.now(),
                         net.now().plus(ms_day)};
        auto certificate = certify_officer(me.network, body, me.generation, me.sign.sk);
        const AlertId alert = make_alert_id(net.now(), net.rng());
        Signature signature =
            sign(mallory.officer().sign.sk, officer_message(me.network, stream, alert, bytes));
        StreamState state = mallory.disk().streams.at(stream);
        auto k = mallory.store().epoch_key(stream, state.epoch);
        EXPECT_TRUE(k.ok() && k->has_value());
        auto made = seal({EntryKind::content, Precedence::routine, state.dir_seq,
                          encode_content(certificate, alert, bytes, signature, keys)},
                         state, {me.sign.sk, me.generation}, &**k, net.rng().bytes<Nonce24>());
        EXPECT_TRUE(made.ok());
        const ListedEntry place{stream, made->header().seq};
        proto::SyncEntries frame;
        frame.set_stream_id(stream.str());
        frame.add_entries()->set_entry(std::string(as_text(made->bytes())));
        frame.set_head(place.seq.value);
        net.inject(id("coordinator-1"), id(joiner), SyncType::put, frame.SerializeAsString());
        net.run(30 * ms_second);
        EXPECT_TRUE(disk(joiner).entries.contains({place.stream, place.seq}));
        EXPECT_EQ(disk(joiner).entries.at({place.stream, place.seq}).body,
                  MemoryDisk::Body::erased);  // Looked at, and over.
        return place;
    }
    EntryKey key_of(const std::string& node, const EntryRef& ref) {
        auto key = store(node).entry_key(ref.stream, ref.seq);
        EXPECT_TRUE(key.ok());
        return std::move(*key);
    }
};

TEST_F(ForgedHistory, AnotherPartysAlertIsNotTakenFromAThird) {
    Posted early = post("aus-bkk", {"BKK"});
    join();
    const EntryRef ref = entry_of("gbr-bkk", early.alert());
    std::vector<EntryKey> keys;
    keys.push_back(key_of("gbr-bkk", ref));
    forge("gbr-bkk", {{ref.stream, ref.seq}}, keys);
    EXPECT_FALSE(net.reads(joiner, early.alert()));
    EXPECT_FALSE(store(joiner).entry_key(ref.stream, ref.seq).ok());
    // From the author it would be: the forgery is well made.
    keys.clear();
    keys.push_back(key_of("aus-bkk", ref));
    forge("aus-bkk", {{ref.stream, ref.seq}}, keys);
    EXPECT_TRUE(net.reads(joiner, early.alert()));
}

TEST_F(ForgedHistory, AWrongKeyIsRefusedAndTheOthersAreTaken) {
    Posted one = post("aus-bkk", {"BKK"});
    Posted two = post("aus-bkk", {"BKK"});
    join();
    const EntryRef first = entry_of("aus-bkk", one.alert());
    const EntryRef second = entry_of("aus-bkk", two.alert());
    ASSERT_LT(first, second);
    std::vector<EntryKey> keys;
    keys.push_back(key_of("aus-bkk", second));
    keys.push_back(key_of("aus-bkk", second));
    forge("aus-bkk", {{first.stream, first.seq}, {second.stream, second.seq}}, keys);
    EXPECT_FALSE(net.reads(joiner, one.alert()));
    EXPECT_FALSE(store(joiner).entry_key(first.stream, first.seq).ok());
    EXPECT_TRUE(net.reads(joiner, two.alert()));
    // The right one is welcome all the same.
    keys.clear();
    keys.push_back(key_of("aus-bkk", first));
    forge("aus-bkk", {{first.stream, first.seq}}, keys);
    EXPECT_TRUE(net.reads(joiner, one.alert()));
}

// Its author's node has other rules and hands over the ciphertext too.
TEST_F(ForgedHistory, WhatTheReleaseRuleWithholdsIsNotTaken) {
    Posted theirs = post_about_an_italian("aus-bkk");
    join();
    const EntryRef ref = entry_of("aus-bkk", theirs.alert());
    ASSERT_FALSE(disk(joiner).streams.contains(ref.stream));
    hand_over("aus-bkk", ref.stream);
    ASSERT_EQ(disk(joiner).entries.at({ref.stream, ref.seq}).body, MemoryDisk::Body::present);
    std::vector<EntryKey> keys;
    keys.push_back(key_of("aus-bkk", ref));
    forge("aus-bkk", {{ref.stream, ref.seq}}, keys);
    EXPECT_FALSE(net.reads(joiner, theirs.alert()));
    EXPECT_FALSE(store(joiner).entry_key(ref.stream, ref.seq).ok());
}

TEST_F(ForgedHistory, AWithdrawnAlertsKeyIsNotTaken) {
    Posted early = post("aus-bkk", {"BKK"});
    join();
    const EntryRef ref = entry_of("aus-bkk", early.alert());
    std::vector<EntryKey> keys;
    keys.push_back(key_of("aus-bkk", ref));
    ASSERT_TRUE(lists("aus-bkk", {ref.stream, ref.seq}));
    ASSERT_TRUE(net.withdraw("aus-bkk", early.alert()).ok());
    EXPECT_FALSE(lists("aus-bkk", {ref.stream, ref.seq}));  // Nor is it given.
    net.run(5 * ms_second);
    forge("aus-bkk", {{ref.stream, ref.seq}}, keys);
    EXPECT_FALSE(net.reads(joiner, early.alert()));
    EXPECT_FALSE(store(joiner).entry_key(ref.stream, ref.seq).ok());
}

}  // namespace
}  // namespace rilon
