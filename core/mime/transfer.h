// Content-Transfer-Encoding undone (RFC 2045 §6), in pieces of any size.
//
// Lenient: bytes that don't belong in base64 are skipped, "=" that isn't followed by two hex digits stays.
// Threads: a decoder belongs to one thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace portreeve::mime {

enum class TransferEncoding : std::uint8_t { identity, base64, quoted_printable, unknown };

// Of a Content-Transfer-Encoding field's value. 7bit, 8bit, binary and nothing are identity.
TransferEncoding transfer_encoding(std::string_view value);

class TransferDecoder {
 public:
  explicit TransferDecoder(TransferEncoding encoding) : encoding_(encoding) {}

  // Appends what the bytes give. `identity` and `unknown` are copied.
  void feed(std::string_view bytes, std::string& out);
  // Appends what was held back for more to come.
  void finish(std::string& out);

 private:
  void feed_base64(std::string_view bytes, std::string& out);
  void feed_quoted_printable(std::string_view bytes, std::string& out);
  bool is_soft_break() const;
  void feed_escape(char c, std::string& out);
  static std::size_t feed_whole(std::string_view bytes, std::string& out);

  TransferEncoding encoding_;
  std::uint32_t bits_ = 0;  // base64: those not yet given out
  unsigned digits_ = 0;     // base64: of the quantum begun
  std::string held_;        // quoted-printable: "=" and what follows, or blanks that may end a line
};

// All at once; at most `limit` bytes.
std::string decode_transfer(TransferEncoding encoding, std::string_view bytes, std::size_t limit);

}  // namespace portreeve::mime
