// Queries: inbox, show, search, screening and feeds, answered from a StoreView and the Index on the
// query worker. Every alert shown is opened from its entry and its officer's signature checked
// again: disk earns no trust.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "node/index.h"
#include "protocol/directory.h"
#include "store/store.h"

namespace rilon {

// How many alerts a search for words opens at most, the newest; its answer says how many it did.
constexpr std::uint64_t text_alerts_max = 20'000;

// What a query reads; all of it safe to use beside the loop.
struct QueryContext {
    const StoreView& store;
    const Index& index;
    std::shared_ptr<const Directory> directory;  // A snapshot.
    NodeId self;
    std::uint64_t feed_epoch = 0;
    UnixMillis now;
    // By RILON: when this node last heard of it (Node::heard), for staleness.
    std::map<std::string, UnixMillis> heard;
    UnixMillis sure{};  // Node::sure_time
};

// `request` is a proto Request that Node handed out in RunQuery. Gives a proto Response.
Bytes answer_query(const Bytes& request, const QueryContext& context);

// Has a feed request nothing to say yet and time left to wait? Then the loop asks again when
// entries arrived or the wait is over.
bool query_waits(const Bytes& request);
bool query_answer_empty(const Bytes& response);

}  // namespace rilon
