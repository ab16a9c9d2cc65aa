#include "core/mime/lexer.h"

#include <array>

#include "core/base/ascii.h"

namespace portreeve::mime {
namespace {

constexpr std::array<bool, 256> plain_bytes() {
  std::array<bool, 256> plain{};
  for (std::size_t i = 0; i < plain.size(); ++i) {
    auto c = static_cast<char>(i);
    plain[i] = base::is_alpha(c) || base::is_digit(c) || base::is_eight_bit(c);
  }
  for (char c : std::string_view("!#$%&'*+-.?^_`{|}~")) plain[static_cast<unsigned char>(c)] = true;
  return plain;
}
constexpr auto kPlain = plain_bytes();

}  // namespace

std::string_view Lexer::plain() {
  std::size_t size = 0;
  while (size < rest_.size() && kPlain[static_cast<unsigned char>(rest_[size])]) ++size;
  std::string_view text = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return text;
}

char Lexer::take() {
  char c = rest_.front();
  rest_.remove_prefix(1);
  return c;
}

void Lexer::skip_comment(std::string* text) {
  std::string content;
  int depth = 0;
  while (!rest_.empty()) {
    char c = take();
    if (c == '(' && depth++ == 0) continue;
    if (c == ')' && --depth == 0) break;
    if (c == '\\' && !rest_.empty()) c = take();
    if (text && c != '\r' && c != '\n' && c != '\0') content += c;
  }
  if (!text) return;
  std::string_view kept = base::trimmed(content);
  if (!kept.empty()) *text = std::string(kept);
}

bool Lexer::skip_cfws(std::string* comment) {
  std::size_t before = rest_.size();
  while (!rest_.empty()) {
    if (is_folding_space(rest_.front())) {
      rest_.remove_prefix(1);
    } else if (rest_.front() == '(') {
      skip_comment(comment);
    } else {
      break;
    }
  }
  return rest_.size() != before;
}

void Lexer::quoted_string(std::string& out) {
  take();
  while (!rest_.empty()) {
    char c = take();
    if (c == '"') return;
    if (c == '\\' && !rest_.empty()) c = take();
    if (c != '\r' && c != '\n' && c != '\0') out += c;
  }
}

std::string Lexer::until(std::string_view stops) {
  std::string out;
  for (bool is_first = true; !rest_.empty(); is_first = false) {
    bool is_spaced = skip_cfws();
    if (rest_.empty() || stops.find(rest_.front()) != std::string_view::npos) break;
    if (is_spaced && !is_first) out += ' ';
    std::string_view text = plain();
    if (text.empty()) {
      out += take();
    } else {
      out += text;
    }
  }
  return out;
}

}  // namespace portreeve::mime
