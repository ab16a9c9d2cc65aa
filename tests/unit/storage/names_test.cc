#include "storage/sqlite/names.h"

#include <gmock/gmock.h>

namespace portreeve::store::sqlite {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

template <class F>
std::string outcome(F make) {
  try {
    return make();
  } catch (const Failure& failure) {
    return failure.error().code == Errc::invalid ? "!" : "?";
  }
}

TEST(NamesTest, Mailboxes) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      // INBOX is written in capitals where it stands first, whole.
      {"inbox", "INBOX"},
      {"Inbox/x", "INBOX/x"},
      {"inboxes", "inboxes"},
      {"a/inbox", "a/inbox"},
      // No level is empty.
      {"", "!"},
      {"/", "!"},
      {"/a", "!"},
      {"a/", "!"},
      {"a//b", "!"},
      // Text is UTF-8 without control characters.
      {"Entw\xc3\xbcrfe", "Entw\xc3\xbcrfe"},
      {"\xf0\x9f\x93\xab", "\xf0\x9f\x93\xab"},
      {"Entwu\u0308rfe", "Entw\u00fcrfe"},  // NFC
      {"a\tb", "!"},
      {std::string("a\0b", 3), "!"},
      {"a\xff", "!"},
      {"a\xc3", "!"},
      {"\xc0\xaf", "!"},
      {"\xed\xa0\x80", "!"},
      {"\xe0\x80\xaf", "!"},
      {"\xf4\x90\x80\x80", "!"},
      // Limits.
      {std::string(kMaxMailboxNameBytes, 'x'), std::string(kMaxMailboxNameBytes, 'x')},
      {std::string(kMaxMailboxNameBytes + 1, 'x'), "!"},
  };
  for (const auto& [name, stored] : rows) {
    EXPECT_EQ(outcome([&] { return mailbox_name(name); }), stored) << name;
  }
  std::string deep = "a";
  while (deep.size() + 2 <= kMaxMailboxNameBytes) deep += "/a";
  EXPECT_EQ(mailbox_name(deep), deep);
  EXPECT_EQ(outcome([&] { return mailbox_name(deep + "/a"); }), "!");
  // U+0958 has no composed form: three bytes become six.
  std::string growing;
  while (growing.size() + 3 <= kMaxMailboxNameBytes) growing += "\u0958";
  EXPECT_EQ(outcome([&] { return mailbox_name(growing); }), "!");
}

TEST(NamesTest, NewMailboxes) {
  EXPECT_EQ(new_mailbox_name("inbox/e\u0301"), "INBOX/\u00e9");
  for (const std::string name : {"a\u0085", "\u0080", "\u009f", "a\u2028b", "\u2029"}) {
    EXPECT_EQ(outcome([&] { return new_mailbox_name(name); }), "!") << name;
    EXPECT_EQ(mailbox_name(name), name);
  }
  for (const std::string name : {"\u00a0", "\u2027", "\u202a", "a"}) EXPECT_EQ(new_mailbox_name(name), name);
}

TEST(NamesTest, Parents) {
  EXPECT_THAT(parents_of("a"), IsEmpty());
  EXPECT_THAT(parents_of("a/b/c"), ElementsAre("a", "a/b"));
  EXPECT_TRUE(is_below("a/b", "a"));
  EXPECT_FALSE(is_below("ab", "a"));
  EXPECT_FALSE(is_below("a", "a"));
}

TEST(NamesTest, Addresses) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"Alice@Example.TEST", "Alice@example.test alice@example.test example.test"},
      {"\"a@b\"@c.test", "\"a@b\"@c.test \"a@b\"@c.test c.test"},
      {"\"Alice\"@c.test", "\"Alice\"@c.test alice@c.test c.test"},
      {"\"A b\"@c.test", "\"A b\"@c.test \"a b\"@c.test c.test"},
      {"J\u00dcrgen@B\u00dcCHER.Example",
       "J\u00dcrgen@b\u00fccher.example j\u00fcrgen@xn--bcher-kva.example xn--bcher-kva.example"},
      {"a@XN--BCHER-KVA.example", "a@xn--bcher-kva.example a@xn--bcher-kva.example xn--bcher-kva.example"},
      {"a@[192.0.2.1]", "a@[192.0.2.1] a@[192.0.2.1] [192.0.2.1]"},
      {"\"\"@c.test", "!"},
      {"\"a@c.test", "!"},
      {"a@\u2615.example", "!"},
      {"a@c..test", "!"},
      {"alice", "!"},
      {"@example.test", "!"},
      {"alice@", "!"},
      {"a\r@example.test", "!"},
      {"a@exa mple.test", "!"},
      {std::string(65, 'a') + "@example.test", "!"},
      {"a@" + std::string(256, 'b'), "!"},
  };
  for (const auto& [address, parsed] : rows) {
    EXPECT_EQ(outcome([&] {
                const AccountAddress a = account_address(address);
                return a.shown + " " + a.key + " " + a.domain;
              }),
              parsed)
        << address;
  }
}

}  // namespace
}  // namespace portreeve::store::sqlite
