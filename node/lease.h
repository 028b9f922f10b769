// The lease: a random value in the store and in a file outside the backup set, renewed together. A
// store that was restored from a copy holds an older one than the file: its node must not go on
// with its old streams, whose later numbers others may have seen (docs/wire.md, "Restore").
//
// The file has two lines, the lease in force and the one about to be: the store's commit between
// the two writes decides, whatever the moment of a crash.
#pragma once

#include <filesystem>

#include "protocol/rng.h"
#include "store/store.h"

namespace rilon {

// Private value of a store that was restored, from the moment that this is known until the core's
// batch that retires the streams of before: no crash in between lets them go on.
constexpr const char* restored_name = "restored";

struct LeaseState {
    bool broken = false;  // Restored, cloned, or the file was lost; streams not retired yet.
    std::uint64_t feed_epoch = 0;  // Another after each break.
};

class Lease {
   public:
    Lease(std::filesystem::path file, Store& store, Rng& rng);

    // Compares, notes a break durably and renews. On a full disk a lease that is whole stays as it
    // is. Errors: those of the file and of the store.
    Result<LeaseState> take(UnixMillis now);
    // Makes copies taken until now recognisable.
    Status renew();
    // Renews each hour; on a full disk a minute later again. Errors: all others.
    Status each_minute();

   private:
    Result<std::vector<Random16>> in_file() const;
    Status write_file_with(const std::vector<Random16>& values) const;

    std::filesystem::path file_;
    Store& store_;
    Rng& rng_;
    std::uint64_t minutes_ = 0;  // Since the last renewal.
};

}  // namespace rilon
