// Acks: signed receipts for origins. Level 1 goes out with the commit that stored the entries,
// levels 2 and 3 a moment later together. They travel as mail (mail.cc).
#include <fmt/format.h>

#include <algorithm>

#include "node/core.h"
#include "protocol/mutant.h"

namespace rilon {

void NodeCore::ack(const StreamInfo& info, Seq seq, const EntryId& entry, AckLevel level) {
    if (ack_rows_.empty()) ack_rows_since_ = now_;
    ack_rows_.push_back({info.state.id, AckRow{info.state.id, seq, entry, level}});
}

// What a key signs before the directory has it, or after it was replaced, nobody takes. The first
// letters under a key begin with everything that is stored or gone here: letters that were on their
// way under the key before it are refused.
bool NodeCore::may_sign_acks() {
    if (is_coordinator() || directory_.empty()) return false;
    const NodeRecord* self = directory_.now().node(identity_.id);
    if (self == nullptr || self->current_key().pk != identity_.sign.pk) return false;
    if (said_as_ == identity_.generation) return true;
    say_again();
    said_as_ = identity_.generation;
    ByteWriter out;
    out.u16(identity_.generation.value);
    write(PutPrivate{"said-as", std::move(out).take()});
    return true;
}

void NodeCore::say_again() {
    std::vector<std::uint64_t> ours;
    for (const auto& [n, letter] : mail_.letters())
        if ((letter.row.kind & mail_carried) == 0) ours.push_back(n);
    for (std::uint64_t n : ours) {
        write(DropMail{n});
        mail_.drop(n);
    }
    for (auto& [id, info] : streams_) {
        if (is_self(info.state.origin) || !info.state.founded) continue;
        info.acknowledged.reset();
        ack_stored_[id] = {info.state.head, info.state.head_id};
        say_again_what_is_gone(info);
    }
    save_owed();
}

void NodeCore::say_again_what_is_gone(const StreamInfo& info) {
    constexpr std::size_t page_bytes = 1u << 20;
    for (Seq next{0}; next <= info.state.head;) {
        auto page = store_.range(info.state.id, next, info.state.head, page_bytes);
        if (!page.ok() || page->empty()) return;  // Damaged: said when it was fetched again.
        for (const UnverifiedEntry& entry : *page) {
            next = Seq{entry.header().seq.value + 1};
            if (!entry.absent()) continue;
            auto said = store_.entry_acks(info.state.id, entry.header().seq);
            if (!said.ok()) continue;
            for (const AckRecord& record : *said)
                if (record.node == identity_.id && record.level == AckLevel::redacted) {
                    ack(info, entry.header().seq, entry.id(), AckLevel::redacted);
                    owed_.insert({info.state.id, entry.header().seq});  // Until it is said.
                }
        }
    }
}

void NodeCore::flush_acks() {
    if (!may_sign_acks()) return;
    // By addressee and by the way it may take.
    struct Way {
        NodeId to;
        bool sealed;
        bool direct;
        auto operator<=>(const Way&) const = default;
    };
    std::map<Way, std::vector<AckRow>> letters;
    auto way_of = [&](const StreamInfo& info) {
        const AudienceInfo* audience = standing(info);
        bool all = audience != nullptr && (audience->kind == AudienceInfo::Kind::network ||
                                           audience->kind == AudienceInfo::Kind::rilon);
        return Way{info.state.origin, audience == nullptr, !all};
    };
    for (const auto& [id, head] : ack_stored_) {
        StreamInfo* info = stream(id);
        if (info == nullptr || is_self(info->state.origin)) continue;
        if (auto row = stored_row(*info, {id, head.first, head.second, AckLevel::stored}))
            letters[way_of(*info)].push_back(std::move(*row));
    }
    ack_stored_.clear();
    if (!ack_rows_.empty() && now_.since(ack_rows_since_) >= ack_delay_ms) {
        for (const auto& [id, row] : ack_rows_) {
            const StreamInfo* info = stream(id);
            if (info == nullptr) continue;
            letters[way_of(*info)].push_back(row);
            settle(row);
        }
        save_owed();
        ack_rows_.clear();
    }
    for (auto& [way, rows] : letters) {
        for (std::size_t from = 0; from < rows.size(); from += ack_rows_max) {
            ack_counter_ = std::max(ack_counter_ + 1, now_.value * 1000);
            Ack letter{identity_.id,
                       identity_.generation,
                       ack_counter_,
                       directory_.now().n,
                       directory_.now().link,
                       store_.audit_head(),
                       {}};
            std::size_t to = std::min(rows.size(), from + ack_rows_max);
            letter.rows.assign(rows.begin() + static_cast<std::ptrdiff_t>(from),
                               rows.begin() + static_cast<std::ptrdiff_t>(to));
            post_mail(way.to, make_ack(identity_.network, letter, identity_.sign.sk), way.sealed,
                      way.direct);
        }
    }
}

// Said, as of this batch: what was only waiting to be said is said again after a crash.
void NodeCore::settle(const AckRow& row) {
    write(PutAck{row.stream, {identity_.id, row.level, row.seq, now_}});
    if (row.level == AckLevel::redacted) owed_.erase({row.stream, row.seq});
}

// Now, or at the record that its letter names: who was put out since keeps what it said before.
bool NodeCore::was_reader_at(const StreamInfo& info, const NodeId& node, DirSeq n) const {
    auto readers = members(info);
    if (std::binary_search(readers.begin(), readers.end(), node)) return true;
    const DirectoryState* then = directory_.at(n);
    if (then == nullptr) return false;
    if (then->audience(info.state.audience) != nullptr)
        return then->is_member(info.state.audience, node);
    if (!info.definition.has_value()) return false;
    readers = derived_members(*then, *info.definition, info.state.origin);
    return std::binary_search(readers.begin(), readers.end(), node);
}

// The entry that is acknowledged is the one we sealed: a receipt for another of that seq is none.
bool NodeCore::is_ours(const StreamInfo& info, const AckRow& row) const {
    if (row.seq == info.state.head) return row.entry == info.state.head_id;
    auto own = store_.entry(row.stream, row.seq);
    return own.ok() && own->has_value() && (*own)->entry.id() == row.entry;
}

void NodeCore::record_ack(const Ack& letter) {
    compare_directory(letter.node, letter.dir_n, letter.dir_link);
    for (const auto& row : letter.rows) {
        StreamInfo* info = stream(row.stream);
        if (info == nullptr || !is_self(info->state.origin) || row.seq > info->state.head) continue;
        if (!was_reader_at(*info, letter.node, letter.dir_n)) continue;
        if (!is_ours(*info, row)) continue;
        AckRecord record{letter.node, row.level, row.seq, now_};
        if (row.level == AckLevel::stored) {
            auto [it, fresh] = info->held_by.try_emplace(letter.node, record);
            if (!fresh && it->second.seq >= row.seq) continue;
            it->second = record;
        }
        write(PutAck{row.stream, record});
        history_was_taken(letter.node, row);
    }
    check_held_waits();
}

// Officers who wait for "held": a signed receipt of at least one other entitled node.
void NodeCore::check_held_waits() {
    for (auto it = held_waits_.begin(); it != held_waits_.end();) {
        bool held = std::all_of(it->refs.begin(), it->refs.end(), [&](const EntryRef& ref) {
            const StreamInfo* info = stream(ref.stream);
            return info != nullptr &&
                   std::any_of(info->held_by.begin(), info->held_by.end(),
                               [&](const auto& ack) { return ack.second.seq >= ref.seq; });
        });
        if (!held && it->until > now_) {
            ++it;
            continue;
        }
        emit(RunQuery{it->client, it->request, to_bytes(it->officer.view())});
        it = held_waits_.erase(it);
    }
}

}  // namespace rilon
