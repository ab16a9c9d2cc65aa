#include "protocols/smtp/rules.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace portreeve::smtp {
namespace {

std::string checked(std::string_view line, const State& state) {
  const auto refusal = check(parse_command(line, Extensions::all()).value(), state);
  return refusal ? std::to_string(refusal->code()) + ' ' + std::string(refusal->enhanced()) : "ok";
}

constexpr Extensions kAll = Extensions::all();
constexpr State kFresh{.offered = kAll};
constexpr State kGreeted{.has_greeted = true, .offered = kAll};
constexpr State kSender{.has_greeted = true, .has_sender = true, .offered = kAll};
constexpr State kRecipient{.has_greeted = true, .has_sender = true, .has_recipients = true, .offered = kAll};
constexpr State kChunking{
    .has_greeted = true, .has_sender = true, .has_recipients = true, .offered = kAll, .is_chunking = true};
constexpr State kBinary{
    .has_greeted = true, .has_sender = true, .has_recipients = true, .offered = kAll, .is_binary = true};
constexpr State kSubmission{.role = Role::submission, .has_greeted = true, .may_ask_password = true, .offered = kAll};
constexpr State kClear{.role = Role::submission, .has_greeted = true, .can_start_tls = true, .offered = kAll};
constexpr State kLoggedIn{
    .role = Role::submission, .has_greeted = true, .is_logged_in = true, .may_ask_password = true, .offered = kAll};
constexpr State kLmtp{.role = Role::lmtp, .has_greeted = true, .offered = kAll};
constexpr State kLmtpSender{.role = Role::lmtp, .has_greeted = true, .has_sender = true, .offered = kAll};

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
      {"AUTH PLAIN", {.role = Role::submission, .may_ask_password = true, .offered = kAll}, "503 5.5.1"},
      // STARTTLS
      {"STARTTLS", kFresh, "502 5.5.1"},
      {"STARTTLS", kClear, "ok"},
      {"STARTTLS", {.can_start_tls = true, .offered = kAll}, "ok"},
      {"STARTTLS", {.can_start_tls = true}, "502 5.5.1"},
      {"STARTTLS", {.is_encrypted = true, .offered = kAll}, "503 5.5.1"},
      // chunks (RFC 3030 §2, §3)
      {"BDAT 5", kFresh, "503 5.5.1"},
      {"BDAT 5", kGreeted, "503 5.5.1"},
      {"BDAT 5", kSender, "554 5.5.1"},
      {"BDAT 5 LAST", kRecipient, "ok"},
      {"BDAT 5", kChunking, "ok"},
      {"BDAT 5", kBinary, "ok"},
      {"BDAT 5", kSubmission, "530 5.7.0"},
      // RFC 4468 §3
      {"BURL x LAST", kSubmission, "530 5.7.0"},
      {"BURL x LAST", kLoggedIn, "503 5.5.1"},
      {"BURL x LAST", kFresh, "503 5.5.1"},
      {"DATA", kChunking, "503 5.5.1"},
      {"DATA", kBinary, "503 5.5.1"},
      {"RCPT TO:<a@b>", kChunking, "503 5.5.1"},
      {"MAIL FROM:<>", kChunking, "503 5.5.1"},
      {"RSET", kChunking, "ok"},
      {"NOOP", kChunking, "ok"},
      {"QUIT", kChunking, "ok"},
      // LMTP (RFC 2033 §4)
      {"LHLO x", {.role = Role::lmtp, .offered = kAll}, "ok"},
      {"EHLO x", kLmtp, "500 5.5.1"},
      {"HELO x", kLmtp, "500 5.5.1"},
      {"LHLO x", kFresh, "500 5.5.1"},
      {"LHLO x", kSubmission, "500 5.5.1"},
      {"MAIL FROM:<>", {.role = Role::lmtp, .offered = kAll}, "503 5.5.1"},
      {"MAIL FROM:<>", kLmtp, "ok"},
      {"RCPT TO:<a@b>", kLmtpSender, "ok"},
      {"DATA", kLmtpSender, "503 5.5.1"},
      {"BDAT 5", kLmtpSender, "503 5.5.1"},
      {"AUTH PLAIN", kLmtp, "502 5.5.1"},
      {"STARTTLS", kLmtp, "502 5.5.1"},
      {"STARTTLS", {.role = Role::lmtp, .can_start_tls = true, .offered = kAll}, "ok"},
      // who is on a list (RFC 5321 §7.3)
      {"EXPN x", kGreeted, "502 5.5.1"},
      {"EXPN x", kLmtp, "502 5.5.1"},
      {"EXPN x", kSubmission, "530 5.7.0"},
      {"EXPN x", kClear, "530 5.7.0"},
      {"EXPN x", kLoggedIn, "ok"},
      // a proxy
      {"XCLIENT ADDR=192.0.2.1", kFresh, "550 5.7.0"},
      {"XCLIENT ADDR=192.0.2.1", {.offered = kAll, .is_trusted_proxy = true}, "ok"},
      {"XCLIENT ADDR=192.0.2.1", {.has_sender = true, .offered = kAll, .is_trusted_proxy = true}, "503 5.5.1"},
      // parameters that are offered, but not here or not yet
      {"MAIL FROM:<> REQUIRETLS", kGreeted, "555 5.5.4"},
      {"MAIL FROM:<> REQUIRETLS", {.has_greeted = true, .is_encrypted = true, .offered = kAll}, "ok"},
      {"MAIL FROM:<> HOLDFOR=60", kGreeted, "555 5.5.4"},
      {"MAIL FROM:<> HOLDFOR=60", kLmtp, "555 5.5.4"},
      {"MAIL FROM:<> HOLDFOR=60", kLoggedIn, "ok"},
  };
  for (const auto& c : cases) EXPECT_EQ(checked(c.line, c.state), c.want) << c.line;
  EXPECT_TRUE(check(Mail{}, kClear)->text().contains("STARTTLS"));
}

