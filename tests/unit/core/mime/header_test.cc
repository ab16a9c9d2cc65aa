#include "core/mime/header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace portreeve::mime {
namespace {

using namespace std::string_literals;

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> fields_of(std::string_view block) {
  std::vector<std::string> out;
  FieldReader reader(block);
  for (Field field; reader.next(field);) {
    out.push_back(std::string(field.name).append("|").append(field.value));
  }
  return out;
}

TEST(FieldReader, ReadsFieldsAsTheyStand) {
  EXPECT_THAT(fields_of("A: 1\r\nB:2\r\n\r\nC: body"), ElementsAre("A| 1", "B|2"));
  EXPECT_THAT(fields_of("A: 1\nB: 2\n\nC: 3"), ElementsAre("A| 1", "B| 2"));
  EXPECT_THAT(fields_of("A: 1\r\nB: 2\nC: 3"), ElementsAre("A| 1", "B| 2", "C| 3"));
  EXPECT_THAT(fields_of("A: 1\r\n\t2\r\n 3\r\nB:\r\n"), ElementsAre("A| 1\r\n\t2\r\n 3", "B|"));
  EXPECT_THAT(fields_of("Subject : x\r\n"), ElementsAre("Subject| x"));
}

TEST(FieldReader, SkipsWhatIsNoField) {
  EXPECT_THAT(fields_of(""), IsEmpty());
  EXPECT_THAT(fields_of("\r\nA: 1\r\n"), IsEmpty());
  EXPECT_THAT(fields_of("From alice Thu Jan  1 00:00:00 1970\r\nA: 1\r\n"), ElementsAre("A| 1"));
  EXPECT_THAT(fields_of("no colon\r\n folded: on\r\nA: 1\r\n"), ElementsAre("A| 1"));
  EXPECT_THAT(fields_of(" starts folded: x\r\nA: 1\r\n"), ElementsAre("A| 1"));
  EXPECT_THAT(fields_of(": no name\r\nA: 1\r\n"), ElementsAre("A| 1"));
  EXPECT_THAT(fields_of("N\xC3\xA4me: x\r\nA: 1\r\n"), ElementsAre("A| 1"));
}

TEST(FieldReader, TakesAnyBytesInValues) {
  std::string block = "A: x\0y\r\nB: \xC3\xA4\xFF\rz\r\n"s;
  EXPECT_THAT(fields_of(block), ElementsAre("A| x\0y"s, "B| \xC3\xA4\xFF\rz"));
}

TEST(FieldReader, GivesTheWholeFieldRaw) {
  FieldReader reader("A: 1\r\n 2\r\nB: 3");
  Field field;
  ASSERT_TRUE(reader.next(field));
  EXPECT_EQ(field.raw, "A: 1\r\n 2\r\n");
  ASSERT_TRUE(reader.next(field));
  EXPECT_EQ(field.raw, "B: 3");
  EXPECT_FALSE(reader.next(field));
}

TEST(HeaderBlock, EndsWithTheBlankLine) {
  EXPECT_EQ(header_block("A: 1\r\n\r\nbody\r\n\r\n"), "A: 1\r\n\r\n");
  EXPECT_EQ(header_block("A: 1\n\nbody"), "A: 1\n\n");
  EXPECT_EQ(header_block("\r\nbody"), "\r\n");
  EXPECT_EQ(header_block("A: 1\r\nB: 2"), "A: 1\r\nB: 2");
  EXPECT_EQ(header_block(""), "");
}

TEST(Unfold, TakesOutLineEndsOnly) {
  EXPECT_EQ(unfold(" a\r\n b\r\n\tc "), "a b\tc");
  EXPECT_EQ(unfold(" a\n b"), "a b");
  EXPECT_EQ(unfold("  "), "");
  EXPECT_EQ(unfold("a\rb"), "a\rb");
}

TEST(FindField, ComparesNamesWithoutCase) {
  constexpr std::string_view kBlock = "To: a\r\nX: 1\r\nTO: b\r\n\r\nTo: body\r\n";
  EXPECT_EQ(find_field(kBlock, "to"), " a");
  EXPECT_EQ(find_field(kBlock, "Too"), std::nullopt);
  EXPECT_THAT(find_fields(kBlock, "tO"), ElementsAre(" a", " b"));
}

TEST(HeaderFields, PicksInTheBlocksOrder) {
  constexpr std::string_view kBlock = "From a b c\r\nDate: 1\r\nFROM: x\r\n y\r\nTo: z\r\nFrom: again\r\n\r\n";
  EXPECT_EQ(header_fields(kBlock, FieldNames({"from", "DATE", "absent"}), false),
            "Date: 1\r\nFROM: x\r\n y\r\nFrom: again\r\n\r\n");
  EXPECT_EQ(header_fields(kBlock, FieldNames({"from", "DATE"}), true), "To: z\r\n\r\n");
  EXPECT_EQ(header_fields(kBlock, FieldNames({"absent"}), false), "\r\n");
  EXPECT_EQ(header_fields("A: 1", FieldNames({"a"}), false), "A: 1\r\n\r\n");
  EXPECT_EQ(header_fields("", FieldNames({"a"}), true), "\r\n");
}

}  // namespace
}  // namespace portreeve::mime
