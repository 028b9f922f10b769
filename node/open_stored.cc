#include "node/open_stored.h"

#include "protocol/stream.h"

namespace rilon {

Result<OpenedStored> open_stored(const StoreView& store, const EntryRef& ref) {
    auto held = store.entry(ref.stream, ref.seq);
    if (!held.ok()) return held.error();
    if (!held->has_value()) return {Errc::not_found, "the entry is not here"};
    auto key = store.entry_key(ref.stream, ref.seq);
    if (!key.ok()) return key.error();
    const UnixMillis received = (*held)->received;
    const EntryId id = (*held)->entry.id();
    auto entry = trust_stored(std::move((*held)->entry), id);
    if (!entry.ok()) return entry.error();
    auto plain = open_body(*entry, *key);
    if (!plain.ok()) return plain.error();
    return OpenedStored{std::move(*entry), received, std::move(*plain)};
}

}  // namespace rilon
