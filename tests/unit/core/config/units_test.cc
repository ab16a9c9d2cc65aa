#include "core/config/units.h"

#include <gtest/gtest.h>

namespace portreeve::config {
namespace {

using std::chrono::milliseconds;

TEST(Units, ReadsSizes) {
  struct Row {
    std::string_view text;
    std::optional<std::uint64_t> bytes;
  };
  constexpr auto kNothing = std::nullopt;
  for (const Row& row : {
           Row{"0", 0},
           {"512", 512},
           {"512B", 512},
           {"512 bytes", 512},
           {"1KiB", 1024},
           {"50MiB", 50 << 20},
           {"50 MiB", 50 << 20},
           {"2GiB", 2ULL << 30},
           {"1TiB", 1ULL << 40},
           {"1kB", 1000},
           {"1KB", 1000},
           {"10MB", 10'000'000},
           {"1GB", 1'000'000'000},
           {"", kNothing},
           {"MiB", kNothing},
           {"-1", kNothing},
           {"1.5MiB", kNothing},
           {"50mib", kNothing},
           {"50M", kNothing},
           {"50MiB ", 50 << 20},
           {"5 0MiB", kNothing},
           {"9223372036854775807", 9223372036854775807ULL},
           {"9223372036854775808", kNothing},
           {"99999999TiB", kNothing},
       }) {
    EXPECT_EQ(parse_size(row.text), row.bytes) << row.text;
  }
}

TEST(Units, ReadsDurations) {
  struct Row {
    std::string_view text;
    std::optional<milliseconds> duration;
  };
  for (const Row& row : {
           Row{"500ms", milliseconds(500)},
           {"30s", milliseconds(30'000)},
           {"5m", milliseconds(300'000)},
           {"2h", milliseconds(7'200'000)},
           {"1d", milliseconds(86'400'000)},
           {"0s", milliseconds(0)},
           {"30", std::nullopt},
           {"s", std::nullopt},
           {"", std::nullopt},
           {"5 minutes", std::nullopt},
           {"-5s", std::nullopt},
           {"99999999999999d", std::nullopt},
       }) {
    EXPECT_EQ(parse_duration(row.text), row.duration) << row.text;
  }
}

TEST(Units, ReadsRates) {
  struct Row {
    std::string_view text;
    std::optional<Rate> rate;
  };
  for (const Row& row : {
           Row{"none", Rate{}},
           {"10/s", Rate{10, milliseconds(1000)}},
           {"600/h", Rate{600, milliseconds(3'600'000)}},
           {"1/d", Rate{1, milliseconds(86'400'000)}},
           {"0/s", std::nullopt},
           {"10", std::nullopt},
           {"10/", std::nullopt},
           {"10/ms", std::nullopt},
           {"10/5m", std::nullopt},
           {"10 / s", std::nullopt},
           {"-1/s", std::nullopt},
           {"/s", std::nullopt},
           {"", std::nullopt},
           {"99999999999999999999/s", std::nullopt},
       }) {
    EXPECT_EQ(parse_rate(row.text), row.rate) << row.text;
  }
}

TEST(Units, WritesWhatItReads) {
  for (const std::string text : {"0", "1", "1000", "1KiB", "50MiB", "3GiB", "1025"}) {
    EXPECT_EQ(size_text(*parse_size(text)), text);
  }
  for (const std::string text : {"none", "1/s", "10/m", "600/h", "5/d"}) EXPECT_EQ(rate_text(*parse_rate(text)), text);
  for (const std::string text : {"0s", "1ms", "30s", "90s", "5m", "1d", "25h"}) {
    EXPECT_EQ(duration_text(*parse_duration(text)), text);
  }
}

}  // namespace
}  // namespace portreeve::config
