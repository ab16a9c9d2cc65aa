#include "protocols/imap/printed_envelope.h"

#include <algorithm>

#include "protocols/imap/search_source.h"

namespace portreeve::imap {
namespace {

// How many bytes the string at the front has.
std::size_t string_size(std::string_view text) {
  if (text.starts_with('"')) {
    for (std::size_t at = 1;;) {
      at = text.find_first_of("\\\"", at);
      if (at == std::string_view::npos) return text.size();
      if (text[at] == '"') return at + 1;
      at += 2;
    }
  }
  if (text.starts_with('{')) {
    const std::size_t before = text.size();
    take_printed_string(text);
    return before == text.size() ? before : before - text.size();  // a broken one has no end
  }
  return std::min<std::size_t>(3, text.size());  // NIL
}

}  // namespace

PrintedEnvelope::PrintedEnvelope(std::string_view printed) : rest_(printed) {
  if (rest_.starts_with('(')) rest_.remove_prefix(1);
}

std::optional<std::string> PrintedEnvelope::string(Item item) {
  go_to(item);
  next_ = static_cast<Item>(static_cast<int>(item) + 1);
  return take_string();
}

std::optional<PrintedAddress> PrintedEnvelope::first_address(Item item) {
  go_to(item);
  if (!rest_.starts_with("((")) return std::nullopt;
  std::string_view whole = rest_;
  rest_.remove_prefix(2);
  PrintedAddress address;
  address.name = take_string();
  skip_space();
  rest_.remove_prefix(string_size(rest_));  // the route
  address.mailbox = take_string();
  address.host = take_string();
  rest_ = whole;
  return address;
}

void PrintedEnvelope::go_to(Item item) {
  for (; next_ < item; next_ = static_cast<Item>(static_cast<int>(next_) + 1)) skip_item();
  skip_space();
}

void PrintedEnvelope::skip_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size())); }

void PrintedEnvelope::skip_item() {
  skip_space();
  if (!rest_.starts_with('(')) {
    rest_.remove_prefix(string_size(rest_));
    return;
  }
  std::size_t depth = 0;
  while (!rest_.empty()) {
    if (rest_.front() == '(') {
      ++depth;
    } else if (rest_.front() == ')') {
      --depth;
    } else if (rest_.front() != ' ') {
      rest_.remove_prefix(string_size(rest_));
      continue;
    }
    rest_.remove_prefix(1);
    if (depth == 0) return;
  }
}

std::optional<std::string> PrintedEnvelope::take_string() {
  skip_space();
  if (rest_.starts_with('(') || rest_.starts_with(')')) return std::nullopt;
  return take_printed_string(rest_);
}

}  // namespace portreeve::imap
