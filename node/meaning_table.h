// What entries say, by stream and seq: in blocks of 64 neighbours, 9 bytes each. In memory only; no
// lock of its own.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "node/alert_table.h"

namespace rilon {

class MeaningTable {
   public:
    struct Meaning {
        AlertTable::Row alert = AlertTable::none;
        std::uint8_t operation = 0;  // proto::SearchRecord::Operation
        std::uint32_t revision = 0;
        bool officer_unchecked = false;
    };
    // False: it had one already, which stays.
    bool add(const EntryRef& ref, const Meaning& meaning) {
        auto& block = blocks_[{streams_.number(ref.stream), ref.seq.value / block_size}];
        if (block == nullptr) block = std::make_unique<Block>();
        const std::size_t at = ref.seq.value % block_size;
        if (block->known(at)) return false;
        block->alerts[at] = meaning.alert + 1;
        block->operations[at] = static_cast<std::uint8_t>(
            meaning.operation | (meaning.officer_unchecked ? unchecked_bit : 0));
        block->revisions[at] = meaning.revision;
        return true;
    }
    std::optional<Meaning> find(const EntryRef& ref) const {
        auto stream = streams_.find(ref.stream);
        if (!stream) return std::nullopt;
        auto found = blocks_.find({*stream, ref.seq.value / block_size});
        const std::size_t at = ref.seq.value % block_size;
        if (found == blocks_.end() || !found->second->known(at)) return std::nullopt;
        const Block& block = *found->second;
        return block.meaning(at);
    }
    // Its officer is good, or nothing is left to check. False: so it was already.
    bool settle(const EntryRef& ref) {
        auto [block, at] = place(ref);
        if (block == nullptr || !block->unchecked(at)) return false;
        block->operations[at] &= static_cast<std::uint8_t>(~unchecked_bit);
        return true;
    }
    // What it was.
    std::optional<Meaning> remove(const EntryRef& ref) {
        auto [block, at] = place(ref);
        if (block == nullptr || !block->known(at)) return std::nullopt;
        const Meaning was = block->meaning(at);
        block->alerts[at] = 0;
        block->operations[at] = 0;
        return was;
    }
    // The first unchecked one of a stream from `from` on.
    std::optional<Seq> next_unchecked(const StreamId& stream, Seq from) const {
        auto number = streams_.find(stream);
        if (!number) return std::nullopt;
        std::size_t at = from.value % block_size;
        for (auto it = blocks_.lower_bound({*number, from.value / block_size});
             it != blocks_.end() && it->first.first == *number; ++it) {
            if (it->first.second != from.value / block_size) at = 0;
            for (; at < block_size; ++at)
                if (it->second->unchecked(at)) return Seq{it->first.second * block_size + at};
        }
        return std::nullopt;
    }

   private:
    static constexpr std::size_t block_size = 64;
    static constexpr std::uint8_t unchecked_bit = 0x80;
    struct Block {
        std::array<std::uint32_t, block_size> alerts{};  // Row + 1; 0: nothing known.
        std::array<std::uint32_t, block_size> revisions{};
        std::array<std::uint8_t, block_size> operations{};
        bool known(std::size_t at) const { return alerts[at] != 0; }
        bool unchecked(std::size_t at) const { return (operations[at] & unchecked_bit) != 0; }
        Meaning meaning(std::size_t at) const {
            return {alerts[at] - 1, static_cast<std::uint8_t>(operations[at] & ~unchecked_bit),
                    revisions[at], unchecked(at)};
        }
    };
    // No block: nothing of its neighbourhood is known.
    std::pair<Block*, std::size_t> place(const EntryRef& ref) {
        auto stream = streams_.find(ref.stream);
        if (!stream) return {nullptr, 0};
        auto found = blocks_.find({*stream, ref.seq.value / block_size});
        if (found == blocks_.end()) return {nullptr, 0};
        return {found->second.get(), ref.seq.value % block_size};
    }
    Numbered<StreamId> streams_;
    std::map<std::pair<std::uint32_t, std::uint64_t>, std::unique_ptr<Block>> blocks_;
};

}  // namespace rilon
