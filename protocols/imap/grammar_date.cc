#include <chrono>

#include "protocols/imap/grammar.h"

namespace portreeve::imap {
namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// The month's number, or 0.
unsigned month_number(std::string_view name) {
  for (unsigned i = 0; i < kMonths.size(); ++i) {
    if (base::equals_ignoring_case(name, kMonths[i])) return i + 1;
  }
  return 0;
}

}  // namespace

bool Grammar::two_digits(unsigned& value) {
  if (position_ + 2 > text_.size() || !base::is_digit(text_[position_]) || !base::is_digit(text_[position_ + 1])) {
    return fail("Expected two digits");
  }
  value = static_cast<unsigned>((text_[position_] - '0') * 10 + (text_[position_ + 1] - '0'));
  position_ += 2;
  return true;
}

bool Grammar::four_digits(unsigned& value) {
  unsigned low = 0;
  if (!two_digits(value) || !two_digits(low)) return false;
  value = value * 100 + low;
  return true;
}

// date-text = date-day "-" date-month "-" date-year, with a day of one or two digits.
bool Grammar::date_text(sys_days& parsed) {
  unsigned day_number = 0;
  if (base::is_digit(peek()) && position_ + 1 < text_.size() && !base::is_digit(text_[position_ + 1])) {
    day_number = static_cast<unsigned>(text_[position_++] - '0');
  } else if (!two_digits(day_number)) {
    return false;
  }
  if (!expect('-', "Expected a date")) return false;
  unsigned month_of_year = month_number(text_.substr(position_, 3));
  if (month_of_year == 0) return fail("Expected a month");
  position_ += 3;
  unsigned year_number = 0;
  if (!expect('-', "Expected a date") || !four_digits(year_number)) return false;
  year_month_day date(year(static_cast<int>(year_number)), month(month_of_year), day(day_number));
  if (!date.ok()) return fail("There is no such day");
  parsed = sys_days(date);
  return true;
}

bool Grammar::date(sys_days& day) {
  if (!try_char('"')) return date_text(day);
  return date_text(day) && expect('"', "Expected the date's closing quote");
}

// date-time = DQUOTE date-day-fixed "-" date-month "-" date-year SP time SP zone DQUOTE
bool Grammar::date_time(std::int64_t& unix_seconds) {
  sys_days day;
  if (!expect('"', "Expected a date and time")) return false;
  try_char(' ');
  if (!date_text(day) || !sp()) return false;

  unsigned hour = 0, minute = 0, second = 0;
  if (!two_digits(hour) || !expect(':', "Expected a time")) return false;
  if (!two_digits(minute) || !expect(':', "Expected a time") || !two_digits(second)) return false;
  if (hour > 23 || minute > 59 || second > 60) return fail("There is no such time");  // 60: a leap second
  if (!sp()) return false;

  bool is_west = peek() == '-';
  if (!is_west && peek() != '+') return fail("Expected a time zone");
  ++position_;
  unsigned zone_hours = 0, zone_minutes = 0;
  if (!two_digits(zone_hours) || !two_digits(zone_minutes)) return false;
  if (zone_hours > 23 || zone_minutes > 59) return fail("There is no such time zone");

  seconds zone = hours(zone_hours) + minutes(zone_minutes);
  sys_seconds local = day + hours(hour) + minutes(minute) + seconds(second);
  unix_seconds = (is_west ? local + zone : local - zone).time_since_epoch().count();
  return expect('"', "Expected the date's closing quote");
}

}  // namespace portreeve::imap
