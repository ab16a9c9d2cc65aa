#include "core/mime/message_text.h"

#include <gnu/libc-version.h>
#include <utf8proc.h>

#include <algorithm>

#include "core/mime/header.h"
#include "core/mime/text.h"

namespace portreeve::mime {
namespace {

// To be raised when decoding or folding here gives another text than before.
constexpr int kRules = 1;

std::uint64_t bounded(std::uint64_t begin, std::uint64_t end, std::uint64_t most) {
  return std::min(end - begin, most);
}

}  // namespace

std::string header_text(std::string_view header) {
  std::string out;
  out.reserve(header.size());
  std::string buffer;
  FieldReader fields(header);
  for (Field field; fields.next(field);) {
    out += field.name;
    out += ": ";
    out += view_header(field.value, buffer);
    out += '\n';
  }
  return out;
}

bool any_body_text(std::span<const Part> parts, const ReadMessage& read,
                   const std::function<bool(std::string_view)>& test) {
  std::string header;
  std::string buffer;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Part& part = parts[i];
    header = read(part.header_begin, bounded(part.header_begin, part.body_begin, kMaxSearchedHeader));
    const bool is_message_within = i > 0 && parts[static_cast<std::size_t>(part.parent)].is_message;
    if (is_message_within && test(header_text(header))) return true;
    if (part.is_message || part.is_multipart || !is_text_part(header)) continue;
    const std::string_view body = read(part.body_begin, bounded(part.body_begin, part.body_end, kMaxSearchedText));
    if (test(view_text(header, body, kMaxSearchedText, buffer))) return true;
  }
  return false;
}

std::string text_rules() {
  return std::to_string(kRules) + ", utf8proc " + utf8proc_version() + ", glibc " + gnu_get_libc_version();
}

}  // namespace portreeve::mime
