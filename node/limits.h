// Bounds of what a node holds for others, and its times. Each refusal is counted (docs/wire.md and
// docs/architecture.md say why each is as it is). Private to node/.
#pragma once

#include <cstddef>
#include <cstdint>

#include "protocol/units.h"

namespace rilon {

constexpr std::size_t early_entries_max = 1024;  // ahead of a gap, per stream
constexpr std::size_t early_bytes_max = 4u << 20;
constexpr std::size_t early_bytes_all_max = 64u << 20;     // of all streams
constexpr std::size_t early_bytes_origin_max = 16u << 20;  // of one origin's
constexpr std::size_t early_slots_max = 131072;            // ahead of their grant
constexpr std::size_t early_slots_peer_max = 16384;        // from one peer
constexpr std::uint32_t early_epochs_max = 64;             // so far ahead
constexpr std::size_t parked_bytes_max = 4u << 20;         // ahead of our directory, not checked
constexpr std::size_t parked_bytes_peer_max = 1u << 20;    // from one peer
constexpr std::size_t parked_entry_bytes = 4096;           // each counts as so much at least
constexpr std::size_t singly_max = 64;                     // entries of a frame checked one by one
constexpr std::size_t tickets_max = 4096;
constexpr std::size_t attach_bytes_max = 128u << 10;           // of an attachment, in one request
constexpr std::size_t attached_bytes_max = 32u << 20;          // handed over, of all tickets
constexpr std::size_t attached_bytes_officer_max = 16u << 20;  // of one officer's
constexpr std::size_t attachments_open_max = 4096;             // whose first piece was given
constexpr std::uint64_t attachment_open_ms = 10 * ms_minute;   // for the other pieces
constexpr std::size_t mail_max = 65536;
constexpr std::size_t carried_bytes_max = 128u << 20;      // mail for others
constexpr std::size_t carried_bytes_peer_max = 16u << 20;  // handed over by one peer
constexpr std::size_t letter_bytes = 4096;                 // each counts as so much at least
constexpr std::size_t letter_bytes_max = 80u << 10;        // 1,024 rows, sealed, fit
constexpr std::size_t drafts_max = 256;
constexpr std::size_t drafts_of_one_max = 32;              // begun by one person
constexpr std::uint64_t draft_valid_ms_max = 15 * ms_day;  // 14 and a day: clocks differ
constexpr std::size_t lapsed_suspends_max = 4096;
constexpr std::size_t directory_bytes_max =
    256 * 1024;  // a frame is full then; one record more fits
constexpr std::size_t streams_per_origin_max = 512;
constexpr std::size_t records_ahead_max = 65536;
constexpr std::size_t records_ahead_bytes_max = 16u << 20;
constexpr std::size_t open_batch = 512;  // entries opened per step
constexpr std::size_t check_batch = 64;  // officers checked per step, when nothing else is to do
constexpr std::uint64_t check_pause_ms = 50;
constexpr std::uint64_t asker_first_ms = ms_second;  // after a request: checks wait for the tick
constexpr std::size_t confirmations_wanted = 2;      // of our own heads; all links if fewer
constexpr std::uint64_t own_heads_wait_ms = 8 * ms_second;  // below the patience of `rilon`
constexpr std::uint64_t own_heads_retry_ms = 5 * ms_second;
constexpr std::size_t held_posts_max = 256;
constexpr std::uint64_t resync_wait_ms = 30 * ms_second;
constexpr std::uint64_t restored_shown_ms = 30 * ms_day;
constexpr std::uint64_t beat_ms = 5 * ms_second;
constexpr std::uint64_t fetch_timeout_ms = 10 * ms_second;
constexpr std::uint64_t busy_retry_ms = ms_second;
constexpr std::size_t unknown_streams_max = 8192;   // named by one peer, asked for in turn
constexpr std::size_t answers_turn_max = 4u << 20;  // to one peer, in one turn of the loop
constexpr std::size_t answer_costs_min = 4096;      // each counts as so much at least
constexpr std::uint64_t parked_ms_max = ms_minute;  // the directory comes in that time or never
constexpr std::uint64_t mail_retry_ms = 10 * ms_second;
constexpr std::uint64_t slot_retry_ms = 5 * ms_second;
constexpr std::uint64_t ticket_ms = 10 * ms_minute;
constexpr std::uint64_t bare_redact_ms = 24 * ms_hour;
constexpr std::uint64_t checkpoint_every_ms = 6 * ms_hour;
constexpr std::uint64_t directory_stale_ms = ms_day;
constexpr std::uint64_t directory_dead_ms = 14 * ms_day;
constexpr std::uint64_t ack_delay_ms =
    2 * ms_second;  // of levels 2 and 3; the protocol allows 60 s

}  // namespace rilon
