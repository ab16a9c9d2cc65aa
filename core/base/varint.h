// Packed bytes: numbers as LEB128 varints, strings each after its length.
//
// Reading trusts nothing: once something is missing or isn't what writing makes, every further read gives nothing and
// ok() is false.
// Threads: values and pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace portreeve::base {

inline void put_number(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out += static_cast<char>(value | 0x80);
    value >>= 7;
  }
  out += static_cast<char>(value);
}

// Small ones of either sign stay short.
inline void put_signed(std::string& out, std::int64_t value) {
  put_number(out, static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63));
}

inline void put_string(std::string& out, std::string_view text) {
  put_number(out, text.size());
  out += text;
}

class PackedReader {
 public:
  explicit PackedReader(std::string_view bytes) : rest_(bytes) {}

  bool ok() const { return is_ok_; }
  std::string_view rest() const { return rest_; }
  void fail() { is_ok_ = false; }

  unsigned byte() {
    if (rest_.empty()) {
      fail();
      return 0;
    }
    const auto value = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const unsigned next = byte();
      // Neither what doesn't fit nor a longer form of a number.
      if (shift == 63 && next > 1) fail();
      if (shift > 0 && next == 0) fail();
      value |= static_cast<std::uint64_t>(next & 0x7f) << shift;
      if (!is_ok_ || (next & 0x80) == 0) return is_ok_ ? value : 0;
    }
    fail();
    return 0;
  }
  std::int64_t signed_number() {
    const std::uint64_t value = number();
    return static_cast<std::int64_t>(value >> 1 ^ (0 - (value & 1)));
  }
  // Views into what is read.
  std::string_view string() { return bytes(number()); }
  std::string_view bytes(std::uint64_t size) {
    if (size > rest_.size()) fail();
    if (!is_ok_) return {};
    const std::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }

 private:
  std::string_view rest_;
  bool is_ok_ = true;
};

}  // namespace portreeve::base
