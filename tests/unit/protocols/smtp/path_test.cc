#include "protocols/smtp/path.h"

#include <gtest/gtest.h>

#include <string>

namespace portreeve::smtp {
namespace {

// What was taken, as "text|what is left", or the error.
std::string taken(std::string_view input, PathKind kind) {
  const auto path = take_path(input, kind);
  if (!path) return std::string(path.error());
  return path->text() + '|' + std::string(input);
}
std::string forward(std::string_view input) { return taken(input, PathKind::forward); }
std::string reverse(std::string_view input) { return taken(input, PathKind::reverse); }

struct Case {
  std::string input;
  std::string want;
};

const std::string kBadLocal = "Bad local part in the address";
const std::string kBadDomain = "Bad domain in the address";
const std::string kBadLiteral = "Bad address literal";
const std::string kBadQuoted = "Bad quoted string in the address";
const std::string kBadRoute = "Bad source route";
const std::string kUnclosed = "The address is not closed by >";
const std::string kNoDomain = "The address needs a domain";

TEST(Path, Forward) {
  const Case cases[] = {
      // Path = "<" [ A-d-l ":" ] Mailbox ">"
      {"<a@b>", "a@b|"},
      {"<alice@example.test> SIZE=1", "alice@example.test| SIZE=1"},
      {"<a@b", kUnclosed},
      {"<a@b c>", kUnclosed},
      {"<a@b>>", "a@b|>"},
      {"", kBadLocal},
      {"<", kBadLocal},
      {"<>", kBadLocal},
      // without angle brackets
      {"a@b", "a@b|"},
      {"a@b SIZE=1", "a@b| SIZE=1"},
      {"a@b>", "a@b|>"},
      // Dot-string = Atom *("." Atom)
      {"<a.b.c@d>", "a.b.c@d|"},
      {"<!#$%&'*+-/=?^_`{|}~@d>", "!#$%&'*+-/=?^_`{|}~@d|"},
      {"<.a@b>", kBadLocal},
      {"<a.@b>", kBadLocal},
      {"<a..b@c>", kBadLocal},
      {"<@b>", kBadRoute},
      {"<a b@c>", kNoDomain},
      {"<a(c)@b>", kNoDomain},
      {"<a,b@c>", kNoDomain},
      {"<a@b@c>", kUnclosed},
      // Quoted-string = DQUOTE *QcontentSMTP DQUOTE
      {"<\"a b\"@c>", "\"a b\"@c|"},
      {"<\"a\\\"b\"@c>", "\"a\\\"b\"@c|"},
      {"<\"a\\\\b\"@c>", "\"a\\\\b\"@c|"},
      {"<\"a@b\"@c>", "\"a@b\"@c|"},
      {"<\"a>b\"@c>", "\"a>b\"@c|"},
      {"<\"a..b\"@c>", "\"a..b\"@c|"},
      {"<\"\"@c>", "\"\"@c|"},
      {"<\"alice\"@c>", "alice@c|"},  // the same mailbox, so the same spelling
      {"\"a b\"@c SIZE=1", "\"a b\"@c| SIZE=1"},
      {"<\"a@c>", kBadQuoted},
      {"<\"a\\", kBadQuoted},
      {"<\"", kBadQuoted},
      {std::string("<\"a\0b\"@c>", 10), kBadQuoted},
      {"<\"a\"b@c>", kNoDomain},
      // Domain
      {"<a@b.c.d-e.f1>", "a@b.c.d-e.f1|"},
      {"<a@B.Example>", "a@B.Example|"},
      {"<a@under_score.example>", "a@under_score.example|"},
      {"<a@123>", "a@123|"},
      {"<a@>", kBadDomain},
      {"<a@.b>", kBadDomain},
      {"<a@b.>", kBadDomain},
      {"<a@b..c>", kBadDomain},
      {"<a@-b>", kBadDomain},
      {"<a@b->", kBadDomain},
      {"<a@b-.c>", kBadDomain},
      {"<a>", kNoDomain},
      {"<a@" + std::string(63, 'b') + ">", "a@" + std::string(63, 'b') + "|"},
      {"<a@" + std::string(64, 'b') + ">", kBadDomain},
      // address-literal
      {"<a@[192.0.2.1]>", "a@[192.0.2.1]|"},
      {"<a@[IPv6:2001:db8::1]>", "a@[IPv6:2001:db8::1]|"},
      {"<a@[tag:x!y]>", "a@[tag:x!y]|"},
      {"<a@[]>", kBadLiteral},
      {"<a@[1.2.3.4>", kBadLiteral},
      {"<a@[1 2]>", kBadLiteral},
      {"<a@[[1]>", kBadLiteral},
      // A-d-l, read and dropped
      {"<@x.example:a@b>", "a@b|"},
      {"<@x.example,@y.example:a@b>", "a@b|"},
      {"<@x.example a@b>", kBadRoute},
      {"<@x.example,y.example:a@b>", kBadRoute},
      {"<@x.example,>", kBadRoute},
      {"<@x.example>", kBadRoute},
      {"<@:a@b>", kBadDomain},
      // RFC 5321 §4.5.1
      {"<postmaster>", "postmaster|"},
      {"<PostMaster>", "PostMaster|"},
      {"<postmaster@b>", "postmaster@b|"},
  };
  for (const Case& c : cases) EXPECT_EQ(forward(c.input), c.want) << c.input;
}

TEST(Path, Reverse) {
  const Case cases[] = {
      {"<>", "|"},
      {"<> BODY=8BITMIME", "| BODY=8BITMIME"},
      {"<a@b>", "a@b|"},
      {"<postmaster>", kNoDomain},
      {"", kBadLocal},
      // misplaced dots, which real senders have
      {"<a..b@c>", "\"a..b\"@c|"},
      {"<a.@c>", "\"a.\"@c|"},
      {"<.a@c>", "\".a\"@c|"},
      {"<.@c>", "\".\"@c|"},
  };
  for (const Case& c : cases) EXPECT_EQ(reverse(c.input), c.want) << c.input;
}

TEST(Path, Utf8) {
  const Case cases[] = {
      {"<gr\xc3\xbc\xc3\x9f"
       "e@example.test>",
       "gr\xc3\xbc\xc3\x9f"
       "e@example.test|"},
      {"<a@b\xc3\xbc"
       "cher.example>",
       "a@b\xc3\xbc"
       "cher.example|"},
      {"<\"\xc3\xbc x\"@b>", "\"\xc3\xbc x\"@b|"},
      {"<\xf0\x9f\x93\xac@b>", "\xf0\x9f\x93\xac@b|"},
      // RFC 3629 §4
      {"<\xc3@b>", "The address is not UTF-8"},
      {"<\xfc@b>", "The address is not UTF-8"},
      {"<\xc0\xaf@b>", "The address is not UTF-8"},
      {"<\xe0\x80\xaf@b>", "The address is not UTF-8"},
      {"<\xed\xa0\x80@b>", "The address is not UTF-8"},
      {"<\xf0\x80\x80\xaf@b>", "The address is not UTF-8"},
      {"<\xf4\x90\x80\x80@b>", "The address is not UTF-8"},
      {"<\xf5\x80\x80\x80@b>", "The address is not UTF-8"},
      {"<a@\x80>", "The address is not UTF-8"},
  };
  for (const Case& c : cases) EXPECT_EQ(forward(c.input), c.want) << c.input;
}

TEST(Path, Lengths) {
  const std::string local64(64, 'a');
  EXPECT_EQ(forward("<" + local64 + "@b>"), local64 + "@b|");
  EXPECT_EQ(forward("<" + local64 + "a@b>"), "Local part too long");
  // Bounce addresses that hold the recipient's are longer.
  EXPECT_EQ(reverse("<" + local64 + local64 + "@b>"), local64 + local64 + "@b|");

  std::string domain;
  while (domain.size() < 180) domain += "label.";
  domain += "example";
  const std::string at_limit = std::string(kMaxPathBytes - 2 - 1 - domain.size(), 'a') + "@" + domain;
  EXPECT_EQ(reverse("<" + at_limit + ">"), at_limit + "|");
  EXPECT_EQ(reverse("<a" + at_limit + ">"), "Address too long");
  // A source route doesn't count.
  EXPECT_EQ(reverse("<@" + domain + ":" + at_limit + ">"), at_limit + "|");

  std::string long_domain = "b";
  while (long_domain.size() <= kMaxDomainBytes) long_domain += ".b";
  EXPECT_EQ(forward("<a@" + long_domain + ">"), "Domain too long");
}

TEST(Path, AddressIsForLookUps) {
  std::string_view quoted = "<\"a\\ b\"@Example.test>";
  EXPECT_EQ(take_path(quoted, PathKind::forward)->address(), "a b@Example.test");
  std::string_view bare = "<postmaster>";
  EXPECT_EQ(take_path(bare, PathKind::forward)->address(), "postmaster");
  EXPECT_TRUE(Path{}.is_null());
  EXPECT_EQ(Path{}.address(), "");
}

TEST(Path, HostNames) {
  for (const char* name : {"mail.example.test", "localhost", "[192.0.2.1]", "[IPv6:::1]", "MY_PC", "a-b.c"}) {
    EXPECT_TRUE(is_domain_or_literal(name)) << name;
  }
  for (const char* name : {"", ".", "a..b", "a b", "[", "[]", "a(b)", "a>b", "b\xc3\xbcro", "-a", "192.0.2.1:25"}) {
    EXPECT_FALSE(is_domain_or_literal(name)) << name;
  }
}

}  // namespace
}  // namespace portreeve::smtp
