#include "node/node.h"

#include "node/core.h"

namespace rilon {

struct Node::State {
    State(NodeIdentity& identity, const NodeOptions& options, const StoreView& store, Rng& rng)
        : core(identity, options, store, rng) {}
    NodeCore core;
};

Node::Node(std::unique_ptr<State> state) : state_(std::move(state)) {}
Node::~Node() = default;

Result<std::unique_ptr<Node>> Node::start(NodeIdentity& identity, const NodeOptions& options,
                                          const StoreView& store, Rng& rng, UnixMillis now) {
    auto state = std::make_unique<State>(identity, options, store, rng);
    Status loaded = state->core.load(now);
    if (!loaded.ok()) return loaded.error();
    return std::unique_ptr<Node>(new Node(std::move(state)));
}

void Node::greet(Outputs& out) {
    state_->core.greet(out);
}
void Node::step(Event event, UnixMillis now, Outputs& out) {
    state_->core.step(std::move(event), now, out);
}
void Node::flush(Outputs& out) {
    state_->core.flush(out);
}
UnixMillis Node::next_timer() const {
    return state_->core.next_timer();
}
std::uint64_t Node::feed_epoch() const {
    return state_->core.feed_epoch();
}
const Directory& Node::directory() const {
    return state_->core.directory();
}
const Index& Node::index() const {
    return state_->core.index();
}
std::map<std::string, UnixMillis> Node::heard(UnixMillis now) const {
    return state_->core.heard(now);
}
UnixMillis Node::sure_time(UnixMillis now) const {
    return state_->core.sure_time(now);
}
std::vector<QueueUse> Node::queues() const {
    return state_->core.queues();
}
NodeId Node::id() const {
    return state_->core.identity().id;
}

}  // namespace rilon
