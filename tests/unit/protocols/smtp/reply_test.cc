#include "protocols/smtp/reply.h"

#include <gtest/gtest.h>

#include <string>

namespace portreeve::smtp {
namespace {

std::string printed(const Reply& reply) {
  std::string out;
  reply.print(out);
  return out;
}

TEST(Reply, OneLine) {
  EXPECT_EQ(printed(Reply(250, "2.1.0", "Sender ok")), "250 2.1.0 Sender ok\r\n");
  EXPECT_EQ(printed(Reply(220, "", "mail.example.test ESMTP")), "220 mail.example.test ESMTP\r\n");
  EXPECT_EQ(printed(Reply(334, "", "")), "334 \r\n");
  EXPECT_EQ(printed(Reply(421, "4.3.2", "")), "421 4.3.2 \r\n");
}

TEST(Reply, EveryLineBearsBothCodes) {
  Reply reply(214, "2.0.0", "first");
  reply.add_line("second").add_line("third");
  EXPECT_EQ(printed(reply), "214-2.0.0 first\r\n214-2.0.0 second\r\n214 2.0.0 third\r\n");
  EXPECT_EQ(printed(Reply(250, "", "host").add_line("SIZE 1")), "250-host\r\n250 SIZE 1\r\n");
}

TEST(Reply, EnhancedCodesMayStayAway) {
  std::string out;
  Reply(214, "2.0.0", "first").add_line("second").print(out, false);
  EXPECT_EQ(out, "214-first\r\n214 second\r\n");
}

TEST(Reply, TextCanNotForgeALine) {
  EXPECT_EQ(printed(Reply(550, "5.1.1", "a\r\n250 ok")), "550 5.1.1 a??250 ok\r\n");
  EXPECT_EQ(printed(Reply(550, "5.1.1", std::string_view("nul\0tab\tdel\x7f", 12))), "550 5.1.1 nul?tab?del?\r\n");
  EXPECT_EQ(printed(Reply(250, "", "ok").add_line("x\ny")), "250-ok\r\n250 x?y\r\n");
  EXPECT_EQ(printed(Reply(550, "5.1.1", "\xc3\xa4")), "550 5.1.1 ??\r\n");
}

TEST(Reply, LinesKeepToTheLimit) { EXPECT_LE(printed(Reply(550, "5.7.123", std::string(5000, 'x'))).size(), 512U); }

TEST(Reply, KnowsRefusals) {
  EXPECT_FALSE(Reply(354, "", "").is_refusal());
  EXPECT_TRUE(Reply(421, "4.3.2", "").is_refusal());
}

}  // namespace
}  // namespace portreeve::smtp
