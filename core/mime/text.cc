#include "core/mime/text.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <string>

#include "core/base/ascii.h"
#include "core/base/utf8.h"
#include "core/mime/charset.h"
#include "core/mime/encoded_word.h"
#include "core/mime/header.h"
#include "core/mime/known_fields.h"
#include "core/mime/parameters.h"
#include "core/mime/transfer.h"

namespace portreeve::mime {
namespace {

void append_lowered(std::string& out, std::string_view ascii) {
  std::size_t at = out.size();
  out.resize(at + ascii.size());
  std::ranges::transform(ascii, out.begin() + static_cast<std::ptrdiff_t>(at), base::to_lower);
}

constexpr int kNfc = UTF8PROC_STABLE | UTF8PROC_COMPOSE;

// Precondition: valid UTF-8.
void append_mapped(std::string& out, std::string_view utf8, int bits) {
  // The enum names single bits, which are meant to be joined.
  auto options = static_cast<utf8proc_option_t>(bits);  // NOLINT(clang-analyzer-optin.core.EnumCastOutOfRange)
  utf8proc_uint8_t* folded = nullptr;
  utf8proc_ssize_t size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(utf8.data()),
                                       static_cast<utf8proc_ssize_t>(utf8.size()), &folded, options);
  std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(folded, &std::free);
  if (size < 0) {
    // Only lack of memory and text that isn't UTF-8 fail; as it is it can at least match itself.
    out += utf8;
    return;
  }
  out.append(reinterpret_cast<const char*>(folded), static_cast<std::size_t>(size));
}

// Precondition: valid UTF-8.
void append_folded(std::string& out, std::string_view utf8) {
  append_mapped(out, utf8, kNfc | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD);
}

// The folded forms of U+0080 to U+02FF. Nothing below U+0300 joins with what stands before it, so that text of these
// alone, which is most of what Europe writes, can be folded character by character.
constexpr char32_t kFirstFolded = 0x80;
constexpr char32_t kEndFolded = 0x300;
using FoldTable = std::array<std::string, kEndFolded - kFirstFolded>;

const FoldTable& fold_table() {
  static const FoldTable table = [] {
    FoldTable made;
    for (char32_t code = kFirstFolded; code < kEndFolded; ++code) {
      std::array<char, 2> utf8 = {static_cast<char>(0xC0 | code >> 6), static_cast<char>(0x80 | (code & 0x3F))};
      append_folded(made[code - kFirstFolded], {utf8.data(), utf8.size()});
    }
    return made;
  }();
  return table;
}

// False, and nothing done, if there is another character in it. Precondition: valid UTF-8 without ASCII.
bool append_folded_by_table(std::string& out, std::string_view utf8) {
  constexpr unsigned char kLeadEnd = 0xC0 | kEndFolded >> 6;
  for (std::size_t i = 0; i < utf8.size(); i += 2) {
    if (static_cast<unsigned char>(utf8[i]) >= kLeadEnd) return false;
  }
  for (std::size_t i = 0; i < utf8.size(); i += 2) {
    auto code = static_cast<char32_t>((utf8[i] & 0x1F) << 6 | (utf8[i + 1] & 0x3F));
    out += fold_table()[code - kFirstFolded];
  }
  return true;
}

bool is_eight_bit(char c) { return base::is_eight_bit(c); }

// ASCII is lowered in a buffer that stays in the cache; pieces overlap, so that nothing is missed between them.
bool contains_in_ascii(std::string_view haystack, std::string_view needle) {
  constexpr std::size_t kPiece = std::size_t{8} * 1024;
  constexpr std::size_t kMaxNeedle = std::size_t{4} * 1024;
  if (needle.size() > haystack.size()) return false;
  if (needle.size() > kMaxNeedle) return base::lowered(haystack).find(needle) != std::string::npos;
  std::array<char, kPiece> piece;
  while (haystack.size() >= needle.size()) {
    std::size_t size = std::min(kPiece, haystack.size());
    std::transform(haystack.begin(), haystack.begin() + static_cast<std::ptrdiff_t>(size), piece.begin(),
                   base::to_lower);
    if (memmem(piece.data(), size, needle.data(), needle.size())) return true;
    haystack.remove_prefix(size == haystack.size() ? size : size - needle.size() + 1);
  }
  return false;
}

}  // namespace

