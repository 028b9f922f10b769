#include "node/text_arena.h"

#include <sodium.h>

#include <cstring>

#include "protocol/assert.h"

namespace rilon {

char* TextArena::at(Place place) const {
    return pages_[place / page_units]->data() + (place % page_units) * unit;
}

TextArena::Place TextArena::put(std::string_view text) {
    if (text.empty()) return nothing;
    const std::size_t units = units_of(text.size());
    if (units >= page_units) {
        large_.emplace(next_large_, text);
        return next_large_++;
    }
    Place place = nothing;
    if (auto found = free_.find(units); found != free_.end() && !found->second.empty()) {
        place = found->second.back();
        found->second.pop_back();
    } else {
        if (used_ + units > page_units) {
            pages_.push_back(std::make_unique<std::array<char, page_units * unit>>());
            used_ = pages_.size() == 1 ? 1 : 0;  // Place 0 is the empty text's.
        }
        place = static_cast<Place>((pages_.size() - 1) * page_units + used_);
        RILON_ASSERT(place < large);
        used_ += units;
    }
    char* to = at(place);
    const auto size = static_cast<std::uint16_t>(text.size());
    std::memcpy(to, &size, sizeof size);
    std::memcpy(to + sizeof size, text.data(), text.size());
    return place;
}

std::string_view TextArena::get(Place place) const {
    if (place == nothing) return {};
    if (place >= large) return large_.at(place);
    std::uint16_t size = 0;
    std::memcpy(&size, at(place), sizeof size);
    return {at(place) + sizeof size, size};
}

void TextArena::drop(Place place) {
    if (place == nothing) return;
    if (place >= large) {
        auto found = large_.find(place);
        sodium_memzero(found->second.data(), found->second.size());
        large_.erase(found);
        return;
    }
    const std::size_t units = units_of(get(place).size());
    sodium_memzero(at(place), units * unit);
    free_[units].push_back(place);
}

void append_text(std::string& list, std::string_view text) {
    std::size_t size = text.size();
    for (; size >= 0x80; size >>= 7) list += static_cast<char>(0x80 | (size & 0x7f));
    list += static_cast<char>(size);
    list += text;
}

bool take_text(std::string_view& list, std::string_view& text) {
    if (list.empty()) return false;
    std::size_t size = 0;
    std::size_t i = 0;
    for (int shift = 0;; shift += 7) {
        const auto byte = static_cast<unsigned char>(list[i++]);
        size |= static_cast<std::size_t>(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) break;
    }
    text = list.substr(i, size);
    list.remove_prefix(i + size);
    return true;
}

}  // namespace rilon
