#include "protocols/smtp/rules.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace portreeve::smtp {
namespace {

std::string checked(std::string_view line, const State& state) {
  const auto refusal = check(parse_command(line).value(), state);
  return refusal ? std::to_string(refusal->code()) + ' ' + std::string(refusal->enhanced()) : "ok";
}

constexpr State kFresh{};
constexpr State kGreeted{.has_greeted = true};
constexpr State kSender{.has_greeted = true, .has_sender = true};
constexpr State kRecipient{.has_greeted = true, .has_sender = true, .has_recipients = true};
constexpr State kSubmission{.role = Role::submission, .has_greeted = true, .may_ask_password = true};
constexpr State kClear{.role = Role::submission, .has_greeted = true, .can_start_tls = true};
constexpr State kLoggedIn{
    .role = Role::submission, .has_greeted = true, .is_logged_in = true, .may_ask_password = true};

TEST(Rules, States) {
  const struct {
    std::string_view line;
    State state;
    std::string want;
  } cases[] = {
      // always
      {"EHLO x", kFresh, "ok"},
      {"EHLO x", kRecipient, "ok"},
      {"RSET", kFresh, "ok"},
      {"NOOP", kFresh, "ok"},
      {"VRFY x", kFresh, "ok"},
      {"HELP", kFresh, "ok"},
      {"QUIT", kFresh, "ok"},
      // in turn
      {"MAIL FROM:<>", kFresh, "503 5.5.1"},
      {"RCPT TO:<a@b>", kFresh, "503 5.5.1"},
      {"DATA", kFresh, "503 5.5.1"},
      {"MAIL FROM:<>", kGreeted, "ok"},
      {"RCPT TO:<a@b>", kGreeted, "503 5.5.1"},
      {"DATA", kGreeted, "503 5.5.1"},
      {"MAIL FROM:<>", kSender, "503 5.5.1"},
      {"RCPT TO:<a@b>", kSender, "ok"},
      {"DATA", kSender, "554 5.5.1"},
      {"RCPT TO:<a@b>", kRecipient, "ok"},
      {"DATA", kRecipient, "ok"},
      // submission asks for a login, or first for TLS
      {"MAIL FROM:<>", kSubmission, "530 5.7.0"},
      {"RCPT TO:<a@b>", kSubmission, "530 5.7.0"},
      {"DATA", kSubmission, "530 5.7.0"},
      {"MAIL FROM:<>", kClear, "530 5.7.0"},
      {"NOOP", kSubmission, "ok"},
      {"RSET", kSubmission, "ok"},
      {"MAIL FROM:<>", kLoggedIn, "ok"},
      // AUTH
      {"AUTH PLAIN", kGreeted, "502 5.5.1"},
      {"AUTH PLAIN", kSubmission, "ok"},
      {"AUTH PLAIN", kClear, "538 5.7.11"},
      {"AUTH PLAIN", kLoggedIn, "503 5.5.1"},
      {"AUTH PLAIN", {.role = Role::submission, .may_ask_password = true}, "503 5.5.1"},
      // STARTTLS
      {"STARTTLS", kFresh, "502 5.5.1"},
      {"STARTTLS", kClear, "ok"},
      {"STARTTLS", {.can_start_tls = true}, "ok"},
      {"STARTTLS", {.is_encrypted = true}, "503 5.5.1"},
  };
  for (const auto& c : cases) EXPECT_EQ(checked(c.line, c.state), c.want) << c.line;
  EXPECT_TRUE(check(Mail{}, kClear)->text().contains("STARTTLS"));
}

std::string greeting(const State& state) {
  std::string out;
  greet_extended(state, "host", 1000, {"PLAIN", "LOGIN"}).print(out);
  return out;
}

TEST(Rules, KeywordsOnlyWhereTheyWork) {
  EXPECT_EQ(
      greeting(kGreeted),
      "250-host\r\n250-PIPELINING\r\n250-SIZE 1000\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 ENHANCEDSTATUSCODES\r\n");
  EXPECT_TRUE(greeting({.can_start_tls = true}).ends_with("250 STARTTLS\r\n"));
  EXPECT_FALSE(greeting({.may_ask_password = true}).contains("AUTH"));  // not on port 25
  EXPECT_TRUE(greeting(kSubmission).ends_with("250 AUTH PLAIN LOGIN\r\n"));
  EXPECT_FALSE(greeting(kClear).contains("AUTH"));
  EXPECT_TRUE(greeting(kClear).contains("STARTTLS"));
  EXPECT_FALSE(greeting(kLoggedIn).contains("AUTH"));
}

TEST(Rules, Help) {
  EXPECT_EQ(list_verbs(Role::mx).text(),
            "These commands are known:\nEHLO HELO MAIL RCPT DATA RSET NOOP VRFY HELP QUIT STARTTLS");
  EXPECT_TRUE(list_verbs(Role::submission).text().ends_with("STARTTLS AUTH"));
}

}  // namespace
}  // namespace portreeve::smtp
