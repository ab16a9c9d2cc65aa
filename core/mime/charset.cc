#include "core/mime/charset.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "core/base/ascii.h"
#include "core/base/utf8.h"

namespace portreeve::mime {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

struct Charset {
  std::string_view name;   // in mail, in lower case, without punctuation
  std::string_view iconv;  // empty: UTF-8
};

// The labels of text in Latin-1 are as often as not on Windows-1252, which has it within (as HTML's standard has it).
constexpr auto kCharsets = std::to_array<Charset>({{"ascii", ""},
                                                   {"usascii", ""},
                                                   {"ansix341968", ""},
                                                   {"utf8", ""},
                                                   {"unicode11utf8", ""},
                                                   {"latin1", "WINDOWS-1252"},
                                                   {"iso88591", "WINDOWS-1252"},
                                                   {"iso88592", "ISO-8859-2"},
                                                   {"latin2", "ISO-8859-2"},
                                                   {"iso88593", "ISO-8859-3"},
                                                   {"iso88594", "ISO-8859-4"},
                                                   {"iso88595", "ISO-8859-5"},
                                                   {"iso88596", "ISO-8859-6"},
                                                   {"iso88597", "ISO-8859-7"},
                                                   {"iso88598", "ISO-8859-8"},
                                                   {"iso88598i", "ISO-8859-8"},
                                                   {"iso88599", "ISO-8859-9"},
                                                   {"iso885910", "ISO-8859-10"},
                                                   {"iso885911", "ISO-8859-11"},
                                                   {"iso885913", "ISO-8859-13"},
                                                   {"iso885914", "ISO-8859-14"},
                                                   {"iso885915", "ISO-8859-15"},
                                                   {"iso885916", "ISO-8859-16"},
                                                   {"windows1250", "WINDOWS-1250"},
                                                   {"windows1251", "WINDOWS-1251"},
                                                   {"windows1252", "WINDOWS-1252"},
                                                   {"windows1253", "WINDOWS-1253"},
                                                   {"windows1254", "WINDOWS-1254"},
                                                   {"windows1255", "WINDOWS-1255"},
                                                   {"windows1256", "WINDOWS-1256"},
                                                   {"windows1257", "WINDOWS-1257"},
                                                   {"windows1258", "WINDOWS-1258"},
                                                   {"windows874", "CP874"},
                                                   {"tis620", "TIS-620"},
                                                   {"cp437", "CP437"},
                                                   {"cp850", "CP850"},
                                                   {"cp852", "CP852"},
                                                   {"cp866", "CP866"},
                                                   {"ibm850", "CP850"},
                                                   {"ibm866", "CP866"},
                                                   {"macintosh", "MACINTOSH"},
                                                   {"koi8r", "KOI8-R"},
                                                   {"koi8u", "KOI8-U"},
                                                   {"gb2312", "GB18030"},
                                                   {"gbk", "GB18030"},
                                                   {"gb18030", "GB18030"},
                                                   {"cp936", "GB18030"},
                                                   {"big5", "BIG5-HKSCS"},
                                                   {"big5hkscs", "BIG5-HKSCS"},
                                                   {"cp950", "BIG5-HKSCS"},
                                                   {"euctw", "EUC-TW"},
                                                   {"iso2022jp", "ISO-2022-JP"},
                                                   {"iso2022jpms", "ISO-2022-JP"},
                                                   {"shiftjis", "CP932"},
                                                   {"sjis", "CP932"},
                                                   {"xsjis", "CP932"},
                                                   {"windows31j", "CP932"},
                                                   {"cp932", "CP932"},
                                                   {"eucjp", "EUC-JP"},
                                                   {"euckr", "CP949"},
                                                   {"ksc56011987", "CP949"},
                                                   {"ksc5601", "CP949"},
                                                   {"cp949", "CP949"},
                                                   {"iso2022kr", "ISO-2022-KR"},
                                                   {"utf16", "UTF-16"},
                                                   {"utf16le", "UTF-16LE"},
                                                   {"utf16be", "UTF-16BE"},
                                                   {"utf7", "UTF-7"},
                                                   {"unicode11utf7", "UTF-7"}});

const Charset* find_charset(std::string_view label) {
  constexpr std::size_t kMaxLabel = 40;
  if (label.size() > kMaxLabel) return nullptr;
  std::string key;
  for (char c : label) {
    c = base::to_lower(c);
    if (base::is_alpha(c) || base::is_digit(c)) key += c;
  }
  for (std::string_view prefix : {"xcp", "xwindows", "cp125"}) {
    if (!key.starts_with(prefix)) continue;
    if (prefix == "cp125") key = "windows125" + key.substr(prefix.size());
    if (prefix == "xcp") key = "windows" + key.substr(prefix.size());
    if (prefix == "xwindows") key = key.substr(1);
  }
  auto at = std::ranges::find(kCharsets, std::string_view(key), &Charset::name);
  return at == kCharsets.end() ? nullptr : &*at;
}

// How much of `text` up to `limit` ends between characters.
std::size_t cut_utf8(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text.size();
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0U) == 0x80U) --limit;
  return limit;
}

