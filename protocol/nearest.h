// "Did you mean": the nearest of a few known words to one that isn't known. Used by code lists, the
// command line and the configuration; it isn't for names of people (names.h).
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace rilon {

// Longer words are compared with nothing: no known word is that long.
constexpr std::size_t nearest_bytes_max = 64;

// Edits that turn `a` into `b`: insertion, deletion, substitution, exchange of two neighbours
// (Damerau-Levenshtein, optimal string alignment). ASCII letters are taken without case; other
// bytes as they are. Inputs over nearest_bytes_max give the length of the longer one. When there
// are more than `at_most` it may stop early, and gives a number that is more.
std::size_t edit_distance(std::string_view a, std::string_view b,
                          std::size_t at_most = nearest_bytes_max);

// The index of the candidate nearest to `text`, the first of equals; none when the nearest is too
// far off to be what was meant (more than a third of the word, one at least), or `text` is empty.
// A candidate that `text` (3 or more bytes) begins counts as one edit away.
std::optional<std::size_t> nearest(std::string_view text,
                                   std::span<const std::string_view> candidates);

}  // namespace rilon
