#include "protocols/smtp/reply.h"

#include <algorithm>
#include <cassert>

#include "core/base/ascii.h"

namespace portreeve::smtp {
namespace {

// RFC 5321 §4.5.3.1.5, less the codes ("550-", "5.7.1 ", or a longer one) and CRLF.
constexpr std::size_t kMaxLineText = 512 - 4 - 12 - 2;

}  // namespace

Reply::Reply(unsigned code, std::string_view enhanced, std::string_view text) : code_(code), enhanced_(enhanced) {
  assert(code >= 200 && code <= 599);
  append_harmless(text);
}

Reply& Reply::add_line(std::string_view text) {
  text_.push_back('\n');
  append_harmless(text);
  return *this;
}

void Reply::append_harmless(std::string_view text) {
  for (const char c : text.substr(0, kMaxLineText)) {
    text_.push_back(base::is_control(c) || base::is_eight_bit(c) ? '?' : c);
  }
}

void Reply::print(std::string& out, bool with_enhanced) const {
  std::string_view rest = text_;
  for (;;) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const bool is_last = end == rest.size();
    out.push_back(static_cast<char>('0' + code_ / 100));
    out.push_back(static_cast<char>('0' + code_ / 10 % 10));
    out.push_back(static_cast<char>('0' + code_ % 10));
    out.push_back(is_last ? ' ' : '-');
    if (with_enhanced && !enhanced_.empty()) out.append(enhanced_).push_back(' ');
    out.append(rest.substr(0, end)).append("\r\n");
    if (is_last) return;
    rest.remove_prefix(end + 1);
  }
}

}  // namespace portreeve::smtp