// An iconv descriptor.
class Converter {
 public:
  explicit Converter(std::string_view from) : handle_(iconv_open("UTF-8", std::string(from).c_str())) {}
  ~Converter() {
    if (is_open()) iconv_close(handle_);
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;
  bool is_open() const { return reinterpret_cast<std::intptr_t>(handle_) != -1; }

  std::string convert(std::string_view bytes, std::size_t limit) {
    std::string out;
    char* in = const_cast<char*>(bytes.data());  // iconv doesn't write to it
    std::size_t left = bytes.size();
    std::array<char, 4096> buffer;
    while (left > 0 && out.size() < limit) {
      char* to = buffer.data();
      std::size_t room = buffer.size();
      std::size_t result = iconv(handle_, &in, &left, &to, &room);
      int error = errno;
      out.append(buffer.data(), buffer.size() - room);
      if (result != static_cast<std::size_t>(-1) || error == E2BIG) continue;
      // Not of the charset, or cut off at the end.
      out += kReplacement;
      ++in;
      --left;
      if (error == EINVAL) break;
    }
    out.resize(cut_utf8(out, limit));
    return out;
  }

 private:
  iconv_t handle_;
};

}  // namespace

bool is_ascii(std::string_view text) {
  constexpr std::size_t kPiece = 1'024;
  while (!text.empty()) {
    unsigned char all = 0;
    for (char c : text.substr(0, kPiece)) all = static_cast<unsigned char>(all | static_cast<unsigned char>(c));
    if (all >= 0x80) return false;
    text.remove_prefix(std::min(kPiece, text.size()));
  }
  return true;
}

std::string sanitized_utf8(std::string_view text, std::size_t limit) {
  if (is_ascii(text)) return std::string(text.substr(0, limit));
  std::string out;
  out.reserve(std::min(text.size(), limit));
  while (!text.empty() && out.size() < limit) {
    std::size_t valid = base::utf8_prefix(text);
    out += text.substr(0, cut_utf8(text.substr(0, valid), limit - out.size()));
    text.remove_prefix(valid);
    if (text.empty() || out.size() + kReplacement.size() > limit) break;
    out += kReplacement;
    text.remove_prefix(1);
  }
  return out;
}

std::optional<std::string> to_utf8(std::string_view charset, std::string_view bytes, std::size_t limit) {
  const Charset* known = find_charset(charset);
  if (!known) return std::nullopt;
  if (known->iconv.empty()) return sanitized_utf8(bytes, limit);
  Converter converter(known->iconv);
  if (!converter.is_open()) return std::nullopt;
  return converter.convert(bytes, limit);
}

std::string to_utf8_or_guess(std::string_view charset, std::string_view bytes, std::size_t limit) {
  // Text that says nothing, or ASCII, and is neither, is no rare thing.
  const Charset* known = find_charset(charset);
  bool is_label_useful = known && (!known->iconv.empty() || known->name == "utf8");
  if (is_label_useful) {
    if (auto text = to_utf8(charset, bytes, limit)) return *std::move(text);
  }
  if (base::is_utf8(bytes)) return sanitized_utf8(bytes, limit);
  if (auto text = to_utf8("windows-1252", bytes, limit)) return *std::move(text);
  return sanitized_utf8(bytes, limit);
}

bool is_utf8_as_it_is(std::string_view charset, std::string_view bytes) {
  const Charset* known = find_charset(charset);
  if (!known || known->iconv.empty()) return base::is_utf8(bytes);
  const bool has_ascii_within =
      std::ranges::any_of(std::to_array<std::string_view>({"WINDOWS-", "ISO-8859-", "KOI8-"}),
                          [known](std::string_view family) { return known->iconv.starts_with(family); });
  return has_ascii_within && is_ascii(bytes);
}

}  // namespace portreeve::mime
