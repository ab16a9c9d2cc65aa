#include "protocols/smtp/command.h"

#include <gtest/gtest.h>

#include <string>

namespace portreeve::smtp {
namespace {

// A command in short, or the first line of its refusal.
struct Show {
  std::string operator()(const Ehlo& c) const { return "EHLO " + c.name; }
  std::string operator()(const Helo& c) const { return "HELO " + c.name; }
  std::string operator()(const Lhlo& c) const { return "LHLO " + c.name; }
  std::string operator()(const Mail& c) const {
    std::string out = "MAIL " + (c.from.is_null() ? "<>" : c.from.text());
    if (c.size != 0) out += " size=" + std::to_string(c.size);
    if (c.body == BodyType::eight_bit) out += " 8bit";
    if (c.is_smtputf8) out += " utf8";
    return out;
  }
  std::string operator()(const Rcpt& c) const { return "RCPT " + c.to.text(); }
  std::string operator()(const Auth& c) const {
    return "AUTH " + c.mechanism + (c.initial ? " [" + *c.initial + "]" : "");
  }
  std::string operator()(const Data&) const { return "DATA"; }
  std::string operator()(const Bdat& c) const { return "BDAT " + std::to_string(c.size) + (c.is_last ? " last" : ""); }
  std::string operator()(const Burl& c) const { return "BURL [" + c.url + "]" + (c.is_last ? " last" : ""); }
  std::string operator()(const Xclient& c) const {
    std::string out = "XCLIENT";
    for (const auto& [name, value] : c.attributes) out += " " + name + "=[" + value + "]";
    return out;
  }
  std::string operator()(const Rset&) const { return "RSET"; }
  std::string operator()(const Noop&) const { return "NOOP"; }
  std::string operator()(const Vrfy& c) const { return "VRFY [" + c.text + "]"; }
  std::string operator()(const Expn& c) const { return "EXPN [" + c.list + "]"; }
  std::string operator()(const Help& c) const { return "HELP [" + c.topic + "]"; }
  std::string operator()(const Quit&) const { return "QUIT"; }
  std::string operator()(const StartTls&) const { return "STARTTLS"; }
  std::string operator()(const Http&) const { return "HTTP"; }
};

// What RFC 5321 and its oldest companions know; what the others add is in parameters_test.cc.
constexpr Extensions kPlain{Extension::size, Extension::eight_bit_mime, Extension::smtputf8, Extension::auth};

std::string parsed(std::string_view line, const Extensions& offered = kPlain) {
  const auto command = parse_command(line, offered);
  if (command) return std::visit(Show{}, *command);
  return std::to_string(command.error().code()) + ' ' + std::string(command.error().enhanced());
}

struct Case {
  std::string line;
  std::string want;
};

TEST(Command, Verbs) {
  const Case cases[] = {
      {"EHLO client.example", "EHLO client.example"},
      {"ehlo Client.Example", "EHLO Client.Example"},
      {"EhLo [192.0.2.1]", "EHLO [192.0.2.1]"},
      {"HELO x", "HELO x"},
      {"EHLO\tx ", "EHLO x"},
      {"EHLO B\xfcro_PC", "EHLO B\xfcro_PC"},  // RFC 5321 §4.1.4: no reason to refuse mail
      {"EHLO", "501 5.5.4"},
      {"EHLO ", "501 5.5.4"},
      {"EHLO a b", "501 5.5.4"},
      {"EHLO " + std::string(256, 'x'), "501 5.5.4"},
      // RFC 2033 §4.1
      {"LHLO client.example", "LHLO client.example"},
      {"lhlo [192.0.2.1]", "LHLO [192.0.2.1]"},
      {"LHLO", "501 5.5.4"},
      {"DATA", "DATA"},
      {"data ", "DATA"},
      {"DATA x", "501 5.5.4"},
      {"RSET", "RSET"},
      {"RSET x", "501 5.5.4"},
      {"NOOP", "NOOP"},
      {"NOOP anything at all", "NOOP"},
      {"VRFY alice", "VRFY [alice]"},
      {"VRFY  Alice Example ", "VRFY [Alice Example]"},
      {"VRFY \xc3\xa4 smtputf8", "VRFY [\xc3\xa4]"},  // RFC 6531 §3.7.4.2
      {"VRFY SMTPUTF8", "VRFY [SMTPUTF8]"},
      {"VRFY", "501 5.5.4"},
      {"EXPN list", "EXPN [list]"},
      {"EXPN list SMTPUTF8", "EXPN [list]"},
      {"EXPN", "501 5.5.4"},
      {"HELP", "HELP []"},
      {"HELP MAIL", "HELP [MAIL]"},
      {"QUIT", "QUIT"},
      {"quit", "QUIT"},
      {"QUIT now", "501 5.5.4"},
      {"STARTTLS", "STARTTLS"},
      {"STARTTLS x", "501 5.5.4"},  // RFC 3207 §4
      // no verbs
      {"", "500 5.5.2"},
      {"   ", "500 5.5.2"},
      {"XYZZY", "500 5.5.2"},
      {"MAILFROM:<a@b>", "500 5.5.2"},
      {"DATA\r", "500 5.5.2"},
      {std::string("NOOP\0x", 6), "500 5.5.2"},
      {"RCPT\rTO:<a@b>", "500 5.5.2"},
      // HTTP
      {"GET / HTTP/1.1", "HTTP"},
      {"POST /x HTTP/1.1", "HTTP"},
      {"PRI * HTTP/2.0", "HTTP"},
      {"CONNECT mail:25 HTTP/1.1", "HTTP"},
  };
  for (const Case& c : cases) EXPECT_EQ(parsed(c.line), c.want) << c.line;
}

TEST(Command, Mail) {
  const Case cases[] = {
      {"MAIL FROM:<a@b>", "MAIL a@b"},
      {"mail from:<a@b>", "MAIL a@b"},
      {"MAIL FROM:<>", "MAIL <>"},
      {"MAIL FROM: <a@b>", "MAIL a@b"},  // Outlook
      {"MAIL FROM:a@b", "MAIL a@b"},
      {"MAIL FROM: a@b SIZE=5", "MAIL a@b size=5"},
      {"MAIL  FROM:<a@b>  SIZE=5 ", "MAIL a@b size=5"},
      {"MAIL", "501 5.5.4"},
      {"MAIL <a@b>", "501 5.5.4"},
      {"MAIL TO:<a@b>", "501 5.5.4"},
      {"MAIL FROM:", "501 5.1.7"},
      {"MAIL FROM:<a>", "501 5.1.7"},
      {"MAIL FROM:<a@b", "501 5.1.7"},
      {"MAIL FROM:<a@b>SIZE=5", "501 5.1.7"},
      {"MAIL FROM:<a@b>>", "501 5.1.7"},
      // SIZE (RFC 1870)
      {"MAIL FROM:<a@b> SIZE=1000", "MAIL a@b size=1000"},
      {"MAIL FROM:<a@b> size=0", "MAIL a@b"},
      {"MAIL FROM:<a@b> SIZE=99999999999999999999", "MAIL a@b size=18446744073709551615"},
      {"MAIL FROM:<a@b> SIZE=18446744073709551616", "MAIL a@b size=18446744073709551615"},
      {"MAIL FROM:<a@b> SIZE=99999999999999999999999", "MAIL a@b size=18446744073709551615"},
      {"MAIL FROM:<a@b> SIZE=", "501 5.5.4"},
      {"MAIL FROM:<a@b> SIZE", "501 5.5.4"},
      {"MAIL FROM:<a@b> SIZE=-1", "501 5.5.4"},
      {"MAIL FROM:<a@b> SIZE=1 SIZE=1", "501 5.5.4"},
      // BODY (RFC 6152)
      {"MAIL FROM:<a@b> BODY=8BITMIME", "MAIL a@b 8bit"},
      {"MAIL FROM:<a@b> body=8bitmime", "MAIL a@b 8bit"},
      {"MAIL FROM:<a@b> BODY=7BIT", "MAIL a@b"},
      {"MAIL FROM:<a@b> BODY=BINARYMIME", "501 5.5.4"},
      {"MAIL FROM:<a@b> BODY", "501 5.5.4"},
      // SMTPUTF8 (RFC 6531)
      {"MAIL FROM:<a@b> SMTPUTF8", "MAIL a@b utf8"},
      {"MAIL FROM:<\xc3\xa4@b> SMTPUTF8", "MAIL \xc3\xa4@b utf8"},
      {"MAIL FROM:<\xc3\xa4@b>", "553 5.6.7"},
      {"MAIL FROM:<\xe4@b> SMTPUTF8", "501 5.1.7"},
      {"MAIL FROM:<a@b> SMTPUTF8=1", "501 5.5.4"},
      // AUTH (RFC 4954 §5)
      {"MAIL FROM:<a@b> AUTH=<>", "MAIL a@b"},
      {"MAIL FROM:<a@b> AUTH=e+3Dmc2@example.com", "MAIL a@b"},
      {"MAIL FROM:<a@b> AUTH", "501 5.5.4"},
      // all together, and others
      {"MAIL FROM:<a@b> BODY=8BITMIME SIZE=9 SMTPUTF8 AUTH=<>", "MAIL a@b size=9 8bit utf8"},
      {"MAIL FROM:<a@b> RET=FULL", "555 5.5.4"},
      {"MAIL FROM:<a@b> X", "555 5.5.4"},
      {"MAIL FROM:<a@b> =1", "501 5.5.4"},
      {"MAIL FROM:<a@b> A=b=c", "501 5.5.4"},
      {"MAIL FROM:<a@b> A?=b", "501 5.5.4"},
  };
  for (const Case& c : cases) EXPECT_EQ(parsed(c.line), c.want) << c.line;
}

TEST(Command, Rcpt) {
  const Case cases[] = {
      {"RCPT TO:<a@b>", "RCPT a@b"},
      {"rcpt to: <a@b>", "RCPT a@b"},
      {"RCPT TO:a@b", "RCPT a@b"},
      {"RCPT TO:<postmaster>", "RCPT postmaster"},
      {"RCPT TO:<@x:a@b>", "RCPT a@b"},
      {"RCPT TO:<\xc3\xa4@b>", "RCPT \xc3\xa4@b"},
      {"RCPT TO:<>", "501 5.1.3"},
      {"RCPT TO:<a>", "501 5.1.3"},
      {"RCPT TO:<a@b>x", "501 5.1.3"},
      {"RCPT FROM:<a@b>", "501 5.5.4"},
      {"RCPT", "501 5.5.4"},
      {"RCPT TO:<a@b> NOTIFY=NEVER", "555 5.5.4"},
      {"RCPT TO:<a@b> =", "501 5.5.4"},
  };
  for (const Case& c : cases) EXPECT_EQ(parsed(c.line), c.want) << c.line;
}

// RFC 3030 §2. What is offered is for the rules to say: the bytes that follow come all the same.
TEST(Command, Bdat) {
  const Case cases[] = {
      {"BDAT 1000", "BDAT 1000"},
      {"bdat 0 last", "BDAT 0 last"},
      {"BDAT 86 LAST", "BDAT 86 last"},
      {"BDAT  007  LAST ", "BDAT 7 last"},
      {"BDAT 18446744073709551615", "BDAT 18446744073709551615"},
      {"BDAT 99999999999999999999", "BDAT 18446744073709551615"},
      {"BDAT 999999999999999999999999 LAST", "BDAT 18446744073709551615 last"},
      {"BDAT", "501 5.5.4"},
      {"BDAT LAST", "501 5.5.4"},
      {"BDAT -1", "501 5.5.4"},
      {"BDAT +1", "501 5.5.4"},
      {"BDAT 0x10", "501 5.5.4"},
      {"BDAT 10 FIRST", "501 5.5.4"},
      {"BDAT 10 LAST 20", "501 5.5.4"},
      {"BDAT 10LAST", "501 5.5.4"},
  };
  for (const Case& c : cases) EXPECT_EQ(parsed(c.line), c.want) << c.line;
}

TEST(Command, Burl) {
  const Case cases[] = {
      {"BURL imap://a@b/c/;UID=1", "BURL [imap://a@b/c/;UID=1]"},
      {"burl  imap://A  last ", "BURL [imap://A] last"},
      {"BURL LAST", "BURL [LAST]"},  // which no URL is, as the session finds
      {"BURL", "501 5.5.4"},
      {"BURL imap://a FIRST", "501 5.5.4"},
      {"BURL imap://a LAST LAST", "501 5.5.4"},
  };
  for (const Case& c : cases) EXPECT_EQ(parsed(c.line), c.want) << c.line;
}

TEST(Command, Xclient) {
  const Case cases[] = {
      {"XCLIENT NAME=spike.example ADDR=192.0.2.1", "XCLIENT NAME=[spike.example] ADDR=[192.0.2.1]"},
      {"xclient name=[UNAVAILABLE] Helo=[TEMPUNAVAIL]", "XCLIENT NAME=[[UNAVAILABLE]] HELO=[[TEMPUNAVAIL]]"},
      {"XCLIENT ADDR=IPV6:2001:db8::1 PORT=25 PROTO=ESMTP", "XCLIENT ADDR=[IPV6:2001:db8::1] PORT=[25] PROTO=[ESMTP]"},
      {"XCLIENT LOGIN=alice+2Btag@example.test", "XCLIENT LOGIN=[alice+tag@example.test]"},
      {"XCLIENT DESTADDR=192.0.2.2 DESTPORT=587", "XCLIENT DESTADDR=[192.0.2.2] DESTPORT=[587]"},
      {"XCLIENT", "501 5.5.4"},
      {"XCLIENT NAME", "501 5.5.4"},
      {"XCLIENT NAME=", "501 5.5.4"},
      {"XCLIENT NAME=a NAME=b", "501 5.5.4"},
      {"XCLIENT COLOUR=red", "501 5.5.4"},
      {"XCLIENT NAME=a+0D+0Ab", "501 5.5.4"},
      {"XCLIENT NAME=a+00", "501 5.5.4"},
      {"XCLIENT NAME=a+2", "501 5.5.4"},
  };
  for (const Case& c : cases) EXPECT_EQ(parsed(c.line), c.want) << c.line;
}

TEST(Command, ParametersOfWhatIsNotOfferedAreUnknown) {
  const struct {
    std::string_view line;
    Extension extension;
  } cases[] = {
      {"MAIL FROM:<a@b> SIZE=5", Extension::size},
      {"MAIL FROM:<a@b> BODY=8BITMIME", Extension::eight_bit_mime},
      {"MAIL FROM:<a@b> SMTPUTF8", Extension::smtputf8},
      {"MAIL FROM:<a@b> AUTH=<>", Extension::auth},
      {"MAIL FROM:<a@b> RET=FULL", Extension::dsn},
      {"MAIL FROM:<a@b> ENVID=x", Extension::dsn},
      {"MAIL FROM:<a@b> REQUIRETLS", Extension::require_tls},
      {"MAIL FROM:<a@b> HOLDFOR=60", Extension::future_release},
      {"MAIL FROM:<a@b> HOLDUNTIL=2030-01-01T00:00:00Z", Extension::future_release},
      {"MAIL FROM:<a@b> BY=60;R", Extension::deliver_by},
      {"MAIL FROM:<a@b> MT-PRIORITY=3", Extension::mt_priority},
      {"RCPT TO:<a@b> NOTIFY=NEVER", Extension::dsn},
      {"RCPT TO:<a@b> ORCPT=rfc822;a@b", Extension::dsn},
      {"RCPT TO:<a@b> RRVS=2014-04-03T23:01:00Z", Extension::rrvs},
  };
  for (const auto& c : cases) {
    EXPECT_TRUE(parse_command(c.line, Extensions::all())) << c.line;
    EXPECT_EQ(parsed(c.line, Extensions::all().without(c.extension)), "555 5.5.4") << c.line;
  }
  // A keyword that is known, but not this value of it.
  const std::string_view binary = "MAIL FROM:<a@b> BODY=BINARYMIME";
  EXPECT_EQ(parsed(binary, Extensions::all().without(Extension::binary_mime)), "501 5.5.4");
  EXPECT_EQ(parsed(binary, Extensions::all().without(Extension::chunking)), "501 5.5.4");  // RFC 3030 §3
  EXPECT_EQ(parsed("MAIL FROM:<\xc3\xa4@b>", {}), "553 5.6.7");
}

TEST(Command, Auth) {
  const Case cases[] = {
      {"AUTH PLAIN", "AUTH PLAIN"},
      {"auth login", "AUTH login"},
      {"AUTH PLAIN AGEAYg==", "AUTH PLAIN [AGEAYg==]"},
      {"AUTH PLAIN =", "AUTH PLAIN [=]"},
      {"AUTH PLAIN a b", "501 5.5.4"},
      {"AUTH", "501 5.5.4"},
  };
  for (const Case& c : cases) EXPECT_EQ(parsed(c.line), c.want) << c.line;
}

TEST(Command, LineLimits) {
  EXPECT_EQ(line_limit("auth plain AAAA"), kMaxAuthLineBytes);
  EXPECT_EQ(line_limit("AUTHOR"), kMaxLineBytes);
  EXPECT_EQ(line_limit("Burl imap://a"), kMaxBurlLineBytes);
  EXPECT_EQ(line_limit("MAIL FROM:<a@b>"), kMaxLineBytes);
}

}  // namespace
}  // namespace portreeve::smtp
