// Kept caseloads: applicants of an officer's own, whom he looks for again when alerts came. Their
// rows are sealed under a key of the caseload, which lies in the vault: when its time is over, or
// he says so, the key is destroyed, and what is left on the disk opens for nobody. The node's
// answers are the same screening as ever, over an index of what came since (node/query_kept.cc).
#pragma once

#include <vector>

#include "node/control.pb.h"
#include "protocol/ids.h"
#include "protocol/units.h"
#include "store/store.h"

namespace rilon {

using KeepId = FixedBytes<struct KeepIdTag, 16>;

constexpr std::size_t kept_part_rows_max = 1000;
constexpr std::size_t kept_part_bytes_max = 256 * 1024;
constexpr std::size_t kept_rows_max = 1'000'000;  // of a node
constexpr std::size_t kept_of_officer_max = 32;
constexpr std::uint64_t kept_ms_max = 366 * ms_day;
constexpr std::uint64_t kept_unfinished_ms = ms_hour;  // until a caseload without an end goes

struct KeptCaseload {
    KeepId id;
    OfficerId officer;
    std::uint32_t parts = 0;
    std::uint64_t rows = 0;
    UnixMillis since;
    UnixMillis until;
    bool complete = false;
    // Shown up to here. The numbers of another epoch mean nothing: then all is looked at again.
    std::uint64_t feed_epoch = 0;
    Arrival looked;
};

constexpr const char* kept_list_name = "kept";
std::string kept_part_name(const KeepId& id, std::uint32_t part);
std::string kept_key_name(const KeepId& id);

Bytes encode_kept(const std::vector<KeptCaseload>& all);
// Errors: damaged.
Result<std::vector<KeptCaseload>> parse_kept(ByteView bytes);
// None kept is an empty list.
Result<std::vector<KeptCaseload>> stored_kept(const StoreView& store);

Bytes seal_part(const NodeSecret& key, const KeepId& id, std::uint32_t part,
                const proto::KeepRequest& rows);
// Errors: damaged.
Result<proto::KeepRequest> open_part(const NodeSecret& key, const KeepId& id, std::uint32_t part,
                                     ByteView sealed);

}  // namespace rilon