TEST(Rules, VerbsThatAreNotOffered) {
  const struct {
    std::string_view line;
    Extension extension;
    State state;
  } cases[] = {
      {"BDAT 5", Extension::chunking, kRecipient},
      {"BURL x",
       Extension::burl,
       {.role = Role::submission,
        .has_greeted = true,
        .is_logged_in = true,
        .has_sender = true,
        .has_recipients = true,
        .offered = kAll}},
      {"VRFY x", Extension::vrfy, kGreeted},
      {"EXPN x", Extension::expn, kLoggedIn},
      {"HELP", Extension::help, kFresh},
      {"STARTTLS", Extension::starttls, kClear},
      {"AUTH PLAIN", Extension::auth, kSubmission},
      {"XCLIENT ADDR=192.0.2.1", Extension::xclient, {.offered = kAll, .is_trusted_proxy = true}},
  };
  for (const auto& c : cases) {
    State state = c.state;
    EXPECT_EQ(checked(c.line, state), "ok") << c.line;
    state.offered = kAll.without(c.extension);
    EXPECT_EQ(checked(c.line, state), "502 5.5.1") << c.line;
  }
}

const Announcement kAnnouncement{.host = "host",
                                 .max_message_bytes = 1000,
                                 .mechanisms = {"PLAIN", "LOGIN"},
                                 .max_recipients = 100,
                                 .max_messages = 20,
                                 .max_hold_seconds = 86'400,
                                 .now = 837'596'665};  // 1996-07-17T09:44:25Z

std::string greeting(const State& state, const Announcement& announcement = kAnnouncement) {
  std::string out;
  greet_extended(state, announcement).print(out);
  return out;
}

TEST(Rules, KeywordsOfTheBeginnings) {
  State state = kGreeted;
  state.offered = {Extension::pipelining, Extension::size, Extension::eight_bit_mime, Extension::smtputf8,
                   Extension::enhanced_status_codes};
  EXPECT_EQ(
      greeting(state),
      "250-host\r\n250-PIPELINING\r\n250-SIZE 1000\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 ENHANCEDSTATUSCODES\r\n");
  state.offered = {};
  EXPECT_EQ(greeting(state), "250 host\r\n");
}

TEST(Rules, AllKeywords) {
  State state = kLoggedIn;
  state.is_trusted_proxy = true;
  state.is_encrypted = true;
  EXPECT_EQ(greeting(state),
            "250-host\r\n250-PIPELINING\r\n250-SIZE 1000\r\n250-8BITMIME\r\n250-BINARYMIME\r\n250-CHUNKING\r\n"
            "250-BURL imap imap://host\r\n"
            "250-SMTPUTF8\r\n250-DSN\r\n250-DELIVERBY\r\n250-FUTURERELEASE 86400 1996-07-18T09:44:25Z\r\n"
            "250-MT-PRIORITY\r\n250-RRVS\r\n250-REQUIRETLS\r\n250-LIMITS RCPTMAX=100 MAILMAX=20\r\n250-HELP\r\n"
            "250-EXPN\r\n250-XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT\r\n"
            "250 ENHANCEDSTATUSCODES\r\n");
}

