// Millions of short texts by number: in pages, 2 bytes and at most 7 of padding each. What is
// dropped is overwritten, and its place used again for one of like size. In memory only; no lock.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rilon {

class TextArena {
   public:
    using Place = std::uint32_t;
    static constexpr Place nothing = 0;  // The empty text.

    Place put(std::string_view text);
    std::string_view get(Place place) const;
    void prefetch(Place place) const {
        if (place != nothing && place < large) __builtin_prefetch(at(place));
    }
    void drop(Place place);

   private:
    static constexpr std::size_t unit = 8;  // Bytes; places are numbered in units.
    static constexpr std::size_t page_units = 2048;
    static constexpr Place large = 0x80000000u;  // Does not fit a page: kept by itself.

    static std::size_t units_of(std::size_t bytes) { return (2 + bytes + unit - 1) / unit; }
    char* at(Place place) const;

    std::vector<std::unique_ptr<std::array<char, page_units * unit>>> pages_;
    std::size_t used_ = page_units;                             // Units of the last page.
    std::unordered_map<std::size_t, std::vector<Place>> free_;  // By units.
    std::unordered_map<Place, std::string> large_;
    Place next_large_ = large;
};

// A list of texts as one: each with its length before it, 7 bits a byte.
void append_text(std::string& list, std::string_view text);
// Takes the first off; false at the end.
bool take_text(std::string_view& list, std::string_view& text);

}  // namespace rilon
