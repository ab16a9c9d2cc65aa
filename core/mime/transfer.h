// Content-Transfer-Encoding undone and done (RFC 2045 §6), in pieces of any size.
//
// Decoding is lenient: bytes that don't belong in base64 are skipped, "=" that isn't followed by two hex digits stays.
// Threads: a decoder or encoder belongs to one thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace portreeve::mime {

enum class TransferEncoding : std::uint8_t { identity, base64, quoted_printable, unknown };

// Of a Content-Transfer-Encoding field's value. 7bit, 8bit, binary and nothing are identity.
TransferEncoding transfer_encoding(std::string_view value);

// Whether such a value says that the body is binary: bytes of any kind, not in lines.
bool is_binary_encoding(std::string_view value);

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

// Makes lines of at most 76 characters (RFC 2045 §6.7 rule 5, §6.8), none of which begins with "-": what is encoded
// can't be taken for a boundary, whatever it was made to look like. Quoted-printable keeps CRLF as a line break; a CR
// or LF alone is encoded. What the encoder gives, TransferDecoder turns into exactly the bytes that were fed.
class TransferEncoder {
 public:
  // `identity` and `unknown` copy.
  explicit TransferEncoder(TransferEncoding encoding) : encoding_(encoding) {}

  // Appends what the bytes give: at most 3.2 times as many, and some.
  void feed(std::string_view bytes, std::string& out);
  // Appends what was held back for more to come. The last line isn't ended; what follows may begin with a line end of
  // its own, as a boundary does.
  void finish(std::string& out);
  // After finish(): ends the last line, if there is one that isn't, without a change to what is decoded.
  void end_line(std::string& out) const;

 private:
  void feed_base64(std::string_view bytes, std::string& out);
  void put_quanta(std::string_view bytes, std::string& out);
  void feed_quoted_printable(std::string_view bytes, std::string& out);
  void put_plain(std::string_view text, std::string& out);
  void put_escape(char c, std::string& out);
  void put_held_blank(std::string& out);

  TransferEncoding encoding_;
  std::size_t column_ = 0;   // characters in the line begun
  std::string held_;         // base64: of a quantum begun; quoted-printable: a blank that may end a line
  bool is_cr_held_ = false;  // quoted-printable: after `held_`, a CR that may be half a line break
};

// All at once; at most `limit` bytes.
std::string decode_transfer(TransferEncoding encoding, std::string_view bytes, std::size_t limit);

}  // namespace portreeve::mime
