#include "core/config/address.h"

#include <gtest/gtest.h>

namespace portreeve::config {
namespace {

TEST(Address, IsBroughtIntoTheStoresForm) {
  struct Row {
    std::string given, kept;  // empty: refused
  };
  for (const Row& row : {
           Row{"alice@example.org", "alice@example.org"},
           {"Alice.B+tag@EXAMPLE.Org", "Alice.B+tag@example.org"},
           {"o'neil_1-2@a.b", "o'neil_1-2@a.b"},
           {"anna@localhost", "anna@localhost"},
           {"jürgen@münchen.example", "jürgen@münchen.example"},
           {"Jürgen@MÜNCHEN.Example", "Jürgen@münchen.example"},
           {"a@XN--MNCHEN-3YA.example", "a@xn--mnchen-3ya.example"},
           {"a@3com.example", "a@3com.example"},
           {"", ""},
           {"alice", ""},
           {"@example.org", ""},
           {"alice@", ""},
           {"al ice@example.org", ""},
           {".alice@example.org", ""},
           {"a..b@example.org", ""},
           {"\"a b\"@example.org", ""},
           {"a@b@example.org", ""},
           {"a@exa mple.org", ""},
           {"a@-x.org", ""},
           {"a@x..org", ""},
           {"a@x.org.", ""},
           {"a@my_pc.example", ""},
           {"a@*.example", ""},
           {"a@[192.0.2.1]", ""},
           {"a@☕.example", ""},
           {"a@-ü.example", ""},
           {"a@münchen.example.", ""},
           {"\xff@x.org", ""},
           {"a@m\xfcnchen.example", ""},
           {"a\r\n@x.org", ""},
           {std::string(65, 'a') + "@x.org", ""},
           {"a@" + std::string(64, 'x') + ".org", ""},
       }) {
    EXPECT_EQ(normalize_address(row.given).value_or(""), row.kept) << row.given;
  }
}

TEST(Address, SaysWhatIsWrong) {
  EXPECT_EQ(normalize_address("alice").error(), "is not an address; write one such as name@example.org");
  EXPECT_EQ(normalize_domain("a b").error(), "is not a domain; write one such as example.org");
  EXPECT_EQ(normalize_domain("Example.ORG").value(), "example.org");
}

}  // namespace
}  // namespace portreeve::config
