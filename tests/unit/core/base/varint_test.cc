#include "core/base/varint.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace portreeve::base {
namespace {

TEST(Varint, ComesBackAsItWas) {
  std::string out;
  put_number(out, 0);
  put_number(out, 127);
  put_number(out, 128);
  put_number(out, std::numeric_limits<std::uint64_t>::max());
  put_signed(out, -1);
  put_signed(out, std::numeric_limits<std::int64_t>::min());
  put_signed(out, std::numeric_limits<std::int64_t>::max());
  put_string(out, std::string_view("a\0b", 3));
  put_string(out, "");
  PackedReader reader(out);
  EXPECT_EQ(reader.number(), 0U);
  EXPECT_EQ(reader.number(), 127U);
  EXPECT_EQ(reader.number(), 128U);
  EXPECT_EQ(reader.number(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(reader.signed_number(), -1);
  EXPECT_EQ(reader.signed_number(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(reader.signed_number(), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(reader.string(), std::string_view("a\0b", 3));
  EXPECT_EQ(reader.string(), "");
  EXPECT_TRUE(reader.ok() && reader.rest().empty());
  EXPECT_EQ(reader.byte(), 0U);
  EXPECT_FALSE(reader.ok());
}

TEST(Varint, NumbersHaveOneForm) {
  for (const std::string& bad : {std::string(), std::string("\x80"), std::string("\x80\x00", 2),
                                 std::string("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"), std::string(11, '\xff')}) {
    PackedReader reader(bad);
    EXPECT_EQ(reader.number(), 0U);
    EXPECT_FALSE(reader.ok());
  }
}

TEST(Varint, StringsEndWithinTheBytes) {
  PackedReader reader(
      "\x05"
      "abcd");
  EXPECT_EQ(reader.string(), "");
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.number(), 0U);
}

}  // namespace
}  // namespace portreeve::base
