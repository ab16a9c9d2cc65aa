#include "core/mime/field_text.h"

#include <gtest/gtest.h>

namespace portreeve::mime {
namespace {

TEST(FieldText, EndsNoLine) {
  const struct {
    std::string_view text;
    std::string_view ascii;
    std::string_view utf8;
  } cases[] = {
      {"", "", ""},
      {"550 No such user", "550 No such user", "550 No such user"},
      {" a\r\nBcc: x ", "a  Bcc: x", "a  Bcc: x"},
      {"\r\n", "", ""},
      {std::string_view("a\0\x7f\x1b[b", 6), "a???[b", "a???[b"},
      {"Gr\xC3\xBC\xC3\x9F"
       "e",
       "Gr????e",
       "Gr\xC3\xBC\xC3\x9F"
       "e"},
      {"\xFC", "?", "\xEF\xBF\xBD"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(field_text(c.text, TextKind::ascii), c.ascii) << c.text;
    EXPECT_EQ(field_text(c.text, TextKind::utf8), c.utf8) << c.text;
  }
}

TEST(FieldText, IsBounded) {
  EXPECT_EQ(field_text(std::string(5'000, 'a'), TextKind::ascii).size(), kMaxFieldText);
  std::string umlauts;
  for (int i = 0; i < 100; ++i) umlauts += "\xC3\xBC";
  EXPECT_EQ(field_text(umlauts, TextKind::utf8, 9), umlauts.substr(0, 8)) << "never half a character";
}

}  // namespace
}  // namespace portreeve::mime
