#include "protocols/imap/printed_structure.h"

#include <algorithm>
#include <charconv>

#include "core/base/ascii.h"

namespace portreeve::imap {
namespace {

// body-fields: body-fld-param, -id, -desc, -enc and -octets stand behind type and subtype (RFC 3501 §9).
constexpr std::size_t kEncoding = 5;
constexpr std::size_t kSize = 6;
constexpr std::size_t kLinesOfText = 7;
constexpr std::size_t kBodyOfMessage = 8;  // behind the envelope

// How long the quoted string, literal or bare word at the front is.
std::size_t string_size(std::string_view text) {
  if (text.starts_with('"')) {
    for (std::size_t i = 1; i < text.size(); ++i) {
      if (text[i] == '"') return i + 1;
      if (text[i] == '\\') ++i;
    }
    return text.size();
  }
  if (text.starts_with('{')) {
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), size);
    const std::size_t begin = static_cast<std::size_t>(end - text.data()) + 3;  // "}" CRLF
    return error == std::errc() && begin < text.size() ? begin + std::min(size, text.size() - begin) : text.size();
  }
  return std::min(text.find_first_of(" ()"), text.size());
}

// The element at the front: a list with all that is in it, or a string.
std::string_view element(std::string_view text) {
  std::size_t depth = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    if (text[at] == '(') {
      ++depth;
      ++at;
    } else if (text[at] == ')') {
      ++at;
      if (--depth == 0) break;
    } else if (text[at] == ' ') {
      ++at;
    } else {
      const std::size_t size = string_size(text.substr(at));
      at += std::max<std::size_t>(size, 1);
      if (depth == 0) break;
    }
  }
  return text.substr(0, at);
}

// The element of this index in a list; empty if there is none.
std::string_view at(std::string_view list, std::size_t index) {
  if (!list.starts_with('(') || !list.ends_with(')')) return {};
  std::string_view rest = list.substr(1, list.size() - 2);
  for (;; --index) {
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    if (rest.empty() || rest.starts_with(')')) return {};
    const std::string_view found = element(rest);
    if (index == 0) return found;
    rest.remove_prefix(found.size());
  }
}

bool is_multipart(std::string_view structure) { return structure.starts_with("(("); }

bool is_message(std::string_view structure) {
  return base::equals_ignoring_case(at(structure, 0), "\"message\"") && at(structure, kBodyOfMessage).starts_with('(');
}

void replace(std::string& printed, std::size_t index, std::string_view value) {
  const std::string_view old = at(printed, index);
  if (!old.empty()) printed.replace(static_cast<std::size_t>(old.data() - printed.data()), old.size(), value);
}

}  // namespace

std::string_view structure_of(std::string_view printed, const std::vector<std::uint32_t>& path) {
  bool is_whole_message = true;
  for (const std::uint32_t number : path) {
    if (!is_whole_message && is_message(printed)) {
      printed = at(printed, kBodyOfMessage);
      is_whole_message = true;
    }
    if (is_multipart(printed)) {
      printed = at(printed, number - 1);
      // What stands behind the parts are strings.
      if (!printed.starts_with('(')) return {};
    } else if (number != 1 || !is_whole_message) {
      return {};
    }
    is_whole_message = false;
  }
  return printed;
}

std::string decoded_structure(std::string_view printed, std::uint64_t size, std::uint64_t lines) {
  std::string out(printed);
  replace(out, kEncoding, "\"BINARY\"");
  replace(out, kSize, std::to_string(size));
  if (base::equals_ignoring_case(at(out, 0), "\"text\"")) replace(out, kLinesOfText, std::to_string(lines));
  return out;
}

}  // namespace portreeve::imap
