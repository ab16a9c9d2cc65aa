#include "core/mime/print.h"

#include <algorithm>

#include "core/base/ascii.h"
#include "core/mime/header.h"

namespace portreeve::mime {

void print_string(std::string& out, std::string_view text) {
  bool is_plain = true;    // can stand between quotes
  bool has_marks = false;  // a quote, a backslash or NUL
  for (char c : text) {
    if (base::is_eight_bit(c) || c == '\r' || c == '\n') is_plain = false;
    if (c == '"' || c == '\\' || c == '\0') has_marks = true;
  }
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
