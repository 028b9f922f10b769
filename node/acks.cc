// Acks: signed receipts for origins. Level 1 goes out with the commit that stored the entries,
// levels 2 and 3 a moment later together. They travel as mail: kept until the next hop has them
// durable. An ack never passes through a node outside the stream's audience; those of derived
// streams are sealed.
#include <fmt/format.h>

#include <algorithm>

#include "node/core.h"
#include "protocol/mutant.h"

namespace rilon {
namespace {
// MailRow.kind
constexpr std::uint8_t mail_sealed = 1;   // a sealed ack
constexpr std::uint8_t mail_direct = 2;   // only to the addressee or by the coordinator
constexpr std::uint8_t mail_carried = 4;  // of another node: a hub gives it to the addressee alone

std::size_t weight_of(const Bytes& letter) {
    return std::max(letter.size(), letter_bytes);
}
}  // namespace

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
    std::erase_if(mail_, [&](const auto& row) {
        if ((row.second.first.kind & mail_carried) != 0) return false;
        write(DropMail{row.first});
        return true;
    });
    for (auto& [id, info] : streams_) {
        if (is_self(info.state.origin) || !info.state.founded) continue;
        info.acknowledged.reset();
        ack_stored_[id] = {info.state.head, info.state.head_id};
        say_again_what_is_gone(info);
    }
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
                if (record.node == identity_.id && record.level == AckLevel::redacted)
                    ack(info, entry.header().seq, entry.id(), AckLevel::redacted);
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

// The next hop sees the number; made of the time it does not count what goes to others.
std::uint64_t NodeCore::next_mail() {
    next_mail_ = std::max(next_mail_ + 1, now_.value * 1000);
    return next_mail_;
}

void NodeCore::post_mail(const NodeId& to, Bytes ack, bool sealed, bool direct_only) {
    if (mail_.size() >= mail_max) {
        ++counters_.refused;
        return;
    }
    if (sealed && !mutant(Mutant::receipts_through_anybody)) {
        const NodeRecord* node = directory_.now().node(to);
        if (node == nullptr) return;
        auto closed = seal_ack(ack, node->enc_pk, rng_);
        if (!closed.ok()) return;
        ack = std::move(*closed);
    }
    std::uint8_t kind =
        static_cast<std::uint8_t>((sealed ? mail_sealed : 0) | (direct_only ? mail_direct : 0));
    if (mutant(Mutant::receipts_through_anybody)) kind = 0;
    MailRow row{next_mail(), to, kind, std::move(ack)};
    write(PutMail{row});
    UnixMillis sent = send_mail_row(row) ? now_ : UnixMillis{};
    const std::uint64_t n = row.n;
    mail_[n] = {std::move(row), sent};
}

// The addressee itself, a coordinator, or a hub of our RILON where it may know.
std::optional<NodeId> NodeCore::next_hop(const MailRow& row) const {
    auto up = [&](const NodeId& id) {
        auto it = peers_.find(id);
        return it != peers_.end() && it->second.up && it->second.greeted;
    };
    if (up(row.to)) return row.to;
    bool carried = (row.kind & mail_carried) != 0 && !mutant(Mutant::bounce_mail);
    if (directory_.empty() || carried) return std::nullopt;
    const DirectoryState& state = directory_.now();
    if (is_coordinator()) {  // The addressee's hub, where the stream's audience allows.
        const NodeRecord* to = state.node(row.to);
        if (to == nullptr || (row.kind & mail_direct) != 0) return std::nullopt;
        for (const auto& [id, node] : state.nodes)
            if (node->rilon == to->rilon && !node->endpoint.empty() && up(id)) return id;
        return std::nullopt;
    }
    for (const auto& coordinator : state.coordinators)
        if (up(coordinator.id)) return coordinator.id;
    if ((row.kind & mail_direct) != 0) return std::nullopt;
    const NodeRecord* self = state.node(identity_.id);
    const NodeRecord* to = state.node(row.to);
    if (self == nullptr || to == nullptr || self->rilon != to->rilon) return std::nullopt;
    for (const auto& [id, node] : state.nodes)
        if (node->rilon == self->rilon && !node->endpoint.empty() && up(id)) return id;
    return std::nullopt;
}

bool NodeCore::send_mail_row(const MailRow& row) {
    auto hop = next_hop(row);
    if (!hop.has_value()) return false;
    proto::SyncAck frame;
    frame.set_mail(row.n);
    frame.set_to(row.to.str());
    frame.set_ack(std::string(as_text(row.bytes)));
    frame.set_sealed((row.kind & mail_sealed) != 0);
    frame.set_direct((row.kind & mail_direct) != 0);
    send(*hop, SyncType::ack, row.n, frame.SerializeAsString());
    return true;
}

void NodeCore::send_mail(const NodeId& peer, bool) {
    constexpr int rows_max = 256;  // At once; confirmations bring the next.
    int sent = 0;
    for (auto& [n, row] : mail_) {
        if (sent >= rows_max) return;
        if (row.second.value != 0 && now_.since(row.second) < mail_retry_ms) continue;
        if (next_hop(row.first) != peer) continue;
        if (send_mail_row(row.first)) {
            row.second = now_;
            ++sent;
        }
    }
}

void NodeCore::on_ack(const NodeId& from, const SyncHead& head, const Bytes& payload) {
    proto::SyncAck frame;
    if (!frame.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return;
    if (frame.confirm()) {
        auto it = mail_.find(frame.mail());
        if (it == mail_.end() || next_hop(it->second.first) != from) return;
        write(DropMail{frame.mail()});
        if (auto sender = carried_.extract(it->first))
            carried_room_.give_back(sender.mapped(), weight_of(it->second.first.bytes));
        mail_.erase(it);
        return;
    }
    auto to = NodeId::parse(frame.to());
    if (!to.ok() || frame.ack().size() > letter_bytes_max) return;
    if (is_self(*to)) {
        Bytes bytes = to_bytes(as_bytes(frame.ack()));
        if (frame.sealed()) {
            Result<Bytes> opened = Error{Errc::cannot_open, ""};
            for (const auto& pair : identity_.enc)
                if (opened = open_ack(bytes, pair.sk); opened.ok()) break;
            if (!opened.ok()) {
                ++counters_.refused;
                return;
            }
            bytes = std::move(*opened);
        }
        auto letter = verify_ack(directory_, bytes);
        if (!letter.ok()) {
            ++counters_.refused;
            log(4,
                fmt::format("ack_refused peer={} code={}", from.brief(), errc_name(letter.code())));
            // By a key that our directory does not have yet: it comes again.
            auto named = claimed_directory(identity_.network, bytes);
            if (letter.code() == Errc::unknown_key && named.ok() && *named > directory_.now().n)
                return;
        } else {
            record_ack(*letter);
        }
    } else {
        // Ours to carry: only for nodes of the network, and only if we may know of it.
        const NodeRecord* node = directory_.empty() ? nullptr : directory_.now().node(*to);
        if (node == nullptr || (!is_coordinator() && (frame.direct() || !options_.hub))) return;
        Bytes letter = to_bytes(as_bytes(frame.ack()));
        // Not confirmed, it stays with its sender. Half of the places are for our own.
        if (mail_.size() >= mail_max / 2 || !carried_room_.take(from, weight_of(letter))) {
            ++counters_.refused;
            return;
        }
        std::uint8_t kind = static_cast<std::uint8_t>((frame.sealed() ? mail_sealed : 0) |
                                                      (frame.direct() ? mail_direct : 0) |
                                                      (is_coordinator() ? 0 : mail_carried));
        MailRow row{next_mail(), *to, kind, std::move(letter)};
        carried_[row.n] = from;
        if (!mutant(Mutant::lose_mail)) {
            write(PutMail{row});
            UnixMillis sent = send_mail_row(row) ? now_ : UnixMillis{};
            const std::uint64_t n = row.n;
            mail_[n] = {std::move(row), sent};
        }
    }
    proto::SyncAck confirm;
    confirm.set_mail(frame.mail());
    confirm.set_confirm(true);
    send(from, SyncType::ack, head.request, confirm.SerializeAsString());
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