std::string fold(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  if (is_ascii(utf8)) {
    append_lowered(out, utf8);
    return out;
  }
  if (!base::is_utf8(utf8)) return fold(sanitized_utf8(utf8));
  while (!utf8.empty()) {
    auto begin = std::ranges::find_if(utf8, is_eight_bit);
    auto end = std::find_if_not(begin, utf8.end(), is_eight_bit);
    auto ascii = static_cast<std::size_t>(begin - utf8.begin());
    auto length = static_cast<std::size_t>(end - utf8.begin());
    append_lowered(out, utf8.substr(0, ascii));
    if (!append_folded_by_table(out, utf8.substr(ascii, length - ascii))) {
      // With the character before, to which a combining mark may belong.
      std::size_t from = ascii > 0 ? ascii - 1 : 0;
      out.resize(out.size() - (ascii - from));
      append_folded(out, utf8.substr(from, length - from));
    }
    utf8.remove_prefix(length);
  }
  return out;
}

std::string fold_case(std::string_view utf8) {
  std::string out;
  if (is_ascii(utf8)) {
    append_lowered(out, utf8);
    return out;
  }
  if (!base::is_utf8(utf8)) return fold_case(sanitized_utf8(utf8));
  // U+0345 folds to a letter, which must not come between a letter and its accents.
  std::string composed;
  append_mapped(composed, utf8, kNfc);
  append_mapped(out, composed, kNfc | UTF8PROC_CASEFOLD);
  return out;
}

std::string collation_key(std::string_view utf8) {
  std::string out;
  if (is_ascii(utf8)) {
    out.resize(utf8.size());
    std::ranges::transform(utf8, out.begin(), base::to_upper);
    return out;
  }
  if (!base::is_utf8(utf8)) return collation_key(sanitized_utf8(utf8));
  // RFC 5051 §2.3.1: each character to titlecase, then all of it decomposed.
  const auto to_title = [](utf8proc_int32_t code, void*) { return utf8proc_totitle(code); };
  // The enum names single bits, which are meant to be joined.
  constexpr auto kNfkd = static_cast<utf8proc_option_t>(  // NOLINT(clang-analyzer-optin.core.EnumCastOutOfRange)
      UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT);
  utf8proc_uint8_t* mapped = nullptr;
  const utf8proc_ssize_t size =
      utf8proc_map_custom(reinterpret_cast<const utf8proc_uint8_t*>(utf8.data()),
                          static_cast<utf8proc_ssize_t>(utf8.size()), &mapped, kNfkd, to_title, nullptr);
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
  if (size < 0) return std::string(utf8);  // no memory; as it is it can at least be told from others
  out.assign(reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(size));
  return out;
}

bool contains(std::string_view haystack_utf8, std::string_view needle_folded) {
  if (needle_folded.empty()) return true;
  if (is_ascii(haystack_utf8)) return contains_in_ascii(haystack_utf8, needle_folded);
  return fold(haystack_utf8).find(needle_folded) != std::string::npos;
}

std::string decode_header(std::string_view raw) {
  return decode_words(unfold(raw.substr(0, kMaxDecodedHeader)), kMaxDecodedHeader);
}

bool is_text_part(std::string_view header) {
  auto value = find_field(header, "Content-Type");
  auto type = value ? parse_content_type(*value) : std::nullopt;
  return !type || type->is("text", "*");
}

std::string decode_text(std::string_view header, std::string_view body, std::size_t limit) {
  KnownFields fields = known_fields(header);
  auto type = fields.content_type ? parse_content_type(*fields.content_type) : std::nullopt;
  const std::string* charset = type ? find_parameter(type->parameters, "charset") : nullptr;
  TransferEncoding encoding = transfer_encoding(fields.transfer_encoding.value_or(""));
  // No charset has more than four bytes for what takes one in UTF-8.
  std::size_t look_at = std::min(limit, std::numeric_limits<std::size_t>::max() / 4) * 4;
  std::string decoded;
  if (encoding == TransferEncoding::base64 || encoding == TransferEncoding::quoted_printable) {
    decoded = decode_transfer(encoding, body, look_at);
    body = decoded;
  }
  return to_utf8_or_guess(charset ? *charset : std::string(), body.substr(0, look_at), limit);
}

}  // namespace portreeve::mime
