// IMAP URLs (RFC 5092, RFC 4467).
#include "protocols/urls/imap_url.h"

#include <gmock/gmock.h>

namespace portreeve::urls {
namespace {

using testing::HasSubstr;

// All that was understood, in one line.
std::string show(std::string_view text) {
  const auto url = parse_url(text);
  if (!url) return "! " + std::string(url.error());
  std::string out;
  if (url->server) {
    out += url->server->user + "|" + url->server->auth + "|" + url->server->host + "|" +
           std::to_string(url->server->port) + " ";
  }
  out += "[" + url->mailbox + "]";
  if (url->uid_validity != 0) out += " validity " + std::to_string(url->uid_validity);
  if (url->search) out += " search " + *url->search;
  if (url->uid != 0) out += " uid " + std::to_string(url->uid);
  if (url->section) out += " section " + print_section(*url->section);
  if (url->partial) {
    out += " partial " + std::to_string(url->partial->offset);
    if (url->partial->length) out += "+" + std::to_string(*url->partial->length);
  }
  if (!url->authorization) return out;
  constexpr std::string_view kAccess[] = {"submit", "user", "authuser", "anonymous"};
  const Authorization& authorization = *url->authorization;
  if (authorization.expires) out += " until " + std::to_string(*authorization.expires);
  out.append(" ").append(kAccess[static_cast<std::size_t>(authorization.access)]).append("(");
  out += authorization.user + ") " + authorization.mechanism + " " + authorization.token;
  return out + " rump " + std::string(text.substr(0, authorization.rump_bytes).substr(text.find(";URLAUTH") + 1));
}

struct Case {
  std::string_view url;
  std::string_view shown;
};

TEST(ImapUrl, WhatItNames) {
  constexpr Case kCases[] = {
      // RFC 5092 §9
      {"imap://minbari.example.org/gray-council;UIDVALIDITY=385759045/;UID=20/;PARTIAL=0.1024",
       "||minbari.example.org|143 [gray-council] validity 385759045 uid 20 partial 0+1024"},
      {"imap://psicorp.example.org/~peter/%E6%97%A5%E6%9C%AC%E8%AA%9E/%E5%8F%B0%E5%8C%97",
       "||psicorp.example.org|143 [~peter/日本語/台北]"},
      {"imap://;AUTH=GSSAPI@minbari.example.org/gray-council/;uid=20/;section=1.2",
       "|GSSAPI|minbari.example.org|143 [gray-council] uid 20 section 1.2"},
      {"imap://;AUTH=*@minbari.example.org/gray%20council?SUBJECT%20shadows",
       "|*|minbari.example.org|143 [gray council] search SUBJECT shadows"},
      {"imap://john;AUTH=*@minbari.example.org/babylon5/personel",
       "john|*|minbari.example.org|143 [babylon5/personel]"},
      // servers
      {"imap://host", "||host|143 []"},
      {"imap://host/", "||host|143 []"},
      {"IMAP://a%40b.example@HOST.example:1143/x", "a@b.example||host.example|1143 [x]"},
      {"imap://host:/x", "||host|143 [x]"},
      {"imap://[2001:DB8::1]:993/x", "||[2001:db8::1]|993 [x]"},
      {"imap://b%C3%BCcher.example/x", "||bücher.example|143 [x]"},
      // mailboxes
      {"imap://h/inbox", "||h|143 [INBOX]"},
      {"imap://h/inBox/Sub/;UID=1", "||h|143 [INBOX/Sub] uid 1"},
      {"imap://h/a%3Bb%2Fc%3F/;UID=1", "||h|143 [a;b/c?] uid 1"},
      {"imap://h/a:b@c&d=e/;UID=1", "||h|143 [a:b@c&d=e] uid 1"},
      // relative ones (RFC 4469 §3)
      {"/Drafts;UIDVALIDITY=385759045/;UID=20/;section=HEADER", "[Drafts] validity 385759045 uid 20 section HEADER"},
      {"/Drafts/;UID=20", "[Drafts] uid 20"},
      {";UID=20/;SECTION=1.MIME", "[] uid 20 section 1.MIME"},
      {"/;UID=20/;PARTIAL=5", "[] uid 20 partial 5"},
      // sections
      {"/x/;UID=1/;SECTION=header.fields.not%20(%22a%20b%22%20c)", "[x] uid 1 section HEADER.FIELDS.NOT (\"a b\" c)"},
      {"/x/;UID=1/;SECTION=1.2.TEXT", "[x] uid 1 section 1.2.TEXT"},
      // authorization
      {"imap://joe@h/INBOX/;uid=20/;section=1.2;urlauth=submit+fred",
       "joe||h|143 [INBOX] uid 20 section 1.2 submit(fred)   rump "
       "imap://joe@h/INBOX/;uid=20/;section=1.2;urlauth=submit+fred"},
      {"imap://joe@h/x/;UID=2;EXPIRE=1970-01-02T00:00:00Z;URLAUTH=user+a%40b:Internal:00112233445566778899AABBCCDDEEFF",
       "joe||h|143 [x] uid 2 until 86400 user(a@b) INTERNAL 00112233445566778899aabbccddeeff rump URLAUTH=user+a%40b"},
      {"imap://joe@h/x/;UID=2;EXPIRE=1970-01-01T02:00:00+02:00;URLAUTH=AUTHUSER",
       "joe||h|143 [x] uid 2 until 0 authuser()   rump URLAUTH=AUTHUSER"},
      {"imap://joe@h/x/;UID=2/;PARTIAL=1.2;URLAUTH=anonymous",
       "joe||h|143 [x] uid 2 partial 1+2 anonymous()   rump URLAUTH=anonymous"},
  };
  for (const Case& each : kCases) {
    std::string shown = show(each.url);
    if (const auto rump = shown.find(" rump "); rump != std::string::npos && !each.shown.contains(" rump URLAUTH")) {
      shown = shown.substr(0, rump) + " rump " + std::string(each.url);
    }
    EXPECT_EQ(shown, each.shown) << each.url;
  }
}

TEST(ImapUrl, WhatIsNone) {
  constexpr std::string_view kToken = "00112233445566778899aabbccddeeff";
  const std::string authorized = "imap://joe@h/x/;UID=2;URLAUTH=";
  const std::string cases[] = {
      "",
      "x",
      "x/;UID=1",
      "http://h/x/;UID=1",
      "imaps://h/x",
      "//h/x/;UID=1",
      "mailto:x",
      // servers
      "imap://",
      "imap:///x",
      "imap://@h/x",
      "imap://a@b@h/x",
      "imap://a:b@h/x",
      "imap://a;X=1@h/x",
      "imap://a;AUTH=@h/x",
      "imap://h:0/x",
      "imap://h:65536/x",
      "imap://h:1x/x",
      "imap://[::1/x",
      "imap://[]/x",
      "imap://[x]/x",
      "imap://%zz/x",
      "imap://h%00/x",
      "imap://%5B::1%5D/x",
      "imap://" + std::string(256, 'h') + "/x",
      // mailboxes
      "imap://h/;UID=1",
      "imap://h//x",
      "imap://h/x//;UID=1",
      "imap://h/x/",
      "imap://h/x%",
      "imap://h/x%4",
      "imap://h/x%0Ay",
      "imap://h/x%00",
      "imap://h/x%FF",
      "imap://h/\"x\"",
      "imap://h/x y",
      "imap://h/x\xC3\xBC",
      // their parts
      "/x;UIDVALIDITY=0/;UID=1",
      "/x;UIDVALIDITY=/;UID=1",
      "/x/;UIDVALIDITY=1/;UID=1",
      ";UIDVALIDITY=1/;UID=1",
      "/x;UID=1",
      "/x/;UID=0",
      "/x/;UID=01",
      "/x/;UID=4294967296",
      "/x/;UID=-1",
      "/x/;UID=1x",
      "/x/;UID=1/",
      "/x/;UID=1/;UID=2",
      "/x/;UID=1;SECTION=1",
      "/x/;UID=1/;SECTION=",
      "/x/;UID=1/;SECTION=0",
      "/x/;UID=1/;SECTION=1.",
      "/x/;UID=1/;SECTION=.1",
      "/x/;UID=1/;SECTION=MIME",
      "/x/;UID=1/;SECTION=BODY",
      "/x/;UID=1/;SECTION=HEADER%20(a)",
      "/x/;UID=1/;SECTION=HEADER.FIELDS",
      "/x/;UID=1/;SECTION=HEADER.FIELDS%20()",
      "/x/;UID=1/;SECTION=HEADER.FIELDS%20(a)b",
      "/x/;UID=1/;SECTION=HEADER.FIELDS%20(%22a)",
      "/x/;UID=1/;SECTION=HEADER.FIELDS%20(%7B1%7Da)",
      "/x/;UID=1/;PARTIAL=",
      "/x/;UID=1/;PARTIAL=1.0",
      "/x/;UID=1/;PARTIAL=1.",
      "/x/;UID=1/;PARTIAL=.1",
      "/x/;UID=1/;PARTIAL=1/;SECTION=1",
      "/x?",
      "/?ALL",
      "/x/;UID=1?ALL",
      // authorization
      "/x/;UID=2;URLAUTH=anonymous",
      "imap://joe@h/x;URLAUTH=anonymous",
      authorized,
      authorized + "everybody",
      authorized + "user+",
      authorized + "submit+a@b",
      authorized + "anonymous:",
      authorized + "anonymous:internal",
      authorized + "anonymous:internal:",
      authorized + "anonymous::" + std::string(kToken),
      authorized + "anonymous:internal:" + std::string(kToken.substr(1)),
      authorized + "anonymous:internal:" + std::string(kToken) + "g",
      authorized + "anonymous:int_ernal:" + std::string(kToken),
      authorized + "anonymous:internal:" + std::string(513, 'a'),
      "imap://joe@h/x/;UID=2/;URLAUTH=anonymous",
      "imap://joe@h/x/;UID=2;EXPIRE=2026-12-01T00:00:00Z",
      "imap://joe@h/x/;UID=2;EXPIRE=tomorrow;URLAUTH=anonymous",
      "imap://joe@h/x/;UID=2;URLAUTH=anonymous;EXPIRE=2026-12-01T00:00:00Z",
      "imap://joe@h/x/;UID=2;EXPIRE=1969-12-31T23:59:59Z;URLAUTH=anonymous",
      "/" + std::string(kMaxUrlBytes, 'x'),
  };
  for (const std::string& each : cases) EXPECT_THAT(show(each), HasSubstr("! ")) << each;
}

TEST(ImapUrl, PrintedItIsTheSame) {
  constexpr std::string_view kCases[] = {
      "imap://a%40b.example;AUTH=*@mail.example:1143/INBOX/x%3By;UIDVALIDITY=3/;UID=20/"
      ";SECTION=1.HEADER.FIELDS%20(A%20%22%5C%22%22)"
      "/;PARTIAL=1.2;EXPIRE=2026-12-01T00:00:00Z;URLAUTH=submit+a%40b:internal:00112233445566778899aabbccddeeff",
      "imap://[::1]/x/;UID=1;URLAUTH=authuser",
      "imap://h/x?ALL",
      "imap://h",
      "/x;UIDVALIDITY=1",
      "/;UID=3/;PARTIAL=0",
      "/",
  };
  for (const std::string_view each : kCases) {
    const auto url = parse_url(each);
    ASSERT_TRUE(url) << each << ": " << url.error();
    EXPECT_EQ(print_url(*url), each);
  }
}

}  // namespace
}  // namespace portreeve::urls
