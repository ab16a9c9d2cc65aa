#include "core/mime/utf8.h"

#include <utf8proc.h>

#include <array>

namespace portreeve::mime {

std::optional<char32_t> take_character(std::string_view& text) {
  if (text.empty()) return std::nullopt;
  utf8proc_int32_t character = -1;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const utf8proc_ssize_t used = utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size()), &character);
  if (used <= 0 || character < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(used));
  return static_cast<char32_t>(character);
}

bool append_character(std::string& out, char32_t character) {
  if (character > 0x10ffff || !utf8proc_codepoint_valid(static_cast<utf8proc_int32_t>(character))) return false;
  std::array<utf8proc_uint8_t, 4> bytes{};
  const utf8proc_ssize_t size = utf8proc_encode_char(static_cast<utf8proc_int32_t>(character), bytes.data());
  out.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(size));
  return true;
}

}  // namespace portreeve::mime
