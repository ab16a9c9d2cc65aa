#include "core/mime/transfer.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include "core/base/ascii.h"
#include "core/mime/lexer.h"

namespace portreeve::mime {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> base64_values() {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  }
  return values;
}
constexpr auto kBase64 = base64_values();

constexpr std::array<std::int8_t, 256> hex_values() {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::int8_t i = 0; i < 10; ++i) values[static_cast<std::size_t>('0' + i)] = i;
  for (std::int8_t i = 0; i < 6; ++i) {
    values[static_cast<std::size_t>('a' + i)] = values[static_cast<std::size_t>('A' + i)] =
        static_cast<std::int8_t>(10 + i);
  }
  return values;
}
constexpr auto kHexValues = hex_values();

int hex_value(char c) { return kHexValues[static_cast<unsigned char>(c)]; }

constexpr std::size_t kMaxHeldBlanks = 1'000;

constexpr std::size_t kLine = 76;
constexpr std::size_t kSoftLine = kLine - 1;  // with room for the "=" of a soft line break

// Which bytes stand for themselves in quoted-printable, blanks among them (RFC 2045 §6.7 rules 2 and 3).
constexpr std::array<bool, 256> literal_bytes() {
  std::array<bool, 256> literal{};
  for (std::size_t c = '!'; c <= '~'; ++c) literal[c] = c != '=';
  literal[' '] = literal['\t'] = true;
  return literal;
}
constexpr auto kLiteral = literal_bytes();

void put_quantum(std::uint32_t bits, char* to) {
  to[0] = kAlphabet[bits >> 18];
  to[1] = kAlphabet[bits >> 12 & 63];
  to[2] = kAlphabet[bits >> 6 & 63];
  to[3] = kAlphabet[bits & 63];
}

bool is_plain(char c) { return c != '=' && c != '\r' && c != '\n'; }

// How much comes before the first "=" or line end of quoted-printable.
std::size_t plain_prefix(std::string_view text) {
  constexpr std::size_t kWidth = 16;
  using Bytes = std::uint8_t __attribute__((vector_size(kWidth)));
  std::size_t at = 0;
  for (; at + kWidth <= text.size(); at += kWidth) {
    Bytes bytes;
    std::memcpy(&bytes, text.data() + at, kWidth);
    const auto hits = (bytes == '=') | (bytes == '\r') | (bytes == '\n');
    std::array<std::uint64_t, 2> halves;
    std::memcpy(halves.data(), &hits, kWidth);
    if ((halves[0] | halves[1]) != 0) break;
  }
  while (at < text.size() && is_plain(text[at])) ++at;
  return at;
}

// As TransferDecoder::feed_whole() has it. `to` has room for as many bytes as there are.
std::size_t decode_whole(std::string_view bytes, char*& to) {
  // No further ahead than that, since what is looked at may have to be looked at again.
  constexpr std::size_t kAhead = 2 * kMaxHeldBlanks;
  std::size_t i = 0;
  while (i < bytes.size()) {
    const std::size_t end = i + plain_prefix(bytes.substr(i, kAhead));
    std::size_t kept = end;
    const bool may_end_line = end == bytes.size() || bytes[end] != '=';
    while (may_end_line && kept > i && base::is_space(bytes[kept - 1])) --kept;
    to = std::copy(bytes.data() + i, bytes.data() + kept, to);
    const bool has_moved = kept > i;
    i = kept;
    if (end == bytes.size()) return i;
    if (i < end || is_plain(bytes[i])) {
      if (!has_moved) return i;
      continue;
    }
    const std::string_view rest = bytes.substr(i);
    if (rest.size() > 2 && rest[0] == '=' && (hex_value(rest[1]) | hex_value(rest[2])) >= 0) {
      *to++ = static_cast<char>(hex_value(rest[1]) << 4 | hex_value(rest[2]));
      i += 3;
    } else if (rest.starts_with("=\r\n")) {
      i += 3;
    } else if (rest.starts_with("\r\n")) {
      to = std::copy_n(rest.data(), 2, to);
      i += 2;
    } else {
      return i;
    }
  }
  return i;
}

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

