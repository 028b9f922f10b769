// The raw limit of the disk: bare LMDB with rows of the product's sizes, and a bare flush.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace rilon::bench {

struct RawRow {
    std::string table;
    std::size_t key_bytes = 0;
    std::size_t value_bytes = 0;
};
// The size of the last row of each of these tables of a store that nobody writes just now.
std::vector<RawRow> rows_of(const std::string& data_file, const std::vector<std::string>& tables);

struct RawRows {
    std::vector<RawRow> each;  // Appended once an entry.
    std::vector<RawRow> once;  // Overwritten once a commit.
};

class RawLmdb {
   public:
    // Makes a store of its own: default sync, as the product's. Ends the process on any failure.
    RawLmdb(const std::string& file, const RawRows& rows);
    ~RawLmdb();
    RawLmdb(const RawLmdb&) = delete;

    // One transaction with the rows of so many entries; durable when it returns.
    void commit(std::size_t entries);

   private:
    struct State;
    std::unique_ptr<State> state_;
};

// Appends 4 KiB to a new file and flushes, so often; seconds of each.
std::vector<double> flush_times(const std::string& file, std::size_t times);

}  // namespace rilon::bench
