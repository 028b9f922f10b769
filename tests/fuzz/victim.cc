#include "tests/fuzz/victim.h"

#include <cstdio>

namespace rilon {

Past::Past() {
    TestNet net(fuzz_world(), 11);
    const NodeId attacker = fuzz_world().network.node(attacker_name).id;
    net.add_all();
    net.on_frame = [&](const SentFrame& frame) {
        if (frame.from != attacker || frame.live) return;
        Bytes bytes = encode_sync_head(frame.head);
        bytes.insert(bytes.end(), frame.payload.begin(), frame.payload.end());
        frames.emplace_back(net.by_id(frame.to)->name(), std::move(bytes));
    };
    net.start_all();
    net.run(3 * ms_second);
    const auto post = [&](const std::string& node, const PostWish& wish) {
        auto posted = net.post(node, wish, "Seen at the counter, by " + node);
        RILON_ASSERT(posted.ok());
        net.run(ms_second);
        return posted->parts.front();
    };
    const auto first = post(attacker_name, {"BKK"});
    of_attacker = first.stream;
    alerts = {first.alert, post("aus-bkk", {"BKK"}).alert};
    secret.push_back(post("aus-bkk", {"BKK/missions"}).stream);
    secret.push_back(post("can-bkk", {"BKK", false, {"THA"}}).stream);
    RILON_ASSERT(net.confirm(attacker_name, alerts[1]).ok());
    net.run(10 * ms_second);
    RILON_ASSERT(net.broken().empty());
    now = net.now();
    for (const auto& [name, daemon] : net.daemons()) disks.emplace(name, daemon->disk());
}

const Past& past() {
    static const Past one;
    return one;
}

Victim::Victim(const std::string& name)
    : daemon_(fuzz_world().network, name, fuzz_world().officers.at(name), 5),
      attacker_(fuzz_world().network.node(attacker_name).id),
      now_(past().now) {
    daemon_.disk() = past().disks.at(name);
    restart();
}

void Victim::restart() {
    daemon_.kill();
    checked(daemon_.start(now_));
    turn({PeerUp{attacker_}});
}

std::vector<Output> Victim::turn(std::vector<Event> events) {
    return checked(daemon_.turn(std::move(events), now_));
}

std::vector<Output> Victim::checked(Result<std::vector<Output>> outputs) {
    if (!outputs.ok()) std::fprintf(stderr, "%s\n", outputs.error().detail.c_str());
    RILON_ASSERT(outputs.ok());
    for (const Output& output : *outputs) {
        const auto* frame = std::get_if<SendFrame>(&output);
        if (frame == nullptr) continue;
        RILON_ASSERT(frame->head.size() == sync_head_bytes);
        RILON_ASSERT(frame->payload.size() <= sync_payload_bytes_max);
        if (frame->peer != attacker_) continue;
        ++told_;
        if (daemon_.is_coordinator()) continue;
        for (const StreamId& id : past().secret)
            RILON_ASSERT(as_text(frame->payload).find(as_text(id.view())) == std::string::npos);
    }
    return std::move(*outputs);
}

}  // namespace rilon
