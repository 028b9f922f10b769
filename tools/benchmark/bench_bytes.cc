// P12: bytes of an entry, counted and asserted; nothing is timed. An author's node posts with a
// peer up, in a RILON of 4 nodes and in one of 16, and what it pushes is taken apart.
#include <fmt/format.h>

#include "tools/benchmark/bench.h"
#include "tools/benchmark/bench_node.h"
#include "tools/benchmark/bench_origin.h"

namespace rilon::bench {
namespace {

constexpr std::size_t posts = 50;

struct Counted {
    std::size_t contents = 0;
    std::size_t content_bytes = 0;  // Of all contents.
    std::size_t slots = 0;
    std::size_t slots_beside_contents = 0;
    std::size_t grants = 0;
};

void count(const SendFrame& sent, Counted& into) {
    auto head = must(parse_sync_head(sent.head), "a frame");
    if (head.type != SyncType::push) return;
    proto::SyncEntries frame;
    if (!frame.ParseFromArray(sent.payload.data(), static_cast<int>(sent.payload.size())))
        give_up("P12: a frame that does not parse");
    bool grant = false;
    for (const auto& item : frame.entries()) {
        auto entry = must(parse_entry(as_bytes(item.entry())), "an entry");
        if (entry.header().kind == EntryKind::grant) {
            ++into.grants;
            grant = true;
        }
        if (entry.header().kind != EntryKind::content) continue;
        ++into.contents;
        into.content_bytes += item.entry().size();
        std::size_t padded = item.entry().size() - entry_prefix_bytes - aead_tag_bytes;
        if (padded % 256 != 0) give_up("P12: an entry is more than 256 + 16 + padded text");
    }
    into.slots += static_cast<std::size_t>(frame.slots_size());
    if (!grant) into.slots_beside_contents += static_cast<std::size_t>(frame.slots_size());
}

Counted count_posts(const TestNetwork& network, const std::string& dir) {
    ScriptedNode node(network, "aus-bkk", {dir, 0, false});
    BenchOrigin peer(network, "tha-bkk", "BKK");
    node.turn(peer.greeting());
    node.take_sent();
    Counted out;
    for (std::size_t i = 0; i < posts; ++i) {
        std::vector<Event> events;
        events.push_back(node.request(prepare_bulletin("BKK", 100 + i)));
        node.turn(std::move(events));
        auto answers = node.take_answers();
        if (answers.size() != 1) give_up("P12: a PREPARE without an answer");
        events.clear();
        events.push_back(node.request(
            commit_of(parse_response(answers.front().response).prepared(), node.parts)));
        node.turn(std::move(events));
        node.take_answers();
        for (const SendFrame& sent : node.take_sent()) count(sent, out);
    }
    return out;
}

void check(bool holds, const char* what) {
    if (!holds) give_up(std::string("P12 does not hold: ") + what);
}

}  // namespace

void bench_bytes(BenchRun& run) {
    static_assert(entry_prefix_bytes == 256 && slot_bytes == 136);
    FoundingOptions wide;
    wide.rilons = {{"BKK", "THA"}};
    wide.missions = {"AUS", "CAN", "GBR", "USA", "NZL", "FRA", "DEU", "NLD",
                     "SWE", "NOR", "DNK", "CHE", "JPN", "KOR", "IND"};
    wide.start = run.network.time();
    TestNetwork of_sixteen(wide);
    Counted few = count_posts(run.network, run.sub("p12-few"));
    Counted many = count_posts(of_sixteen, run.sub("p12-many"));
    check(few.contents == posts && many.contents == posts, "every post was pushed once");
    check(few.content_bytes == many.content_bytes, "an entry costs the same for 15 readers");
    check(few.grants == 1 && many.grants == 1, "one epoch, one grant");
    check(few.slots == 3 && many.slots == 15, "one slot a reader and epoch");
    check(few.slots_beside_contents == 0 && many.slots_beside_contents == 0, "slots once an epoch");
    std::string note = fmt::format(
        "asserted: {} bytes of header and signature + {} of the AEAD's tag + plaintext padded to "
        "256; one {}-byte slot a reader and epoch, none with a content; the same {} bytes an "
        "entry for 3 readers and for 15",
        entry_prefix_bytes, aead_tag_bytes, slot_bytes, few.content_bytes / posts);
    run.figures.push_back({"P12", "bytes an entry beyond its padded plaintext", "B", Better::lower,
                           static_cast<double>(entry_prefix_bytes + aead_tag_bytes),
                           static_cast<double>(entry_prefix_bytes), 1.00, note});
}

}  // namespace rilon::bench
