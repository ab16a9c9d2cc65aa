#include "protocols/imap/mailbox_name.h"

#include <algorithm>
#include <utility>

#include "core/base/ascii.h"
#include "core/base/utf8.h"
#include "core/mime/text.h"

namespace portreeve::imap {
namespace {

using base::is_control;
using base::is_eight_bit;

constexpr std::string_view kInbox = "INBOX";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";
constexpr char32_t kReplacement = 0xfffd;

constexpr std::uint8_t kNotBase64 = 64;

constexpr std::array<std::uint8_t, 256> kBase64Values = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNotBase64);
  for (std::size_t i = 0; i < kBase64.size(); ++i) {
    values[static_cast<unsigned char>(kBase64[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}();

constexpr bool is_high_surrogate(char32_t unit) { return unit >= 0xd800 && unit < 0xdc00; }
constexpr bool is_low_surrogate(char32_t unit) { return unit >= 0xdc00 && unit < 0xe000; }

void append_utf8(std::string& out, char32_t code) {
  auto byte = [&out](char32_t value) { out += static_cast<char>(static_cast<unsigned char>(value)); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xc0 | (code >> 6));
    byte(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    byte(0xe0 | (code >> 12));
    byte(0x80 | ((code >> 6) & 0x3f));
    byte(0x80 | (code & 0x3f));
  } else {
    byte(0xf0 | (code >> 18));
    byte(0x80 | ((code >> 12) & 0x3f));
    byte(0x80 | ((code >> 6) & 0x3f));
    byte(0x80 | (code & 0x3f));
  }
}

// The code point at the front of `text`, which isn't empty, taken off it; nullopt (and one byte taken) if it isn't
// UTF-8 (RFC 3629: shortest form, no surrogates, up to U+10FFFF).
std::optional<char32_t> take_utf8(std::string_view& text) {
  auto lead = static_cast<unsigned char>(text.front());
  std::size_t length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (length == 1) {
    text.remove_prefix(1);
    return lead;
  }
  char32_t code = length == 2 ? lead & 0x1f : length == 3 ? lead & 0x0f : lead & 0x07;
  bool is_valid = length != 0 && length <= text.size();
  for (std::size_t i = 1; is_valid && i < length; ++i) {
    auto next = static_cast<unsigned char>(text[i]);
    is_valid = (next & 0xc0) == 0x80;
    code = (code << 6) | (next & 0x3f);
  }
  bool is_short = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  if (!is_valid || is_short || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
    text.remove_prefix(1);
    return std::nullopt;
  }
  text.remove_prefix(length);
  return code;
}

// The base64 of one shift, without its '&' and '-': UTF-16, big-endian.
bool append_shifted(std::string& out, std::string_view shifted) {
  std::uint32_t bits = 0;
  unsigned bit_count = 0;
  char32_t high = 0;
  for (char c : shifted) {
    std::uint32_t value = kBase64Values[static_cast<unsigned char>(c)];
    if (value == kNotBase64) return false;
    bits = (bits << 6) | value;
    bit_count += 6;
    if (bit_count < 16) continue;
    bit_count -= 16;
    char32_t unit = (bits >> bit_count) & 0xffff;
    bits &= (1u << bit_count) - 1;
    if (high != 0) {
      if (!is_low_surrogate(unit)) return false;
      append_utf8(out, 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00));
      high = 0;
    } else if (is_high_surrogate(unit)) {
      high = unit;
    } else if (unit < 0x80 || is_low_surrogate(unit)) {
      return false;  // RFC 3501 §5.1.3: printing US-ASCII stands for itself; we take no control characters
    } else {
      append_utf8(out, unit);
    }
  }
  return high == 0 && bit_count < 6 && bits == 0;
}

class ShiftWriter {
 public:
  explicit ShiftWriter(std::string& out) : out_(out) {}

  void add(char32_t code) {
    if (!is_open_) out_ += '&';
    is_open_ = true;
    if (code >= 0x10000) {
      add_unit(0xd800 + ((code - 0x10000) >> 10));
      add_unit(0xdc00 + ((code - 0x10000) & 0x3ff));
    } else {
      add_unit(code);
    }
  }

  void end() {
    if (!is_open_) return;
    if (bit_count_ > 0) out_ += kBase64[(bits_ << (6 - bit_count_)) & 0x3f];
    out_ += '-';
    is_open_ = false;
    bits_ = 0;
    bit_count_ = 0;
  }

 private:
  void add_unit(char32_t unit) {
    bits_ = (bits_ << 16) | unit;
    bit_count_ += 16;
    while (bit_count_ >= 6) {
      bit_count_ -= 6;
      out_ += kBase64[(bits_ >> bit_count_) & 0x3f];
    }
    bits_ &= (1u << bit_count_) - 1;
  }

  std::string& out_;
  std::uint32_t bits_ = 0;
  unsigned bit_count_ = 0;
  bool is_open_ = false;
};

}  // namespace

std::optional<std::string> from_modified_utf7(std::string_view wire) {
  if (std::ranges::any_of(wire, is_eight_bit)) {
    if (!base::is_utf8(wire) || std::ranges::any_of(wire, is_control)) return std::nullopt;
    return std::string(wire);
  }
  std::string out;
  out.reserve(wire.size());
  bool follows_shift = false;
  for (std::size_t i = 0; i < wire.size(); ++i) {
    char c = wire[i];
    if (is_control(c)) return std::nullopt;
    if (c != '&') {
      out += c;
      follows_shift = false;
      continue;
    }
    std::size_t end = wire.find('-', i);
    if (end == std::string_view::npos) return std::nullopt;
    std::string_view shifted = wire.substr(i + 1, end - i - 1);
    if (shifted.empty()) {
      out += '&';
      follows_shift = false;
    } else {
      // RFC 3501 §5.1.3 forbids superfluous shifts, so that every name has one form.
      if (follows_shift || !append_shifted(out, shifted)) return std::nullopt;
      follows_shift = true;
    }
    i = end;
  }
  return out;
}

std::string to_modified_utf7(std::string_view name) {
  std::string out;
  out.reserve(name.size());
  ShiftWriter shift(out);
  while (!name.empty()) {
    char32_t code = take_utf8(name).value_or(kReplacement);
    if (code < 0x20 || code >= 0x7f) {
      shift.add(code);
      continue;
    }
    shift.end();
    out += static_cast<char>(code);
    if (code == '&') out += '-';
  }
  shift.end();
  return out;
}

std::optional<std::string> decoded_name(std::string_view wire, NameForm form) {
  if (form == NameForm::modified_utf7) return from_modified_utf7(wire);
  if (!base::is_utf8(wire) || std::ranges::any_of(wire, is_control)) return std::nullopt;
  return std::string(wire);
}

std::optional<std::string> mailbox_name(std::string_view wire, NameForm form, std::string* given) {
  auto decoded = decoded_name(wire, form);
  if (!decoded) return std::nullopt;
  if (decoded->ends_with(kDelimiter)) decoded->pop_back();
  if (decoded->empty()) return std::nullopt;
  std::optional<std::string> name = mime::composed(*decoded);
  bool has_inbox_level = name->size() == kInbox.size() || (name->size() > kInbox.size() && (*name)[5] == kDelimiter);
  if (has_inbox_level && base::starts_with_ignoring_case(*name, kInbox)) name->replace(0, kInbox.size(), kInbox);
  if (given != nullptr) *given = *name == *decoded ? std::string() : std::move(*decoded);
  return name;
}

}  // namespace portreeve::imap
