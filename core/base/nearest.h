// The nearest of several words: what a person who mistyped probably meant.
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace portreeve::base {

// Insertions, deletions, substitutions and swaps of neighbours that turn one word into the other.
std::size_t edit_distance(std::string_view a, std::string_view b);
// The known word that was probably meant, or an empty one if none is near.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace portreeve::base
