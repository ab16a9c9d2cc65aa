// The fields of a header block, as they stand: views into it, nothing copied.
//
// A block is what stands before the blank line; with or without that line, with CRLF, LF or mixed line ends, whatever
// bytes. Lines that are no field (an mbox "From " line, text without a colon) are skipped with their continuations.
// Time is linear in the block. Threads: values and pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace portreeve::mime {

struct Field {
  std::string_view name;   // without the colon and blanks before it
  std::string_view value;  // all after the colon, still folded, without the last line end
  std::string_view raw;    // the whole of it, with the last line end if there is one
};

class FieldReader {
 public:
  explicit FieldReader(std::string_view block) : rest_(block) {}
  // False at the blank line or the end.
  bool next(Field& field);

 private:
  std::string_view rest_;
};

// The header of a message or part: up to and with the blank line, or all of it.
std::string_view header_block(std::string_view message);

// Takes line ends out of a field's value and blanks off its ends (RFC 5322 §2.2.3).
std::string unfold(std::string_view value);

// Raw values, in the block's order. Names compare without case.
std::optional<std::string_view> find_field(std::string_view block, std::string_view name);
std::vector<std::string_view> find_fields(std::string_view block, std::string_view name);

// A set of field names to look up quickly. Build it once for many headers.
class FieldNames {
 public:
  explicit FieldNames(const std::vector<std::string>& names);
  bool has(std::string_view name) const;

 private:
  std::vector<std::string> names_;  // in lower case, sorted by length, then text
};

// BODY[HEADER.FIELDS (…)], or .NOT when `negate`: those fields as they stand, in the block's order, and a blank line
// (RFC 3501 §6.4.5).
std::string header_fields(std::string_view block, const FieldNames& names, bool negate);

}  // namespace portreeve::mime
