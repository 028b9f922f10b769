#include "node/head_watch.h"

namespace rilon {

bool HeadWatch::news(const StreamId& stream, Seq seq, UnixMillis time) const {
    const Note* note = of(stream);
    return note == nullptr || seq > note->head.seq ||
           (seq == note->head.seq && time > note->head.time);
}

void HeadWatch::take(const Head& head, Bytes bytes, UnixMillis now) {
    auto [it, fresh] = notes_.try_emplace(head.stream);
    Note& note = it->second;
    // A head that says no more than the last doesn't start the wait for its entries anew.
    bool further = fresh || head.seq > note.head.seq;
    note.head = head;
    note.bytes = std::move(bytes);
    if (!further) return;
    note.came = now;
    note.told = false;
}

const HeadWatch::Note* HeadWatch::of(const StreamId& stream) const {
    auto it = notes_.find(stream);
    return it == notes_.end() ? nullptr : &it->second;
}

}  // namespace rilon
