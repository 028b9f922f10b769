#include "node/loop_node.h"

#include <algorithm>

#include "node/control.pb.h"
#include "node/query.h"

namespace rilon {
namespace {

constexpr std::uint32_t feed_wait_ms_max = 60000;

struct Words {
    const char* message;
    const char* remedy;
};
Words words_of(Errc code) {
    if (code == Errc::full)
        return {"The node's disk is full: nothing was stored.",
                "Ask your node's administrator to make room on its disk, then post again."};
    if (code == Errc::busy)
        return {"The node has more requests than it can take.", "Try again in a moment."};
    return {"The node could not do this.", "See the node's log."};
}

}  // namespace

LoopNode::LoopNode(NodeIdentity& identity, NodeOptions options, const Store& store, Rng& rng,
                   const Clock& clock)
    : identity_(identity), options_(std::move(options)), store_(store), rng_(rng), clock_(clock) {}
LoopNode::~LoopNode() = default;

Status LoopNode::start(Intake intake, UnixMillis now) {
    options_.refuse_intake = intake == Intake::refused;
    node_.reset();
    {
        std::lock_guard lock(mutex_);
        snapshot_ = {};
    }
    auto node = Node::start(identity_, options_, store_, rng_, now);
    if (!node) return node.error();
    node_ = std::move(*node);
    return {};
}

void LoopNode::greet(Outputs& out) {
    node_->greet(out);
}
void LoopNode::step(Event event, UnixMillis now, Outputs& out) {
    node_->step(std::move(event), now, out);
}
void LoopNode::flush(Outputs& out) {
    node_->flush(out);
}
UnixMillis LoopNode::next_timer() const {
    return node_->next_timer();
}

void LoopNode::renew(UnixMillis now) {
    std::size_t size = node_->directory().size();
    std::lock_guard lock(mutex_);
    bool grown = !snapshot_.directory || snapshot_.directory->size() != size;
    if (grown) snapshot_.directory = std::make_shared<const Directory>(node_->directory());
    bool broken = snapshot_.feed_epoch != node_->feed_epoch();
    if (!grown && !broken && renewed_ <= now && now.since(renewed_) < ms_second) return;
    snapshot_.feed_epoch = node_->feed_epoch();
    renewed_ = now;
    snapshot_.heard = node_->heard(now);
    snapshot_.sure = node_->sure_time(now);
}

JobResult LoopNode::run(Job job) const {
    return run_job(std::move(job), node_->directory());
}

Bytes LoopNode::answer(const Bytes& request) {
    Snapshot snapshot;
    {
        std::lock_guard lock(mutex_);
        snapshot = snapshot_;
    }
    // node_ stands still: the loop pauses the query worker before it replaces it.
    return answer_query(request, QueryContext{store_, node_->index(), snapshot.directory,
                                              node_->id(), snapshot.feed_epoch, clock_.now(),
                                              std::move(snapshot.heard), snapshot.sure});
}

std::uint32_t LoopNode::wait_ms(const Bytes& request) const {
    proto::Request parsed;
    if (!query_waits(request) ||
        !parsed.ParseFromArray(request.data(), static_cast<int>(request.size())))
        return 0;
    return std::min(parsed.feed().wait_ms(), feed_wait_ms_max);
}

bool LoopNode::empty(const Bytes& response) const {
    return query_answer_empty(response);
}

Bytes LoopNode::failure(std::uint64_t request_id, Errc code) const {
    Words words = words_of(code);
    proto::Response response;
    response.set_id(request_id);
    response.mutable_failure()->set_code(errc_name(code));
    response.mutable_failure()->set_message(words.message);
    response.mutable_failure()->set_remedy(words.remedy);
    Bytes out(response.ByteSizeLong());
    RILON_ASSERT(response.SerializeToArray(out.data(), static_cast<int>(out.size())));
    return out;
}

}  // namespace rilon
