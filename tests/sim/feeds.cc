#include "tests/sim/feeds.h"

#include "node/index.h"

namespace rilon {
namespace {
constexpr const char* consumer_id = "00112233445566778899aabbccddeeff";
}  // namespace

std::string Feeds::poll(const std::string& node) {
    if (!net_.daemon(node).running() || net_.daemon(node).is_coordinator()) return "";
    Consumer& consumer = consumers_[node];
    int refused = 0;
    constexpr int pages_max = 1000;  // A feed that never ends is found by what it lacks.
    for (int i = 0; i < pages_max; ++i) {
        proto::Request request;
        request.mutable_feed()->set_consumer(consumer_id);
        request.mutable_feed()->set_after(consumer.cursor);
        request.mutable_feed()->set_max(5);
        auto answer = net_.request(node, std::move(request));
        if (!answer.ok() && answer.error().detail.find("cursor has expired") != std::string::npos) {
            restored(node);  // It says so, and the consumer starts over.
            continue;
        }
        // Not in step yet after it was put back, 30 s at most: the consumer asks again.
        if (!answer.ok() && answer.error().detail.find("older copy") != std::string::npos &&
            ++refused < 10) {
            net_.run(5 * ms_second);
            continue;
        }
        if (!answer.ok()) return "";
        for (const auto& event : answer->feed().events()) {
            if (!consumer.events.insert(event.entry_id() + event.part()).second)
                return "(2) the feed at " + node + " delivered an entry twice";
            auto id = AlertId::parse(event.row().alert_id());
            if (!id.ok()) continue;
            // What is only held back may be seen again, and a feed can't take a removal back.
            auto state = net_.daemon(node).node().index().alert(*id);
            const bool there = state.has_value() && state->present();
            if (event.row().has_alert() && !there)
                return "(8) the feed at " + node + " gave what nobody may read any more";
            const bool anew = ledger_.is_narrowed(*id) || ledger_.may_be_granted(*id);
            const bool first =
                event.type() == "published" || (event.type() == "superseded" && anew);
            if (first) consumer.published.insert(*id);
            if (event.type() == "removed") consumer.removed.insert(*id);
        }
        bool done = answer->feed().cursor() == consumer.cursor;
        consumer.cursor = answer->feed().cursor();
        if (done) return "";
    }
    return "";
}

void Feeds::acknowledge(const std::string& node) {
    auto it = consumers_.find(node);
    if (it == consumers_.end() || it->second.cursor.empty()) return;
    proto::Request request;
    request.mutable_feed_ack()->set_consumer(consumer_id);
    request.mutable_feed_ack()->set_cursor(it->second.cursor);
    (void)net_.request(node, std::move(request));  // A node that is down acknowledges nothing.
}

std::string Feeds::judge(const std::string& node) {
    auto it = consumers_.find(node);
    const NodeId id = net_.daemon(node).id();
    if (it == consumers_.end() || !ledger_.good(id)) return "";
    if (std::string wrong = poll(node); !wrong.empty()) return wrong;
    for (const Said& one : ledger_.all()) {
        if ((one.what != "post" && one.what != "grant") || !ledger_.owed(one) ||
            ledger_.is_unsure(one.alert) || ledger_.withdrawn().contains(one.alert))
            continue;
        if (!one.readers.contains(id) && one.node != node) continue;
        if (ledger_.is_dropped(one.alert, id)) continue;
        if (!ledger_.members_now(one.stream).contains(id)) continue;   // Put out before it came.
        if (one.node == node && ledger_.was_restored(node)) continue;  // It has no key to its own.
        if (!it->second.published.contains(one.alert))
            return "(2) the feed at " + node + " never delivered " + one.alert.hex() + " of " +
                   one.node;
    }
    for (const AlertId& alert : it->second.published) {
        auto state = net_.daemon(node).node().index().alert(alert);
        if (state.has_value() && !state->present() && !it->second.removed.contains(alert))
            return "(2) the feed at " + node + " never delivered a removal";
    }
    return "";
}

void Feeds::restored(const std::string& node) {
    auto it = consumers_.find(node);
    if (it == consumers_.end()) return;
    it->second.cursor.clear();
    it->second.events.clear();
}

}  // namespace rilon
