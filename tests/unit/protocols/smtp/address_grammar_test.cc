// The grammar of addresses, rule by rule: RFC 5321 §4.1.2 and §4.1.3, RFC 6531 §3.3, RFC 1123 §2.1 and §5.2.
#include <gtest/gtest.h>

#include <string>

#include "protocols/smtp/path.h"

namespace portreeve::smtp {
namespace {

constexpr std::string_view kBadLocal = "Bad local part in the address";
constexpr std::string_view kBadDomain = "Bad domain in the address";
constexpr std::string_view kBadLiteral = "Bad address literal";
constexpr std::string_view kBadQuoted = "Bad quoted string in the address";
constexpr std::string_view kBadRoute = "Bad source route";
constexpr std::string_view kUnclosed = "The address is not closed by >";
constexpr std::string_view kNoDomain = "The address needs a domain";
constexpr std::string_view kNotUtf8 = "The address is not UTF-8";
constexpr std::string_view kLongLocal = "Local part too long";
constexpr std::string_view kLongDomain = "Domain too long";
constexpr std::string_view kLongPath = "Address too long";

// What is left of a command line behind a good address stands behind a '|'; the caller refuses all but parameters.
std::string taken(std::string_view input, PathKind kind) {
  const auto path = take_path(input, kind);
  return path ? path->text() + '|' + std::string(input) : std::string(path.error());
}

struct Row {
  std::string input;
  std::string want;
};

void expect_forward(std::initializer_list<Row> rows) {
  for (const Row& row : rows) EXPECT_EQ(taken(row.input, PathKind::forward), row.want) << row.input;
}
void expect_reverse(std::initializer_list<Row> rows) {
  for (const Row& row : rows) EXPECT_EQ(taken(row.input, PathKind::reverse), row.want) << row.input;
}
void expect_both(std::initializer_list<Row> rows) {
  expect_forward(rows);
  expect_reverse(rows);
}

Row same(const std::string& address) { return {"<" + address + ">", address + "|"}; }
Row refused(const std::string& input, std::string_view why) { return {input, std::string(why)}; }

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (; times > 0; --times) out += text;
  return out;
}

// Path = "<" [ A-d-l ":" ] Mailbox ">"; Mailbox = Local-part "@" ( Domain / address-literal )
TEST(AddressGrammar, Brackets) {
  expect_both({
      same("a@b"),
      same("alice@example.test"),
      {"<a@b> SIZE=1", "a@b| SIZE=1"},
      {"<a@b>SIZE=1", "a@b|SIZE=1"},
      {"<a@b>>", "a@b|>"},
      // RFC 5321 §4.1.1.2 wants brackets; many a script has none
      {"a@b", "a@b|"},
      {"a@b SIZE=1", "a@b| SIZE=1"},
      {"\"a b\"@c SIZE=1", "\"a b\"@c| SIZE=1"},
      {"a@b>", "a@b|>"},
      refused("<a@b", kUnclosed),
      refused("<a@b SIZE=1", kUnclosed),
      refused("<a@b\">", kUnclosed),
      refused("<<a@b>>", kBadLocal),
      refused("", kBadLocal),
      refused("<", kBadLocal),
      refused("Alice <a@b>", kNoDomain),
      refused("\"Alice\" <a@b>", kNoDomain),
      refused("mailto:a@b", kNoDomain),
  });
}

// Reverse-path = Path / "<>"; RFC 5321 §4.5.5, RFC 1123 §5.2.9
TEST(AddressGrammar, NullPath) {
  expect_reverse({
      {"<>", "|"},
      {"<> BODY=8BITMIME", "| BODY=8BITMIME"},
      refused("< >", kBadLocal),
      refused("<@>", kBadDomain),
      refused("<\"\">", kNoDomain),
  });
  expect_forward({
      refused("<>", kBadLocal),
      refused("< >", kBadLocal),
  });
}

// "<Postmaster>" (RFC 5321 §4.1.1.3, §4.5.1), RFC 1123 §5.2.7
TEST(AddressGrammar, Postmaster) {
  expect_forward({
      same("postmaster"),
      same("Postmaster"),
      same("POSTMASTER"),
      same("postmaster@example.test"),
      {"<\"postmaster\">", "postmaster|"},
      refused("<postmaster@>", kBadDomain),
      refused("<postmasters>", kNoDomain),
      refused("<abuse>", kNoDomain),
  });
  expect_reverse({
      same("postmaster@example.test"),
      refused("<postmaster>", kNoDomain),
  });
}

// Dot-string = Atom *("." Atom); Atom = 1*atext
TEST(AddressGrammar, DotString) {
  expect_both({
      same("a@x"),
      same("A.b.C@x"),
      same("0@x"),
      same("123456@x"),
      same("-@x"),
      same("_@x"),
      same("a-b_c@x"),
      same("-a-@x"),
      same("alice+shop@x"),
      same("owner-list@x"),
      same("prvs=0123456789=alice@x"),
      same("SRS0=ab=cd=example.org=bob@x"),
      same("o'brien@x"),
      same("!#$%&'*+-/=?^_`{|}~@x"),
      same("a.!@x"),
      same("/C=de/O=example/S=smith/@x"),
      refused("<@>", kBadDomain),
      refused("<a,b@x>", kNoDomain),
      refused("<a;b@x>", kNoDomain),
      refused("<a:b@x>", kNoDomain),
      refused("<a[b@x>", kNoDomain),
      refused("<a]b@x>", kNoDomain),
      refused("<a\\b@x>", kNoDomain),
      refused("<a\\@b@x>", kNoDomain),
      refused("<a<b@x>", kNoDomain),
      refused("<a\x7f@x>", kNoDomain),
      refused("<a\r@x>", kNoDomain),
      refused(std::string("<a\0@x>", 7), kNoDomain),
      refused("<a@b@x>", kUnclosed),
      refused("<a@@x>", kBadDomain),
      refused("<a>", kNoDomain),
      refused("<a.b>", kNoDomain),
  });
  // Dots astray: refused where it is our own user who is named, taken from senders who have such addresses.
  expect_forward({
      refused("<.a@x>", kBadLocal),
      refused("<a.@x>", kBadLocal),
      refused("<a..b@x>", kBadLocal),
      refused("<.@x>", kBadLocal),
      refused("<...@x>", kBadLocal),
      refused("<a.\"b\"@x>", kBadLocal),
  });
  expect_reverse({
      {"<.a@x>", "\".a\"@x|"},
      {"<a.@x>", "\"a.\"@x|"},
      {"<a..b@x>", "\"a..b\"@x|"},
      {"<.@x>", "\".\"@x|"},
      refused("<a.\"b\"@x>", kNoDomain),
  });
}

// Comments and folding white space are for headers (RFC 5321 §4.1.2; RFC 5322 §3.2.2).
TEST(AddressGrammar, NoCommentsAndNoBlanks) {
  expect_both({
      refused("<(c)a@x>", kBadLocal),
      refused("<a(c)@x>", kNoDomain),
      refused("<a@(c)x>", kBadDomain),
      refused("<a@x(c)>", kUnclosed),
      refused("<a@x (c)>", kUnclosed),
      refused("< a@x>", kBadLocal),
      refused("<a @x>", kNoDomain),
      refused("<a@ x>", kBadDomain),
      refused("<a@x >", kUnclosed),
      refused("<a b@x>", kNoDomain),
      refused("<a@x y>", kUnclosed),
      refused("<a\t@x>", kNoDomain),
      refused("<a@x\t>", kUnclosed),
      refused("<a@x\r\n>", kUnclosed),
  });
}

// Quoted-string = DQUOTE *QcontentSMTP DQUOTE; qtextSMTP = %d32-33 / %d35-91 / %d93-126
TEST(AddressGrammar, QuotedString) {
  expect_both({
      same("\"a b\"@x"),
      same("\" \"@x"),
      same("\"a@b\"@x"),
      same("\"a>b\"@x"),
      same("\"<a@b>\"@x"),
      same("\"a,b;c:d\"@x"),
      same("\"(a)\"@x"),
      same("\"[a]\"@x"),
      same("\"a..b\"@x"),
      same("\".\"@x"),
      same("\"\"@x"),  // *QcontentSMTP may be none
      same("\"a b\"@[192.0.2.1]"),
      // RFC 5321 §4.1.2: the quotes are no part of it; what needs none loses them
      {"<\"a\"@x>", "a@x|"},
      {"<\"a.b\"@x>", "a.b@x|"},
      {"<\"a+b\"@x>", "a+b@x|"},
      {"<\"!#$%&'*+-/=?^_`{|}~\"@x>", "!#$%&'*+-/=?^_`{|}~@x|"},
      // controls, the tab too
      refused("<\"a\tb\"@x>", kBadQuoted),
      refused("<\"a\x7f\"@x>", kBadQuoted),
      refused("<\"a\rb\"@x>", kBadQuoted),
      refused("<\"a\nb\"@x>", kBadQuoted),
      refused(std::string("<\"a\0\"@x>", 9), kBadQuoted),
      // not closed, or not alone
      refused("<\"", kBadQuoted),
      refused("<\"a", kBadQuoted),
      refused("<\"a@x>", kBadQuoted),
      refused("<\"a\"b@x>", kNoDomain),
      refused("<\"a\"\"b\"@x>", kNoDomain),
      refused("<\"a\".b@x>", kNoDomain),  // RFC 5322 §4.4 alone
      refused("<\"a\" @x>", kNoDomain),
      refused("<a\"b\"@x>", kNoDomain),
      refused("<\"a\">", kNoDomain),
      refused("<\"a\"@>", kBadDomain),
      refused("<'a b'@x>", kNoDomain),
  });
}

// quoted-pairSMTP = %d92 %d32-126
TEST(AddressGrammar, QuotedPair) {
  expect_both({
      same("\"a\\\"b\"@x"),
      same("\"a\\\\b\"@x"),
      same("\"\\\"\"@x"),
      same("\"\\\\\"@x"),
      same("\"\\\\\\\"\"@x"),
      // what needs no backslash loses it
      {"<\"\\a\"@x>", "a@x|"},
      {"<\"a\\ b\"@x>", "\"a b\"@x|"},
      {"<\"a\\@b\"@x>", "\"a@b\"@x|"},
      {"<\"a\\.b\"@x>", "a.b@x|"},
      {"<\"\\~\"@x>", "~@x|"},
      refused("<\"\\", kBadQuoted),
      refused("<\"a\\\"@x>", kBadQuoted),
      refused("<\"a\\\\\\\"@x>", kBadQuoted),
      refused("<\"a\\\tb\"@x>", kBadQuoted),
      refused("<\"a\\\x7f\"@x>", kBadQuoted),
      refused(std::string("<\"a\\\0\"@x>", 10), kBadQuoted),
      refused("<\"a\\ü\"@x>", kBadQuoted),  // RFC 6531 §3.3 widens qtextSMTP, not this
  });
}

// Domain = sub-domain *("." sub-domain); sub-domain = Let-dig [Ldh-str]
TEST(AddressGrammar, Domain) {
  expect_both({
      same("a@x"),
      same("a@localhost"),
      same("a@example.test"),
      same("a@EXAMPLE.Test"),
      same("a@a.b.c.d.e.f"),
      same("a@a-b.c--d"),
      same("a@xn--bcher-kva.example"),
      same("a@xn--53h.example"),  // emoji; IDNA doesn't know them, DNS does
      // RFC 1123 §2.1: a digit may come first
      same("a@3com.example"),
      same("a@1.2.3"),
      same("a@192.0.2.1"),
      same("a@123"),
      same("a@" + std::string(63, 'b')),
      // no host's name, but mail comes from there
      same("a@under_score.example"),
      same("a@_x.example"),
      refused("<a@>", kBadDomain),
      refused("<a@.>", kBadDomain),
      refused("<a@.x>", kBadDomain),
      refused("<a@x.>", kBadDomain),
      refused("<a@x..y>", kBadDomain),
      refused("<a@-x>", kBadDomain),
      refused("<a@x->", kBadDomain),
      refused("<a@x-.y>", kBadDomain),
      refused("<a@x.-y>", kBadDomain),
      refused("<a@-.y>", kBadDomain),
      refused("<a@x!y>", kUnclosed),
      refused("<a@x%y>", kUnclosed),
      refused("<a@x:25>", kUnclosed),
      refused("<a@x,y>", kUnclosed),
      refused("<a@x/y>", kUnclosed),
      refused("<a@\"x\">", kBadDomain),
      refused("<a@xn--bcher-2pa.example>", kBadDomain),  // reads "bÜcher", whose own name is another
      refused("<a@" + std::string(64, 'b') + ">", kBadDomain),
  });
}

// address-literal = "[" ( IPv4-address-literal / IPv6-address-literal / General-address-literal ) "]"; RFC 5321 §4.1.3,
// RFC 1123 §5.2.17
TEST(AddressGrammar, AddressLiteral) {
  expect_both({
      // IPv4-address-literal = Snum 3("." Snum)
      same("a@[192.0.2.1]"),
      same("a@[0.0.0.0]"),
      same("a@[255.255.255.255]"),
      refused("<a@[256.0.2.1]>", kBadLiteral),
      refused("<a@[192.0.2.1000]>", kBadLiteral),
      refused("<a@[192.0.2]>", kBadLiteral),
      refused("<a@[192.0.2.1.5]>", kBadLiteral),
      refused("<a@[192.0.2.]>", kBadLiteral),
      refused("<a@[.192.0.2.1]>", kBadLiteral),
      refused("<a@[192..2.1]>", kBadLiteral),
      refused("<a@[192.0.2.-1]>", kBadLiteral),
      refused("<a@[192.0.2.0x1]>", kBadLiteral),
      refused("<a@[192.0.2.010]>", kBadLiteral),  // eight or ten?
      refused("<a@[3221225985]>", kBadLiteral),
      refused("<a@[example.test]>", kBadLiteral),
      // IPv6-address-literal = "IPv6:" IPv6-addr
      same("a@[IPv6:2001:db8::1]"),
      same("a@[ipv6:2001:DB8::1]"),
      same("a@[IPv6:::]"),
      same("a@[IPv6:::1]"),
      same("a@[IPv6:2001:db8:0:0:0:0:0:1]"),
      same("a@[IPv6:::ffff:192.0.2.1]"),
      same("a@[IPv6:2001:db8::192.0.2.1]"),
      refused("<a@[IPv6:]>", kBadLiteral),
      refused("<a@[IPv6:1]>", kBadLiteral),
      refused("<a@[IPv6:2001:db8:::1]>", kBadLiteral),
      refused("<a@[IPv6:1::2::3]>", kBadLiteral),
      refused("<a@[IPv6:12345::]>", kBadLiteral),
      refused("<a@[IPv6:1:2:3:4:5:6:7]>", kBadLiteral),
      refused("<a@[IPv6:1:2:3:4:5:6:7:8:9]>", kBadLiteral),
      refused("<a@[IPv6:g::1]>", kBadLiteral),
      refused("<a@[IPv6:fe80::1%eth0]>", kBadLiteral),
      refused("<a@[IPv6:192.0.2.1]>", kBadLiteral),
      refused("<a@[IPv6:::ffff:192.0.2.256]>", kBadLiteral),
      refused("<a@[IPv6:" + std::string(200, '1') + "]>", kBadLiteral),
      // General-address-literal = Standardized-tag ":" 1*dcontent; Standardized-tag = Ldh-str
      same("a@[tag:x!y]"),
      same("a@[x-400:c=de/o=example]"),
      same("a@[tag:a:b]"),
      same("a@[IPv4:192.0.2.1]"),
      same("a@[2001:db8::1]"),  // only a list of tags could tell
      refused("<a@[tag:]>", kBadLiteral),
      refused("<a@[:x]>", kBadLiteral),
      refused("<a@[tag-:x]>", kBadLiteral),
      refused("<a@[t_g:x]>", kBadLiteral),
      refused("<a@[tag:x y]>", kBadLiteral),
      refused("<a@[tag:x\\]]>", kBadLiteral),
      refused("<a@[tag:ü]>", kBadLiteral),
      // brackets
      refused("<a@[]>", kBadLiteral),
      refused("<a@[", kBadLiteral),
      refused("<a@[192.0.2.1>", kBadLiteral),
      refused("<a@192.0.2.1]>", kUnclosed),
      refused("<a@[192.0.2.1]x>", kUnclosed),
      refused("<a@[192.0.2.1].example>", kUnclosed),
      refused("<a@[[192.0.2.1]]>", kBadLiteral),
      refused("<a@[ 192.0.2.1 ]>", kBadLiteral),
  });
}

// A-d-l = At-domain *( "," At-domain ); RFC 5321 §4.1.1.3, appendix C; RFC 1123 §5.2.6
TEST(AddressGrammar, SourceRoute) {
  expect_both({
      {"<@x.example:a@b>", "a@b|"},
      {"<@x.example,@y.example:a@b>", "a@b|"},
      {"<@x,@y,@z:\"a b\"@c>", "\"a b\"@c|"},
      {"<@[192.0.2.1]:a@b>", "a@b|"},
      {"<@[IPv6:::1],@x:a@b>", "a@b|"},
      {"<@" + repeated("b.", 126) + "abc:a@b>", "a@b|"},  // 255 octets
      refused("<@" + repeated("b.", 127) + "ab:a@b>", kLongDomain),
      refused("<@x.example>", kBadRoute),
      refused("<@x.example a@b>", kBadRoute),
      refused("<@x.example:>", kBadLocal),
      refused("<@x.example:a>", kNoDomain),
      refused("<@x.example,>", kBadRoute),
      refused("<@x.example,:a@b>", kBadRoute),
      refused("<@x.example,y.example:a@b>", kBadRoute),
      refused("<@x.example, @y.example:a@b>", kBadRoute),
      refused("<@x.example;@y.example:a@b>", kBadRoute),
      refused("<@:a@b>", kBadDomain),
      refused("<@-x:a@b>", kBadDomain),
      refused("<@[x]:a@b>", kBadLiteral),
      refused("<@x.example:@y.example:a@b>", kBadLocal),
      refused("@x.example:a@b", kBadLocal),  // without brackets
  });
}

// RFC 1123 §5.2.16 and RFC 5321 §3.6.1, appendix D's kin: what other hosts might read into a local part is text here.
TEST(AddressGrammar, OldRoutesInTheLocalPart) {
  expect_both({
      same("a%y.example@x.example"),
      same("a%z%y@x"),
      same("%@x"),
      same("y!a@x"),
      same("z!y!a@x"),
      same("a!@x"),
      same("\"a@y\"@x"),
      refused("<y!a>", kNoDomain),
      refused("<a%y>", kNoDomain),
      refused("<a@y@x>", kUnclosed),
      refused("<y::a@x>", kNoDomain),
  });
}

// RFC 6531 §3.3: atext and qtextSMTP =/ UTF8-non-ascii
TEST(AddressGrammar, Utf8LocalPart) {
  expect_both({
      same("jürgen@x"),
      same("ü@x"),
      same("δοκιμή@x"),
      same("用户@x"),
      same("\U0001F4EC@x"),
      same("a.ü.b@x"),
      same("\"ü x\"@x"),
      {"<\"ü\"@x>", "ü@x|"},
      // RFC 3629 §4
      refused("<\x80@x>", kNotUtf8),
      refused("<a\xc3@x>", kNotUtf8),
      refused("<a\xff@x>", kNotUtf8),
      refused("<\xc0\xaf@x>", kNotUtf8),
      refused("<\xe0\x80\xaf@x>", kNotUtf8),
      refused("<\xed\xa0\x80@x>", kNotUtf8),
      refused("<\xf0\x80\x80\xaf@x>", kNotUtf8),
      refused("<\xf4\x90\x80\x80@x>", kNotUtf8),
      refused("<\xf5\x80\x80\x80@x>", kNotUtf8),
      refused("<\"\xff\"@x>", kNotUtf8),
  });
}

// RFC 6531 §3.3: sub-domain =/ U-label (RFC 5890 §2.3.2.1)
TEST(AddressGrammar, ULabel) {
  expect_both({
      same("a@bücher.example"),
      same("a@www.bücher.example"),
      same("a@bücher.xn--e1afmkfd"),
      same("a@例え.テスト"),
      same("a@faß.de"),
      same("ü@ü"),
      same("a@under_score.bücher.example"),
      // no U-labels, but anyone can tell which is meant
      same("a@BÜCHER.example"),
      same("a@bu\u0308cher.example"),
      same("a@" + repeated("ü", 57)),
      refused("<a@" + repeated("ü", 58) + ">", kBadDomain),
      refused("<a@☕.example>", kBadDomain),
      refused("<a@\u0301a.example>", kBadDomain),
      refused("<a@x\u200dy.example>", kBadDomain),
      refused("<a@\u05d0a.example>", kBadDomain),
      refused("<a@\u200b.example>", kBadDomain),
      refused("<a@-ü.example>", kBadDomain),
      refused("<a@ü-.example>", kBadDomain),
      refused("<a@ü..example>", kBadDomain),
      refused("<a@.ü>", kBadDomain),
      refused("<a@xn--ü.example>", kBadDomain),
      refused("<a@ü_x.example>", kBadDomain),
      refused("<a@ü!x.example>", kUnclosed),
      refused("<a@\xfc.example>", kNotUtf8),
      refused("<a@b\xc3.example>", kNotUtf8),
  });
}

// RFC 5321 §4.5.3.1.1 to §4.5.3.1.3, in octets (RFC 6531 §3.3)
TEST(AddressGrammar, Limits) {
  const std::string local64(64, 'a');
  const std::string quoted64 = "\"" + std::string(61, 'a') + " \"";  // with its quotes
  const std::string utf8_64 = repeated("ü", 32);
  expect_forward({
      same(local64 + "@x"),
      same(quoted64 + "@x"),
      same(utf8_64 + "@x"),
      refused("<a" + local64 + "@x>", kLongLocal),
      refused("<\"" + std::string(62, 'a') + " \"@x>", kLongLocal),
      refused("<\"" + std::string(63, 'a') + "\"@x>", kLongLocal),
      refused("<" + utf8_64 + "a@x>", kLongLocal),
  });
  expect_reverse({
      same("a" + local64 + "@x"),
      same("a" + utf8_64 + "@x"),
  });

  // A path of 256 octets, its brackets counted, has a domain of 252.
  const std::string domain252 = repeated("b.", 125) + "cc";
  expect_both({
      same("a@" + domain252),
      same(std::string(64, 'a') + "@" + repeated("b.", 94) + "c"),
      refused("<a@d" + domain252 + ">", kLongPath),
      refused("<aa@" + domain252 + ">", kLongPath),
      refused("<" + std::string(64, 'a') + "@" + repeated("b.", 94) + "cd>", kLongPath),
      {"a@" + domain252, "a@" + domain252 + "|"},
      refused("aa@" + domain252, kLongPath),
      // a source route is no part of what counts
      {"<@" + domain252 + ",@" + domain252 + ":a@" + domain252 + ">", "a@" + domain252 + "|"},
      refused("<a@" + repeated("b.", 126) + "abc>", kLongPath),  // 255 octets
      refused("<a@" + repeated("b.", 127) + "ab>", kLongDomain),
      refused("<a@[tag:" + std::string(249, 'x') + "]>", kLongPath),
      refused("<a@[tag:" + std::string(250, 'x') + "]>", kLongDomain),
      refused("<a@" + repeated("ü.", 84) + "bcd>", kLongPath),
      refused("<a@" + repeated("bücher.", 20) + "example>", kBadDomain),  // 296 in A-labels
  });
}

TEST(AddressGrammar, DomainsCompareByTheirALabels) {
  const auto path = [](std::string_view text) { return take_path(text, PathKind::forward).value(); };
  EXPECT_EQ(path("<a@bücher.example>"), path("<a@xn--bcher-kva.example>"));
  EXPECT_EQ(path("<a@BÜCHER.example>"), path("<a@XN--BCHER-KVA.Example>"));
  EXPECT_EQ(path("<\"a\"@x>"), path("<a@X>"));
  EXPECT_EQ(path("<a@[IPv6:::A]>"), path("<a@[ipv6:::a]>"));
  EXPECT_EQ(path("<postmaster>"), path("<postmaster>"));
  EXPECT_NE(path("<a@x>"), path("<A@x>"));  // RFC 5321 §2.4: not ours to say
  EXPECT_NE(path("<a@x>"), path("<a@y>"));
  EXPECT_NE(path("<a@faß.de>"), path("<a@fass.de>"));
  EXPECT_NE(path("<postmaster>"), path("<postmaster@x>"));
}

TEST(AddressGrammar, LookUpsCannotTakeOneMailboxForAnother) {
  const auto address = [](std::string_view text) { return take_path(text, PathKind::forward)->address(); };
  EXPECT_EQ(address("<\"a\"@x>"), "a@x");
  EXPECT_EQ(address("<\"a b\"@x>"), "a b@x");
  EXPECT_EQ(address("<\"a@b\"@x>"), "a@b@x");
  // The quotes are the local part's own.
  EXPECT_EQ(address("<\"\\\"a\\\"\"@x>"), "\"\\\"a\\\"\"@x");
}

}  // namespace
}  // namespace portreeve::smtp
