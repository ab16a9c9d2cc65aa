#include "protocols/smtp/report.h"

#include <gtest/gtest.h>

#include "core/mime/header.h"
#include "core/mime/parameters.h"
#include "core/mime/summary.h"

namespace portreeve::smtp {
namespace {

using Action = ReportedRecipient::Action;

constexpr std::string_view kHeader =
    "From: Alice <alice@example.test>\r\n"
    "Subject: Hello\r\n"
    "Message-ID: <orig@example.test>\r\n"
    "\r\n";

Report plain() {
  Report report;
  report.host = "mail.example.test";
  report.id = "r1";
  report.date = "Wed, 17 Jul 1996 09:44:25 +0000";
  report.to = {"alice", "example.test"};
  report.arrival_date = "Wed, 17 Jul 1996 09:44:20 +0000";
  report.message_id = "abc123";
  report.recipients = {{.recipient = {"bob", "example.test"},
                        .original_type = "",
                        .original = "",
                        .action = Action::failed,
                        .status = "5.2.2",
                        .reason = "The mailbox is full"}};
  report.header = kHeader;
  return report;
}

// A printed report, read back.
struct Read {
  std::string text;
  mime::Summary summary;

  explicit Read(const Report& report) : text(print_report(report)), summary(mime::summarize(text)) {}

  std::size_t parts() const { return summary.parts.size(); }
  std::string_view header(std::uint32_t number) const {
    const mime::Part& part = *mime::find_part(summary, {number});
    return slice(part.header_begin, part.body_begin);
  }
  std::string_view body(std::uint32_t number) const {
    const mime::Part& part = *mime::find_part(summary, {number});
    return slice(part.body_begin, part.body_end);
  }
  std::string field(std::string_view name) const { return only(text, name); }
  std::string type(std::uint32_t number) const { return only(header(number), "Content-Type"); }
  std::string encoding(std::uint32_t number) const { return only(header(number), "Content-Transfer-Encoding"); }
  // The n-th group of the delivery status, 0: that of the message.
  std::string_view group(std::size_t n) const {
    std::string_view rest = body(2);
    for (; n > 0; --n) rest.remove_prefix(mime::header_block(rest).size());
    return mime::header_block(rest);
  }
  std::string status(std::size_t group_number, std::string_view name) const { return only(group(group_number), name); }

  // "-": none, "*": several.
  static std::string only(std::string_view block, std::string_view name) {
    const auto values = mime::find_fields(block, name);
    return values.empty() ? "-" : values.size() > 1 ? "*" : mime::unfold(values.front());
  }

