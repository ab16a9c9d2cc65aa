// Dates as mail writes them, to and from Unix seconds.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace portreeve::mime {

struct ZonedTime {
  std::int64_t unix_seconds = 0;
  std::int32_t zone_minutes = 0;  // east of UTC, as written
  bool operator==(const ZonedTime&) const = default;
};

// RFC 5322 §3.3 and §4.3: with or without day name and seconds, years of two digits and more, named zones, comments;
// also asctime's order and dashes between day, month and year, which old mailers wrote. Nothing for no such time.
std::optional<ZonedTime> parse_date(std::string_view text);

// "Wed, 17 Jul 1996 09:44:25 +0000": for Date and Received.
std::string format_date(std::int64_t unix_seconds);

// RFC 3501 §9 date-time, without its quotes: "17-Jul-1996 02:44:25 -0700". A day of one digit has a blank before it.
std::optional<ZonedTime> parse_internal_date(std::string_view text);
std::string format_internal_date(std::int64_t unix_seconds);  // in UTC

// RFC 3501 §9 date-text, "17-Jul-1996": Unix seconds of that day's beginning, as if it were UTC.
std::optional<std::int64_t> parse_day(std::string_view text);

// RFC 3339 §5.6 date-time: "1996-07-17T02:44:25-07:00", with or without a fraction of a second, which is dropped.
std::optional<std::int64_t> parse_rfc3339(std::string_view text);
std::string format_rfc3339(std::int64_t unix_seconds);  // in UTC: "1996-07-17T09:44:25Z"

}  // namespace portreeve::mime
