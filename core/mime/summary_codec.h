// The packed form of a summary, and a way to read some of it without copying the rest.
//
//   version (1 byte), flags (1 byte), then varints: size, bare LFs, header bytes, date and zone if there is one; the
//   three strings, each after its length; the number of parts and the parts, offsets as differences.
//
// Nothing is trusted: what encode() couldn't have made is refused. Threads: pure functions and values.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/mime/summary.h"

namespace portreeve::mime {

// Views into the packed bytes, which must outlive it.
struct SummaryView {
  std::uint64_t size = 0;
  std::uint64_t bare_lfs = 0;
  bool is_unended = false;
  std::uint64_t header_bytes = 0;
  std::optional<std::int64_t> date;
  std::int32_t date_zone_minutes = 0;
  std::string_view envelope;
  std::string_view body;
  std::string_view body_structure;
  bool is_utf8 = false;
  std::string_view packed_parts;

  // Nothing if they are damaged.
  std::optional<std::vector<Part>> parts() const;
};

std::optional<SummaryView> view_summary(std::string_view packed);

}  // namespace portreeve::mime
