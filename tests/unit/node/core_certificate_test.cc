// An officer's certificate that had ended when the directory's record was made, on which its node
// wrote: readers do not take what it vouches for. No clock of theirs is asked.
#include <gtest/gtest.h>

#include "node/sync.pb.h"
#include "protocol/officer.h"
#include "tests/unit/node/small_net.h"

namespace rilon {
namespace {

class CoreCertificate : public SmallNet {
   protected:
    // The same alert once more, under another id and a certificate that ends then; pushed to a
    // reader.
    AlertId say_again(const Posted& posted, UnixMillis until) {
        Daemon& author = net.daemon("aus-bkk");
        const EntryRef ref = entry_of("aus-bkk", posted);
        StreamState state = author.disk().streams.at(ref.stream);
        auto key = author.store().epoch_key(ref.stream, state.epoch);
        EXPECT_TRUE(key.ok() && key->has_value());
        auto held = author.store().entry(ref.stream, ref.seq);
        const EntryId id_there = (*held)->entry.id();
        auto stored = trust_stored(std::move((*held)->entry), id_there);
        auto plain = open_body(*stored, entry_key(**key, ref.stream, ref.seq));
        EXPECT_TRUE(plain.ok());
        auto content = parse_content(*plain);
        EXPECT_TRUE(content.ok());
        const AlertId alert = net.rng().bytes<AlertId>();
        const NetworkId network = author.identity().network;
        Certificate body{net.rng().bytes<OfficerId>(),
                         "LO-9",
                         "liaison officer",
                         author.officer().sign.pk,
                         author.id(),
                         UnixMillis{until.value - 20 * ms_day},
                         until};
        auto certificate =
            certify_officer(network, body, author.identity().generation, author.identity().sign.sk);
        const Signature signature =
            sign(author.officer().sign.sk,
                 officer_message(network, ref.stream, alert, content->operation));
        OriginKeys keys{author.identity().sign.sk, author.identity().generation};
        auto made = seal({EntryKind::content, Precedence::routine, state.dir_seq,
                          encode_content(certificate, alert, content->operation, signature)},
                         state, keys, &**key, net.rng().bytes<Nonce24>());
        EXPECT_TRUE(made.ok());
        net.kill("aus-bkk");
        proto::SyncEntries frame;
        frame.set_stream_id(ref.stream.str());
        frame.add_entries()->set_entry(std::string(as_text(made->bytes())));
        frame.set_head(made->header().seq.value);
        net.inject(id("tha-bkk"), id("gbr-bkk"), SyncType::push, frame.SerializeAsString());
        net.run(5 * ms_second);
        EXPECT_EQ(net.daemon("gbr-bkk").disk().streams.at(ref.stream).head, made->header().seq);
        return alert;
    }
    UnixMillis recorded() { return net.daemon("aus-bkk").node().directory().now().recorded; }
};

TEST_F(CoreCertificate, EndedBeforeTheRecordItIsNotBelieved) {
    const Posted posted = post("aus-bkk", {"BKK"});
    net.run(5 * ms_second);
    const AlertId said = say_again(posted, UnixMillis{recorded().value - ms_day});
    EXPECT_FALSE(net.reads("gbr-bkk", said));
}

TEST_F(CoreCertificate, EndedALittleBeforeTheRecordClocksMayDiffer) {
    const Posted posted = post("aus-bkk", {"BKK"});
    net.run(5 * ms_second);
    const AlertId said = say_again(posted, UnixMillis{recorded().value - ms_day + 1});
    EXPECT_TRUE(net.reads("gbr-bkk", said));
}

// Row 54: a clock a year behind dates no certificate so that readers refuse what it vouches for.
TEST_F(CoreCertificate, Row54AClockAYearBehindCertifiesByTheDirectorysTime) {
    net.kill("aus-bkk");
    net.set_clock("aus-bkk", -static_cast<std::int64_t>(365 * ms_day));
    net.start("aus-bkk");
    net.run(10 * ms_second);
    const Posted posted = post("aus-bkk", {"BKK"});
    net.run(10 * ms_second);
    EXPECT_TRUE(net.reads("gbr-bkk", posted.alert()));
}

}  // namespace
}  // namespace rilon
