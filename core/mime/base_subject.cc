#include "core/mime/base_subject.h"

#include <cstddef>

#include "core/base/ascii.h"

namespace portreeve::mime {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// (1) Every run of blanks is one space.
std::string with_single_spaces(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (!is_blank(c)) {
      out += c;
    } else if (!out.ends_with(' ')) {
      out += ' ';
    }
  }
  return out;
}

std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] == ' ') ++at;
  return at;
}

bool ends_with_ignoring_case(std::string_view text, std::string_view tail) {
  return text.size() >= tail.size() && base::equals_ignoring_case(text.substr(text.size() - tail.size()), tail);
}

// subj-blob = "[" *BLOBCHAR "]" *WSP; where it ends, or `at`.
std::size_t after_blob(std::string_view text, std::size_t at) {
  if (at >= text.size() || text[at] != '[') return at;
  const std::size_t bracket = text.find_first_of("[]", at + 1);
  if (bracket == std::string_view::npos || text[bracket] == '[') return at;
  return skip_space(text, bracket + 1);
}

// subj-refwd = ("re" / ("fw" ["d"])) *WSP [subj-blob] ":"; where it ends, or `at`.
std::size_t after_refwd(std::string_view text, std::size_t at) {
  std::size_t end = at;
  for (const std::string_view word : {"fwd", "fw", "re"}) {
    if (!base::starts_with_ignoring_case(text.substr(at), word)) continue;
    end = at + word.size();
    break;
  }
  if (end == at) return at;
  end = after_blob(text, skip_space(text, end));
  return end < text.size() && text[end] == ':' ? end + 1 : at;
}

// (2)
void remove_trailers(std::string_view& text, bool& is_reply_or_forward) {
  constexpr std::string_view kForwarded = "(fwd)";
  for (;;) {
    if (text.ends_with(' ')) {
      text.remove_suffix(1);
    } else if (ends_with_ignoring_case(text, kForwarded)) {
      text.remove_suffix(kForwarded.size());
      is_reply_or_forward = true;
    } else {
      return;
    }
  }
}

// (3) to (5). Blobs that lead to no "Re:" won't do so with fewer of them: they are looked at once.
void remove_leaders(std::string_view& text, bool& is_reply_or_forward) {
  for (;;) {
    text.remove_prefix(skip_space(text, 0));
    std::size_t end = 0;
    std::size_t last_blob = 0;
    for (std::size_t next = after_blob(text, 0); next != end; next = after_blob(text, end)) {
      last_blob = end;
      end = next;
    }
    if (const std::size_t after = after_refwd(text, end); after != end) {
      is_reply_or_forward = true;
      text.remove_prefix(after);
      continue;
    }
    // (4) What would leave nothing stays.
    text.remove_prefix(end < text.size() ? end : last_blob);
    return;
  }
}

}  // namespace

BaseSubject base_subject(std::string_view decoded) {
  const std::string spaced = with_single_spaces(decoded);
  std::string_view text = spaced;
  BaseSubject out;
  for (;;) {
    remove_trailers(text, out.is_reply_or_forward);
    remove_leaders(text, out.is_reply_or_forward);
    // (6)
    constexpr std::string_view kForwarded = "[fwd:";
    if (!base::starts_with_ignoring_case(text, kForwarded) || !text.ends_with(']')) break;
    text.remove_prefix(kForwarded.size());
    text.remove_suffix(1);
    out.is_reply_or_forward = true;
  }
  out.text = text;
  return out;
}

}  // namespace portreeve::mime
