#include "core/mime/encoded_word.h"

#include <algorithm>
#include <optional>

#include "core/base/ascii.h"
#include "core/mime/charset.h"
#include "core/mime/lexer.h"
#include "core/mime/transfer.h"

namespace portreeve::mime {
namespace {

// RFC 2047 §2 says 75; mailers write longer ones.
constexpr std::size_t kMaxWordBytes = 2'000;

struct Word {
  std::string_view charset;
  TransferEncoding encoding;
  std::string_view text;
  std::size_t size;  // of all of it
};

// Precondition: text begins with "=?".
std::optional<Word> word_at(std::string_view text) {
  text = text.substr(0, kMaxWordBytes);
  auto charset_end = text.find('?', 2);
  if (charset_end == std::string_view::npos || charset_end + 3 > text.size()) return std::nullopt;
  char kind = base::to_lower(text[charset_end + 1]);
  if ((kind != 'q' && kind != 'b') || text[charset_end + 2] != '?') return std::nullopt;
  std::size_t begin = charset_end + 3;
  auto end = text.find("?=", begin);
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view charset = text.substr(2, charset_end - 2);
  // RFC 2231 §5: a language may follow the charset.
  charset = charset.substr(0, charset.find('*'));
  if (charset.empty() || charset.find_first_of(" \t") != std::string_view::npos) return std::nullopt;
  return Word{.charset = charset,
              .encoding = kind == 'q' ? TransferEncoding::quoted_printable : TransferEncoding::base64,
              .text = text.substr(begin, end - begin),
              .size = end + 2};
}

std::string word_bytes(const Word& word) {
  std::string text(word.text);
  if (word.encoding == TransferEncoding::quoted_printable) {
    std::ranges::replace(text, '_', ' ');
    // The end of a body's line loses its blanks; a word's end must not.
    std::string out = decode_transfer(TransferEncoding::quoted_printable, text + "=", kMaxWordBytes);
    return out;
  }
  return decode_transfer(word.encoding, text, kMaxWordBytes);
}

bool is_blank(std::string_view text) { return std::ranges::all_of(text, is_folding_space); }

// Collects the bytes of neighbours in one charset, since some mailers cut words within a character.
class WordDecoder {
 public:
  explicit WordDecoder(std::size_t limit) : limit_(limit) {}

  void plain(std::string_view text) {
    flush();
    if (room() > 0) out_ += to_utf8_or_guess("", text, room());
  }
  // `gap` is the white space between this word and one before it.
  void word(const Word& word, std::string_view gap, std::string_view raw) {
    if (!base::equals_ignoring_case(charset_, word.charset)) flush();
    charset_ = word.charset;
    bytes_ += word_bytes(word);
    if (!raw_.empty()) raw_ += gap;
    raw_ += raw;
    if (bytes_.size() > limit_) flush();
  }
  std::string finish() {
    flush();
    return std::move(out_);
  }
  bool is_full() const { return room() == 0; }

 private:
  std::size_t room() const { return limit_ - std::min(limit_, out_.size()); }
  void flush() {
    if (!raw_.empty() && room() > 0) {
      auto text = to_utf8(charset_, bytes_, room());
      out_ += text ? *text : sanitized_utf8(raw_, room());
    }
    bytes_.clear();
    raw_.clear();
    charset_ = {};
  }

  std::size_t limit_;
  std::string out_;
  std::string_view charset_;
  std::string bytes_;
  std::string raw_;
};

}  // namespace

std::string decode_words(std::string_view text, std::size_t limit) {
  if (text.find("=?") == std::string_view::npos) return to_utf8_or_guess("", text, limit);
  WordDecoder decoder(limit);
  bool was_word = false;
  while (!text.empty() && !decoder.is_full()) {
    std::size_t at = 0;
    std::optional<Word> word;
    while ((at = text.find("=?", at)) != std::string_view::npos && !(word = word_at(text.substr(at)))) at += 2;
    std::string_view before = text.substr(0, at);
    if (!(word && was_word && is_blank(before)) && !before.empty()) decoder.plain(before);
    if (!word) break;
    decoder.word(*word, before, text.substr(at, word->size));
    text.remove_prefix(at + word->size);
    was_word = true;
  }
  return decoder.finish();
}

}  // namespace portreeve::mime
