#include "core/mime/summary_codec.h"

#include <limits>

#include "core/base/varint.h"

namespace portreeve::mime {
namespace {

constexpr char kVersion = 1;
constexpr unsigned kHasDate = 1;
constexpr unsigned kIsUtf8 = 2;
constexpr unsigned kIsUnended = 4;
constexpr unsigned kIsMessage = 1;
constexpr unsigned kIsMultipart = 2;

using Reader = base::PackedReader;
using base::put_signed;
using base::put_string;

void put(std::string& out, std::uint64_t value) { base::put_number(out, value); }

void put_part(std::string& out, const Part& part, std::uint64_t& previous) {
  put(out, static_cast<std::uint64_t>(std::int64_t{part.parent} + 1));
  put(out, part.number);
  put(out, (part.is_message ? kIsMessage : 0) | (part.is_multipart ? kIsMultipart : 0));
  put(out, part.header_begin - previous);
  put(out, part.body_begin - part.header_begin);
  put(out, part.body_end - part.body_begin);
  previous = part.header_begin;
}

Part take_part(Reader& reader, std::uint64_t& previous, std::size_t index) {
  Part part;
  std::uint64_t parent = reader.number();
  if (parent > index || (parent == 0) != (index == 0)) reader.fail();
  part.parent = static_cast<std::int32_t>(parent) - 1;
  std::uint64_t number = reader.number();
  if (number > std::numeric_limits<std::uint32_t>::max()) reader.fail();
  part.number = static_cast<std::uint32_t>(number);
  std::uint64_t flags = reader.number();
  if (flags > (kIsMessage | kIsMultipart)) reader.fail();
  part.is_message = (flags & kIsMessage) != 0;
  part.is_multipart = (flags & kIsMultipart) != 0;
  auto add = [&reader](std::uint64_t to, std::uint64_t difference) {
    if (difference > std::numeric_limits<std::uint64_t>::max() - to) reader.fail();
    return to + difference;
  };
  part.header_begin = add(previous, reader.number());
  part.body_begin = add(part.header_begin, reader.number());
  part.body_end = add(part.body_begin, reader.number());
  previous = part.header_begin;
  return part;
}

}  // namespace

std::string encode(const Summary& summary) {
  std::string out;
  out.reserve(summary.envelope.size() + summary.body.size() + summary.body_structure.size() + 32 +
              summary.parts.size() * 16);
  out += kVersion;
  out += static_cast<char>((summary.date ? kHasDate : 0) | (summary.is_utf8 ? kIsUtf8 : 0) |
                           (summary.is_unended ? kIsUnended : 0));
  put(out, summary.size);
  put(out, summary.bare_lfs);
  put(out, summary.header_bytes);
  if (summary.date) {
    put_signed(out, *summary.date);
    put_signed(out, summary.date_zone_minutes);
  }
  put_string(out, summary.envelope);
  put_string(out, summary.body);
  put_string(out, summary.body_structure);
  put(out, summary.parts.size());
  std::uint64_t previous = 0;
  for (const Part& part : summary.parts) put_part(out, part, previous);
  return out;
}

std::optional<SummaryView> view_summary(std::string_view packed) {
  if (!packed.starts_with(kVersion)) return std::nullopt;
  Reader reader(packed.substr(1));
  SummaryView view;
  unsigned flags = reader.byte();
  if (flags > (kHasDate | kIsUtf8 | kIsUnended)) return std::nullopt;
  view.is_utf8 = (flags & kIsUtf8) != 0;
  view.is_unended = (flags & kIsUnended) != 0;
  view.size = reader.number();
  view.bare_lfs = reader.number();
  view.header_bytes = reader.number();
  if (flags & kHasDate) {
    view.date = reader.signed_number();
    view.date_zone_minutes = static_cast<std::int32_t>(reader.signed_number());
  }
  view.envelope = reader.string();
  view.body = reader.string();
  view.body_structure = reader.string();
  view.packed_parts = reader.rest();
  if (!reader.ok()) return std::nullopt;
  return view;
}

std::optional<std::vector<Part>> SummaryView::parts() const {
  // A part takes at least six bytes, so a number that isn't meant can't ask for more memory than there are bytes.
  constexpr std::size_t kMinPartBytes = 6;
  Reader reader(packed_parts);
  std::uint64_t count = reader.number();
  if (!reader.ok() || count == 0 || count > reader.rest().size() / kMinPartBytes) return std::nullopt;
  std::vector<Part> parts;
  parts.reserve(count);
  std::uint64_t previous = 0;
  while (parts.size() < count && reader.ok()) {
    parts.push_back(take_part(reader, previous, parts.size()));
    if (parts.back().body_end > size) reader.fail();
  }
  if (!reader.ok() || !reader.rest().empty()) return std::nullopt;
  return parts;
}

std::optional<Summary> decode(std::string_view packed) {
  auto view = view_summary(packed);
  if (!view) return std::nullopt;
  auto parts = view->parts();
  if (!parts) return std::nullopt;
  Summary summary;
  summary.size = view->size;
  summary.bare_lfs = view->bare_lfs;
  summary.header_bytes = view->header_bytes;
  summary.date = view->date;
  summary.date_zone_minutes = view->date_zone_minutes;
  summary.envelope = view->envelope;
  summary.body = view->body;
  summary.body_structure = view->body_structure;
  summary.is_utf8 = view->is_utf8;
  summary.is_unended = view->is_unended;
  summary.parts = std::move(*parts);
  return summary;
}

}  // namespace portreeve::mime
