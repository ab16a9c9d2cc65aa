// Any bytes as a message, a header value, a date and a packed summary. The first bytes choose the limits and where the
// message is cut into pieces; what comes out must not depend on the pieces, and must lie within the message.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/mime/address.h"
#include "core/mime/date.h"
#include "core/mime/header.h"
#include "core/mime/parameters.h"
#include "core/mime/summary.h"
#include "core/mime/summary_codec.h"
#include "core/mime/text.h"
#include "core/mime/transfer.h"

namespace {

using namespace portreeve::mime;

void require(bool holds) {
  if (!holds) std::abort();
}

void try_message(std::string_view message, unsigned seed) {
  Limits limits;
  if (seed & 1) limits = {.max_depth = 1 + seed % 5, .max_parts = 1 + seed % 7, .max_header_bytes = seed % 300};
  Summary whole = summarize(message, limits);
  SummaryBuilder builder(limits);
  for (std::string_view rest = message; !rest.empty();) {
    seed = seed * 1'103'515'245 + 12'345;
    std::size_t size = 1 + (seed >> 16) % 40;
    builder.feed(std::string(rest.substr(0, size)));
    rest.remove_prefix(std::min(size, rest.size()));
  }
  require(builder.finish() == whole);
  require(whole.size == message.size() && !whole.parts.empty() && whole.parts.size() <= limits.max_parts);
  for (const Part& part : whole.parts) {
    require(part.header_begin <= part.body_begin && part.body_begin <= part.body_end);
    if (part.parent >= 0) require(part.body_end <= whole.parts[static_cast<std::size_t>(part.parent)].body_end);
    if (!is_text_part(message.substr(part.header_begin, part.body_begin - part.header_begin))) continue;
    decode_text(message.substr(part.header_begin, part.body_begin - part.header_begin),
                message.substr(part.body_begin, part.body_end - part.body_begin), 4'096);
  }
  find_part(whole, {1, 2, 1});
  require(decode(encode(whole)) == whole);
}

void try_value(std::string_view value) {
  parse_date(value);
  parse_internal_date(value);
  parse_day(value);
  parse_addresses(value, 1'000);
  if (auto type = parse_content_type(value)) decoded_parameter(type->parameters, "name");
  std::string text = decode_header(value);
  require(text.size() <= kMaxDecodedHeader);
  require(contains(text, fold(text)));
  header_fields(value, FieldNames({"from", "to"}), value.size() % 2 == 0);
}

void try_transfer(TransferEncoding encoding, std::string_view bytes, std::size_t cut) {
  TransferDecoder decoder(encoding);
  std::string out;
  cut = std::min(cut, bytes.size());
  decoder.feed(bytes.substr(0, cut), out);
  decoder.feed(bytes.substr(cut), out);
  decoder.finish(out);
  require(out == decode_transfer(encoding, bytes, std::string_view::npos) && out.size() <= bytes.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (size < 2) return 0;
  unsigned seed = data[0] | static_cast<unsigned>(data[1]) << 8;
  bytes.remove_prefix(2);
  try_message(bytes, seed);
  try_value(bytes);
  try_transfer(TransferEncoding::base64, bytes, seed);
  try_transfer(TransferEncoding::quoted_printable, bytes, seed);
  if (auto summary = decode(bytes)) require(encode(*summary) == bytes);
  return 0;
}
