// RFC 8474 §3 and §7: ids are printed and read back, and no other text is taken for one.
#include "protocols/imap/object_id.h"

#include <gtest/gtest.h>

namespace portreeve::imap {
namespace {

TEST(ObjectId, IsReadAsItIsPrinted) {
  for (const std::int64_t number : {std::int64_t{1}, std::int64_t{4711}, INT64_MAX}) {
    std::string id;
    write_object_id(id, ObjectKind::email, number);
    EXPECT_TRUE(is_object_id(id));
    EXPECT_EQ(object_number(ObjectKind::email, id), number);
    EXPECT_EQ(object_number(ObjectKind::mailbox, id), std::nullopt);
  }
}

TEST(ObjectId, OtherTextsAreNobodys) {
  for (const char* id : {"", "E", "e1", "E0", "E01", "E-1", "E+1", "E1x", "E 1", "1", "E9223372036854775808"})
    EXPECT_EQ(object_number(ObjectKind::email, id), std::nullopt) << id;
}

TEST(ObjectId, HasTheAlphabetOfTheRfc) {
  EXPECT_TRUE(is_object_id("aZ09_-"));
  EXPECT_TRUE(is_object_id(std::string(255, 'x')));
  EXPECT_FALSE(is_object_id(std::string(256, 'x')));
  for (const char* id : {"", "a b", "a.b", "a(b", "\xc3\xbc"}) EXPECT_FALSE(is_object_id(id)) << id;
}

}  // namespace
}  // namespace portreeve::imap
