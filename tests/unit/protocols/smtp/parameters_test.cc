#include "protocols/smtp/parameters.h"

#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "protocols/smtp/command.h"

namespace portreeve::smtp {
namespace {

struct Case {
  std::string parameters;
  std::string want;
};

std::string refusal(const Reply& reply) { return std::to_string(reply.code()) + ' ' + std::string(reply.enhanced()); }

// What the parameters said of the message, in short.
std::string mail(const std::string& parameters) {
  const auto command = parse_command("MAIL FROM:<a@b> " + parameters, Extensions::all());
  if (!command) return refusal(command.error());
  const Mail& mail = std::get<Mail>(*command);
  std::string out;
  if (mail.body == BodyType::eight_bit) out += "8bit ";
  if (mail.body == BodyType::binary) out += "binary ";
  if (mail.return_part == ReturnPart::full) out += "full ";
  if (mail.return_part == ReturnPart::headers) out += "headers ";
  if (!mail.envelope_id.empty()) out += "id[" + mail.envelope_id + "] ";
  if (mail.requires_tls) out += "tls ";
  if (mail.hold && mail.hold->seconds) out += "for " + std::to_string(*mail.hold->seconds) + ' ';
  if (mail.hold && mail.hold->until) out += "until " + std::to_string(*mail.hold->until) + ' ';
  if (mail.by) {
    out += "by " + std::to_string(mail.by->seconds) + (mail.by->returns ? 'R' : 'N') + (mail.by->traces ? "T " : " ");
  }
  if (mail.priority) out += "priority " + std::to_string(*mail.priority) + ' ';
  if (!out.empty()) out.pop_back();
  return out;
}

std::string rcpt(const std::string& parameters) {
  const auto command = parse_command("RCPT TO:<a@b> " + parameters, Extensions::all());
  if (!command) return refusal(command.error());
  const Rcpt& rcpt = std::get<Rcpt>(*command);
  std::string out;
  if (rcpt.notify.is_said) out += "notify";
  if (rcpt.notify.success) out += "+success";
  if (rcpt.notify.failure) out += "+failure";
  if (rcpt.notify.delay) out += "+delay";
  if (!rcpt.original_type.empty()) out += rcpt.original_type + '[' + rcpt.original + ']';
  if (rcpt.valid_since) {
    out += "since " + std::to_string(rcpt.valid_since->time);
    out += rcpt.valid_since->action == ValidSinceAction::reject ? "R" : "C";
  }
  return out;
}

const std::string kBad = "501 5.5.4";

TEST(Parameters, Body) {
  const Case cases[] = {
      {"BODY=7BIT", ""},
      {"BODY=8BITMIME", "8bit"},
      {"body=BinaryMime", "binary"},  // RFC 3030 §3
      {"BODY=9BIT", kBad},
      {"BODY=8BITMIME BODY=8BITMIME", kBad},
  };
  for (const Case& c : cases) EXPECT_EQ(mail(c.parameters), c.want) << c.parameters;
}

// RFC 3461 §4.3
TEST(Parameters, Ret) {
  const Case cases[] = {
      {"", ""},      {"RET=FULL", "full"}, {"ret=hdrs", "headers"},     {"RET=HEADERS", kBad},
      {"RET", kBad}, {"RET=", kBad},       {"RET=FULL RET=HDRS", kBad},
  };
  for (const Case& c : cases) EXPECT_EQ(mail(c.parameters), c.want) << c.parameters;
}

// RFC 3461 §4.4
TEST(Parameters, Envid) {
  const Case cases[] = {
      {"ENVID=QQ314159", "id[QQ314159]"},
      {"ENVID=a+20b+2B+3d", "id[a b+=]"},
      {"ENVID=" + std::string(100, 'x'), "id[" + std::string(100, 'x') + "]"},
      {"ENVID=" + std::string(101, 'x'), kBad},
      {"ENVID=+", kBad},
      {"ENVID=a+2", kBad},
      {"ENVID=a+2G", kBad},
      {"ENVID=a+0D+0A250+20ok", kBad},
      {"ENVID=a+7F", kBad},
      {"ENVID=a+09", kBad},
      {"ENVID=+C3+A4", kBad},
      {"ENVID=\xc3\xa4", kBad},
      {"ENVID=a=b", kBad},
      {"ENVID", kBad},
      {"ENVID=a ENVID=a", kBad},
  };
  for (const Case& c : cases) EXPECT_EQ(mail(c.parameters), c.want) << c.parameters;
}

// RFC 8689 §2
TEST(Parameters, RequireTls) {
  EXPECT_EQ(mail("REQUIRETLS"), "tls");
  EXPECT_EQ(mail("requiretls"), "tls");
  EXPECT_EQ(mail("REQUIRETLS=YES"), kBad);
  EXPECT_EQ(mail("REQUIRETLS REQUIRETLS"), kBad);
}

// RFC 4865 §4
TEST(Parameters, Hold) {
  const Case cases[] = {
      {"HOLDFOR=1", "for 1"},
      {"holdfor=86400", "for 86400"},
      {"HOLDFOR=999999999", "for 999999999"},
      {"HOLDFOR=1000000000", kBad},
      {"HOLDFOR=0", kBad},
      {"HOLDFOR=-1", kBad},
      {"HOLDFOR=+1", kBad},
      {"HOLDFOR=1h", kBad},
      {"HOLDFOR", kBad},
      {"HOLDUNTIL=1996-07-17T09:44:25Z", "until 837596665"},
      {"HOLDUNTIL=1996-07-17T02:44:25.5-07:00", "until 837596665"},
      {"HOLDUNTIL=837596665", kBad},
      {"HOLDUNTIL=1996-07-17", kBad},
      {"HOLDUNTIL", kBad},
      // one of them
      {"HOLDFOR=1 HOLDUNTIL=1996-07-17T09:44:25Z", kBad},
      {"HOLDUNTIL=1996-07-17T09:44:25Z HOLDFOR=1", kBad},
      {"HOLDFOR=1 HOLDFOR=1", kBad},
  };
  for (const Case& c : cases) EXPECT_EQ(mail(c.parameters), c.want) << c.parameters;
}

// RFC 2852 §4
TEST(Parameters, By) {
  const Case cases[] = {
      {"BY=120;R", "by 120R"},
      {"by=120;rt", "by 120RT"},
      {"BY=+120;R", "by 120R"},
      {"BY=120;N", "by 120N"},
      {"BY=120;NT", "by 120NT"},
      {"BY=0;N", "by 0N"},
      {"BY=-60;NT", "by -60NT"},
      {"BY=999999999;R", "by 999999999R"},
      {"BY=-999999999;N", "by -999999999N"},
      {"BY=1;R", "by 1R"},
      {"BY=0;R", kBad},
      {"BY=-1;R", kBad},
      {"BY=1000000000;R", kBad},
      {"BY=120", kBad},
      {"BY=120;", kBad},
      {"BY=120R", kBad},
      {"BY=120;T", kBad},
      {"BY=120;RR", kBad},
      {"BY=120;RTT", kBad},
      {"BY=;R", kBad},
      {"BY=-;N", kBad},
      {"BY=--1;N", kBad},
      {"BY=1.5;R", kBad},
      {"BY", kBad},
      {"BY=1;R BY=1;R", kBad},
  };
  for (const Case& c : cases) EXPECT_EQ(mail(c.parameters), c.want) << c.parameters;
}

// RFC 6710
TEST(Parameters, MtPriority) {
  const Case cases[] = {
      {"MT-PRIORITY=0", "priority 0"},
      {"MT-PRIORITY=9", "priority 9"},
      {"mt-priority=-9", "priority -9"},
      {"MT-PRIORITY=4", "priority 4"},
      {"MT-PRIORITY=10", kBad},
      {"MT-PRIORITY=-10", kBad},
      {"MT-PRIORITY=+4", kBad},
      {"MT-PRIORITY=-0", kBad},
      {"MT-PRIORITY=04", kBad},
      {"MT-PRIORITY=-", kBad},
      {"MT-PRIORITY=x", kBad},
      {"MT-PRIORITY", kBad},
      {"MT-PRIORITY=1 MT-PRIORITY=1", kBad},
  };
  for (const Case& c : cases) EXPECT_EQ(mail(c.parameters), c.want) << c.parameters;
}

TEST(Parameters, AllOfMail) {
  EXPECT_EQ(
      mail("SIZE=5 BODY=BINARYMIME SMTPUTF8 AUTH=<> RET=HDRS ENVID=x REQUIRETLS HOLDFOR=5 BY=60;NT MT-PRIORITY=2"),
      "binary headers id[x] tls for 5 by 60NT priority 2");
  EXPECT_EQ(mail("NOTIFY=NEVER"), "555 5.5.4");  // of RCPT
  EXPECT_EQ(mail("XPARAM=1"), "555 5.5.4");
}

// RFC 3461 §4.1
TEST(Parameters, Notify) {
  const Case cases[] = {
      {"", ""},
      {"NOTIFY=NEVER", "notify"},
      {"NOTIFY=SUCCESS", "notify+success"},
      {"NOTIFY=FAILURE,DELAY", "notify+failure+delay"},
      {"notify=delay,success,failure", "notify+success+failure+delay"},
      {"NOTIFY=SUCCESS,SUCCESS", "notify+success"},
      {"NOTIFY=NEVER,SUCCESS", kBad},
      {"NOTIFY=SUCCESS,NEVER", kBad},
      {"NOTIFY=SUCCESS,", kBad},
      {"NOTIFY=,SUCCESS", kBad},
      {"NOTIFY=SUCCESS,,DELAY", kBad},
      {"NOTIFY=ALWAYS", kBad},
      {"NOTIFY", kBad},
      {"NOTIFY=", kBad},
      {"NOTIFY=DELAY NOTIFY=DELAY", kBad},
  };
  for (const Case& c : cases) EXPECT_EQ(rcpt(c.parameters), c.want) << c.parameters;
}

// RFC 3461 §4.2, RFC 6533 §3
TEST(Parameters, Orcpt) {
  const std::string longest(493, 'x');  // behind "rfc822;"
  const Case cases[] = {
      {"ORCPT=rfc822;bob@example.test", "rfc822[bob@example.test]"},
      {"orcpt=RFC822;bob+2Btag@example.test", "rfc822[bob+tag@example.test]"},
      {"ORCPT=rfc822;+22a+20b+22@c", "rfc822[\"a b\"@c]"},
      {"ORCPT=x400;/S=bob/", kBad},
      {"ORCPT=x400;/S+3Dbob/", "x400[/S=bob/]"},
      {"ORCPT=rfc822;" + longest, "rfc822[" + longest + "]"},
      {"ORCPT=rfc822;" + longest + "x", kBad},
      {"ORCPT=utf-8;bj\\x{F6}rn@example.test", "utf-8[bj\xc3\xb6rn@example.test]"},
      {"ORCPT=UTF-8;bj\xc3\xb6rn@example.test", "utf-8[bj\xc3\xb6rn@example.test]"},
      {"ORCPT=utf-8;a\\x{2B}b\\x{3D}c@d", "utf-8[a+b=c@d]"},
      {"ORCPT=utf-8;a+b@c", "utf-8[a+b@c]"},
      {"ORCPT=utf-8;\\x{D}\\x{A}", kBad},
      {"ORCPT=utf-8;\\x{D800}", kBad},
      {"ORCPT=utf-8;\\x{110000}", kBad},
      {"ORCPT=utf-8;\\x{}", kBad},
      {"ORCPT=utf-8;\\x{F6", kBad},
      {"ORCPT=utf-8;\xff", kBad},
      {"ORCPT=rfc822;\xc3\xb6@b", kBad},
      {"ORCPT=rfc822;+C3+B6@b", kBad},
      {"ORCPT=rfc822;a+0D+0ARCPT", kBad},
      {"ORCPT=rfc822;", kBad},
      {"ORCPT=;a@b", kBad},
      {"ORCPT=a@b", kBad},
      {"ORCPT=rfc(822);a@b", kBad},
      {"ORCPT", kBad},
      {"ORCPT=rfc822;a@b ORCPT=rfc822;a@b", kBad},
  };
  for (const Case& c : cases) EXPECT_EQ(rcpt(c.parameters), c.want) << c.parameters;
  const std::string unitext = "RCPT TO:<a@b> ORCPT=utf-8;\xc3\xb6@b";
  EXPECT_FALSE(parse_command(unitext, Extensions::all().without(Extension::smtputf8)));
}

// RFC 7293 §3.1
TEST(Parameters, Rrvs) {
  const Case cases[] = {
      {"RRVS=2014-04-03T23:01:00Z", "since 1396566060R"},
      {"rrvs=2014-04-03T16:01:00-07:00;C", "since 1396566060C"},
      {"RRVS=2014-04-03t23:01:00z;r", "since 1396566060R"},
      {"RRVS=2014-04-03T23:01:00Z;", kBad},
      {"RRVS=2014-04-03T23:01:00Z;X", kBad},
      {"RRVS=2014-04-03T23:01:00Z;C;R", kBad},
      {"RRVS=2014-04-03", kBad},
      {"RRVS=;C", kBad},
      {"RRVS", kBad},
      {"RRVS=2014-04-03T23:01:00Z RRVS=2014-04-03T23:01:00Z", kBad},
  };
  for (const Case& c : cases) EXPECT_EQ(rcpt(c.parameters), c.want) << c.parameters;
}

TEST(Parameters, RefusalsNameTheParameter) {
  EXPECT_EQ(parse_command("MAIL FROM:<a@b> BY=0;R", Extensions::all()).error().text(), "Bad value of BY");
  EXPECT_EQ(parse_command("RCPT TO:<a@b> RET=FULL", Extensions::all()).error().text(), "Unknown RCPT parameter");
}

}  // namespace
}  // namespace portreeve::smtp
