// Runs a message through a SummaryBuilder whole, byte by byte and in random pieces, and insists on one result.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>

#include "core/mime/summary.h"

namespace portreeve::mime {

inline Summary summarize_in_pieces(std::string_view message, Limits limits, const auto& next_size) {
  SummaryBuilder builder(limits);
  while (!message.empty()) {
    std::size_t size = std::min<std::size_t>(next_size(), message.size());
    // A copy of its own size, so that a sanitizer sees reads beyond the piece.
    builder.feed(std::string(message.substr(0, size)));
    message.remove_prefix(size);
  }
  return builder.finish();
}

inline Summary summarize_all_ways(std::string_view message, Limits limits = {}) {
  Summary whole = summarize(message, limits);
  EXPECT_EQ(summarize_in_pieces(message, limits, [] { return std::size_t{1}; }), whole) << message.substr(0, 2'000);
  std::mt19937 random(static_cast<unsigned>(message.size()));
  for (std::size_t most : {2U, 3U, 7U, 50U, 3'000U}) {
    std::uniform_int_distribution<std::size_t> size(1, most);
    EXPECT_EQ(summarize_in_pieces(message, limits, [&] { return size(random); }), whole)
        << "pieces up to " << most << " of\n"
        << message.substr(0, 2'000);
  }
  EXPECT_EQ(decode(encode(whole)), whole);
  return whole;
}

}  // namespace portreeve::mime
