#include "core/mime/transfer.h"

#include <algorithm>
#include <array>

#include "core/base/ascii.h"
#include "core/mime/lexer.h"

namespace portreeve::mime {
namespace {

constexpr std::array<std::int8_t, 256> base64_values() {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  }
  return values;
}
constexpr auto kBase64 = base64_values();

int hex_value(char c) {
  if (base::is_digit(c)) return c - '0';
  c = base::to_lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

constexpr std::size_t kMaxHeldBlanks = 1'000;

}  // namespace

TransferEncoding transfer_encoding(std::string_view value) {
  Lexer lexer(value);
  std::string word = lexer.until(";");
  for (std::string_view name : {"", "7bit", "8bit", "binary"}) {
    if (base::equals_ignoring_case(word, name)) return TransferEncoding::identity;
  }
  if (base::equals_ignoring_case(word, "base64")) return TransferEncoding::base64;
  if (base::equals_ignoring_case(word, "quoted-printable")) return TransferEncoding::quoted_printable;
  return TransferEncoding::unknown;
}

void TransferDecoder::feed(std::string_view bytes, std::string& out) {
  switch (encoding_) {
    case TransferEncoding::identity:
    case TransferEncoding::unknown: out += bytes; return;
    case TransferEncoding::base64: feed_base64(bytes, out); return;
    case TransferEncoding::quoted_printable: feed_quoted_printable(bytes, out); return;
  }
}

void TransferDecoder::feed_base64(std::string_view bytes, std::string& out) {
  for (char c : bytes) {
    if (c == '=') {
      // Padding ends a quantum; more may follow, as where two encoded texts were put together.
      digits_ = 0;
      bits_ = 0;
      continue;
    }
    int value = kBase64[static_cast<unsigned char>(c)];
    if (value < 0) continue;
    bits_ = bits_ << 6 | static_cast<std::uint32_t>(value);
    digits_ = (digits_ + 1) % 4;
    if (digits_ == 2) out += static_cast<char>(bits_ >> 4);
    if (digits_ == 3) out += static_cast<char>(bits_ >> 2);
    if (digits_ == 0) out += static_cast<char>(bits_);
  }
}

// Blanks at a line's end were added on the way (RFC 2045 §6.7 rule 3).
void TransferDecoder::end_line(std::string_view line_end, std::string& out) {
  held_.clear();
  out += line_end;
}

// `held_` begins with "=".
void TransferDecoder::feed_escape(char c, std::string& out) {
  bool is_soft_break = std::ranges::all_of(held_.substr(1), [](char h) { return is_folding_space(h); });
  if (is_soft_break && c == '\n') {
    held_.clear();
    return;
  }
  held_ += c;
  if (is_soft_break && is_folding_space(c) && held_.size() < kMaxHeldBlanks) return;
  if (held_.size() == 2 && hex_value(c) >= 0) return;
  if (held_.size() == 3 && hex_value(held_[1]) >= 0 && hex_value(c) >= 0) {
    out += static_cast<char>(hex_value(held_[1]) * 16 + hex_value(c));
    held_.clear();
    return;
  }
  // No escape after all: it stays, and what came after it is read anew.
  std::string again = held_.substr(1);
  held_.clear();
  out += '=';
  feed_quoted_printable(again, out);
}

void TransferDecoder::feed_quoted_printable(std::string_view bytes, std::string& out) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    char c = bytes[i];
    if (!held_.empty() && held_.front() == '=') {
      feed_escape(c, out);
      continue;
    }
    if (c == '\n') {
      end_line(held_.ends_with('\r') ? "\r\n" : "\n", out);
      continue;
    }
    if (is_folding_space(c)) {
      held_ += c;
      if (held_.size() < kMaxHeldBlanks) continue;
      c = '\0';
    }
    out += held_;
    held_.clear();
    if (c == '\0') continue;
    if (c == '=') {
      held_ = "=";
      continue;
    }
    std::size_t end = std::min(bytes.find_first_of("= \t\r\n", i), bytes.size());
    out += bytes.substr(i, end - i);
    i = end - 1;
  }
}

void TransferDecoder::finish(std::string& out) {
  if (!held_.empty() && held_.front() == '=') {
    bool is_soft_break = std::ranges::all_of(held_.substr(1), [](char h) { return is_folding_space(h); });
    if (!is_soft_break) out += held_;
  }
  held_.clear();
}

std::string decode_transfer(TransferEncoding encoding, std::string_view bytes, std::size_t limit) {
  constexpr std::size_t kPiece = 16 * 1024;
  std::string out;
  TransferDecoder decoder(encoding);
  while (!bytes.empty() && out.size() < limit) {
    decoder.feed(bytes.substr(0, kPiece), out);
    bytes.remove_prefix(std::min(kPiece, bytes.size()));
  }
  decoder.finish(out);
  if (out.size() > limit) out.resize(limit);
  return out;
}

}  // namespace portreeve::mime
