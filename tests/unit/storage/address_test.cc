#include "storage/address.h"

#include <gtest/gtest.h>

namespace portreeve::store {
namespace {

TEST(Address, IsDivided) {
  struct Row {
    std::string address, local, domain;  // both empty: no address
  };
  for (const Row& row : {
           Row{"alice@example.org", "alice", "example.org"},
           {"Alice@Example.ORG", "Alice", "Example.ORG"},
           {"a@[192.0.2.1]", "a", "[192.0.2.1]"},
           {"jürgen@bücher.example", "jürgen", "bücher.example"},
           // quoted strings
           {"\"alice\"@x", "alice", "x"},
           {"\"a b\"@x", "a b", "x"},
           {"\"a@b\"@x", "a@b", "x"},
           {"\"a\\\"b\"@x", "a\"b", "x"},
           {"\"a\\\\b\"@x", "a\\b", "x"},
           {"\"\\a\"@x", "a", "x"},
           // without their quotes
           {"a b@x", "a b", "x"},
           {"a@b@x", "a@b", "x"},
           {"a..b@x", "a..b", "x"},
           {"a\"b@x", "a\"b", "x"},
           // none
           {"", "", ""},
           {"@", "", ""},
           {"alice", "", ""},
           {"alice@", "", ""},
           {"@x", "", ""},
           {"\"\"@x", "", ""},
           {"\"", "", ""},
           {"\"a", "", ""},
           {"\"a\\", "", ""},
           {"\"a@x", "", ""},
           {"\"a\"", "", ""},
           {"\"a\"b@x", "", ""},
           {"\"a\".b@x", "", ""},
           {"\"a\"@x@y", "", ""},
           {"a\n@x", "", ""},
           {std::string("a\0@x", 4), "", ""},
           {"a\xff@x", "", ""},
           {"a@\xc3", "", ""},
       }) {
    const auto parts = split_address(row.address);
    ASSERT_EQ(parts.has_value(), !row.domain.empty()) << row.address;
    if (!parts) continue;
    EXPECT_EQ(parts->local, row.local) << row.address;
    EXPECT_EQ(parts->domain, row.domain) << row.address;
  }
}

TEST(Address, HasOneKey) {
  struct Row {
    std::string address, key;
  };
  for (const Row& row : {
           Row{"alice@example.org", "alice@example.org"},
           {"ALICE@Example.ORG", "alice@example.org"},
           {"alice@example.org.", "alice@example.org"},
           {"\"Alice\"@example.org", "alice@example.org"},
           {"\"al\\ice\"@example.org", "alice@example.org"},
           {"a.b+c@x", "a.b+c@x"},
           {"\"a.b+c\"@x", "a.b+c@x"},
           // quoted where it has to be
           {"@a@b", "\"@a\"@b"},
           {"\"A B\"@x", "\"a b\"@x"},
           {"A B@x", "\"a b\"@x"},
           {"\"a@b\"@x", "\"a@b\"@x"},
           {"\"a\\\"b\"@x", "\"a\\\"b\"@x"},
           {"\".a\"@x", "\".a\"@x"},
           {"\"\\\"a\\\"\"@x", "\"\\\"a\\\"\"@x"},
           // Unicode, on both sides
           {"JÜRGEN@BÜCHER.Example", "jürgen@xn--bcher-kva.example"},
           {"ju\u0308rgen@xn--bcher-kva.example", "jürgen@xn--bcher-kva.example"},
           {"\"Jürgen\"@bücher\u3002example", "jürgen@xn--bcher-kva.example"},
           {"ΣΊΣΥΦΟΣ@x", "σίσυφοσ@x"},
           {"\uff21@x", "\uff41@x"},
           // literals
           {"A@[IPv6:2001:DB8::1]", "a@[ipv6:2001:db8::1]"},
           // no domain that IDNA knows
           {"a@☕.Example", "a@☕.example"},
           {"a@B..c", "a@b..c"},
           // a whole domain
           {"@BÜCHER.example", "@xn--bcher-kva.example"},
           // none
           {"", ""},
           {"@", ""},
           {"postmaster", ""},
           {"\"\"@x", ""},
           {"a\xff@x", ""},
       }) {
    EXPECT_EQ(address_key(row.address), row.key) << row.address;
    EXPECT_EQ(address_key(row.key), row.key) << row.address;
  }
  EXPECT_EQ(address_key("A b", "X"), "\"a b\"@x");
  EXPECT_EQ(address_key("\"a\"", "x"), "\"\\\"a\\\"\"@x");
  EXPECT_EQ(address_key("", "X"), "@x");
}

TEST(Address, DomainsHaveAKey) {
  EXPECT_EQ(domain_key("BÜCHER.example."), "xn--bcher-kva.example");
  EXPECT_EQ(domain_key("[IPv6:::1]"), "[ipv6:::1]");
  EXPECT_EQ(domain_key("NOT one"), "not one");
}

}  // namespace
}  // namespace portreeve::store
