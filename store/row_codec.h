// What stands inside a row once it is opened: the store's own encodings, docs/store.md "Rows".
// Decoders are strict; what they refuse although it authenticated is `damaged`.
#pragma once

#include "store/schema.h"
#include "store/store.h"

namespace rilon {

// Value of `entries`: MAC [16] ‖ u8 state ‖ u64 arrival ‖ u64 received ‖ header ‖ signature ‖ body.
// The MAC covers what follows it. Prefix and body are as they came.
enum class BodyState : std::uint8_t {
    present = 0,
    absent = 1,  // Never came, or aged out where we got it from: may come yet.
    erased = 2,  // Purged here: never comes back. With an empty prefix: was damaged when erased.
};
constexpr std::size_t entry_row_head_bytes = 1 + 8 + 8;

struct EntryRow {
    BodyState state = BodyState::present;
    Arrival arrival;
    UnixMillis received;
    ByteView prefix;
    ByteView body;
};
// Writes the part behind the MAC; `out` has entry_row_bytes(row).
std::size_t entry_row_bytes(const EntryRow& row);
void encode_entry_row(const EntryRow& row, std::span<Byte> out);
Result<EntryRow> decode_entry_row(ByteView bytes);

// Where an epoch of a stream stands.
struct EpochRow {
    enum class State : std::uint8_t {
        open = 0,         // No K yet.
        open_keyed = 1,   // K is in the vault.
        closed = 2,       // Over before K came: entry keys not derived.
        closed_keyed = 3  // Entry keys derived and wrapped; K is gone.
    };
    State state = State::open;
    Seq from;  // Of the grant.
    bool granted = false;

    bool is_open() const { return state == State::open || state == State::open_keyed; }
};
Bytes encode_epoch_row(const EpochRow& row);
Result<EpochRow> decode_epoch_row(ByteView bytes);

Bytes encode_stream_state(const StreamState& state);
Result<StreamState> decode_stream_state(ByteView bytes);

// Value of `arrivals`, without n.
struct ArrivalPlace {
    std::uint32_t number = 0;
    Seq seq;
    EntryId id;
    EntryKind kind = EntryKind::genesis;
    UnixMillis received;
};
Bytes encode_arrival(const ArrivalPlace& place);
Result<ArrivalPlace> decode_arrival(ByteView bytes);

Bytes encode_directory_row(const DirectoryRecord& record);
Result<DirectoryRecord> decode_directory_row(ByteView bytes);
Bytes encode_ack_row(const AckRecord& ack);
Result<AckRecord> decode_ack_row(ByteView bytes);
Bytes encode_mail_row(const MailRow& mail);
Result<MailRow> decode_mail_row(ByteView bytes);
Bytes encode_audit_row(const AuditRow& row);
Result<AuditRow> decode_audit_row(ByteView bytes);

}  // namespace rilon
