// Where tests can make the disk fail or the process die. Production leaves the hook empty.
#pragma once

#include <functional>

namespace rilon {

// The points of append and erase between which a crash must lose nothing, in their order.
enum class StoreStep {
    keys_commit,     // append: new epoch and bucket keys, before the data that need them
    data_commit,     // append: the batch
    keys_drop,       // append: destroy the K of closed epochs
    erase_new_keys,  // erase: new bucket keys
    erase_rewrap,    // survivors under the new keys
    erase_drop_old,  // old bucket keys deleted
    erase_copy,      // compact copy
    erase_swap,      // the copy takes the place of the old environment
    erase_unlink,    // the old one zeroed and removed
    erase_clear,     // pending list cleared
};
constexpr int fault_die = -1;
// Called before a step: 0 = go on; an errno = the step fails with it; fault_die = stop there as if
// killed (the call fails with interrupted, the store refuses everything until opened again).
using FaultHook = std::function<int(StoreStep)>;

}  // namespace rilon
