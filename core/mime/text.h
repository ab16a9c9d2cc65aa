// Text as IMAP's SEARCH compares it: decoded to UTF-8 and folded, so that "grusse", in any case and width, finds what
// the sender wrote in whatever charset.
//
// Folding is Unicode's full case folding after compatibility decomposition and composition (NFKC), which takes in
// i;unicode-casemap (RFC 5051). Threads: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace portreeve::mime {

// What decode_header() gives at most.
constexpr std::size_t kMaxDecodedHeader = std::size_t{256} * 1024;

// Bytes that aren't UTF-8 count as U+FFFD.
std::string fold(std::string_view utf8);

// Case folded and nothing more (NFC): for names, where "½" is not "1/2". Bytes that aren't UTF-8 count as U+FFFD.
std::string fold_case(std::string_view utf8);

// In Unicode's normal form C, which names are kept in (RFC 5198 §3): what a Mac sends decomposed and what others send
// composed is the same then. What isn't UTF-8 is given back as it is, as is what has more than 30 accents in a row.
std::string composed(std::string_view utf8);

// What i;unicode-casemap (RFC 5051) orders by: two texts compare as the bytes of this do. Bytes that aren't UTF-8 count
// as U+FFFD.
std::string collation_key(std::string_view utf8);

// Whether `needle_folded`, which comes from fold(), stands in `haystack_utf8`, which needn't be folded. An empty needle
// stands everywhere.
bool contains(std::string_view haystack_utf8, std::string_view needle_folded);

// A field's raw value, unfolded, its encoded words decoded (RFC 2047), as UTF-8.
std::string decode_header(std::string_view raw);
// The same as a view: of `raw`, if there is nothing to decode, or else of `buffer`, whose content is replaced.
std::string_view view_header(std::string_view raw, std::string& buffer);

// Whether a part with this header is text to search in: text/*, or anything that doesn't say what it is.
bool is_text_part(std::string_view header);

// The text of such a part, its transfer encoding and charset undone. At most `limit` bytes; no more than that of the
// body is looked at than gives them.
std::string decode_text(std::string_view header, std::string_view body, std::size_t limit);
// The same as a view: of `body`, if that needs no decoding, or else of `buffer`, whose content is replaced.
std::string_view view_text(std::string_view header, std::string_view body, std::size_t limit, std::string& buffer);

}  // namespace portreeve::mime
