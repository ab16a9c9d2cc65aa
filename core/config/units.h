// Sizes, durations and rates as people write them.
// Threads: pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace portreeve::config {

// So many in so long; a count of 0 is no limit.
struct Rate {
  std::uint64_t count = 0;
  std::chrono::milliseconds per{0};
  bool operator==(const Rate&) const = default;
};

// "50MiB", "64 KiB", "10MB" (powers of ten), "512". nullopt: not a size, or over 2^63.
std::optional<std::uint64_t> parse_size(std::string_view text);
// "500ms", "30s", "5m", "12h", "1d". nullopt: not a duration, or absurdly long.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
// "10/s", "600/h", "none". nullopt: not a rate, or a count of 0.
std::optional<Rate> parse_rate(std::string_view text);
// With the largest unit that leaves a whole number.
std::string size_text(std::uint64_t bytes);
std::string duration_text(std::chrono::milliseconds duration);
std::string rate_text(const Rate& rate);

}  // namespace portreeve::config
