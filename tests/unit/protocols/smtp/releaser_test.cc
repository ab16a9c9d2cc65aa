// Held messages that are due.
#include "protocols/smtp/releaser.h"

#include <gtest/gtest.h>

#include "fake_outbound.h"
#include "tests/unit/protocols/session/run.h"

namespace portreeve::smtp {
namespace {

constexpr std::int64_t kNow = 1'000'000;
constexpr std::string_view kText = "Return-Path: <alice@example.test>\r\nSubject: held\r\n\r\nHello, later\r\n";

class Releaser : public ::testing::Test {
 protected:
  Releaser() { options_.host_name = options_.resolve.host_name = "mail.example.test"; }

  static Envelope envelope_to(const std::vector<std::string>& locals) {
    Envelope envelope;
    envelope.from = {"alice", "example.test"};
    envelope.id = "abc";
    envelope.account = "alice@example.test";
    envelope.arrived = kNow - 3600;
    for (const std::string& local : locals) envelope.recipients.emplace_back().to = {local, "example.test"};
    return envelope;
  }
  void hold(const Envelope& envelope, std::string text = std::string(kText)) {
    hold(encode(envelope), std::move(text));
  }
  void hold(std::string envelope, std::string text = std::string(kText)) {
    const auto id = static_cast<store::HeldId>(store_.held_messages.size() + 1);
    const std::uint64_t size = text.size();
    store_.held_messages.push_back({{.id = id,
                                     .account = 1,
                                     .release_at = kNow,
                                     .priority = 0,
                                     .envelope = std::move(envelope),
                                     .body = 100 + id,
                                     .size = size},
                                    std::move(text)});
  }
  // Gives what was logged.
  std::string release() {
    session::testing::Log log;
    release_due(store_, options_, kNow);
    return log.text();
  }
  static std::vector<store::MailboxId> mailboxes(const FakeStore::Released& released) {
    std::vector<store::MailboxId> ids;
    for (const auto& target : released.targets) ids.push_back(target.mailbox);
    return ids;
  }

