#include "node/chunks.h"

#include <fmt/format.h>

#include "node/open_stored.h"
#include "protocol/crypto.h"

namespace rilon {

bool is_chunk(const StoreView& store, const EntryRef& ref) {
    auto held = store.entry(ref.stream, ref.seq);
    return held.ok() && held->has_value() && (*held)->entry.header().kind == EntryKind::chunk;
}

Seq content_of(const StoreView& store, const EntryRef& ref) {
    EntryRef at = ref;
    for (std::size_t i = 0; i <= chunks_max && at.seq.value > 0; ++i) {
        auto held = store.entry(at.stream, at.seq);
        if (!held.ok() || !held->has_value()) break;
        const EntryKind kind = (*held)->entry.header().kind;
        if (kind == EntryKind::content) return at.seq;
        if (kind != EntryKind::chunk) break;
        at.seq = Seq{at.seq.value - 1};
    }
    return ref.seq;
}

Seq last_chunk(const StoreView& store, const EntryRef& content) {
    Seq last = content.seq;
    for (std::size_t i = 0; i < chunks_max; ++i) {
        if (!is_chunk(store, {content.stream, last.next()})) break;
        last = last.next();
    }
    return last;
}

Result<Bytes> read_piece(const StoreView& store, const EntryRef& content, const proto::Alert& alert,
                         std::size_t attachment, std::size_t piece) {
    if (attachment >= static_cast<std::size_t>(alert.attachments_size()))
        return {Errc::not_found, fmt::format("the alert has {} attachments, not {}",
                                             alert.attachments_size(), attachment + 1)};
    auto info = parse_attachment(alert.attachments(static_cast<int>(attachment)));
    auto first = first_chunk(alert, attachment);
    auto id = AlertId::parse(alert.alert_id());
    if (!info.ok()) return info.error();
    if (!first.ok()) return first.error();
    if (!id.ok()) return id.error();
    if (piece >= info->chunks()) return {Errc::not_found, "the attachment has fewer pieces"};
    const EntryRef at{content.stream, Seq{content.seq.value + *first + piece}};
    const std::string name =
        fmt::format("piece {} of {} of attachment {}", piece + 1, info->chunks(), attachment + 1);
    auto held = store.entry(at.stream, at.seq);
    if (held.ok() && (!held->has_value() || (*held)->entry.absent()))
        return {Errc::not_found, name + " is not here yet; try again when more has come"};
    auto opened = open_stored(store, at);
    if (!opened.ok() && opened.code() == Errc::not_found)
        return {Errc::not_found,
                name +
                    " can't be opened here: its key has not come. Of an alert that came by a "
                    "history grant it never does"};
    if (!opened.ok()) return opened.error();
    if (opened->entry.header().kind != EntryKind::chunk)
        return {Errc::malformed, name + " is not behind its alert"};
    auto chunk = parse_chunk(opened->plain);
    wipe(opened->plain);
    if (!chunk.ok()) return chunk.error();
    const ChunkPlace place{*id, static_cast<std::uint8_t>(attachment),
                           static_cast<std::uint16_t>(piece), info->hash};
    if (chunk->place != place || chunk->data.size() != info->chunk_size(piece))
        return {Errc::malformed, name + " is of another alert, or another place in it"};
    return std::move(chunk->data);
}

Result<Bytes> read_attachment(const StoreView& store, const EntryRef& content,
                              const proto::Alert& alert, std::size_t attachment) {
    Bytes whole;
    auto info = parse_attachment(alert.attachments(static_cast<int>(attachment)));
    if (!info.ok()) return info.error();
    for (std::size_t piece = 0; piece < info->chunks(); ++piece) {
        auto data = read_piece(store, content, alert, attachment, piece);
        if (!data.ok()) return data.error();
        whole.insert(whole.end(), data->begin(), data->end());
    }
    if (hash({whole}) != info->hash)
        return {Errc::malformed, "the attachment is not what its officer signed"};
    return whole;
}

}  // namespace rilon
