#include "core/config/units.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <span>

#include "core/base/ascii.h"

namespace portreeve::config {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

// The first unit of a factor is the one that we write.
constexpr std::array<Unit, 12> kSizeUnits{{{"TiB", 1ULL << 40},
                                           {"GiB", 1ULL << 30},
                                           {"MiB", 1ULL << 20},
                                           {"KiB", 1ULL << 10},
                                           {"", 1},
                                           {"B", 1},
                                           {"TB", 1'000'000'000'000},
                                           {"GB", 1'000'000'000},
                                           {"MB", 1'000'000},
                                           {"kB", 1'000},
                                           {"KB", 1'000},
                                           {"bytes", 1}}};
constexpr std::array<Unit, 5> kTimeUnits{{{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();

std::optional<std::uint64_t> parse(std::string_view text, std::span<const Unit> units) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  const std::string_view name = base::trimmed(text.substr(static_cast<std::size_t>(end - text.data())));
  const auto unit = std::ranges::find(units, name, &Unit::name);
  if (unit == units.end() || number > kMost / unit->factor) return std::nullopt;
  return number * unit->factor;
}

std::string write(std::uint64_t value, std::span<const Unit> units) {
  for (const Unit& unit : units) {
    if (value % unit.factor == 0 && value >= unit.factor) return std::to_string(value / unit.factor).append(unit.name);
  }
  return std::to_string(value);
}

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) { return parse(text, kSizeUnits); }

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const auto value = parse(text, kTimeUnits);
  if (!value) return std::nullopt;
  return std::chrono::milliseconds(*value);
}

std::optional<Rate> parse_rate(std::string_view text) {
  if (text == "none") return Rate{};
  Rate rate;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rate.count);
  if (error != std::errc() || rate.count == 0 || rate.count > UINT32_MAX) return std::nullopt;
  const std::string_view rest = text.substr(static_cast<std::size_t>(end - text.data()));
  const auto unit = std::ranges::find(kTimeUnits, rest.substr(std::min<std::size_t>(1, rest.size())), &Unit::name);
  if (!rest.starts_with('/') || unit == kTimeUnits.end() || unit->name == "ms") return std::nullopt;
  rate.per = std::chrono::milliseconds(unit->factor);
  return rate;
}

std::string size_text(std::uint64_t bytes) { return write(bytes, kSizeUnits); }

std::string duration_text(std::chrono::milliseconds duration) {
  const auto value = static_cast<std::uint64_t>(duration.count());
  return value == 0 ? "0s" : write(value, kTimeUnits);
}

std::string rate_text(const Rate& rate) {
  if (rate.count == 0) return "none";
  const auto unit = std::ranges::find(kTimeUnits, static_cast<std::uint64_t>(rate.per.count()),
                                      [](const Unit& u) { return u.factor; });
  return std::to_string(rate.count)
      .append("/")
      .append(unit == kTimeUnits.end() ? duration_text(rate.per) : std::string(unit->name));
}

}  // namespace portreeve::config
