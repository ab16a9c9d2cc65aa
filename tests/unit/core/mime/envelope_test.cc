// ENVELOPE (RFC 3501 §7.4.2).
#include "core/mime/envelope.h"

#include <gtest/gtest.h>

#include <string>

#include "core/mime/print.h"
#include "tests/unit/core/mime/feeding.h"

namespace portreeve::mime {
namespace {

using namespace std::string_literals;

struct Case {
  const char* name;
  std::string header;
  std::string envelope;
};
class Envelope : public testing::TestWithParam<Case> {};
TEST_P(Envelope, IsPrinted) {
  EXPECT_EQ(summarize_all_ways(GetParam().header + "\r\nSubject: body\r\n").envelope, GetParam().envelope);
}

const Case kEnvelopes[] = {
    {"empty", "", "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)"},
    {"whole",
     "Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\r\nFrom: Terry Gray <gray@cac.washington.edu>\r\n"
     "Subject: IMAP4rev1 WG mtg summary and minutes\r\nTo: imap@cac.washington.edu\r\n"
     "cc: minutes@CNRI.Reston.VA.US, John Klensin <KLENSIN@MIT.EDU>\r\n"
     "In-Reply-To: <a@b>\r\nMessage-Id: <B27397-0100000@cac.washington.edu>\r\n",
     // RFC 3501 §8 shows this one
     R"x(("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)" "IMAP4rev1 WG mtg summary and minutes" )x"
     R"((("Terry Gray" NIL "gray" "cac.washington.edu")) (("Terry Gray" NIL "gray" "cac.washington.edu")) )"
     R"((("Terry Gray" NIL "gray" "cac.washington.edu")) ((NIL NIL "imap" "cac.washington.edu")) )"
     R"(((NIL NIL "minutes" "CNRI.Reston.VA.US")("John Klensin" NIL "KLENSIN" "MIT.EDU")) NIL "<a@b>" )"
     R"("<B27397-0100000@cac.washington.edu>"))"},
    {"sender_and_reply_to", "From: a@x\r\nSender: b@x\r\nReply-To: c@x\r\n",
     R"((NIL NIL ((NIL NIL "a" "x")) ((NIL NIL "b" "x")) ((NIL NIL "c" "x")) NIL NIL NIL NIL NIL))"},
    {"empty_ones_count_as_missing", "From: a@x\r\nSender:\r\nReply-To: ,\r\nTo:\r\n",
     R"((NIL NIL ((NIL NIL "a" "x")) ((NIL NIL "a" "x")) ((NIL NIL "a" "x")) NIL NIL NIL NIL NIL))"},
    {"an_empty_subject_is_there", "Subject:\r\nDate: \r\n", R"(("" "" NIL NIL NIL NIL NIL NIL NIL NIL))"},
    {"quoting", "Subject: say \"hi\" \\o/\r\nMessage-ID: <\"a b\"@x>\r\n",
     R"((NIL "say \"hi\" \\o/" NIL NIL NIL NIL NIL NIL NIL "<\"a b\"@x>"))"},
    {"folding", "Subject: a\r\n b\r\n\tc\r\n", "(NIL \"a b\tc\" NIL NIL NIL NIL NIL NIL NIL NIL)"},
    {"eight_bit_is_a_literal", "Subject: Gr\xC3\xBC\xC3\x9F\"e\r\nFrom: \"J\xC3\xBC\" <j@x>\r\n",
     "(NIL {8}\r\nGr\xC3\xBC\xC3\x9F\"e (({3}\r\nJ\xC3\xBC NIL \"j\" \"x\")) (({3}\r\nJ\xC3\xBC NIL \"j\" \"x\")) "
     "(({3}\r\nJ\xC3\xBC NIL \"j\" \"x\")) NIL NIL NIL NIL NIL)"},
    {"a_bare_cr_is_a_literal", "Subject: a\rb\r\n", "(NIL {3}\r\na\rb NIL NIL NIL NIL NIL NIL NIL NIL)"},
    {"nuls_are_left_out", "Subject: a\0b\r\nMessage-ID: \0\xFF\r\n"s,
     "(NIL \"ab\" NIL NIL NIL NIL NIL NIL NIL {1}\r\n\xFF)"},
    {"groups", "To: g: a@x, B <b@x>;, empty:;\r\n",
     R"((NIL NIL NIL NIL NIL ((NIL NIL "g" NIL)(NIL NIL "a" "x")("B" NIL "b" "x")(NIL NIL NIL NIL))"
     R"((NIL NIL "empty" NIL)(NIL NIL NIL NIL)) NIL NIL NIL NIL))"},
    {"routes", "To: <@a,@b:c@d>\r\n", R"((NIL NIL NIL NIL NIL ((NIL "@a,@b" "c" "d")) NIL NIL NIL NIL))"},
    {"a_host_is_never_nil", "To: root\r\n", R"((NIL NIL NIL NIL NIL ((NIL NIL "root" "")) NIL NIL NIL NIL))"},
    {"lists_are_joined", "To: a@x\r\nFrom: f@x\r\nTO: b@x\r\nFrom: g@x\r\nSubject: 1\r\nSubject: 2\r\n",
     R"((NIL "1" ((NIL NIL "f" "x")) ((NIL NIL "f" "x")) ((NIL NIL "f" "x")) )"
     R"(((NIL NIL "a" "x")(NIL NIL "b" "x")) NIL NIL NIL NIL))"},
    {"encoded_words_stay", "Subject: =?utf-8?Q?a=20b?=\r\nFrom: =?utf-8?Q?J=C3=BC?= <j@x>\r\n",
     R"((NIL "=?utf-8?Q?a=20b?=" (("=?utf-8?Q?J=C3=BC?=" NIL "j" "x")) (("=?utf-8?Q?J=C3=BC?=" NIL "j" "x")) )"
     R"((("=?utf-8?Q?J=C3=BC?=" NIL "j" "x")) NIL NIL NIL NIL NIL))"},
    {"mbox_line_first", "From a@x Thu Jan  1 00:00:00 1970\r\nSubject: s\r\n",
     R"((NIL "s" NIL NIL NIL NIL NIL NIL NIL NIL))"},
};
INSTANTIATE_TEST_SUITE_P(Printed, Envelope, testing::ValuesIn(kEnvelopes),
                         [](const auto& row) { return row.param.name; });

TEST(Envelope, IsBounded) {
  std::string to;
  while (to.size() < 2'000'000) to += "a,";
  KnownFields fields;
  fields.from = to;
  fields.to = {to, to, to};
  std::string envelope = print_envelope(fields);
  EXPECT_LT(envelope.size(), 6 * kMaxEnvelopeBytes);
  EXPECT_TRUE(envelope.ends_with(")"));
}

TEST(PrintNstring, IsNilForNothing) {
  std::string out;
  print_nstring(out, std::nullopt);
  print_nstring(out, "");
  EXPECT_EQ(out, "NIL\"\"");
}

}  // namespace
}  // namespace portreeve::mime
