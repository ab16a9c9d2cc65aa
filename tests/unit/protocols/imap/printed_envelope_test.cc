#include "protocols/imap/printed_envelope.h"

#include <gtest/gtest.h>

#include "core/mime/summary.h"

namespace portreeve::imap {
namespace {

using Item = PrintedEnvelope::Item;

TEST(PrintedEnvelope, GivesWhatTheHeaderHas) {
  const mime::Summary summary = mime::summarize(
      "Date: Wed, 17 Jul 1996 02:44:25 -0700\r\nSubject: a \"quoted\" (one)\r\n"
      "From: \"Ann (A) \\\"B\\\"\" <ann@example.test>, two@example.test\r\nTo: team: bob@example.test;\r\n"
      "Message-ID: <1@example.test>\r\nIn-Reply-To: <0@example.test>\r\n\r\n");
  PrintedEnvelope envelope(summary.envelope);
  EXPECT_EQ(envelope.string(Item::subject), "a \"quoted\" (one)");
  const auto from = envelope.first_address(Item::from);
  ASSERT_TRUE(from);
  EXPECT_EQ(from->name, "Ann (A) \"B\"");
  EXPECT_EQ(from->mailbox, "ann");
  EXPECT_EQ(from->host, "example.test");
  EXPECT_EQ(envelope.first_address(Item::from)->mailbox, "ann");
  const auto to = envelope.first_address(Item::to);
  ASSERT_TRUE(to);
  EXPECT_EQ(to->mailbox, "team");
  EXPECT_EQ(to->host, std::nullopt);
  EXPECT_FALSE(envelope.first_address(Item::cc));
  EXPECT_EQ(envelope.string(Item::in_reply_to), "<0@example.test>");
  EXPECT_EQ(envelope.string(Item::message_id), "<1@example.test>");
}

TEST(PrintedEnvelope, PassesOverLiterals) {
  PrintedEnvelope envelope(
      "({3}\r\n\")( {4}\r\n(\"x\" ((NIL NIL {2}\r\n)) \"h\")) NIL NIL ((\"n\" NIL \"m\" \"h\")) NIL NIL NIL NIL)");
  EXPECT_EQ(envelope.first_address(Item::to)->name, "n");
}

TEST(PrintedEnvelope, EndsWhateverTheTextIs) {
  for (const char* text : {"", "(", "()", "NIL", "(NIL", "(\"", "(\"\\", "({5}\r\n", "({99999999999999999999}\r\n x",
                           "((((", "(NIL NIL ((", "(NIL NIL ((NIL", "(NIL NIL ((NIL NIL NIL", "))))", "({x}"}) {
    SCOPED_TRACE(text);
    PrintedEnvelope envelope(text);
    envelope.string(Item::subject);
    envelope.first_address(Item::from);
    envelope.first_address(Item::cc);
    EXPECT_EQ(envelope.string(Item::message_id).value_or(""), "");
  }
}

}  // namespace
}  // namespace portreeve::imap
