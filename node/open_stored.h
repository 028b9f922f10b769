// An entry of the store as its plaintext, by the key that is kept for it. Private to node/.
#pragma once

#include "node/alert_state.h"
#include "store/store.h"

namespace rilon {

struct OpenedStored {
    VerifiedEntry entry;
    UnixMillis received;
    Bytes plain;  // To be wiped by whoever asked.
};
// Errors: not_found (no such entry, or no key of it); damaged; refused by the AEAD.
Result<OpenedStored> open_stored(const StoreView& store, const EntryRef& ref);

}  // namespace rilon
