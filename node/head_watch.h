// The newest signed head of every stream. An origin signs hourly, and when a link comes up, how far
// its streams go; whoever forwards that cannot change it. So a relay that withholds entries is
// found out by every reader whom a head still reaches, and one that withholds the heads too by
// their age.
#pragma once

#include <map>
#include <vector>

#include "protocol/evidence.h"

namespace rilon {

constexpr std::uint64_t head_period_ms = ms_hour;
// After a head was seen: long enough for every source to be asked.
constexpr std::uint64_t withheld_after_ms = ms_minute;

class HeadWatch {
   public:
    struct Note {
        Head head;
        Bytes bytes;  // As signed.
        UnixMillis came;
        bool told = false;  // That it is withheld.
        NodeId asked{};     // The last source that was asked for what the head promises.
    };
    // Would this head be news? Ask before its signature is checked.
    bool news(const StreamId& stream, Seq seq, UnixMillis time) const;
    // A verified head of the stream's origin.
    void take(const Head& head, Bytes bytes, UnixMillis now);
    const Note* of(const StreamId& stream) const;
    // Calls visit(note) with every note; a note may be marked as told.
    template <class Visit>
    void each(Visit visit) {
        for (auto& [stream, note] : notes_) visit(note);
    }
    void forget(const StreamId& stream) { notes_.erase(stream); }

   private:
    std::map<StreamId, Note> notes_;
};

}  // namespace rilon
