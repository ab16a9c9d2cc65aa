#include "protocols/pop3/stuffer.h"

namespace portreeve::pop3 {

void Stuffer::feed(std::string_view bytes, std::string& out) {
  if (bytes.empty()) return;
  std::size_t copied = 0;
  const auto copy_to = [&](std::size_t end) {
    out.append(bytes.substr(copied, end - copied));
    copied = end;
  };
  if (last_ == '\n' && bytes.front() == '.') out.push_back('.');
  // std::string_view::find(char) is memchr.
  for (std::size_t lf = bytes.find('\n'); lf != std::string_view::npos; lf = bytes.find('\n', lf + 1)) {
    const char before = lf > 0 ? bytes[lf - 1] : last_;
    if (before != '\r') {
      copy_to(lf);
      out.push_back('\r');
    }
    if (lf + 1 < bytes.size() && bytes[lf + 1] == '.') {
      copy_to(lf + 1);
      out.push_back('.');
    }
  }
  copy_to(bytes.size());
  last_ = bytes.back();
}

void Stuffer::end_line(std::string& out) {
  if (last_ != '\n') out.append("\r\n");
  last_ = '\n';
}

void Stuffer::finish(std::string& out) {
  end_line(out);
  out.append(".\r\n");
}

void Excerpt::end_line() {
  if (!is_in_header_) {
    --lines_left_;
  } else if (is_line_empty_) {
    is_in_header_ = false;
  }
  is_line_empty_ = true;
  has_pending_cr_ = false;
}

std::string_view Excerpt::take(std::string_view bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size() && !is_complete()) {
    const std::size_t lf = bytes.find('\n', taken);
    const std::string_view line = bytes.substr(taken, lf == std::string_view::npos ? lf : lf - taken);
    if (!line.empty()) {
      // A CR counts as content once something follows it.
      is_line_empty_ = is_line_empty_ && !has_pending_cr_ && line == "\r";
      has_pending_cr_ = line.back() == '\r';
    }
    if (lf == std::string_view::npos) return bytes;
    end_line();
    taken = lf + 1;
  }
  return bytes.substr(0, taken);
}

}  // namespace portreeve::pop3