  FakeStore store_;
  FakeOutbound outbound_{store_};
  ReleaseOptions options_;
};

TEST_F(Releaser, ALiteralIsThisHosts) {
  store_.people().names.push_back(
      {.address = "alice@mail.example.test", .kind = store::Alias::Kind::alias, .members = {"alice@example.test"}});
  Envelope envelope = envelope_to({"alice"});
  envelope.recipients[0].to.domain = "[192.0.2.25]";
  hold(envelope);
  release();
  ASSERT_EQ(store_.released.size(), 1U);
  EXPECT_EQ(mailboxes(store_.released[0]), std::vector<store::MailboxId>{10});
  EXPECT_TRUE(store_.released[0].reports.empty());
}

TEST_F(Releaser, AMessageThatNeverFindsRoom) {
  hold(envelope_to({"bob"}));
  store_.release_failures.assign(100, store::Errc::quota);
  EXPECT_TRUE(release().contains("release_failed message=abc "));
  EXPECT_LT(store_.release_calls, 10U);
  EXPECT_TRUE(store_.released.empty());
  EXPECT_EQ(store_.held_messages.size(), 1U);
}

TEST_F(Releaser, WhatIsDueIsDelivered) {
  hold(envelope_to({"bob", "alias"}));
  EXPECT_TRUE(release().contains("released message=abc "));
  ASSERT_EQ(store_.released.size(), 1U);
  EXPECT_EQ(store_.released[0].id, 1);
  EXPECT_EQ(mailboxes(store_.released[0]), (std::vector<store::MailboxId>{20, 10}));
  EXPECT_TRUE(store_.released[0].reports.empty());
  EXPECT_TRUE(store_.held_messages.empty());
}

TEST_F(Releaser, Subaddresses) {
  options_.files_subaddresses = true;
  hold(envelope_to({"bob+shop"}));
  release();
  ASSERT_EQ(store_.released.size(), 1U);
  EXPECT_EQ(store_.released[0].targets.at(0).folder, "shop");
}

TEST_F(Releaser, ASuccessReport) {
  Envelope envelope = envelope_to({"bob", "both"});
  for (auto& recipient : envelope.recipients) recipient.notify = {.is_said = true, .success = true};
  hold(envelope);
  release();
  ASSERT_EQ(store_.released.size(), 1U);
  ASSERT_EQ(store_.released[0].reports.size(), 1U);
  const FakeStore::Delivered& report = store_.released[0].reports[0];
  EXPECT_EQ(report.mailboxes, std::vector<store::MailboxId>{10});
  EXPECT_EQ(report.quota, store::Quota::is_ignored);
  EXPECT_TRUE(report.text.contains("Action: delivered\r\nStatus: 2.1.5\r\n")) << report.text;
  EXPECT_TRUE(report.text.contains("Action: expanded\r\nStatus: 2.1.5\r\n")) << report.text;
  EXPECT_TRUE(report.text.contains("\r\nSubject: held\r\n"));
  EXPECT_FALSE(report.text.contains("Hello, later"));
}

TEST_F(Releaser, FailureReports) {
  const std::string big = std::string(kText) + std::string(3'000'000, 'x') + "\r\n";
  const struct {
    const char* to;
    const char* status;
    ReturnPart return_part;
    bool is_big;
    bool returns_all;
  } cases[] = {
      {"nobody", "5.1.1", ReturnPart::unsaid, false, false}, {"nobody", "5.1.1", ReturnPart::headers, false, false},
      {"nobody", "5.1.1", ReturnPart::full, false, true},    {"nobody", "5.1.1", ReturnPart::full, true, false},
      {"carol", "5.2.1", ReturnPart::unsaid, false, false},  {"bob", "5.2.2", ReturnPart::unsaid, false, false}};
  store_.account(2).quota_bytes = 1000;
  store_.used[2] = 990;
  for (const auto& c : cases) {
    Envelope envelope = envelope_to({c.to});
    envelope.return_part = c.return_part;
    hold(envelope, c.is_big ? big : std::string(kText));
    release();
    ASSERT_FALSE(store_.released.empty());
    const FakeStore::Released released = std::exchange(store_.released, {}).front();
    EXPECT_TRUE(released.targets.empty());  // there is nobody left, and the message goes
    ASSERT_EQ(released.reports.size(), 1U) << c.to;
    const std::string& text = released.reports[0].text;
    EXPECT_EQ(released.reports[0].mailboxes, std::vector<store::MailboxId>{10});
    EXPECT_TRUE(text.contains("Action: failed\r\nStatus: " + std::string(c.status) + "\r\n")) << text;
    EXPECT_TRUE(text.contains("\r\nSubject: held\r\n"));
    EXPECT_EQ(text.contains("Hello, later"), c.returns_all);
    EXPECT_LT(text.size(), 100'000U);
  }
}

TEST_F(Releaser, SomeGetItAndSomeDoNot) {
  Envelope envelope = envelope_to({"bob", "nobody", "carol"});
  envelope.recipients[1].notify = {.is_said = true};  // NEVER
  hold(envelope);
  release();
  ASSERT_EQ(store_.released.size(), 1U);
  EXPECT_EQ(mailboxes(store_.released[0]), std::vector<store::MailboxId>{20});
  ASSERT_EQ(store_.released[0].reports.size(), 1U);
  EXPECT_TRUE(store_.released[0].reports[0].text.contains("carol@example.test"));
  EXPECT_FALSE(store_.released[0].reports[0].text.contains("nobody@example.test"));
}

TEST_F(Releaser, NobodyToTell) {
  Envelope envelope = envelope_to({"nobody"});
  envelope.from = {};
  hold(envelope);
  release();
  ASSERT_EQ(store_.released.size(), 1U);
  EXPECT_TRUE(store_.released[0].targets.empty());
  EXPECT_TRUE(store_.released[0].reports.empty());
}

TEST_F(Releaser, AMailboxThatHasChangedHands) {
  store_.account(2).created = kNow - 10;
  Envelope envelope = envelope_to({"bob"});
  envelope.recipients[0].valid_since = ValidSince{.time = kNow - 20};
  hold(envelope);
  release();
  ASSERT_EQ(store_.released.size(), 1U);
  EXPECT_TRUE(store_.released[0].targets.empty());
  EXPECT_TRUE(store_.released[0].reports.at(0).text.contains("Status: 5.7.17\r\n"));
}

// The report goes on to a sender who isn't here.
TEST_F(Releaser, ASenderElsewhere) {
  Envelope envelope = envelope_to({"nobody"});
  envelope.from = {"x", "elsewhere.example"};
  hold(envelope);
  release();
  ASSERT_EQ(store_.released.size(), 1U);
  EXPECT_TRUE(store_.released[0].reports.empty());
  options_.outbound = &outbound_;
  hold(envelope);
  release();
  ASSERT_EQ(outbound_.handed().size(), 1U);
  EXPECT_TRUE(outbound_.handed()[0].envelope.from.is_null());
  EXPECT_TRUE(outbound_.handed()[0].text.contains("Status: 5.1.1\r\n"));
}

// A mailbox fills up between the look at it and the release.
TEST_F(Releaser, AQuotaThatAppears) {
  hold(envelope_to({"bob"}));
  store_.release_failures = {store::Errc::quota};
  EXPECT_TRUE(release().contains("released message=abc "));
  EXPECT_EQ(store_.release_calls, 2U);
  ASSERT_EQ(store_.released.size(), 1U);
  EXPECT_EQ(mailboxes(store_.released[0]), std::vector<store::MailboxId>{20});
}

TEST_F(Releaser, AFullDisk) {
  hold(envelope_to({"bob"}));
  store_.release_failures = {store::Errc::disk_full};
  EXPECT_TRUE(release().contains("release_failed message=abc "));
  EXPECT_EQ(store_.release_calls, 1U);
  EXPECT_EQ(store_.held_messages.size(), 1U);
  release();
  EXPECT_EQ(store_.released.size(), 1U);
}

// It is kept for whoever can mend it, and holds up no other.
TEST_F(Releaser, ADamagedEnvelope) {
  hold(std::string("\x01garbage"));
  hold(envelope_to({"bob"}));
  EXPECT_TRUE(release().contains("release_failed held=1 reason=\"its envelope is damaged\""));
  ASSERT_EQ(store_.released.size(), 1U);
  EXPECT_EQ(store_.released[0].id, 2);
  EXPECT_EQ(store_.held_messages.size(), 1U);
}

}  // namespace
}  // namespace portreeve::smtp