bool is_binary_encoding(std::string_view value) {
  return base::equals_ignoring_case(Lexer(value).until(";"), "binary");
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
  std::size_t size = out.size();
  out.resize(size + bytes.size() / 4 * 3 + 3);
  auto put = [&](std::uint32_t byte) { out[size++] = static_cast<char>(byte); };
  for (std::size_t i = 0; i < bytes.size();) {
    auto value = [&](std::size_t k) { return static_cast<int>(kBase64[static_cast<unsigned char>(bytes[i + k])]); };
    if (digits_ == 0 && i + 4 <= bytes.size() && (value(0) | value(1) | value(2) | value(3)) >= 0) {
      auto quantum = static_cast<std::uint32_t>(value(0) << 18 | value(1) << 12 | value(2) << 6 | value(3));
      put(quantum >> 16);
      put(quantum >> 8);
      put(quantum);
      i += 4;
      continue;
    }
    char c = bytes[i];
    int digit = value(0);
    ++i;
    if (c == '=') {
      // Padding ends a quantum; more may follow, as where two encoded texts were put together.
      digits_ = 0;
      bits_ = 0;
    }
    if (digit < 0) continue;
    bits_ = bits_ << 6 | static_cast<std::uint32_t>(digit);
    digits_ = (digits_ + 1) % 4;
    if (digits_ == 2) put(bits_ >> 4);
    if (digits_ == 3) put(bits_ >> 2);
    if (digits_ == 0) put(bits_);
  }
  out.resize(size);
}

// `held_` begins with "=", and has either blanks or a digit after it.
bool TransferDecoder::is_soft_break() const { return held_.size() == 1 || is_folding_space(held_[1]); }

void TransferDecoder::feed_escape(char c, std::string& out) {
  bool may_break = is_soft_break();
  if (may_break && c == '\n') {
    held_.clear();
    return;
  }
  held_ += c;
  if (may_break && is_folding_space(c) && held_.size() < kMaxHeldBlanks) return;
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

// How much at the beginning can be decoded without holding anything back: text, blanks within a line, whole escapes.
std::size_t TransferDecoder::feed_whole(std::string_view bytes, std::string& out) {
  std::size_t taken = 0;
  const std::size_t before = out.size();
  out.resize_and_overwrite(before + bytes.size(), [&](char* text, std::size_t) {
    char* to = text + before;
    taken = decode_whole(bytes, to);
    return static_cast<std::size_t>(to - text);
  });
  return taken;
}

void TransferDecoder::feed_quoted_printable(std::string_view bytes, std::string& out) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (held_.empty()) i += feed_whole(bytes.substr(i), out);
    if (i == bytes.size()) return;
    char c = bytes[i];
    if (held_.starts_with('=')) {
      feed_escape(c, out);
      continue;
    }
    if (c == '\n') {
      // Blanks at a line's end were added on the way (RFC 2045 §6.7 rule 3).
      out += held_.ends_with('\r') ? "\r\n" : "\n";
      held_.clear();
      continue;
    }
    if (is_folding_space(c) && held_.size() < kMaxHeldBlanks) {
      held_ += c;
      continue;
    }
    out += std::exchange(held_, {});
    if (c == '=') {
      held_ = "=";
    } else {
      out += c;
    }
  }
}

void TransferDecoder::finish(std::string& out) {
  if (!held_.empty() && held_.front() == '=') {
    if (!is_soft_break()) out += held_;
  }
  held_.clear();
}

void TransferEncoder::feed(std::string_view bytes, std::string& out) {
  switch (encoding_) {
    case TransferEncoding::identity:
    case TransferEncoding::unknown: out += bytes; return;
    case TransferEncoding::base64: feed_base64(bytes, out); return;
    case TransferEncoding::quoted_printable: feed_quoted_printable(bytes, out); return;
  }
}

void TransferEncoder::feed_base64(std::string_view bytes, std::string& out) {
  if (!held_.empty()) {
    std::size_t missing = std::min(3 - held_.size(), bytes.size());
    held_ += bytes.substr(0, missing);
    bytes.remove_prefix(missing);
    if (held_.size() < 3) return;
    put_quanta(held_, out);
    held_.clear();
  }
  std::size_t rest = bytes.size() % 3;
  held_ = bytes.substr(bytes.size() - rest);
  bytes.remove_suffix(rest);
  put_quanta(bytes, out);
}

