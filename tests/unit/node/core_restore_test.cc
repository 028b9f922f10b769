// Row 16: a node whose store was put back from a copy.
#include <algorithm>

#include "node/lease.h"
#include "tests/unit/node/small_net.h"

namespace rilon {
namespace {

class CoreRestore : public SmallNet {
   protected:
    StreamId stream_of(const Posted& posted) { return posted.parts.at(0).stream; }
    // aus-bkk from a copy that lacks what others have of it by now. Its stream of then.
    StreamId restored() {
        StreamId stream = stream_of(post("aus-bkk", {"BKK"}));
        net.run(5 * ms_second);
        auto copy = net.daemon("aus-bkk").backup();
        EXPECT_EQ(stream_of(post("aus-bkk", {"BKK"})), stream);
        net.run(5 * ms_second);
        net.kill("aus-bkk");
        net.daemon("aus-bkk").restore(*copy);
        return stream;
    }
    bool forked(const std::string& node) {
        const auto& streams = net.daemon(node).disk().streams;
        return std::any_of(streams.begin(), streams.end(),
                           [](const auto& item) { return item.second.frozen; });
    }
};

TEST_F(CoreRestore, Row16AFirstStartThatFailsForgetsNothing) {
    StreamId old = restored();
    Daemon& one = net.daemon("aus-bkk");
    one.disk_fault = [](const Batch&) { return Status(Errc::io, "told to"); };
    ASSERT_FALSE(one.start(net.now()).ok());
    one.kill();
    one.disk_fault = nullptr;
    net.start("aus-bkk");
    net.run(5 * ms_second);
    Posted after = post("aus-bkk", {"BKK"});
    EXPECT_NE(stream_of(after), old);
    net.run(5 * ms_second);
    for (const char* reader : {"can-bkk", "gbr-bkk", "tha-bkk"}) {
        EXPECT_TRUE(net.reads(reader, after.alert())) << reader;
        EXPECT_FALSE(forked(reader)) << reader;
    }
}

TEST_F(CoreRestore, Row16TheStreamsFoundedSinceGoOnOverARestartOfTheLogic) {
    StreamId old = restored();
    net.start("aus-bkk");
    net.run(5 * ms_second);
    StreamId founded = stream_of(post("aus-bkk", {"BKK"}));
    EXPECT_NE(founded, old);
    net.run(5 * ms_second);
    for (int i = 0; i < 2;
         ++i) {  // As after a step of the clock: the same options, the same store.
        net.kill("aus-bkk");
        net.start("aus-bkk");
        net.run(5 * ms_second);
        EXPECT_EQ(stream_of(post("aus-bkk", {"BKK"})), founded);
    }
    EXPECT_FALSE(net.daemon("aus-bkk").disk().private_values.contains(restored_name));
}

}  // namespace
}  // namespace rilon
