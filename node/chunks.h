// The chunks of an alert's attachments in the store: the entries of that kind right behind the
// content entry, chunks_max of them at most (docs/wire.md §9). Private to node/.
#pragma once

#include "node/alert_state.h"
#include "protocol/attachment.h"
#include "store/store.h"

namespace rilon {

bool is_chunk(const StoreView& store, const EntryRef& ref);
// The content that a chunk stands behind; the entry's own seq where it is no chunk, or behind none.
Seq content_of(const StoreView& store, const EntryRef& ref);
// The last chunk behind a content entry, as far as the store has them; its own seq if it has none.
Seq last_chunk(const StoreView& store, const EntryRef& content);

// One piece of an attachment of the alert that this content entry says. `attachment` and `piece`
// count from 0. Errors: not_found (no such attachment, or the piece or its key is not here);
// malformed (it is not what the alert lists); damaged.
Result<Bytes> read_piece(const StoreView& store, const EntryRef& content, const proto::Alert& alert,
                         std::size_t attachment, std::size_t piece);
// The whole, with the hash that its officer signed. Errors: those of read_piece.
Result<Bytes> read_attachment(const StoreView& store, const EntryRef& content,
                              const proto::Alert& alert, std::size_t attachment);

}  // namespace rilon
