#include "protocols/smtp/data.h"

#include <algorithm>

namespace portreeve::smtp {
namespace {

// Looked at in blocks: a first one short enough that a text full of dots costs little, the others long enough that the
// fast way's set-up doesn't show.
constexpr std::size_t kFirstBlock = 64;
constexpr std::size_t kBlock = 1024;

// True if each CR has its LF and each LF its CR, no line begins with a dot and there is no NUL. Written so that the
// compiler makes vector code of it: no early end, bytes beside bytes.
bool is_plain(std::string_view text, char before) {
  const char* const bytes = text.data();
  const auto trouble = [](char previous, char current) {
    return static_cast<unsigned char>(static_cast<unsigned char>((previous == '\r') != (current == '\n')) |
                                      static_cast<unsigned char>((previous == '\n') & (current == '.')) |
                                      static_cast<unsigned char>(current == '\0'));
  };
  unsigned char found = trouble(before, bytes[0]);
  for (std::size_t i = 1; i < text.size(); ++i) {
    found = static_cast<unsigned char>(found | trouble(bytes[i - 1], bytes[i]));
  }
  return found == 0;
}

}  // namespace

DataScanner::Piece DataScanner::next(std::string_view input) {
  constexpr std::string_view kEnd = ".\r\n";
  std::size_t dropped = 0;
  if (is_line_start_ && input.starts_with('.')) {
    if (input.starts_with(kEnd)) return {.consumed = kEnd.size(), .text = {}, .is_end = true};
    if (kEnd.starts_with(input)) return {};
    dropped = 1;
    previous_ = '.';
    is_line_start_ = false;
  }
  const std::string_view text = input.substr(dropped);
  const std::size_t length = scan(text);
  return {.consumed = dropped + length, .text = text.substr(0, length), .is_end = false};
}

DataScanner::Piece DataScanner::next_all(std::string_view input, std::string& scratch) {
  Piece all = next(input);
  bool is_copied = false;
  while (!all.is_end && all.consumed < input.size()) {
    const Piece piece = next(input.substr(all.consumed));
    if (piece.consumed == 0) break;
    all.consumed += piece.consumed;
    all.is_end = piece.is_end;
    if (piece.text.empty()) continue;
    if (!is_copied) scratch.assign(all.text);
    is_copied = true;
    scratch.append(piece.text);
  }
  if (is_copied) all.text = scratch;
  return all;
}

// How much of the text is before the next line that begins with a dot.
std::size_t DataScanner::scan(std::string_view text) {
  std::size_t at = 0;
  for (std::size_t block = kFirstBlock; at < text.size(); block = std::min(2 * block, kBlock)) {
    const std::size_t end = std::min(at + block, text.size());
    if (is_plain(text.substr(at, end - at), previous_)) {
      previous_ = text[end - 1];
      is_line_start_ = previous_ == '\n';
      at = end;
      continue;
    }
    const std::size_t reached = scan_closely(text, at, end);
    if (reached < end) return reached;
    at = end;
  }
  return at;
}

std::size_t DataScanner::scan_closely(std::string_view text, std::size_t at, std::size_t end) {
  for (; at < end; ++at) {
    const char c = text[at];
    if (c == '.' && is_line_start_) return at;
    if (c == '\n' && previous_ != '\r') note(DataFault::bare_lf);
    if (c != '\n' && previous_ == '\r') note(DataFault::bare_cr);
    if (c == '\0') note(DataFault::nul);
    is_line_start_ = c == '\n' && previous_ == '\r';
    previous_ = c;
  }
  return end;
}

}  // namespace portreeve::smtp
