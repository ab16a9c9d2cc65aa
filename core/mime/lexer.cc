#include "core/mime/lexer.h"

#include "core/base/ascii.h"

namespace portreeve::mime {

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
    out += take();
  }
  return out;
}

}  // namespace portreeve::mime
