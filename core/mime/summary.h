// What a reader needs of a message, computed once when it arrives and kept beside it.
//
// A SummaryBuilder is fed the message's bytes in pieces of any size, keeps only what the summary needs, and never
// fails: whatever the bytes are, the summary describes them. Memory is bounded by Limits, not by the message.
// Threads: values; a builder belongs to one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace portreeve::mime {

struct Limits {
  std::size_t max_depth = 100;    // nested multiparts and message/rfc822; deeper is one leaf
  std::size_t max_parts = 1'000;  // further ones are part of the last
  std::size_t max_header_bytes =
      std::size_t{256} * 1024;  // of one header block looked at; the rest is carried, not parsed
};

// Where one body part lies in the message. Offsets count from the message's first byte. Parts stand in the order in
// which they begin, the message itself first, each with its parent before it.
struct Part {
  std::int32_t parent = -1;  // index into Summary::parts
  std::uint32_t number = 0;  // of this part among its siblings, from 1; 0 for a message, the whole one or one within
  bool is_message = false;   // message/rfc822 or message/global: its single child is the message within
  bool is_multipart = false;
  std::uint64_t header_begin = 0;  // its MIME header, with the blank line
  std::uint64_t body_begin = 0;
  std::uint64_t body_end = 0;
  bool operator==(const Part&) const = default;
};

struct Summary {
  std::uint64_t size = 0;              // bytes, as given: RFC822.SIZE
  std::uint64_t bare_lfs = 0;          // LFs without a CR: POP3 adds one to each (RFC 1939 §3)
  bool is_unended = false;             // the last line has no LF: POP3 adds a CRLF
  std::uint64_t header_bytes = 0;      // the header with its blank line, if it has one
  std::optional<std::int64_t> date;    // the Date field in Unix seconds
  std::int32_t date_zone_minutes = 0;  // its zone, east of UTC: SENTON goes by the date as written (RFC 3501 §6.4.4)
  std::string envelope;                // RFC 3501 ENVELOPE, printed: "(…)"
  std::string body;                    // BODY, printed
  std::string body_structure;          // BODYSTRUCTURE, printed
  bool is_utf8 = false;                // a header has 8-bit text, so that UTF8=ACCEPT would print it otherwise
  std::vector<Part> parts;             // at least one
  bool operator==(const Summary&) const = default;
};

class SummaryBuilder {
 public:
  explicit SummaryBuilder(Limits limits = {});
  ~SummaryBuilder();
  SummaryBuilder(SummaryBuilder&&) noexcept;
  SummaryBuilder& operator=(SummaryBuilder&&) noexcept;

  void feed(std::string_view bytes);
  // Ends the message. The builder is spent.
  Summary finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

Summary summarize(std::string_view message, Limits limits = {});

// The part that an IMAP section number such as "1.2" names (RFC 3501 §6.4.5), or null. An empty path is the message.
// What is in a message within is counted from it: if "2" is a message, "2.1" is a part of the one within, or its whole
// body if that has no parts; inner_message() of "2" is what "2.HEADER" and "2.TEXT" mean.
const Part* find_part(const std::vector<Part>& parts, const std::vector<std::uint32_t>& path);
const Part* find_part(const Summary& summary, const std::vector<std::uint32_t>& path);
// The message within a part that is one, or null. The part is one of `parts`.
const Part* inner_message(const std::vector<Part>& parts, const Part& part);

// The packed form that the store keeps. decode() gives nullopt for bytes that encode() didn't make. To read only some
// of it without copying, see summary_codec.h.
std::string encode(const Summary& summary);
std::optional<Summary> decode(std::string_view packed);

}  // namespace portreeve::mime
