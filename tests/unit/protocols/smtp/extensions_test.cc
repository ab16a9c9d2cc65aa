#include "protocols/smtp/extensions.h"

#include <gtest/gtest.h>

#include <string>

namespace portreeve::smtp {
namespace {

TEST(Extensions, AreASet) {
  constexpr Extensions kTwo{Extension::dsn, Extension::xclient};
  static_assert(kTwo.has(Extension::dsn) && kTwo.has(Extension::xclient) && !kTwo.has(Extension::size));
  static_assert(!Extensions().has(Extension::pipelining));
  EXPECT_EQ(kTwo.without(Extension::dsn), Extensions{Extension::xclient});
  EXPECT_EQ(kTwo.with(Extension::dsn), kTwo);
  EXPECT_EQ(Extensions{Extension::xclient}.with(Extension::dsn), kTwo);
}

TEST(Extensions, EachHasItsKeyword) {
  Extensions found;
  for (std::size_t i = 0; i < kExtensions; ++i) {
    const auto extension = static_cast<Extension>(i);
    EXPECT_TRUE(Extensions::all().has(extension));
    EXPECT_EQ(find_extension(keyword(extension)), extension);
    found = found.with(extension);
  }
  EXPECT_EQ(found, Extensions::all());
  EXPECT_EQ(keyword(Extension::eight_bit_mime), "8BITMIME");
  EXPECT_EQ(keyword(Extension::rrvs), "RRVS");
  EXPECT_EQ(keyword(Extension::xclient), "XCLIENT");
  EXPECT_EQ(find_extension("mt-priority"), Extension::mt_priority);
  EXPECT_EQ(find_extension("ETRN"), std::nullopt);
  EXPECT_EQ(find_extension(""), std::nullopt);
}

}  // namespace
}  // namespace portreeve::smtp
