#include "protocols/smtp/header_scanner.h"

#include <algorithm>

#include "core/base/ascii.h"

namespace portreeve::smtp {
namespace {

constexpr std::size_t kMaxNameBytes = 997;  // RFC 5322 §2.1.1: a line has 998 at most, and there is a colon

// In step with kept_.
constexpr std::array<std::string_view, 3> kKeptNames{"Require-Recipient-Valid-Since", "MT-Priority", "TLS-Required"};
constexpr std::size_t kLongestName = 29;
static_assert(std::ranges::all_of(kKeptNames, [](std::string_view name) { return name.size() <= kLongestName; }));

// ftext = %d33-57 / %d59-126
bool is_ftext(char c) { return c > ' ' && c < 0x7f && c != ':'; }

bool has_high_bit(std::string_view text) {
  unsigned char all = 0;
  for (const char c : text) all = static_cast<unsigned char>(all | static_cast<unsigned char>(c));
  return all >= 0x80;
}

}  // namespace

void HeaderScanner::feed(std::string_view text) {
  if (has_ended()) return;
  const std::size_t allowed = limits_.max_bytes - seen_;
  scan(text.substr(0, allowed));
  if (has_ended() || text.size() <= allowed) return;
  // A line that isn't known to be a field may as well be the body's.
  const bool is_in_doubt = state_ == State::name || state_ == State::blanks_behind_name;
  end(is_in_doubt ? Fault::none : Fault::too_big);
}

void HeaderScanner::finish() {
  if (!has_ended()) end();
}

void HeaderScanner::scan(std::string_view text) {
  while (!text.empty() && !has_ended()) {
    std::size_t taken = 1;
    switch (state_) {
      case State::line_start: take_at_line_start(text.front()); break;
      case State::cr_at_line_start:
        has_blank_line_ = text.front() == '\n';
        if (has_blank_line_) size_ = seen_ + 1;
        end();
        break;
      case State::name:
      case State::blanks_behind_name: take_name(text.front()); break;
      case State::value: taken = take_value(text); break;
      case State::ended: return;
    }
    seen_ += taken;
    text.remove_prefix(taken);
    if (state_ == State::value || state_ == State::line_start) size_ = seen_;
  }
}

void HeaderScanner::take_at_line_start(char c) {
  if (c == '\r') {
    state_ = State::cr_at_line_start;
  } else if (c == '\n') {
    has_blank_line_ = true;
    size_ = seen_ + 1;
    end();
  } else if (base::is_space(c) && fields_ > 0) {
    state_ = State::value;
    if (open_ && kept_[*open_].back().size() < kMaxValueBytes) kept_[*open_].back().push_back(c);
  } else {
    name_.clear();
    name_length_ = 0;
    state_ = State::name;
    take_name(c);
  }
}

void HeaderScanner::take_name(char c) {
  if (c == ':' && name_length_ > 0) return begin_field();
  const bool is_blank = base::is_space(c) && name_length_ > 0;
  const bool is_name = state_ == State::name && is_ftext(c);
  if ((!is_blank && !is_name) || ++name_length_ > kMaxNameBytes) return end();
  if (is_blank) {
    state_ = State::blanks_behind_name;
  } else if (name_.size() <= kLongestName) {
    name_.push_back(c);
  }
}

std::size_t HeaderScanner::take_value(std::string_view text) {
  const std::size_t line_end = text.find('\n');
  const std::string_view line = text.substr(0, line_end);
  has_eight_bit_ = has_eight_bit_ || has_high_bit(line);
  if (open_) {
    std::string& value = kept_[*open_].back();
    value.append(line.substr(0, kMaxValueBytes - std::min(kMaxValueBytes, value.size())));
    if (line_end != std::string_view::npos && value.ends_with('\r')) value.pop_back();
  }
  if (line_end == std::string_view::npos) return text.size();
  state_ = State::line_start;
  return line_end + 1;
}

void HeaderScanner::begin_field() {
  close_field();
  state_ = State::value;
  if (++fields_ > limits_.max_fields) return end(Fault::too_many_fields);
  if (base::equals_ignoring_case(name_, "Received") && ++received_ > limits_.max_received) return end(Fault::looping);
  for (std::size_t i = 0; i < kKeptNames.size(); ++i) {
    if (kept_[i].size() == kMaxValues || !base::equals_ignoring_case(name_, kKeptNames[i])) continue;
    kept_[i].emplace_back();
    open_ = i;
  }
}

void HeaderScanner::close_field() {
  if (!open_) return;
  std::string& value = kept_[*open_].back();
  value = std::string(base::trimmed(value));
  open_.reset();
}

void HeaderScanner::end(Fault fault) {
  close_field();
  fault_ = fault;
  state_ = State::ended;
}

}  // namespace portreeve::smtp
