// Sizes and durations as people write them.
// Threads: pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace portreeve::config {

// "50MiB", "64 KiB", "10MB" (powers of ten), "512". nullopt: not a size, or over 2^63.
std::optional<std::uint64_t> parse_size(std::string_view text);
// "500ms", "30s", "5m", "12h", "1d". nullopt: not a duration, or absurdly long.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
// With the largest unit that leaves a whole number.
std::string size_text(std::uint64_t bytes);
std::string duration_text(std::chrono::milliseconds duration);

}  // namespace portreeve::config