TEST(Rules, KeywordsOnlyWhereTheyWork) {
  EXPECT_TRUE(greeting({.can_start_tls = true, .offered = kAll}).ends_with("250 STARTTLS\r\n"));
  EXPECT_FALSE(greeting({.may_ask_password = true, .offered = kAll}).contains("AUTH"));  // not on port 25
  EXPECT_FALSE(greeting({.role = Role::lmtp, .may_ask_password = true, .offered = kAll}).contains("AUTH"));
  EXPECT_TRUE(greeting(kSubmission).ends_with("250 AUTH PLAIN LOGIN\r\n"));
  EXPECT_FALSE(greeting(kClear).contains("AUTH"));
  EXPECT_TRUE(greeting(kClear).contains("STARTTLS"));
  EXPECT_FALSE(greeting(kLoggedIn).contains("AUTH"));
  EXPECT_FALSE(greeting(kGreeted).contains("REQUIRETLS"));  // RFC 8689 §2
  EXPECT_FALSE(greeting(kGreeted).contains("FUTURERELEASE"));
  EXPECT_TRUE(greeting(kSubmission).contains("FUTURERELEASE"));
  EXPECT_FALSE(greeting(kGreeted).contains("XCLIENT"));
  EXPECT_FALSE(greeting(kSubmission).contains("EXPN"));
  EXPECT_FALSE(greeting(kLoggedIn).contains("VRFY"));
  EXPECT_TRUE(greeting(kSubmission).contains("-BURL\r\n"));
  EXPECT_FALSE(greeting(kGreeted).contains("BURL"));
  State state = kGreeted;
  state.offered = kAll.without(Extension::chunking);
  EXPECT_FALSE(greeting(state).contains("BINARYMIME"));  // RFC 3030 §3
}

TEST(Rules, KeywordsThatWouldSayNothing) {
  Announcement announcement = kAnnouncement;
  announcement.max_recipients = 0;
  EXPECT_TRUE(greeting(kGreeted, announcement).contains("-LIMITS MAILMAX=20\r\n"));
  announcement.max_messages = 0;
  EXPECT_FALSE(greeting(kGreeted, announcement).contains("LIMITS"));
  announcement.mechanisms.clear();
  EXPECT_FALSE(greeting(kSubmission, announcement).contains("AUTH"));
  announcement.max_hold_seconds = 0;
  EXPECT_FALSE(greeting(kSubmission, announcement).contains("FUTURERELEASE"));
  // RFC 4865 §4: nine digits.
  announcement.max_hold_seconds = 5'000'000'000;
  EXPECT_TRUE(greeting(kSubmission, announcement).contains("FUTURERELEASE 999999999 2028-"));
}

std::string verbs(const State& state) {
  const std::string text = list_verbs(state).text();
  return text.substr(text.find('\n') + 1);
}

TEST(Rules, Help) {
  EXPECT_EQ(list_verbs({.offered = {Extension::help}}).text(),
            "These commands are known:\nEHLO HELO MAIL RCPT DATA RSET NOOP HELP QUIT");
  EXPECT_EQ(verbs(kGreeted), "EHLO HELO MAIL RCPT DATA BDAT RSET NOOP VRFY HELP QUIT STARTTLS");
  EXPECT_EQ(verbs(kSubmission), "EHLO HELO MAIL RCPT DATA BDAT BURL RSET NOOP VRFY HELP QUIT STARTTLS AUTH");
  EXPECT_EQ(verbs(kLoggedIn), "EHLO HELO MAIL RCPT DATA BDAT BURL RSET NOOP VRFY EXPN HELP QUIT STARTTLS AUTH");
  EXPECT_EQ(verbs(kLmtp), "LHLO MAIL RCPT DATA BDAT RSET NOOP VRFY HELP QUIT STARTTLS");
  EXPECT_TRUE(verbs({.offered = kAll, .is_trusted_proxy = true}).ends_with("STARTTLS XCLIENT"));
}

}  // namespace
}  // namespace portreeve::smtp
