#include "core/mime/text.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <memory>
#include <string>

#include "core/base/ascii.h"
#include "core/base/utf8.h"
#include "core/mime/charset.h"
#include "core/mime/encoded_word.h"
#include "core/mime/find_bytes.h"
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

// Some are no combining marks themselves and are made of them.
bool begins_with_mark(utf8proc_int32_t code) {
  constexpr std::array<utf8proc_int32_t, 5> kMadeOfMarks = {0x0F73, 0x0F75, 0x0F81, 0xFF9E, 0xFF9F};
  return utf8proc_get_property(code)->combining_class != 0 ||
         std::ranges::find(kMadeOfMarks, code) != kMadeOfMarks.end();
}

// The bytes up to where more than 30 combining marks would follow each other, which no language needs (Unicode's
// stream-safe text format, UAX #15 §13): libutf8proc sorts them in time that grows with the square of their number.
// Precondition: valid UTF-8.
std::size_t sortable_prefix(std::string_view utf8) {
  constexpr std::size_t kMaxMarks = 30;
  if (utf8.size() <= kMaxMarks * 2) return utf8.size();  // none is shorter than two bytes
  std::size_t marks = 0;
  for (std::size_t at = 0; at < utf8.size();) {
    utf8proc_int32_t code = 0;
    const utf8proc_ssize_t size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(utf8.data() + at),
                                                   static_cast<utf8proc_ssize_t>(utf8.size() - at), &code);
    if (size <= 0) break;
    marks = begins_with_mark(code) ? marks + 1 : 0;
    if (marks > kMaxMarks) return at;
    at += static_cast<std::size_t>(size);
  }
  return utf8.size();
}

void append_mapped_whole(std::string& out, std::string_view utf8, int bits) {
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
void append_mapped(std::string& out, std::string_view utf8, int bits) {
  while (!utf8.empty()) {
    const std::size_t size = sortable_prefix(utf8);
    append_mapped_whole(out, utf8.substr(0, size), bits);
    utf8.remove_prefix(size);
  }
}

// Precondition: valid UTF-8.
void append_folded(std::string& out, std::string_view utf8) {
  append_mapped(out, utf8, kNfc | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD);
}

// The folded forms of characters that neither join with what stands before them nor wait for what comes: then text of
// these alone, which is most of what people write, can be folded character by character. By pages of 256 characters;
// an empty form: look at the text as a whole. Beyond 255 pages there is none.
using FoldPage = std::array<std::string, 256>;

bool is_starter(std::string_view utf8) {
  utf8proc_int32_t code = 0;
  utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(utf8.data()), static_cast<utf8proc_ssize_t>(utf8.size()),
                   &code);
  return utf8proc_get_property(code)->combining_class == 0;
}

std::string encoded(char32_t code) {
  std::array<utf8proc_uint8_t, 4> utf8;
  const utf8proc_ssize_t size = utf8proc_encode_char(static_cast<utf8proc_int32_t>(code), utf8.data());
  return {utf8.begin(), utf8.begin() + size};
}

FoldPage fold_page(std::size_t page) {
  FoldPage made;
  for (char32_t low = page == 0 ? 0x80 : 0; low < made.size(); ++low) {
    const char32_t code = static_cast<char32_t>(page << 8) | low;
    // Halfwidth Hangul joins as the letters do that it folds to.
    if (code >= 0xFFA0) break;
    const std::string utf8 = encoded(code);
    std::string folded;
    append_folded(folded, utf8);
    std::string decomposed;
    append_mapped(decomposed, utf8, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT);
    if (!folded.empty() && is_starter(utf8) && is_starter(folded) && is_starter(decomposed)) made[low] = folded;
  }
  return made;
}

// Latin to Arabic, the rest of Latin, punctuation, kana, variation selectors, full width.
constexpr auto kFoldPages = std::to_array<std::size_t>({0, 1, 2, 3, 4, 5, 6, 7, 8, 0x1E, 0x20, 0x30, 0xFE, 0xFF});

const std::array<std::unique_ptr<const FoldPage>, 256>& fold_pages() {
  static const auto pages = [] {
    std::array<std::unique_ptr<const FoldPage>, 256> made;
    for (const std::size_t page : kFoldPages) made[page] = std::make_unique<const FoldPage>(fold_page(page));
    return made;
  }();
  return pages;
}

// Ideographs, Hangul syllables, emoji: as they are.
constexpr bool folds_to_itself(char32_t code) {
  return (code >= 0x4E00 && code < 0xA000) || (code >= 0xAC00 && code < 0xD7A4) || (code >= 0x1F300 && code < 0x1FB00);
}

