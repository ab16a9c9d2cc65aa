#include "protocols/imap/object_id.h"

#include <algorithm>
#include <charconv>

#include "core/base/ascii.h"

namespace portreeve::imap {
namespace {

constexpr std::size_t kMaxObjectId = 255;

}  // namespace

void write_object_id(std::string& out, ObjectKind kind, std::int64_t number) {
  out += static_cast<char>(kind);
  out += std::to_string(number);
}

std::optional<std::int64_t> object_number(ObjectKind kind, std::string_view id) {
  // The case counts (RFC 8474 §3), and there is one way to write a number.
  if (id.size() < 2 || id[0] != static_cast<char>(kind) || !base::is_digit(id[1]) || id[1] == '0') return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(id.data() + 1, id.data() + id.size(), number);
  if (error != std::errc() || end != id.data() + id.size()) return std::nullopt;
  return number;
}

bool is_object_id(std::string_view id) {
  return !id.empty() && id.size() <= kMaxObjectId && std::ranges::all_of(id, [](char c) {
    return base::is_digit(c) || (base::to_upper(c) >= 'A' && base::to_upper(c) <= 'Z') || c == '_' || c == '-';
  });
}

}  // namespace portreeve::imap