 private:
  std::string_view slice(std::uint64_t begin, std::uint64_t end) const {
    return std::string_view(text).substr(begin, end - begin);
  }
};

std::vector<std::string> names(std::string_view block) {
  std::vector<std::string> out;
  mime::FieldReader reader(block);
  for (mime::Field field; reader.next(field);) out.emplace_back(field.name);
  return out;
}

std::size_t longest_line(std::string_view text) {
  std::size_t longest = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("\r\n"), text.size());
    longest = std::max(longest, end);
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return longest;
}

bool is_seven_bit(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

TEST(Report, IsWhatThePapersAskFor) {
  const Read read(plain());
  EXPECT_THAT(names(read.text),
              testing::ElementsAre("Date", "From", "Reply-To", "To", "Subject", "Message-ID", "In-Reply-To",
                                   "References", "Auto-Submitted", "MIME-Version", "Content-Type"));
  EXPECT_EQ(read.field("From"), "Mail Delivery <MAILER-DAEMON@mail.example.test>");
  EXPECT_EQ(read.field("To"), "<alice@example.test>");
  EXPECT_EQ(read.field("Subject"), "Your message was not delivered");
  EXPECT_EQ(read.field("Message-ID"), "<r1@mail.example.test>");
  EXPECT_EQ(read.field("In-Reply-To"), "<orig@example.test>");
  EXPECT_EQ(read.field("Auto-Submitted"), "auto-replied");
  const auto type = mime::parse_content_type(read.field("Content-Type"));
  ASSERT_TRUE(type && type->is("multipart", "report"));
  EXPECT_EQ(*mime::find_parameter(type->parameters, "report-type"), "delivery-status");

  ASSERT_EQ(read.parts(), 4u);
  EXPECT_EQ(read.type(1), "text/plain; charset=us-ascii");
  EXPECT_EQ(read.body(1),
            "This is the mail system at mail.example.test.\r\n"
            "\r\n"
            "Your message could not be delivered to:\r\n"
            "\r\n"
            "  <bob@example.test>\r\n"
            "    The mailbox is full\r\n"
            "\r\n"
            "It will not be tried again. Please check the address. If it is right, send the\r\n"
            "message again later, or reach the recipient in another way.\r\n"
            "\r\n"
            "The header of your message is attached.\r\n"
            "This system took it in as abc123,\r\n"
            "on Wed, 17 Jul 1996 09:44:20 +0000.\r\n"
            "Questions are answered by <postmaster@mail.example.test>.\r\n");
  EXPECT_EQ(read.type(2), "message/delivery-status");
  EXPECT_EQ(read.body(2),
            "Reporting-MTA: dns; mail.example.test\r\n"
            "Arrival-Date: Wed, 17 Jul 1996 09:44:20 +0000\r\n"
            "\r\n"
            "Final-Recipient: rfc822; bob@example.test\r\n"
            "Action: failed\r\n"
            "Status: 5.2.2\r\n"
            "Diagnostic-Code: x-portreeve; The mailbox is full\r\n");
  EXPECT_EQ(read.type(3), "text/rfc822-headers");
  EXPECT_EQ(read.body(3), kHeader.substr(0, kHeader.size() - 2));
  EXPECT_TRUE(is_seven_bit(read.text));
  EXPECT_EQ(read.summary.bare_lfs, 0u);
  EXPECT_FALSE(read.summary.is_unended);
}

TEST(Report, Actions) {
  const struct {
    std::vector<Action> actions;
    std::string_view subject;
    std::string_view name;    // of the first one
    std::string_view status;  // the general one
  } cases[] = {
      {{Action::failed}, "Your message was not delivered", "failed", "5.0.0"},
      {{Action::delayed}, "Your message is delayed", "delayed", "4.0.0"},
      {{Action::delivered, Action::delivered}, "Your message was delivered", "delivered", "2.0.0"},
      {{Action::relayed}, "Your message was passed on", "relayed", "2.0.0"},
      {{Action::expanded}, "Your message was delivered and passed on", "expanded", "2.0.0"},
      {{Action::delivered, Action::failed}, "Your message was not delivered to everyone", "delivered", "2.0.0"},
      {{Action::delivered, Action::delayed}, "Your message is delayed for some recipients", "delivered", "2.0.0"},
      {{Action::relayed, Action::delivered}, "Your message was delivered or passed on", "relayed", "2.0.0"},
  };
  for (const auto& c : cases) {
    Report report = plain();
    report.recipients.clear();
    for (const Action action : c.actions) {
      report.recipients.push_back({.recipient = {"u" + std::to_string(report.recipients.size()), "example.test"},
                                   .original_type = "",
                                   .original = "",
                                   .action = action,
                                   .status = "",
                                   .reason = ""});
    }
    const Read read(report);
    EXPECT_EQ(read.field("Subject"), c.subject);
    EXPECT_EQ(read.status(1, "Action"), c.name);
    EXPECT_EQ(read.status(1, "Status"), c.status);
    EXPECT_EQ(read.status(1, "Diagnostic-Code"), "-");
    for (std::size_t i = 0; i < c.actions.size(); ++i) {
      const std::string address = "u" + std::to_string(i) + "@example.test";
      EXPECT_EQ(read.status(i + 1, "Final-Recipient"), "rfc822; " + address);
      EXPECT_TRUE(read.body(1).contains("  <" + address + ">\r\n"));
    }
    EXPECT_TRUE(read.group(c.actions.size() + 1).empty());
  }
}

TEST(Report, FieldsOfARecipient) {
  const struct {
    std::string_view given;
    std::string_view want;
  } statuses[] = {{"5.1.1", "5.1.1"},  {"4.999.123", "4.999.123"}, {"", "5.0.0"},
                  {"5.1", "5.0.0"},    {"5.1.1 x", "5.0.0"},       {"5.1.1000", "5.0.0"},
                  {"55.1.1", "5.0.0"}, {"5..1", "5.0.0"},          {"5.1.1\r\nX: y", "5.0.0"}};
  for (const auto& c : statuses) {
    Report report = plain();
    report.recipients.front().status = c.given;
    EXPECT_EQ(Read(report).status(1, "Status"), c.want) << c.given;
  }
  const struct {
    std::string_view reason;
    std::string_view want;
  } reasons[] = {{"550 5.1.1 No such user", "smtp; 550 5.1.1 No such user"},
                 {"550-one\n550 two", "smtp; 550-one 550 two"},
                 {"No such user", "x-portreeve; No such user"},
                 {"gr\xC3\xBC", "x-portreeve; gr??"}};
  for (const auto& c : reasons) {
    Report report = plain();
    report.recipients.front().reason = c.reason;
    EXPECT_EQ(Read(report).status(1, "Diagnostic-Code"), c.want) << c.reason;
  }
  const struct {
    std::string_view type;
    std::string_view address;
    std::string_view want;
  } originals[] = {
      {"rfc822", "bob+x=y@example.test", "rfc822; bob+x=y@example.test"},
      {"RFC822", "\"a b\"@example.test", "RFC822; \"a b\"@example.test"},
      {"utf-8", "gr\xC3\xBC+\xF0\x9F\x98\x80@example.test", "utf-8; gr\\x{FC}\\x{2B}\\x{1F600}@example.test"},
      {"x400", "/c=de", "x400; /c=de"},
      {"a b", "c", "unknown; c"},
      {"", "c", "unknown; c"},
      {"rfc822", "", "-"}};
  for (const auto& c : originals) {
    Report report = plain();
    report.recipients.front().original_type = c.type;
    report.recipients.front().original = c.address;
    EXPECT_EQ(Read(report).status(1, "Original-Recipient"), c.want) << c.address;
  }
}

TEST(Report, EnvelopeIdIsNoXtext) {
  Report report = plain();
  EXPECT_EQ(Read(report).status(0, "Original-Envelope-Id"), "-");
  report.envelope_id = "QQ 314+159=";
  EXPECT_EQ(Read(report).status(0, "Original-Envelope-Id"), "QQ 314+159=");
}

TEST(Report, NothingIsForged) {
  constexpr std::string_view kEvil =
      "x\r\nEvil: y\nEvil: y\rEvil: y\r\n\r\n--=_r1\r\nContent-Type: text/html\r\n\r\nEvil: z";
  Report report = plain();
  report.host = report.id = report.date = report.arrival_date = report.message_id = kEvil;
  report.to = {std::string(kEvil), std::string(kEvil)};
  report.envelope_id = kEvil;
  report.recipients = {{.recipient = {std::string(kEvil), std::string(kEvil)},
                        .original_type = std::string(kEvil),
                        .original = std::string(kEvil),
                        .action = Action::failed,
                        .status = std::string(kEvil),
                        .reason = std::string(kEvil)}};
  report.recipients.push_back(report.recipients.front());
  report.recipients.back().original_type = "utf-8";
  for (const bool is_smtputf8 : {false, true}) {
    report.is_smtputf8 = is_smtputf8;
    const Read read(report);
    ASSERT_EQ(read.parts(), 4u);
    EXPECT_EQ(read.summary.bare_lfs, 0u);
    EXPECT_EQ(names(read.text).size(), 11u);
    EXPECT_THAT(names(read.group(0)), testing::ElementsAre("Original-Envelope-Id", "Reporting-MTA", "Arrival-Date"));
    for (const std::size_t group : {1u, 2u}) {
      EXPECT_THAT(names(read.group(group)),
                  testing::ElementsAre("Original-Recipient", "Final-Recipient", "Action", "Status", "Diagnostic-Code"));
    }
    EXPECT_TRUE(read.group(3).empty());
    EXPECT_FALSE(read.text.contains("\nEvil"));
    EXPECT_FALSE(read.text.contains("\rEvil"));
    EXPECT_LE(longest_line(read.text), 998u);
  }
}

TEST(Report, ReturnsTheHeader) {
  const std::string_view latin = "Subject: gr\xFC\r\n";
  const std::string_view utf8 = "Subject: gr\xC3\xBC\r\n";
  const struct {
    std::string_view header;
    std::string_view want;
    std::string_view type;
    std::string_view encoding;
  } cases[] = {
      {"A: b\r\n c\r\n\td\r\n\r\n", "A: b\r\n c\r\n\td\r\n", "text/rfc822-headers", "-"},
      {"A: b\nB: c", "A: b\r\nB: c\r\n", "text/rfc822-headers", "-"},
      {"From me\r\nA: b\rC: d\r\n \r\nno field\r\n", "A: b C: d\r\n", "text/rfc822-headers", "-"},
      {latin, latin, "text/rfc822-headers", "8bit"},
      {utf8, utf8, "text/rfc822-headers; charset=utf-8", "8bit"},
  };
  for (const auto& c : cases) {
    Report report = plain();
    report.header = c.header;
    const Read read(report);
    EXPECT_EQ(read.body(3), c.want);
    EXPECT_EQ(read.type(3), c.type);
    EXPECT_EQ(read.encoding(3), c.encoding);
    EXPECT_EQ(read.field("Content-Transfer-Encoding"), c.encoding) << "RFC 2045 6.4: no less than that of its parts";
  }
  Report report = plain();
  report.header = "";
  const Read read(report);
  EXPECT_EQ(read.parts(), 3u);
  EXPECT_FALSE(read.body(1).contains("attached"));
}

TEST(Report, ReturnedHeaderIsBounded) {
  std::string header;
  for (int i = 0; i < 3'000; ++i) header += "X-" + std::to_string(i) + ": some words\r\n folded\r\n";
  Report report = plain();
  report.header = header;
  const Read read(report);
  EXPECT_LE(read.body(3).size(), kMaxReturnedHeader);
  EXPECT_GT(read.body(3).size(), kMaxReturnedHeader - 100);
  EXPECT_TRUE(header.starts_with(read.body(3)));
  EXPECT_TRUE(read.body(3).ends_with(" folded\r\n")) << "whole fields";

  std::string umlauts = "Subject: a";
  for (int i = 0; i < 5'000; ++i) umlauts += "\xC3\xBC";
  report.header = umlauts;
  report.is_smtputf8 = true;
  const Read folded(report);
  EXPECT_LE(longest_line(folded.text), 998u);
  std::string joined(folded.body(3));
  for (std::size_t at = joined.find("\r\n "); at != std::string::npos; at = joined.find("\r\n ")) joined.erase(at, 3);
  EXPECT_EQ(joined, umlauts + "\r\n") << "cut between characters";
}

TEST(Report, ReturnsTheWholeMessage) {
  constexpr std::string_view kMessage = "Subject: Hello\r\nMessage-ID: <m@x.test>\r\n\r\nText\r\n";
  Report report = plain();
  report.header = "";
  report.message = kMessage;
  const Read whole(report);
  EXPECT_EQ(whole.type(3), "message/rfc822");
  EXPECT_EQ(whole.body(3), kMessage);
  EXPECT_EQ(whole.field("In-Reply-To"), "<m@x.test>");
  EXPECT_TRUE(whole.body(1).contains("Your message is attached."));

  report.recipients.front().action = Action::delayed;
  EXPECT_EQ(Read(report).type(3), "text/rfc822-headers") << "RFC 3461 6.2";

  // What can't stand in another message as it is comes back as its header alone.
  report.recipients.front().action = Action::failed;
  const std::string start(kMessage);
  for (const std::string& bad : {start + "x", start + "a\nb\r\n", start + "a\rb\r\n", start + "\n",
                                 start + std::string(999, 'x') + "\r\n", start + std::string(1, '\0') + "\r\n"}) {
    report.message = bad;
    const Read read(report);
    EXPECT_EQ(read.type(3), "text/rfc822-headers");
    EXPECT_EQ(read.body(3), "Subject: Hello\r\nMessage-ID: <m@x.test>\r\n");
  }
  const std::string good = start + std::string(998, 'x') + "\r\n\xFC\r\n";
  report.message = good;
  const Read read(report);
  EXPECT_EQ(read.type(3), "message/rfc822");
  EXPECT_EQ(read.encoding(3), "8bit");
  EXPECT_EQ(read.body(3), good);
}

TEST(Report, Internationalised) {
  constexpr std::string_view kUtf8 = "gr\xC3\xBC\xC3\x9F";
  Report report = plain();
  report.recipients.front().recipient.local = kUtf8;
  report.recipients.front().original_type = "utf-8";
  report.recipients.front().original = "gr\xC3\xBC+x@example.test";
  // Seven bits as long as the original did with them (RFC 6533 §3).
  const Read narrow(report);
  EXPECT_TRUE(is_seven_bit(narrow.text));
  EXPECT_EQ(narrow.status(1, "Final-Recipient"), "utf-8; gr\\x{FC}\\x{DF}@example.test");

  report.is_smtputf8 = true;
  report.recipients.front().reason = kUtf8;
  const Read wide(report);
  const auto type = mime::parse_content_type(wide.field("Content-Type"));
  EXPECT_EQ(*mime::find_parameter(type->parameters, "report-type"), "global-delivery-status");
  EXPECT_EQ(wide.type(1), "text/plain; charset=utf-8");
  EXPECT_EQ(wide.type(2), "message/global-delivery-status");
  EXPECT_EQ(wide.type(3), "message/global-headers");
  EXPECT_EQ(wide.encoding(2), "8bit");
  EXPECT_EQ(wide.encoding(3), "-");
  EXPECT_EQ(wide.field("Content-Transfer-Encoding"), "8bit");
  EXPECT_EQ(wide.status(1, "Final-Recipient"), "utf-8; " + std::string(kUtf8) + "@example.test");
  EXPECT_EQ(wide.status(1, "Original-Recipient"), "utf-8; gr\xC3\xBC+x@example.test");
  EXPECT_EQ(wide.status(1, "Diagnostic-Code"), "x-portreeve; " + std::string(kUtf8));

  report.message = "Subject: x\r\n\r\n";
  EXPECT_EQ(Read(report).type(3), "message/global");

  Report to_utf8 = plain();
  to_utf8.to.local = kUtf8;
  EXPECT_EQ(Read(to_utf8).field("To"), "<" + std::string(kUtf8) + "@example.test>");
  EXPECT_EQ(Read(to_utf8).type(2), "message/global-delivery-status");
}

TEST(Report, ItsBoundaryIsNowhereElse) {
  // A sender who knows the id puts all the boundaries that come to mind into his message.
  std::string message = "Subject: x\r\n\r\n";
  for (const std::string_view behind : {"", "0", "00", "1", "12", "3", "4", "5", "6", "7", "8"}) {
    message.append("--=_r1").append(behind).append("\r\n\r\n--=_r1").append(behind).append("--\r\n");
  }
  for (int i = 0; i < 2'000; ++i) message.append("--=_r1").append(std::to_string(i)).append("\r\n");
  Report report = plain();
  report.message = message;
  const Read read(report);
  ASSERT_EQ(read.parts(), 5u);
  EXPECT_EQ(read.body(3), message);
  const auto type = mime::parse_content_type(read.field("Content-Type"));
  const std::string& boundary = *mime::find_parameter(type->parameters, "boundary");
  EXPECT_LE(boundary.size(), 70u);
  EXPECT_FALSE(message.contains(boundary));
}

}  // namespace
}  // namespace portreeve::smtp
