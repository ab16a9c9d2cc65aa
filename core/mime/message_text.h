// The texts of a message in which SEARCH looks: for who looks now and for who makes an index of them, so that both see
// the same.
//
// Limits. Of a text part its first kMaxSearchedText bytes are text; of a header kMaxSearchedHeader.
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "core/mime/summary.h"

namespace portreeve::mime {

constexpr std::size_t kMaxSearchedText = std::size_t{4} * 1024 * 1024;
constexpr std::size_t kMaxSearchedHeader = std::size_t{1024} * 1024;

// Bytes of the message; fewer at its end. The view is good until the next call.
using ReadMessage = std::function<std::string_view(std::uint64_t offset, std::uint64_t length)>;

// The fields of a header, decoded: "Name: value", one a line. As UTF-8, not folded.
std::string header_text(std::string_view header);

// Gives `test` each text part, decoded to UTF-8, and the header_text() of each message within, until it says true;
// whether it did. A view is good until `test` returns.
bool any_body_text(std::span<const Part> parts, const ReadMessage& read,
                   const std::function<bool(std::string_view)>& test);

// Names the rules by which text is decoded and folded, those of the libraries included. What was made of text by
// others may be wrong now.
std::string text_rules();

}  // namespace portreeve::mime