// Precondition: whole quanta, of three bytes each.
void TransferEncoder::put_quanta(std::string_view bytes, std::string& out) {
  std::size_t size = out.size();
  std::size_t digits = bytes.size() / 3 * 4;
  out.resize(size + digits + (digits / kLine + 1) * 2);
  while (!bytes.empty()) {
    if (column_ == kLine) {
      out[size++] = '\r';
      out[size++] = '\n';
      column_ = 0;
    }
    std::size_t quanta = std::min(bytes.size() / 3, (kLine - column_) / 4);
    const char* from = bytes.data();
    char* to = out.data() + size;
    for (std::size_t i = 0; i < quanta; ++i, from += 3, to += 4) {
      auto byte = [&](std::size_t k) { return static_cast<std::uint32_t>(static_cast<unsigned char>(from[k])); };
      put_quantum(byte(0) << 16 | byte(1) << 8 | byte(2), to);
    }
    column_ += quanta * 4;
    size += quanta * 4;
    bytes.remove_prefix(quanta * 3);
  }
  out.resize(size);
}

void TransferEncoder::feed_quoted_printable(std::string_view bytes, std::string& out) {
  for (std::size_t i = 0; i < bytes.size();) {
    char c = bytes[i];
    if (std::exchange(is_cr_held_, false)) {
      if (c == '\n') {
        if (!held_.empty()) put_escape(held_.front(), out);
        held_.clear();
        out += "\r\n";
        column_ = 0;
        ++i;
        continue;
      }
      put_held_blank(out);
      put_escape('\r', out);
    }
    if (c == '\r') {
      is_cr_held_ = true;
      ++i;
      continue;
    }
    put_held_blank(out);
    std::size_t end = i;
    while (end < bytes.size() && kLiteral[static_cast<unsigned char>(bytes[end])]) ++end;
    if (end == i) {
      put_escape(c, out);
      ++i;
      continue;
    }
    std::string_view plain = bytes.substr(i, end - i);
    if (base::is_space(plain.back())) {
      held_ = plain.back();
      plain.remove_suffix(1);
    }
    put_plain(plain, out);
    i = end;
  }
}

void TransferEncoder::put_plain(std::string_view text, std::string& out) {
  while (!text.empty()) {
    if (column_ % kSoftLine == 0 && text.front() == '-') {
      put_escape('-', out);
      text.remove_prefix(1);
      continue;
    }
    if (column_ == kSoftLine) {
      out += "=\r\n";
      column_ = 0;
    }
    std::string_view fitting = text.substr(0, kSoftLine - column_);
    out += fitting;
    column_ += fitting.size();
    text.remove_prefix(fitting.size());
  }
}

void TransferEncoder::put_escape(char c, std::string& out) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  if (column_ + 3 > kSoftLine) {
    out += "=\r\n";
    column_ = 0;
  }
  auto byte = static_cast<unsigned char>(c);
  std::array escape{'=', kHex[byte >> 4], kHex[byte & 15]};
  out.append(escape.data(), escape.size());
  column_ += 3;
}

void TransferEncoder::put_held_blank(std::string& out) {
  if (held_.empty()) return;
  put_plain(held_, out);
  held_.clear();
}

void TransferEncoder::finish(std::string& out) {
  if (encoding_ == TransferEncoding::base64 && !held_.empty()) {
    std::size_t padding = 3 - held_.size();
    held_.resize(3, '\0');
    put_quanta(held_, out);
    std::fill(out.end() - static_cast<std::ptrdiff_t>(padding), out.end(), '=');
  }
  if (encoding_ == TransferEncoding::quoted_printable) {
    if (std::exchange(is_cr_held_, false)) {
      put_held_blank(out);
      put_escape('\r', out);
    } else if (!held_.empty()) {
      put_escape(held_.front(), out);
    }
  }
  held_.clear();
}

void TransferEncoder::end_line(std::string& out) const {
  if (column_ == 0) return;
  out += encoding_ == TransferEncoding::quoted_printable ? "=\r\n" : "\r\n";
}

std::string decode_transfer(TransferEncoding encoding, std::string_view bytes, std::size_t limit) {
  constexpr std::size_t kPiece = std::size_t{16} * 1024;
  std::string out;
  out.reserve(std::min(limit, bytes.size()));
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
