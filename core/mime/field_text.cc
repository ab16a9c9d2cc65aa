#include "core/mime/field_text.h"

#include "core/base/ascii.h"
#include "core/mime/charset.h"

namespace portreeve::mime {

std::string field_text(std::string_view text, TextKind kind, std::size_t limit) {
  std::string out = kind == TextKind::utf8 ? sanitized_utf8(text, limit) : std::string(text.substr(0, limit));
  for (char& c : out) {
    if (c == '\r' || c == '\n' || c == '\t') {
      c = ' ';
    } else if (base::is_control(c) || (kind == TextKind::ascii && base::is_eight_bit(c))) {
      c = '?';
    }
  }
  const std::string_view kept = base::trimmed(out);
  return kept.size() == out.size() ? out : std::string(kept);
}

}  // namespace portreeve::mime
