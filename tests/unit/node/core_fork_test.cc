// Who may freeze a stream: its origin alone, with a key and a standing that still count.
#include "node/sync.pb.h"
#include "tests/unit/node/small_net.h"

namespace rilon {
namespace {

class CoreFork : public SmallNet {
   protected:
    // The next entry of the stream as the origin has it now, under the key it has now.
    VerifiedEntry craft(const std::string& node, const StreamId& stream,
                        std::optional<DirSeq> dir_seq = std::nullopt) {
        Daemon& one = net.daemon(node);
        StreamState state = one.disk().streams.at(stream);
        auto key = one.store().epoch_key(stream, state.epoch);
        OriginKeys keys{one.identity().sign.sk, one.identity().generation};
        auto made = seal(
            {EntryKind::content, Precedence::routine, dir_seq.value_or(state.dir_seq), {1, 2, 3}},
            state, keys, &**key, net.rng().bytes<Nonce24>());
        return std::move(*made);
    }
    void push(const std::string& from, const std::string& to, const VerifiedEntry& entry) {
        proto::SyncEntries frame;
        frame.set_stream_id(entry.header().stream.str());
        frame.add_entries()->set_entry(std::string(as_text(entry.bytes())));
        frame.set_head(entry.header().seq.value);
        net.inject(id(from), id(to), SyncType::push, frame.SerializeAsString());
    }
    const StreamState& state(const std::string& node, const StreamId& stream) {
        return net.daemon(node).disk().streams.at(stream);
    }
    void replace_key(const std::string& node, const StreamCut& cut) {
        SignKeyPair next = make_sign_key_pair(net.rng());
        const NodeApplication& application = net.network().node(node).application;
        Status done = net.submit(
            [&](Drafter& d) {
                return d.replace_key(net.network().id(), id(node), {&next, nullptr},
                                     std::vector<StreamCut>{cut});
            },
            net.network().admitters(application.party, application.rilon));
        ASSERT_TRUE(done.ok()) << done.error().detail;
        net.run(3 * ms_second);
        net.kill(node);
        net.daemon(node).identity().sign = std::move(next);
        net.daemon(node).identity().generation = Generation{2};
        net.start(node);
        net.run(5 * ms_second);
    }
};

TEST_F(CoreFork, Row37AThiefOfAReplacedKeyFreezesNothing) {
    const StreamId stream = post("aus-bkk", {"BKK"}).parts[0].stream;
    net.run(3 * ms_second);
    VerifiedEntry stolen = craft("aus-bkk", stream);
    const StreamState before = state("aus-bkk", stream);
    replace_key("aus-bkk", {stream, before.head, before.head_id});
    Posted after = post("aus-bkk", {"BKK"});
    net.run(5 * ms_second);
    ASSERT_EQ(after.parts[0].stream, stream);
    ASSERT_GE(state("tha-bkk", stream).head, stolen.header().seq);
    ASSERT_EQ(state("tha-bkk", stream).generation, Generation{2});
    // The danger: at its record the stolen key is good, and we hold another entry of that seq.
    const Directory& directory = net.daemon("tha-bkk").node().directory();
    auto parsed = parse_entry(stolen.bytes());
    ASSERT_TRUE(signature_holds(*parsed, *signer_of(*parsed, directory)));

    for (const char* name : {"tha-bkk", "coordinator-1"}) push("can-bkk", name, stolen);
    net.run(10 * ms_second);
    for (const char* name : {"tha-bkk", "coordinator-1", "gbr-bkk"})
        EXPECT_FALSE(state(name, stream).frozen) << name;
    Posted last = post("aus-bkk", {"BKK"});
    net.run(5 * ms_second);
    EXPECT_TRUE(net.reads("gbr-bkk", last.alert()));
}

// Signed at a record at which the origin was put out already.
TEST_F(CoreFork, Row37ASuspendedOriginFreezesNothingByWhatItSignsSince) {
    const StreamId stream = post("aus-bkk", {"BKK"}).parts[0].stream;
    net.run(3 * ms_second);
    const StreamState before = state("aus-bkk", stream);
    post("aus-bkk", {"BKK"});
    net.run(3 * ms_second);
    NodeId who = id("aus-bkk");
    ASSERT_TRUE(
        net.submit([&](Drafter& d) { return d.suspend(who, "test"); }, {&net.network().rso(0)})
            .ok());
    net.run(3 * ms_second);
    // As `craft`, from the state before the second alert.
    auto key = net.daemon("aus-bkk").store().epoch_key(stream, before.epoch);
    OriginKeys keys{net.daemon("aus-bkk").identity().sign.sk, Generation{1}};
    StreamState rolled_back = before;
    DirSeq now = net.daemon("tha-bkk").node().directory().now().n;
    auto late = seal({EntryKind::content, Precedence::routine, now, {1}}, rolled_back, keys, &**key,
                     net.rng().bytes<Nonce24>());
    ASSERT_TRUE(late.ok());
    ASSERT_LE(late->header().seq, state("tha-bkk", stream).head);
    push("can-bkk", "tha-bkk", *late);
    net.run(5 * ms_second);
    EXPECT_FALSE(state("tha-bkk", stream).frozen);
}

// The proof overtakes the genesis that is still being checked. The danger: the place kept for the
// stream was frozen, its genesis refused for that, the place dropped while it was to be written
// down, and the node ended.
TEST_F(CoreFork, AProofThatComesWithTheGenesisEndsNoNode) {
    net.stop("gbr-bkk");  // What comes meanwhile comes in one turn.
    const StreamId stream = post("aus-bkk", {"BKK"}).parts[0].stream;
    net.run(3 * ms_second);
    const VerifiedEntry other = craft("aus-bkk", stream);
    const Posted posted = post("aus-bkk", {"BKK"});
    net.run(3 * ms_second);
    ASSERT_EQ(posted.parts[0].stream, stream);
    const MemoryDisk& disk = net.daemon("aus-bkk").disk();
    const auto& real = disk.entries.at({stream, other.header().seq}).entry;
    proto::SyncFork fork;
    fork.set_one(std::string(as_text(real.prefix())));
    fork.set_other(std::string(as_text(to_bytes(other.bytes()))).substr(0, real.prefix().size()));
    net.inject(id("can-bkk"), id("tha-bkk"), SyncType::fork, fork.SerializeAsString());
    net.inject(id("tha-bkk"), id("gbr-bkk"), SyncType::fork, fork.SerializeAsString());
    net.run(ms_second);
    ASSERT_TRUE(state("tha-bkk", stream).frozen);
    net.resume("gbr-bkk");
    net.run(30 * ms_second);
    ASSERT_TRUE(net.daemon("gbr-bkk").disk().streams.contains(stream));
    EXPECT_TRUE(state("gbr-bkk", stream).frozen);
}

}  // namespace
}  // namespace rilon
