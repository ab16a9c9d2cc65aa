#include "core/mime/parameters.h"

#include <algorithm>
#include <tuple>

#include "core/base/ascii.h"
#include "core/mime/charset.h"
#include "core/mime/encoded_word.h"
#include "core/mime/lexer.h"

namespace portreeve::mime {
namespace {

constexpr std::size_t kMaxDecodedBytes = std::size_t{64} * 1024;

// A value without quotes ends at the semicolon. Blanks within it are kept, since names of files have them, unless
// another "name=" follows, whose semicolon was forgotten.
std::string bare_value(Lexer& lexer) {
  std::string_view rest = lexer.rest();
  std::size_t end = std::min(rest.find(';'), rest.size());
  std::string_view segment = rest.substr(0, end);
  if (auto equals = segment.find('='); equals != std::string_view::npos) {
    auto blank = segment.substr(0, equals).find_last_of(" \t\r\n");
    bool has_text = blank != std::string_view::npos && segment.find_first_not_of(" \t\r\n") < blank;
    if (has_text) end = blank;
  }
  Lexer inner(rest.substr(0, end));
  std::string value = inner.until("");
  lexer.skip(end);
  return value;
}

struct Piece {
  std::size_t base_size;  // of the name without "*0*"
  int index;
  bool is_encoded;
};

// "name*12*" (RFC 2231 §3 and §4.1); nothing for a name without a piece number.
std::optional<Piece> piece_of(std::string_view name) {
  bool is_encoded = name.ends_with('*');
  std::string_view rest = is_encoded ? name.substr(0, name.size() - 1) : name;
  auto star = rest.rfind('*');
  if (star == std::string_view::npos || star == 0 || rest.size() - star - 1 == 0 || rest.size() - star - 1 > 3) {
    return std::nullopt;
  }
  int index = 0;
  for (char c : rest.substr(star + 1)) {
    if (!base::is_digit(c)) return std::nullopt;
    index = index * 10 + (c - '0');
  }
  return Piece{.base_size = star, .index = index, .is_encoded = is_encoded};
}

void append_percent_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c > ' ' && byte < 0x7f && std::string_view("*'%()<>@,;:\\\"/[]?=").find(c) == std::string_view::npos) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
}

struct PieceOf {
  Piece piece;
  std::size_t at;  // in the parameters
};

// `group` has one name, by index. Pieces must be 0, 1, 2 …
std::optional<Parameter> joined(const Parameters& parameters, const std::vector<PieceOf>& group) {
  bool is_encoded = false;
  for (std::size_t i = 0; i < group.size(); ++i) {
    if (group[i].piece.index != static_cast<int>(i)) return std::nullopt;
    is_encoded = is_encoded || group[i].piece.is_encoded;
  }
  // A charset can only stand in the first piece (§4.1).
  bool has_charset = group.front().piece.is_encoded;
  Parameter out;
  out.name = parameters[group.front().at].name.substr(0, group.front().piece.base_size);
  if (is_encoded) out.name += '*';
  if (is_encoded && !has_charset) out.value = "''";
  for (const PieceOf& piece : group) {
    const std::string& value = parameters[piece.at].value;
    if (is_encoded && !piece.piece.is_encoded) {
      append_percent_encoded(out.value, value);
    } else {
      out.value += value;
    }
  }
  return out;
}

void join_continuations(Parameters& parameters) {
  std::vector<PieceOf> pieces;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (auto piece = piece_of(parameters[i].name)) pieces.push_back({*piece, i});
  }
  if (pieces.empty()) return;
  auto base = [&](const PieceOf& p) { return base::lowered(parameters[p.at].name.substr(0, p.piece.base_size)); };
  std::ranges::sort(pieces, [&](const PieceOf& a, const PieceOf& b) {
    auto x = base(a);
    auto y = base(b);
    return std::tie(x, a.piece.index, a.at) < std::tie(y, b.piece.index, b.at);
  });
  std::vector<bool> is_gone(parameters.size(), false);
  for (std::size_t begin = 0; begin < pieces.size();) {
    std::size_t end = begin + 1;
    while (end < pieces.size() && base(pieces[end]) == base(pieces[begin])) ++end;
    std::vector<PieceOf> group(pieces.begin() + static_cast<std::ptrdiff_t>(begin),
                               pieces.begin() + static_cast<std::ptrdiff_t>(end));
    if (auto whole = joined(parameters, group)) {
      for (const PieceOf& piece : group) is_gone[piece.at] = true;
      is_gone[group.front().at] = false;
      parameters[group.front().at] = std::move(*whole);
    }
    begin = end;
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (is_gone[i]) continue;
    if (kept != i) parameters[kept] = std::move(parameters[i]);
    ++kept;
  }
  parameters.resize(kept);
}

