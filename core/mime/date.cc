#include "core/mime/date.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>

#include "core/base/ascii.h"
#include "core/mime/lexer.h"

namespace portreeve::mime {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

struct NamedZone {
  std::string_view name;
  int minutes;
};
// RFC 5322 §4.3. Military letters were widely used with the wrong sign, so all of them and what is unknown mean UTC.
constexpr std::array<NamedZone, 8> kZones = {{{"EST", -300},
                                              {"EDT", -240},
                                              {"CST", -360},
                                              {"CDT", -300},
                                              {"MST", -420},
                                              {"MDT", -360},
                                              {"PST", -480},
                                              {"PDT", -420}}};

struct Parts {
  int day = 0;
  int month = 0;  // from 1
  int year = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int zone = 0;  // minutes
};

std::optional<std::int64_t> day_start(int year, int month, int day) {
  using namespace std::chrono;
  if (year < 0 || year > 9999 || month < 1 || day < 1) return std::nullopt;
  year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                      std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  return sys_days{date}.time_since_epoch().count() * std::int64_t{86'400};
}

std::optional<ZonedTime> to_time(const Parts& parts) {
  auto day = day_start(parts.year, parts.month, parts.day);
  if (!day || parts.hour > 23 || parts.minute > 59 || parts.second > 60) return std::nullopt;
  std::int64_t local = *day + std::int64_t{3'600} * parts.hour + std::int64_t{60} * parts.minute + parts.second;
  return ZonedTime{.unix_seconds = local - std::int64_t{60} * parts.zone, .zone_minutes = parts.zone};
}

int month_number(std::string_view name) {
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    if (base::starts_with_ignoring_case(name, kMonths[i])) return static_cast<int>(i) + 1;
  }
  return 0;
}

class DateLexer {
 public:
  explicit DateLexer(std::string_view text) : lexer_(text) {}

  void skip_gap() {
    for (;;) {
      bool is_spaced = lexer_.skip_cfws();
      bool is_separator = !lexer_.at_end() && (lexer_.peek() == ',' || lexer_.peek() == '.');
      if (is_separator) lexer_.take();
      if (!is_spaced && !is_separator) return;
    }
  }
  bool take(char c) {
    lexer_.skip_cfws();
    if (lexer_.at_end() || lexer_.peek() != c) return false;
    lexer_.take();
    return true;
  }
  bool at_digit() const { return !lexer_.at_end() && base::is_digit(lexer_.peek()); }
  bool at_end() const { return lexer_.at_end(); }

  // At most `max_digits`; nothing if there is none. `digits` tells how many.
  std::optional<int> number(int max_digits, int* digits = nullptr) {
    lexer_.skip_cfws();
    int value = 0;
    int count = 0;
    for (; at_digit() && count < max_digits; ++count) value = value * 10 + (lexer_.take() - '0');
    if (digits) *digits = count;
    if (count == 0 || at_digit()) return std::nullopt;
    return value;
  }
  std::string_view word() {
    lexer_.skip_cfws();
    std::string_view rest = lexer_.rest();
    std::size_t size = 0;
    while (size < rest.size() && base::is_alpha(rest[size])) ++size;
    lexer_.skip(size);
    return rest.substr(0, size);
  }

 private:
  Lexer lexer_;
};

std::optional<int> take_year(DateLexer& lexer) {
  int digits = 0;
  auto year = lexer.number(4, &digits);
  if (!year) return std::nullopt;
  // RFC 5322 §4.3: two digits below 50 are of this century; other short ones count from 1900.
  if (digits == 2 && *year < 50) return *year + 2'000;
  if (digits <= 3) return *year + 1'900;
  return year;
}

bool take_time(DateLexer& lexer, Parts& parts) {
  auto hour = lexer.number(2);
  if (!hour || !(lexer.take(':') || lexer.take('.'))) return false;
  auto minute = lexer.number(2);
  if (!minute) return false;
  parts.hour = *hour;
  parts.minute = *minute;
  if (lexer.take(':')) {
    auto second = lexer.number(2);
    if (!second) return false;
    parts.second = *second;
  }
  return true;
}

// Nothing for a number that is no zone; what isn't there or not known is UTC.
std::optional<int> take_zone(DateLexer& lexer) {
  lexer.skip_gap();
  std::string_view name = lexer.word();
  for (const NamedZone& zone : kZones) {
    if (base::equals_ignoring_case(name, zone.name)) return zone.minutes;
  }
  bool is_plus = lexer.take('+');
  if (!is_plus && !lexer.take('-')) return 0;
  int digits = 0;
  auto value = lexer.number(4, &digits);
  if (!value) return std::nullopt;
  int hours = digits <= 2 ? *value : *value / 100;
  int minutes = digits <= 2 ? 0 : *value % 100;
  if (digits <= 2 && lexer.take(':')) {
    auto after = lexer.number(2);
    if (!after) return std::nullopt;
    minutes = *after;
  }
  if (hours > 24 || minutes > 59) return 0;
  int total = hours * 60 + minutes;
  return is_plus ? total : -total;
}

// asctime: "Jul 17 02:44:25 [zone] 1996", the day name gone already.
std::optional<ZonedTime> parse_asctime(DateLexer& lexer, int month) {
  Parts parts{.month = month};
  auto day = lexer.number(2);
  lexer.skip_gap();
  if (!day || !take_time(lexer, parts)) return std::nullopt;
  parts.day = *day;
  lexer.skip_gap();
  if (!lexer.at_digit()) {
    auto zone = take_zone(lexer);
    if (!zone) return std::nullopt;
    parts.zone = *zone;
  }
  auto year = take_year(lexer);
  if (!year) return std::nullopt;
  parts.year = *year;
  return to_time(parts);
}

// Does `text` look like `shape`, in which 'd' is a digit, 'a' a letter, 'z' a sign, and the rest is itself in any case?
bool has_shape(std::string_view text, std::string_view shape) {
  return std::ranges::equal(text, shape, [](char c, char s) {
    if (s == 'd') return base::is_digit(c);
    if (s == 'a') return base::is_alpha(c);
    if (s == 'z') return c == '+' || c == '-';
    return base::to_upper(c) == s;
  });
}

int two_digits_at(std::string_view text, std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); }

std::string two_digits(unsigned value, char pad = '0') {
  std::string out(2, pad);
  if (value >= 10) out[0] = static_cast<char>('0' + value / 10 % 10);
  out[1] = static_cast<char>('0' + value % 10);
  return out;
}

struct Broken {
  unsigned day, weekday, month_number;
  std::string_view month;
  std::string year;
  std::string time;
};

Broken broken_down(std::int64_t unix_seconds) {
  using namespace std::chrono;
  // Years 0 to 9999 are all that the formats can hold.
  constexpr std::int64_t kFirst = -62'167'219'200;
  constexpr std::int64_t kLast = 253'402'300'799;
  unix_seconds = std::min(std::max(unix_seconds, kFirst), kLast);
  sys_seconds when{seconds{unix_seconds}};
  sys_days day = floor<days>(when);
  year_month_day date{day};
  auto second = static_cast<unsigned>((when - day).count());
  auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  return {.day = static_cast<unsigned>(date.day()),
          .weekday = weekday{day}.c_encoding(),
          .month_number = static_cast<unsigned>(date.month()),
          .month = kMonths[static_cast<unsigned>(date.month()) - 1],
          .year = two_digits(year / 100) + two_digits(year % 100),
          .time = two_digits(second / 3'600) + ":" + two_digits(second / 60 % 60) + ":" + two_digits(second % 60)};
}

}  // namespace

std::optional<ZonedTime> parse_date(std::string_view text) {
  DateLexer lexer(text);
  lexer.skip_gap();
  if (!lexer.at_digit()) {
    std::string_view word = lexer.word();
    lexer.skip_gap();
    if (!lexer.at_digit()) word = lexer.word();
    lexer.skip_gap();
    if (int month = month_number(word); month != 0 && lexer.at_digit()) return parse_asctime(lexer, month);
  }
  Parts parts;
  auto day = lexer.number(2);
  lexer.take('-');
  parts.month = month_number(lexer.word());
  lexer.skip_gap();
  lexer.take('-');
  auto year = take_year(lexer);
  lexer.skip_gap();
  if (!day || parts.month == 0 || !year || !take_time(lexer, parts)) return std::nullopt;
  parts.day = *day;
  parts.year = *year;
  auto zone = take_zone(lexer);
  if (!zone) return std::nullopt;
  parts.zone = *zone;
  return to_time(parts);
}

std::string format_date(std::int64_t unix_seconds) {
  Broken date = broken_down(unix_seconds);
  std::string out(kDays[date.weekday]);
  out.append(", ").append(two_digits(date.day)).append(" ").append(date.month).append(" ").append(date.year);
  return out.append(" ").append(date.time).append(" +0000");
}

std::string format_internal_date(std::int64_t unix_seconds) {
  Broken date = broken_down(unix_seconds);
  std::string out = two_digits(date.day, ' ');
  out.append("-").append(date.month).append("-").append(date.year);
  return out.append(" ").append(date.time).append(" +0000");
}

std::optional<ZonedTime> parse_internal_date(std::string_view text) {
  // date-day-fixed "-" date-month "-" date-year SP time SP zone: always 26 bytes.
  constexpr std::string_view kShape = "dd-aaa-dddd dd:dd:dd zdddd";
  if (!has_shape(text, text.starts_with(' ') ? " d-aaa-dddd dd:dd:dd zdddd" : kShape)) return std::nullopt;
  auto number = [text](std::size_t at) { return (text[at] == ' ' ? 0 : text[at] - '0') * 10 + (text[at + 1] - '0'); };
  int zone = number(22) * 60 + number(24);
  if (number(22) > 24 || number(24) > 59) return std::nullopt;
  return to_time({.day = number(0),
                  .month = month_number(text.substr(3, 3)),
                  .year = number(7) * 100 + number(9),
                  .hour = number(12),
                  .minute = number(15),
                  .second = number(18),
                  .zone = text[21] == '-' ? -zone : zone});
}

std::optional<std::int64_t> parse_day(std::string_view text) {
  // date-day "-" date-month "-" date-year; the day has one digit or two.
  if (text.starts_with(' ')) text.remove_prefix(1);
  DateLexer lexer(text);
  if (!lexer.at_digit()) return std::nullopt;
  auto day = lexer.number(2);
  if (!day || !lexer.take('-')) return std::nullopt;
  std::string_view month = lexer.word();
  int digits = 0;
  if (month.size() != 3 || !lexer.take('-')) return std::nullopt;
  auto year = lexer.number(4, &digits);
  if (!year || digits != 4 || !lexer.at_end()) return std::nullopt;
  return day_start(*year, month_number(month), *day);
}

std::optional<std::int64_t> parse_rfc3339(std::string_view text) {
  // date-time = full-date "T" partial-time [time-secfrac] time-offset
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd";
  if (!has_shape(text.substr(0, kShape.size()), kShape)) return std::nullopt;
  Parts parts{.day = two_digits_at(text, 8),
              .month = two_digits_at(text, 5),
              .year = two_digits_at(text, 0) * 100 + two_digits_at(text, 2),
              .hour = two_digits_at(text, 11),
              .minute = two_digits_at(text, 14),
              .second = two_digits_at(text, 17)};
  std::string_view zone = text.substr(kShape.size());
  if (zone.starts_with('.')) {
    zone.remove_prefix(1);
    if (zone.empty() || !base::is_digit(zone.front())) return std::nullopt;
    while (!zone.empty() && base::is_digit(zone.front())) zone.remove_prefix(1);
  }
  if (!has_shape(zone, "Z")) {
    if (!has_shape(zone, "zdd:dd") || two_digits_at(zone, 1) > 23 || two_digits_at(zone, 4) > 59) return std::nullopt;
    parts.zone = (two_digits_at(zone, 1) * 60 + two_digits_at(zone, 4)) * (zone[0] == '-' ? -1 : 1);
  }
  const auto time = to_time(parts);
  if (!time) return std::nullopt;
  return time->unix_seconds;
}

std::string format_rfc3339(std::int64_t unix_seconds) {
  const Broken date = broken_down(unix_seconds);
  std::string out = date.year;
  out.append("-").append(two_digits(date.month_number)).append("-").append(two_digits(date.day));
  return out.append("T").append(date.time).append("Z");
}

}  // namespace portreeve::mime
