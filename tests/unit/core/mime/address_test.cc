#include "core/mime/address.h"

#include <gtest/gtest.h>

#include <string>

namespace portreeve::mime {
namespace {

using namespace std::string_literals;

// One line for each address: name|route|local@domain, or "group{" and "}".
std::string shown(std::string_view value) {
  std::string out;
  for (const Address& address : parse_addresses(value, 100)) {
    if (!out.empty()) out += ' ';
    switch (address.kind) {
      case Address::Kind::group_begin: out += address.name + "{"; break;
      case Address::Kind::group_end: out += "}"; break;
      case Address::Kind::mailbox:
        out += "<" + address.name + "|" + address.route + "|" + address.local + "@" + address.domain + ">";
        break;
    }
  }
  return out;
}

struct Case {
  const char* value;
  const char* addresses;
};
class Addresses : public testing::TestWithParam<Case> {};
TEST_P(Addresses, AreRead) { EXPECT_EQ(shown(GetParam().value), GetParam().addresses) << GetParam().value; }

// RFC 5322 §3.4 and appendix A
const Case kRegular[] = {
    {"", ""},
    {"a@b.c", "<||a@b.c>"},
    {" John Doe <jdoe@machine.example>", "<John Doe||jdoe@machine.example>"},
    {"\"Joe Q. Public\" <john.q.public@example.com>", "<Joe Q. Public||john.q.public@example.com>"},
    {"Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>",
     "<Mary Smith||mary@x.test> <||jdoe@example.org> <Who?||one@y.test>"},
    {"<boss@nil.test>, \"Giant; \\\"Big\\\" Box\" <sysservices@example.net>",
     "<||boss@nil.test> <Giant; \"Big\" Box||sysservices@example.net>"},
    {"A Group:Ed Jones <joe@where.test>,joe@where.test,John <jdoe@one.test>;",
     "A Group{ <Ed Jones||joe@where.test> <||joe@where.test> <John||jdoe@one.test> }"},
    {"Undisclosed recipients:;", "Undisclosed recipients{ }"},
    {"a:b@c;, d: ;, e@f", "a{ <||b@c> } d{ } <||e@f>"},
    {"\"quoted local\"@example.com", "<||quoted local@example.com>"},
    {"\"a@b\"@example.com", "<||a@b@example.com>"},
    {"x@[192.0.2.1]", "<||x@[192.0.2.1]>"},
    {"x@[IPv6:2001:db8::1], y@z", "<||x@[IPv6:2001:db8::1]> <||y@z>"},
    {"J\xC3\xBCrgen <j\xC3\xBC@m\xC3\xBCller.example>", "<J\xC3\xBCrgen||j\xC3\xBC@m\xC3\xBCller.example>"},
    {"=?utf-8?Q?J=C3=BCrgen?= <j@x>", "<=?utf-8?Q?J=C3=BCrgen?=||j@x>"},
    {"Folded\r\n Name <a@b\r\n .c>", "<Folded Name||a@b.c>"},
};
INSTANTIATE_TEST_SUITE_P(Regular, Addresses, testing::ValuesIn(kRegular));

// Comments, routes, blanks around dots (RFC 5322 §4.4, appendix A.5 and A.6)
const Case kObsolete[] = {
    {"Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>", "<Pete||pete@silly.test>"},
    {"A Group(Some people)\r\n :Chris Jones <c@(Chris's host.)public.example>,\r\n  joe@example.org;",
     "A Group{ <Chris Jones||c@public.example> <||joe@example.org> }"},
    {"Joe Q. Public <john.q.public@example.com>", "<Joe Q. Public||john.q.public@example.com>"},
    {"Mary Smith <@node.test:mary@example.net>, , jdoe@test  . example",
     "<Mary Smith|@node.test|mary@example.net> <||jdoe@test.example>"},
    {"<@a.test, @b.test : joe@c.test>", "<|@a.test,@b.test|joe@c.test>"},
    {"john . doe @ example.com", "<||john.doe@example.com>"},
    {"jdoe@example.org (John Doe)", "<John Doe||jdoe@example.org>"},
    {"<jdoe@example.org> (John (the) Doe)", "<John (the) Doe||jdoe@example.org>"},
    {"Named <jdoe@example.org> (not me)", "<Named||jdoe@example.org>"},
    {"(only a comment)", ""},
};
INSTANTIATE_TEST_SUITE_P(Obsolete, Addresses, testing::ValuesIn(kObsolete));

const Case kBroken[] = {
    {"root", "<||root@>"},
    {"undisclosed recipients", "<||undisclosed recipients@>"},
    {"Foo <foo@bar", "<Foo||foo@bar>"},
    {"Foo <foo@bar, Baz <baz@x>", "<Foo||foo@bar> <Baz||baz@x>"},
    {"foo@bar>, b@c", "<||foo@bar> <||b@c>"},
    {"foo@bar <foo@bar>", "<foo@bar||foo@bar>"},
    {"<>", ""},
    {"Nobody <>", "<Nobody||@>"},
    {"a@b; c@d", "<||a@b> <||c@d>"},
    {",,a@b,,", "<||a@b>"},
    {";", ""},
    {"[List] Name <l@x>", "<[List] Name||l@x>"},
    {"=?utf-8?Q?Doe,_John?= <j@x>, b@c", "<=?utf-8?Q?Doe,_John?=||j@x> <||b@c>"},
    {"\"open <a@b>", "<||open <a@b>@>"},
    {"(open a@b", ""},
    {"a@b@c", "<||a@b@c>"},
    {"group: a@b", "group{ <||a@b> }"},
    {"g1: a@b, g2: c@d;", "g1{ <||a@b> <||g2: c@d> }"},
    {"a@b:25", "<||a@b:25>"},
    {"<a@b>c@d, e@f", "<||a@b> <||e@f>"},
    {"<<a@b>>, c@d", "<||a@b> <||c@d>"},
    {"mailto:a@b", "mailto{ <||a@b> }"},
    {"\\", ""},
    {"@", "<||@>"},
    {"<@", ""},
    {"John Doe<a@b>", "<John Doe||a@b>"},
};
INSTANTIATE_TEST_SUITE_P(Broken, Addresses, testing::ValuesIn(kBroken));

TEST(AddressReader, DropsNuls) {
  EXPECT_EQ(shown("a\0b <c\0d@e\0f>"s), "<ab||cd@ef>");
  EXPECT_EQ(shown("\0"s), "");
}

TEST(AddressReader, StopsAtTheLimit) { EXPECT_EQ(parse_addresses("a@b,c@d,e@f", 2).size(), 2U); }

// Each of these was chosen to make a parser that looks ahead go over the rest again and again.
TEST(AddressReader, TakesLinearTime) {
  for (std::string_view piece : {"<@,", "(", "\"", "<a", "a:", "=?", "=?a?q?", "[", "a@", ";", "\\", "a@[", "<a:"}) {
    std::string value;
    while (value.size() < 1'000'000) value += piece;
    AddressReader reader(value);
    std::size_t count = 0;
    for (Address address; reader.next(address);) ++count;
    EXPECT_LE(count, value.size());
  }
}

}  // namespace
}  // namespace portreeve::mime