Parameters parse_parameters(Lexer& lexer) {
  Parameters parameters;
  while (parameters.size() < kMaxParameters) {
    std::string junk = lexer.until(";=");
    while (!lexer.at_end() && lexer.peek() == ';') {
      lexer.take();
      junk = lexer.until(";=");
    }
    if (lexer.at_end()) break;
    lexer.take();  // '='
    lexer.skip_cfws();
    Parameter parameter{.name = std::move(junk), .value = {}};
    if (!lexer.at_end() && lexer.peek() == '"') {
      lexer.quoted_string(parameter.value);
    } else {
      parameter.value = bare_value(lexer);
    }
    if (!parameter.name.empty()) parameters.push_back(std::move(parameter));
  }
  join_continuations(parameters);
  return parameters;
}

int hex_value(char c) {
  if (base::is_digit(c)) return c - '0';
  c = base::to_lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

bool ContentType::is(std::string_view of_type, std::string_view of_subtype) const {
  return base::equals_ignoring_case(type, of_type) &&
         (of_subtype == "*" || base::equals_ignoring_case(subtype, of_subtype));
}

std::optional<ContentType> parse_content_type(std::string_view value) {
  Lexer lexer(value);
  ContentType out;
  out.type = lexer.until("/;=");
  if (!lexer.at_end() && lexer.peek() == '/') {
    lexer.take();
    out.subtype = lexer.until(";=");
  }
  // "text/plain charset=x": the name belongs to the parameter.
  if (!lexer.at_end() && lexer.peek() == '=') {
    auto blank = out.subtype.rfind(' ');
    if (blank == std::string::npos) return std::nullopt;
    auto at = value.size() - lexer.rest().size() - (out.subtype.size() - blank - 1);
    while (at > 0 && !is_folding_space(value[at - 1])) --at;
    out.subtype.resize(blank);
    lexer = Lexer(value.substr(at));
  }
  if (auto blank = out.subtype.find(' '); blank != std::string::npos) out.subtype.resize(blank);
  // No IMAP string has NULs: what is printed without them must not be another type than it was taken for.
  std::erase(out.type, '\0');
  std::erase(out.subtype, '\0');
  if (out.subtype.empty() && base::equals_ignoring_case(out.type, "text")) out.subtype = "plain";
  if (out.type.empty() || out.subtype.empty()) return std::nullopt;
  out.parameters = parse_parameters(lexer);
  return out;
}

std::optional<Disposition> parse_disposition(std::string_view value) {
  Lexer lexer(value);
  Disposition out;
  out.kind = lexer.until(";");
  if (out.kind.empty()) return std::nullopt;
  out.parameters = parse_parameters(lexer);
  return out;
}

const std::string* find_parameter(const Parameters& parameters, std::string_view name) {
  for (const Parameter& parameter : parameters) {
    if (base::equals_ignoring_case(parameter.name, name)) return &parameter.value;
  }
  return nullptr;
}

std::optional<std::string> decoded_parameter(const Parameters& parameters, std::string_view name) {
  if (const std::string* extended = find_parameter(parameters, std::string(name) + "*")) {
    std::string_view text = *extended;
    auto first = text.find('\'');
    auto second = first == std::string_view::npos ? first : text.find('\'', first + 1);
    if (second == std::string_view::npos) return sanitized_utf8(percent_decoded(text));
    return to_utf8_or_guess(text.substr(0, first), percent_decoded(text.substr(second + 1)), kMaxDecodedBytes);
  }
  const std::string* plain = find_parameter(parameters, name);
  if (!plain) return std::nullopt;
  return decode_words(*plain, kMaxDecodedBytes);
}

}  // namespace portreeve::mime
