#include "core/mime/print.h"

#include <algorithm>

#include "core/base/ascii.h"
#include "core/mime/header.h"

namespace portreeve::mime {

void print_string(std::string& out, std::string_view text) {
  // Sums of flags rather than early ends, so that compilers make vector code of it.
  unsigned char eight_bit = 0;
  unsigned char breaks = 0;
  unsigned char marks = 0;
  for (char c : text) {
    eight_bit = static_cast<unsigned char>(eight_bit | static_cast<unsigned char>(c));
    breaks = static_cast<unsigned char>(breaks | (c == '\r') | (c == '\n'));
    marks = static_cast<unsigned char>(marks | (c == '"') | (c == '\\') | (c == '\0'));
  }
  bool is_plain = eight_bit < 0x80 && breaks == 0;  // can stand between quotes
  bool has_marks = marks != 0;                      // a quote, a backslash or NUL
  if (is_plain) {
    out += '"';
    if (!has_marks) {
      out += text;
    } else {
      for (char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        if (c != '\0') out += c;
      }
    }
    out += '"';
    return;
  }
  auto nuls = std::ranges::count(text, '\0');
  out.append("{").append(std::to_string(text.size() - static_cast<std::size_t>(nuls))).append("}\r\n");
  if (nuls == 0) {
    out += text;
  } else {
    std::ranges::copy_if(text, std::back_inserter(out), [](char c) { return c != '\0'; });
  }
}

void print_nstring(std::string& out, std::optional<std::string_view> text) {
  if (text) {
    print_string(out, *text);
  } else {
    out += "NIL";
  }
}

void print_field(std::string& out, std::optional<std::string_view> value) {
  if (!value) {
    out += "NIL";
    return;
  }
  std::string_view text = base::trimmed(*value);
  if (text.find('\n') == std::string_view::npos) {
    print_string(out, text);
  } else {
    print_string(out, unfold(text));
  }
}

}  // namespace portreeve::mime
