// Any bytes as a message, a header value, a date and a packed summary. The first bytes choose the limits and where the
// message is cut into pieces; what comes out must not depend on the pieces, and must lie within the message. When it
// is converted to one without binary parts, no binary byte may be left, and its parts must decode to what they were.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/mime/address.h"
#include "core/mime/base_subject.h"
#include "core/mime/binary_converter.h"
#include "core/mime/date.h"
#include "core/mime/downgrade.h"
#include "core/mime/header.h"
#include "core/mime/lines.h"
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

unsigned next_random(unsigned& seed) {
  seed = seed * 1'103'515'245 + 12'345;
  return seed >> 16;
}

void try_message(std::string_view message, unsigned seed) {
  Limits limits;
  if (seed & 1) limits = {.max_depth = 1 + seed % 5, .max_parts = 1 + seed % 7, .max_header_bytes = seed % 300};
  Summary whole = summarize(message, limits);
  SummaryBuilder builder(limits);
  for (std::string_view rest = message; !rest.empty();) {
    std::size_t size = 1 + next_random(seed) % 40;
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

// A header made simpler once needs nothing more, and ends where it ended.
void try_downgrade(std::string_view message) {
  const std::string_view header = header_block(message);
  const auto simple = downgraded_header(header);
  if (!simple) return;
  require(simple->size() <= 30 * header.size() + 64 && header_block(*simple).size() == simple->size());
  require(!downgraded_header(*simple));
}

void require_equal_parts(std::string_view message, std::string_view converted) {
  // The summary, other than the converter, knows boundaries behind a bare LF, and it stops at so many parts.
  for (auto at = message.find("\n--"); at != std::string_view::npos; at = message.find("\n--", at + 1)) {
    if (at == 0 || message[at - 1] != '\r') return;
  }
  Summary before = summarize(message);
  Summary after = summarize(converted);
  if (before.parts.size() > Limits{}.max_depth) return;
  require(before.parts.size() == after.parts.size());
  auto decoded = [](std::string_view whole, const Part& part) {
    std::string_view header = whole.substr(part.header_begin, part.body_begin - part.header_begin);
    std::string_view body = whole.substr(part.body_begin, part.body_end - part.body_begin);
    auto encoding = transfer_encoding(find_field(header, "Content-Transfer-Encoding").value_or(""));
    return decode_transfer(encoding, body, std::string_view::npos);
  };
  for (std::size_t i = 0; i < before.parts.size(); ++i) {
    const Part& part = before.parts[i];
    require(part.parent == after.parts[i].parent && part.is_multipart == after.parts[i].is_multipart);
    if (part.is_multipart || part.is_message) continue;
    require(decoded(message, part) == decoded(converted, after.parts[i]));
  }
}

void try_conversion(std::string_view message, unsigned seed) {
  Limits limits;
  bool has_own_limits = (seed & 1) != 0;
  if (has_own_limits) limits = {.max_depth = 1 + seed % 5, .max_parts = 1 + seed % 7, .max_header_bytes = seed % 300};
  BinaryConverter whole(limits);
  std::string out;
  whole.feed(message, out);
  whole.finish(out);
  BinaryConverter cut(limits);
  std::string out_of_pieces;
  for (std::string_view rest = message; !rest.empty();) {
    std::size_t size = 1 + next_random(seed) % 40;
    cut.feed(std::string(rest.substr(0, size)), out_of_pieces);
    rest.remove_prefix(std::min(size, rest.size()));
  }
  cut.finish(out_of_pieces);
  require(whole.fault() == cut.fault());
  if (whole.fault() != ConversionFault::none) return;
  require(out == out_of_pieces && whole.has_changed() == cut.has_changed());
  require(whole.has_changed() == (out != message));
  require(!has_binary(out, '\0') && !out.ends_with('\r'));
  if (!has_own_limits) require_equal_parts(message, out);
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
  const std::string base = base_subject(text).text;
  require(base.size() <= text.size() && base_subject(base).text == base);
  collation_key(value);
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

  TransferEncoder encoder(encoding);
  std::string encoded;
  encoder.feed(bytes.substr(0, cut), encoded);
  encoder.feed(bytes.substr(cut), encoded);
  encoder.finish(encoded);
  encoder.end_line(encoded);
  require(decode_transfer(encoding, encoded, std::string_view::npos) == bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (size < 2) return 0;
  unsigned seed = data[0] | static_cast<unsigned>(data[1]) << 8;
  bytes.remove_prefix(2);
  try_message(bytes, seed);
  try_downgrade(bytes);
  try_conversion(bytes, seed);
  try_value(bytes);
  try_transfer(TransferEncoding::base64, bytes, seed);
  try_transfer(TransferEncoding::quoted_printable, bytes, seed);
  if (auto summary = decode(bytes)) require(encode(*summary) == bytes);
  return 0;
}
