#include "store/row_codec.h"

namespace rilon {
namespace {

Error not_a_row(const char* what) {
    return {Errc::damaged, std::string("a row that is no ") + what};
}

void put_u64(std::span<Byte> out, std::uint64_t v) {
    for (int i = 7; i >= 0; --i) out[std::size_t(7 - i)] = static_cast<Byte>(v >> (8 * i));
}

void long_bytes(ByteWriter& out, ByteView bytes) {
    out.u32(static_cast<std::uint32_t>(bytes.size())).raw(bytes);
}
Bytes long_bytes(ByteReader& in) {
    return to_bytes(in.raw(in.u32()));
}
// A flag is 0 or 1; anything else spoils the row.
bool flag(ByteReader& in, bool& good) {
    std::uint8_t value = in.u8();
    good = good && value <= 1;
    return value != 0;
}
std::string long_text(ByteReader& in) {
    return std::string(as_text(in.raw(in.u32())));
}

}  // namespace

std::size_t entry_row_bytes(const EntryRow& row) {
    return entry_row_head_bytes + row.prefix.size() + row.body.size();
}

void encode_entry_row(const EntryRow& row, std::span<Byte> out) {
    RILON_ASSERT(out.size() == entry_row_bytes(row));
    out[0] = static_cast<Byte>(row.state);
    put_u64(out.subspan(1), row.arrival.value);
    put_u64(out.subspan(9), row.received.value);
    std::span<Byte> rest = out.subspan(entry_row_head_bytes);
    if (!row.prefix.empty()) std::memcpy(rest.data(), row.prefix.data(), row.prefix.size());
    if (!row.body.empty())
        std::memcpy(rest.data() + row.prefix.size(), row.body.data(), row.body.size());
}

Result<EntryRow> decode_entry_row(ByteView bytes) {
    ByteReader in(bytes);
    EntryRow row;
    std::uint8_t state = in.u8();
    row.arrival.value = in.u64();
    row.received.value = in.u64();
    ByteView rest = in.rest();
    bool bare = rest.empty() && state == static_cast<std::uint8_t>(BodyState::erased);
    if (in.failed() || state > 2 || (rest.size() < entry_prefix_bytes && !bare))
        return not_a_row("entry");
    row.state = BodyState{state};
    row.prefix = rest.first(bare ? 0 : entry_prefix_bytes);
    row.body = rest.subspan(row.prefix.size());
    if (row.state != BodyState::present && !row.body.empty()) return not_a_row("entry");
    return row;
}

Bytes encode_epoch_row(const EpochRow& row) {
    ByteWriter out;
    out.u8(static_cast<std::uint8_t>(row.state)).u64(row.from.value).u8(row.granted ? 1 : 0);
    return std::move(out).take();
}

Result<EpochRow> decode_epoch_row(ByteView bytes) {
    ByteReader in(bytes);
    std::uint8_t state = in.u8();
    EpochRow row;
    bool good = state <= 3;
    row.from.value = in.u64();
    row.granted = flag(in, good);
    if (!in.done() || !good) return not_a_row("epoch");
    row.state = EpochRow::State{state};
    return row;
}

Bytes encode_stream_state(const StreamState& s) {
    ByteWriter out(256 + 8 * s.control.size());
    out.raw(s.network.view()).raw(s.id.view()).raw(s.origin.view()).raw(s.audience.view());
    out.u8(s.supersedes ? 1 : 0);
    if (s.supersedes)
        out.raw(s.supersedes->stream.view())
            .u64(s.supersedes->seq.value)
            .raw(s.supersedes->entry.view());
    out.u8(s.founded ? 1 : 0).u64(s.head.value).raw(s.head_id.view());
    out.u16(s.generation.value).u64(s.dir_seq.value).u32(s.epoch.value);
    out.u64(s.grant_seq.value).u64(s.grant_dir_seq.value);
    out.u64(s.members_checked.value).u8(s.derived ? 1 : 0);
    out.u8(s.epoch_open ? 1 : 0).u32(s.entries_in_epoch).u8(s.frozen ? 1 : 0);
    out.u32(static_cast<std::uint32_t>(s.control.size()));
    for (Seq seq : s.control) out.u64(seq.value);
    return std::move(out).take();
}

Result<StreamState> decode_stream_state(ByteView bytes) {
    ByteReader in(bytes);
    StreamState s;
    bool good = true;
    s.network = in.fixed<NetworkId>();
    s.id = in.fixed<StreamId>();
    s.origin = in.fixed<NodeId>();
    s.audience = in.fixed<AudienceId>();
    if (flag(in, good)) {
        Superseded old;
        old.stream = in.fixed<StreamId>();
        old.seq.value = in.u64();
        old.entry = in.fixed<EntryId>();
        s.supersedes = old;
    }
    s.founded = flag(in, good);
    s.head.value = in.u64();
    s.head_id = in.fixed<EntryId>();
    s.generation.value = in.u16();
    s.dir_seq.value = in.u64();
    s.epoch.value = in.u32();
    s.grant_seq.value = in.u64();
    s.grant_dir_seq.value = in.u64();
    s.members_checked.value = in.u64();
    s.derived = flag(in, good);
    s.epoch_open = flag(in, good);
    s.entries_in_epoch = in.u32();
    s.frozen = flag(in, good);
    std::uint32_t controls = in.u32();
    if (in.rest().size() != std::size_t{controls} * 8) return not_a_row("stream");
    s.control.reserve(controls);
    for (std::uint32_t i = 0; i < controls; ++i) s.control.push_back(Seq{in.u64()});
    if (!in.done() || !good) return not_a_row("stream");
    return s;
}

Bytes encode_arrival(const ArrivalPlace& place) {
    ByteWriter out(64);
    out.u32(place.number).u64(place.seq.value).raw(place.id.view());
    out.u8(static_cast<std::uint8_t>(place.kind)).u64(place.received.value);
    return std::move(out).take();
}

Result<ArrivalPlace> decode_arrival(ByteView bytes) {
    ByteReader in(bytes);
    ArrivalPlace place;
    place.number = in.u32();
    place.seq.value = in.u64();
    place.id = in.fixed<EntryId>();
    std::uint8_t kind = in.u8();
    place.received.value = in.u64();
    if (!in.done() || kind > 4) return not_a_row("arrival");
    place.kind = EntryKind{kind};
    return place;
}

Bytes encode_directory_row(const DirectoryRecord& record) {
    ByteWriter out(record.statement.size() + record.authorisations.size() + 32);
    out.u64(record.n.value).u64(record.recorded.value);
    long_bytes(out, record.statement);
    long_bytes(out, record.authorisations);
    return std::move(out).take();
}

Result<DirectoryRecord> decode_directory_row(ByteView bytes) {
    ByteReader in(bytes);
    DirectoryRecord record;
    record.n.value = in.u64();
    record.recorded.value = in.u64();
    record.statement = long_bytes(in);
    record.authorisations = long_bytes(in);
    if (!in.done()) return not_a_row("directory record");
    return record;
}

Bytes encode_ack_row(const AckRecord& ack) {
    ByteWriter out(40);
    out.raw(ack.node.view()).u8(static_cast<std::uint8_t>(ack.level));
    out.u64(ack.seq.value).u64(ack.at.value);
    return std::move(out).take();
}

Result<AckRecord> decode_ack_row(ByteView bytes) {
    ByteReader in(bytes);
    AckRecord ack;
    ack.node = in.fixed<NodeId>();
    std::uint8_t level = in.u8();
    ack.seq.value = in.u64();
    ack.at.value = in.u64();
    if (!in.done() || level < 1 || level > 3) return not_a_row("ack");
    ack.level = AckLevel{level};
    return ack;
}

Bytes encode_mail_row(const MailRow& mail) {
    ByteWriter out(mail.bytes.size() + 32);
    out.u64(mail.n).raw(mail.to.view()).u8(mail.kind).raw(mail.bytes);
    return std::move(out).take();
}

Result<MailRow> decode_mail_row(ByteView bytes) {
    ByteReader in(bytes);
    MailRow mail;
    mail.n = in.u64();
    mail.to = in.fixed<NodeId>();
    mail.kind = in.u8();
    if (in.failed()) return not_a_row("message");
    mail.bytes = to_bytes(in.rest());
    return mail;
}

Bytes encode_audit_row(const AuditRow& row) {
    ByteWriter out(row.detail.size() + 96);
    out.u64(row.n).u64(row.at.value).raw(row.link.view());
    long_bytes(out, as_bytes(row.subject));
    long_bytes(out, as_bytes(row.action));
    long_bytes(out, as_bytes(row.detail));
    return std::move(out).take();
}

Result<AuditRow> decode_audit_row(ByteView bytes) {
    ByteReader in(bytes);
    AuditRow row;
    row.n = in.u64();
    row.at.value = in.u64();
    row.link = in.fixed<Hash32>();
    row.subject = long_text(in);
    row.action = long_text(in);
    row.detail = long_text(in);
    if (!in.done()) return not_a_row("audit record");
    return row;
}

}  // namespace rilon