// False, and nothing done, if there is another character in it. Precondition: valid UTF-8 without ASCII.
bool append_folded_by_table(std::string& out, std::string_view utf8) {
  const auto& pages = fold_pages();
  const std::size_t before = out.size();
  for (std::size_t i = 0; i < utf8.size();) {
    const auto byte = [&](std::size_t k) { return static_cast<char32_t>(static_cast<unsigned char>(utf8[i + k])); };
    const std::size_t size = byte(0) < 0xE0 ? 2 : byte(0) < 0xF0 ? 3 : 4;
    char32_t code = byte(0) & (0x7FU >> size);
    for (std::size_t k = 1; k < size; ++k) code = code << 6 | (byte(k) & 0x3F);
    if (folds_to_itself(code)) {
      out += utf8.substr(i, size);
    } else {
      const FoldPage* page = code < 0x10000 ? pages[code >> 8].get() : nullptr;
      if (page == nullptr || (*page)[code & 0xFF].empty()) {
        out.resize(before);
        return false;
      }
      out += (*page)[code & 0xFF];
    }
    i += size;
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
    if (has_bytes({piece.data(), size}, needle)) return true;
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
    const std::size_t ascii = base::ascii_prefix(utf8);
    std::size_t length = ascii;
    while (length < utf8.size() && is_eight_bit(utf8[length])) ++length;
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

std::string composed(std::string_view utf8) {
  if (is_ascii(utf8) || !base::is_utf8(utf8) || sortable_prefix(utf8) < utf8.size()) return std::string(utf8);
  std::string out;
  append_mapped_whole(out, utf8, kNfc);
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
  while (!utf8.empty()) {
    const std::string_view piece = utf8.substr(0, sortable_prefix(utf8));
    utf8proc_uint8_t* mapped = nullptr;
    const utf8proc_ssize_t size =
        utf8proc_map_custom(reinterpret_cast<const utf8proc_uint8_t*>(piece.data()),
                            static_cast<utf8proc_ssize_t>(piece.size()), &mapped, kNfkd, to_title, nullptr);
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
    if (size < 0) return std::string(utf8);  // no memory; as it is it can at least be told from others
    out.append(reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(size));
    utf8.remove_prefix(piece.size());
  }
  return out;
}

bool contains(std::string_view haystack_utf8, std::string_view needle_folded) {
  if (needle_folded.empty()) return true;
  if (is_ascii(haystack_utf8)) return contains_in_ascii(haystack_utf8, needle_folded);
  return has_bytes(fold(haystack_utf8), needle_folded);
}

std::string decode_header(std::string_view raw) {
  return decode_words(unfold(raw.substr(0, kMaxDecodedHeader)), kMaxDecodedHeader);
}

std::string_view view_header(std::string_view raw, std::string& buffer) {
  if (raw.size() <= kMaxDecodedHeader && raw.find_first_of("\r\n") == std::string_view::npos && is_ascii(raw) &&
      raw.find("=?") == std::string_view::npos) {
    return base::trimmed(raw);
  }
  buffer = decode_header(raw);
  return buffer;
}

bool is_text_part(std::string_view header) {
  auto value = find_field(header, "Content-Type");
  auto type = value ? parse_content_type(*value) : std::nullopt;
  return !type || type->is("text", "*");
}

std::string decode_text(std::string_view header, std::string_view body, std::size_t limit) {
  std::string buffer;
  return std::string(view_text(header, body, limit, buffer));
}

std::string_view view_text(std::string_view header, std::string_view body, std::size_t limit, std::string& buffer) {
  KnownFields fields = known_fields(header);
  auto type = fields.content_type ? parse_content_type(*fields.content_type) : std::nullopt;
  const std::string* named = type ? find_parameter(type->parameters, "charset") : nullptr;
  const std::string charset = named ? *named : std::string();
  TransferEncoding encoding = transfer_encoding(fields.transfer_encoding.value_or(""));
  // No charset has more than four bytes for what takes one in UTF-8.
  std::size_t look_at = std::min(limit, std::numeric_limits<std::size_t>::max() / 4) * 4;
  if (encoding == TransferEncoding::base64 || encoding == TransferEncoding::quoted_printable) {
    buffer = decode_transfer(encoding, body, look_at);
    body = buffer;
  }
  body = body.substr(0, look_at);
  if (body.size() <= limit && is_utf8_as_it_is(charset, body)) return body;
  buffer = to_utf8_or_guess(charset, body, limit);
  return buffer;
}

}  // namespace portreeve::mime
