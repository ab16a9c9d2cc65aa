#include "core/mime/section.h"

namespace portreeve::mime {

std::optional<Extent> section_extent(const Section& section, const Summary& summary) {
  const Part* part = find_part(summary, section.part);
  if (part == nullptr) return std::nullopt;
  switch (section.text) {
    case Section::Text::all:
      if (section.part.empty()) return Extent{0, summary.size};
      return Extent{part->body_begin, part->body_end};
    case Section::Text::mime: return Extent{part->header_begin, part->body_begin};
    case Section::Text::header:
    case Section::Text::header_fields:
    case Section::Text::header_fields_not:
    case Section::Text::text: break;
  }
  // RFC 3501 §6.4.5: HEADER and TEXT of a part are those of the message within it.
  if (!section.part.empty()) part = inner_message(summary.parts, *part);
  if (part == nullptr) return std::nullopt;
  if (section.text == Section::Text::text) return Extent{part->body_begin, part->body_end};
  return Extent{part->header_begin, part->body_begin};
}

}  // namespace portreeve::mime
