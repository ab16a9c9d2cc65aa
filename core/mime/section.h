// Parts of a message by their IMAP names, such as "1.2.HEADER" (RFC 3501 §6.4.5).
// Threads: values and pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/mime/summary.h"

namespace portreeve::mime {

struct Section {
  enum class Text : std::uint8_t { all, header, header_fields, header_fields_not, text, mime };
  std::vector<std::uint32_t> part;  // "1.2": {1, 2}; empty: the message
  Text text = Text::all;
  std::vector<std::string> fields;
  bool is_filtered() const { return text == Text::header_fields || text == Text::header_fields_not; }
  bool operator==(const Section&) const = default;
};

// Of a message's bytes.
struct Extent {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t size() const { return end - begin; }
};

// Where a section lies in its message; of header_fields, the header that they are in. Nullopt: there is no such part.
std::optional<Extent> section_extent(const Section& section, const Summary& summary);

}  // namespace portreeve::mime
