// How acks travel: from hop to hop, each of which confirms what it has durable. An ack never passes
// through a node outside the stream's audience; those of derived streams are sealed.
#include <fmt/format.h>

#include "node/core.h"
#include "protocol/mutant.h"

namespace rilon {

void NodeCore::post_mail(const NodeId& to, Bytes ack, bool sealed, bool direct_only) {
    if (mail_.full()) {
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
    send_new_mail({mail_.next_number(now_), to, kind, std::move(ack)});
}

void NodeCore::send_new_mail(MailRow row) {
    write(PutMail{row});
    UnixMillis sent = send_mail_row(row) ? now_ : UnixMillis{};
    mail_.add({std::move(row), sent});
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
    auto hub_of = [&](const std::string& rilon) -> std::optional<NodeId> {
        for (const auto& [id, node] : state.nodes)
            if (node->rilon == rilon && !node->endpoint.empty() && up(id)) return id;
        return std::nullopt;
    };
    const bool direct = (row.kind & mail_direct) != 0;
    const NodeRecord* to = state.node(row.to);
    if (is_coordinator())  // The addressee's hub, where the stream's audience allows.
        return to == nullptr || direct ? std::nullopt : hub_of(to->rilon);
    for (const auto& coordinator : state.coordinators)
        if (up(coordinator.id)) return coordinator.id;
    const NodeRecord* self = state.node(identity_.id);
    if (direct || self == nullptr || to == nullptr || self->rilon != to->rilon) return std::nullopt;
    return hub_of(self->rilon);
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

void NodeCore::send_mail(const NodeId& peer) {
    constexpr int rows_max = 256;  // At once; confirmations bring the next.
    int sent = 0;
    for (auto& [n, letter] : mail_.letters()) {
        if (sent >= rows_max) return;
        if (letter.sent.value != 0 && now_.since(letter.sent) < mail_retry_ms) continue;
        if (next_hop(letter.row) != peer) continue;
        if (send_mail_row(letter.row)) {
            letter.sent = now_;
            ++sent;
        }
    }
}

void NodeCore::on_ack(const NodeId& from, const SyncHead& head, const Bytes& payload) {
    proto::SyncAck frame;
    if (!frame.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return;
    if (frame.confirm()) return mail_confirmed(from, frame.mail());
    auto to = NodeId::parse(frame.to());
    if (!to.ok() || frame.ack().size() > letter_bytes_max) return;
    const bool taken = is_self(*to) ? take_letter(from, frame) : carry_letter(from, *to, frame);
    if (!taken) return;  // It comes again.
    proto::SyncAck confirm;
    confirm.set_mail(frame.mail());
    confirm.set_confirm(true);
    send(from, SyncType::ack, head.request, confirm.SerializeAsString());
}

void NodeCore::mail_confirmed(const NodeId& from, std::uint64_t n) {
    const auto* letter = mail_.find(n);
    if (letter == nullptr || next_hop(letter->row) != from) return;
    write(DropMail{n});
    mail_.drop(n);
}

Result<Bytes> NodeCore::open_letter(const proto::SyncAck& frame) const {
    Bytes bytes = to_bytes(as_bytes(frame.ack()));
    if (!frame.sealed()) return bytes;
    for (const auto& pair : identity_.enc)
        if (auto opened = open_ack(bytes, pair.sk); opened.ok()) return opened;
    return {Errc::cannot_open, "an ack is sealed for another key"};
}

bool NodeCore::take_letter(const NodeId& from, const proto::SyncAck& frame) {
    auto bytes = open_letter(frame);
    if (!bytes.ok()) {
        ++counters_.refused;
        return false;
    }
    auto letter = verify_ack(directory_, *bytes);
    if (letter.ok()) {
        record_ack(*letter);
        return true;
    }
    ++counters_.refused;
    log(4, fmt::format("ack_refused peer={} code={}", from.brief(), errc_name(letter.code())));
    // By a key that our directory does not have yet: it comes again.
    auto named = claimed_directory(identity_.network, *bytes);
    return letter.code() != Errc::unknown_key || !named.ok() || *named <= directory_.now().n;
}

// Ours to carry: only for nodes of the network, and only if we may know of it.
bool NodeCore::carry_letter(const NodeId& from, const NodeId& to, const proto::SyncAck& frame) {
    const NodeRecord* node = directory_.empty() ? nullptr : directory_.now().node(to);
    if (node == nullptr || (!is_coordinator() && (frame.direct() || !options_.hub))) return false;
    const std::uint64_t n = mail_.next_number(now_);
    if (!mail_.take_carried(from, n, frame.ack().size())) {
        ++counters_.refused;
        return false;
    }
    std::uint8_t kind = static_cast<std::uint8_t>((frame.sealed() ? mail_sealed : 0) |
                                                  (frame.direct() ? mail_direct : 0) |
                                                  (is_coordinator() ? 0 : mail_carried));
    if (!mutant(Mutant::lose_mail)) send_new_mail({n, to, kind, to_bytes(as_bytes(frame.ack()))});
    return true;
}

}  // namespace rilon
