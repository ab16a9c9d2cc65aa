#include "protocols/smtp/data.h"

#include <algorithm>
#include <utility>

namespace portreeve::smtp {
namespace {

// Looked at in blocks: a first one short enough that a text full of dots costs little, the others long enough that the
// fast way's set-up doesn't show.
constexpr std::size_t kFirstBlock = 64;
constexpr std::size_t kBlock = 1024;

enum class Dots { matter, are_text };

// True if each CR has its LF and each LF its CR, there is no NUL and, where dots matter, no line begins with one.
// Written so that the compiler makes vector code of it: no early end, bytes beside bytes.
template <Dots dots>
bool is_plain(std::string_view text, char before) {
  const char* const bytes = text.data();
  const auto trouble = [](char previous, char current) {
    return static_cast<unsigned char>(
        static_cast<unsigned char>((previous == '\r') != (current == '\n')) |
        static_cast<unsigned char>((dots == Dots::matter) & (previous == '\n') & (current == '.')) |
        static_cast<unsigned char>(current == '\0'));
  };
  unsigned char found = trouble(before, bytes[0]);
  for (std::size_t i = 1; i < text.size(); ++i) {
    found = static_cast<unsigned char>(found | trouble(bytes[i - 1], bytes[i]));
  }
  return found == 0;
}

DataFault fault_of(char previous, char current) {
  if (current == '\n' && previous != '\r') return DataFault::bare_lf;
  if (current != '\n' && previous == '\r') return DataFault::bare_cr;
  return current == '\0' ? DataFault::nul : DataFault::none;
}

// The first one counts, save that nothing mends a NUL.
DataFault worse(DataFault first, DataFault next) {
  return first == DataFault::none || next == DataFault::nul ? next : first;
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
    if (is_plain<Dots::matter>(text.substr(at, end - at), previous_)) {
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
    fault_ = worse(fault_, fault_of(previous_, c));
    is_line_start_ = c == '\n' && previous_ == '\r';
    previous_ = c;
  }
  return end;
}

void ChunkChecker::feed(std::string_view text) {
  if (text.empty()) return;
  if (!is_plain<Dots::are_text>(text, previous_)) {
    char previous = previous_;
    for (const char c : text) fault_ = worse(fault_, fault_of(std::exchange(previous, c), c));
  }
  previous_ = text.back();
}

void ChunkChecker::finish() {
  if (previous_ == '\r') fault_ = worse(fault_, DataFault::bare_cr);
}

void NewlineMender::feed(std::string_view text, std::string& out) {
  while (!text.empty()) {
    if (has_cr_) {
      out.append("\r\n");
      has_cr_ = false;
      if (text.front() == '\n') {
        text.remove_prefix(1);
        continue;
      }
    }
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    out.append(text.substr(0, end));
    if (end == text.size()) return;
    if (text[end] == '\n') out.append("\r\n");
    has_cr_ = text[end] == '\r';
    text.remove_prefix(end + 1);
  }
}

void NewlineMender::finish(std::string& out) {
  if (std::exchange(has_cr_, false)) out.append("\r\n");
}

}  // namespace portreeve::smtp
