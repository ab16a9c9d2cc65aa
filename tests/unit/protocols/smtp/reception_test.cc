#include "protocols/smtp/reception.h"

#include <gtest/gtest.h>

#include "fake_store.h"
#include "tests/unit/protocols/session/run.h"

namespace portreeve::smtp {
namespace {

using Verdict = Reception::Verdict;

constexpr std::string_view kTrace = "Received: trace\r\n";

// What came of a message.
struct Outcome {
  Verdict verdict = Verdict::good;
  std::string text;    // that the store would get; of a good one
  std::string header;  // kept for a report
  std::uint64_t size = 0;
  std::size_t most_stagings = 0;
  std::optional<SubmittedHeader> submitted;
  std::vector<std::string> valid_since;
};

async::Task<> feed(Reception& reception, const std::vector<std::string>& pieces, bool is_chunks, FakeStore& store,
                   std::size_t& most_stagings) {
  std::string buffered;
  for (const std::string& piece : pieces) {
    if (is_chunks) {
      co_await reception.take_chunk(piece);
    } else {
      buffered += piece;
      const std::size_t used = co_await reception.take_data(buffered);
      buffered.erase(0, used);
    }
    most_stagings = std::max(most_stagings, store.stagings());
  }
  if (is_chunks) reception.end_chunks();
  EXPECT_TRUE(reception.is_complete());
  co_await reception.finish();
}

class ReceptionTest : public ::testing::Test {
 protected:
  static Reception::Settings settings() {
    Reception::Settings settings;
    settings.id = "abc";
    settings.trace = kTrace;
    settings.utf8_trace = "Received: UTF-8 trace\r\n";
    settings.host = "mail.example.test";
    settings.date = "Thu, 01 Jan 1970 00:00:00 +0000";
    settings.max_bytes = 10'000'000;
    settings.header = {.max_fields = 10'000, .max_bytes = 1'000'000, .max_received = 100};
    return settings;
  }
  static Reception::Settings submission() {
    Reception::Settings settings = ReceptionTest::settings();
    settings.is_submission = true;
    return settings;
  }

  Outcome take(const Reception::Settings& settings, const std::vector<std::string>& pieces, bool is_chunks) {
    async::Loop loop;
    Outcome outcome;
    {
      Reception reception(store_, loop, settings);
      session::testing::run(loop, feed(reception, pieces, is_chunks, store_, outcome.most_stagings));
      outcome.verdict = reception.verdict();
      outcome.size = reception.size();
      outcome.header = reception.header();
      outcome.submitted = reception.submitted();
      outcome.valid_since = reception.valid_since();
      if (outcome.verdict == Verdict::good) {
        const store::IncomingBody body = reception.take_body();
        outcome.text = store_.text_of(body);
        EXPECT_EQ(body.summary.size, outcome.text.size());
      }
    }
    EXPECT_EQ(store_.stagings(), 0U);
    return outcome;
  }
  Outcome data(const Reception::Settings& settings, const std::vector<std::string>& pieces) {
    return take(settings, pieces, false);
  }
  Outcome chunks(const Reception::Settings& settings, const std::vector<std::string>& pieces) {
    return take(settings, pieces, true);
  }
  // By both ways, whole and byte by byte.
  Outcome any(const Reception::Settings& settings, const std::string& text) {
    const Outcome outcome = chunks(settings, {text});
    std::vector<std::string> bytes;
    for (const char c : text) bytes.emplace_back(1, c);
    for (const Outcome& other : {chunks(settings, bytes), data(settings, {text + "\r\n.\r\n"})}) {
      EXPECT_EQ(other.verdict, outcome.verdict);
      EXPECT_EQ(other.header, outcome.header);
    }
    EXPECT_EQ(chunks(settings, bytes).text, outcome.text);
    return outcome;
  }

  FakeStore store_;
};

TEST_F(ReceptionTest, TheTraceComesFirst) {
  const Outcome outcome = data(settings(), {"Subject: x\r\n\r\n..\r\n", ".\r\n"});
  EXPECT_EQ(outcome.verdict, Verdict::good);
  EXPECT_EQ(outcome.text, std::string(kTrace) + "Subject: x\r\n\r\n.\r\n");
  EXPECT_EQ(outcome.size, 17U);  // without the trace and the dots of the transfer
  EXPECT_EQ(data(settings(), {".\r\n"}).text, kTrace);
  EXPECT_EQ(chunks(settings(), {}).text, kTrace);
  EXPECT_FALSE(outcome.submitted);
  EXPECT_EQ(outcome.header, "");  // nobody asked for it
}

TEST_F(ReceptionTest, KeepsTheHeaderAndNothingElse) {
  Reception::Settings keeping = settings();
  keeping.keeps_header = true;
  EXPECT_EQ(any(keeping, "Subject: x\r\n\r\nHello").header, "Subject: x\r\n\r\n");
  EXPECT_EQ(any(keeping, "Subject: x\r\nno field").header, "Subject: x\r\n");
  EXPECT_EQ(any(keeping, "no header").header, "");
  EXPECT_EQ(any(keeping, "\r\nno header").header, "\r\n");
  std::string many;
  while (many.size() < 200'000) many += "X: " + std::string(60, 'x') + "\r\n";
  const Outcome outcome = chunks(keeping, {many.substr(0, 100'000), many.substr(100'000), "\r\nHello"});
  EXPECT_TRUE(outcome.header == many.substr(0, 64 * 1024));
  EXPECT_TRUE(outcome.text == std::string(kTrace) + many + "\r\nHello");
}

TEST_F(ReceptionTest, KeepsASubmissionsHeaderAsItGoesOn) {
  Reception::Settings keeping = submission();
  keeping.keeps_header = true;
  const Outcome outcome = any(keeping, "Bcc: <x@y>\r\nSubject: x\r\n\r\nHello");
  EXPECT_EQ(outcome.header,
            "Date: Thu, 01 Jan 1970 00:00:00 +0000\r\nMessage-ID: <abc@mail.example.test>\r\nSubject: x\r\n\r\n");
  EXPECT_EQ(outcome.text, std::string(kTrace) + outcome.header + "Hello");
}

TEST_F(ReceptionTest, ASubmissionsAuthors) {
  const Outcome outcome = any(submission(), "From: a@b,\r\n c@d\r\nResent-From: e@f\r\n\r\nFrom: g@h\r\n");
  ASSERT_TRUE(outcome.submitted);
  ASSERT_EQ(outcome.submitted->authors.size(), 2U);
  EXPECT_EQ(outcome.submitted->authors[1].text(), "c@d");
  ASSERT_EQ(outcome.submitted->resent_authors.size(), 1U);
  EXPECT_TRUE(outcome.text.starts_with(kTrace));
  EXPECT_TRUE(any(submission(), "From: \xc3\xa4@b\r\n\r\n").text.starts_with("Received: UTF-8 trace\r\n"));
  EXPECT_TRUE(any(submission(), "From: \xe4@b\r\n\r\n").text.starts_with(kTrace));  // Latin-1
}

TEST_F(ReceptionTest, ABigSubmissionIsStaged) {
  const std::string body(1'000'000, 'x');
  const Outcome outcome = chunks(submission(), {"Date: x\r\nMessage-ID: y\r\n\r\n", body, body});
  EXPECT_EQ(outcome.text, std::string(kTrace) + "Date: x\r\nMessage-ID: y\r\n\r\n" + body + body);
  EXPECT_EQ(outcome.most_stagings, 1U);
}

TEST_F(ReceptionTest, RequiredRecipients) {
  const Outcome outcome =
      any(settings(), "Require-Recipient-Valid-Since: a@b;\r\n date\r\nrequire-recipient-valid-since:c\r\n\r\n");
  EXPECT_EQ(outcome.valid_since, (std::vector<std::string>{"a@b; date", "c"}));
}

// The rest is read, but nothing of it is kept.
TEST_F(ReceptionTest, WhatIsLostIsDroppedAtOnce) {
  Reception::Settings small = settings();
  small.max_bytes = 600'000;
  const std::string half(300'000, 'x');
  Outcome outcome = chunks(small, {half, half, "x", half, half});
  EXPECT_EQ(outcome.verdict, Verdict::too_big);
  EXPECT_EQ(outcome.size, 1'200'001U);
  EXPECT_EQ(chunks(small, {half, half}).verdict, Verdict::good);

  outcome = data(settings(), {"\n" + half, half, half, "\r\n.\r\n"});
  EXPECT_EQ(outcome.verdict, Verdict::bare_lf);
  EXPECT_EQ(outcome.most_stagings, 0U);
}

TEST_F(ReceptionTest, TheFirstFaultCounts) {
  EXPECT_EQ(any(settings(), "a\rb\nc").verdict, Verdict::bare_cr);
  EXPECT_EQ(any(settings(), "a\nb\rc").verdict, Verdict::bare_lf);
  EXPECT_EQ(any(settings(), std::string("a\nb\0", 4)).verdict, Verdict::nul);  // save for what nothing mends
  EXPECT_EQ(chunks(settings(), {"a\r"}).verdict, Verdict::bare_cr);
  EXPECT_EQ(chunks(settings(), {"a\r", "\nb"}).verdict, Verdict::good);
  EXPECT_EQ(chunks(settings(), {"a\r", "b"}).verdict, Verdict::bare_cr);
}

TEST_F(ReceptionTest, HeadersOverALimit) {
  for (Reception::Settings limited : {settings(), submission()}) {
    limited.header = {.max_fields = 2, .max_bytes = 100, .max_received = 1};
    EXPECT_EQ(any(limited, "X: " + std::string(200, 'x') + "\r\n\r\n").verdict, Verdict::header_too_big);
    EXPECT_EQ(any(limited, "X: y\r\nX: y\r\nX: y\r\n\r\n").verdict, Verdict::too_many_fields);
    EXPECT_EQ(any(limited, "Received: y\r\nReceived: y\r\n\r\n").verdict, Verdict::looping);
    EXPECT_EQ(any(limited, "X: y\r\n\r\n" + std::string(200, 'x')).verdict, Verdict::good);
    EXPECT_EQ(any(limited, std::string(200, 'x')).verdict, Verdict::good);  // all of it is text
  }
}

TEST_F(ReceptionTest, MendsNewlines) {
  Reception::Settings mending = settings();
  mending.normalises = true;
  EXPECT_EQ(any(mending, "X: y\n\na\rb\r\nc\n\rd").text, std::string(kTrace) + "X: y\r\n\r\na\r\nb\r\nc\r\n\r\nd");
  EXPECT_EQ(chunks(mending, {"a\r", "b\r", "\nc\r"}).text, std::string(kTrace) + "a\r\nb\r\nc\r\n");
  EXPECT_EQ(chunks(mending, {"a\r"}).text, std::string(kTrace) + "a\r\n");
  EXPECT_EQ(any(mending, std::string("\n\0", 2)).verdict, Verdict::nul);
  Reception::Settings sent = submission();
  sent.normalises = true;
  const Outcome outcome = any(sent, "From: a@b\nDate: x\rMessage-ID: y\n\nHello");
  EXPECT_EQ(outcome.text, std::string(kTrace) + "From: a@b\r\nDate: x\r\nMessage-ID: y\r\n\r\nHello");
}

TEST_F(ReceptionTest, ConvertsBinaryParts) {
  const std::string header =
      "Date: x\r\nMessage-ID: y\r\nMIME-Version: 1.0\r\nContent-Type: image/png\r\n"
      "Content-Transfer-Encoding: binary\r\n\r\n";
  std::string want = header;
  want.replace(want.find("binary"), 6, "base64");
  for (Reception::Settings binary : {settings(), submission()}) {
    binary.is_binary = true;
    const std::string bytes("\0\n\r\n.\r", 6);
    EXPECT_EQ(chunks(binary, {header + bytes}).text, std::string(kTrace) + want + "AAoNCi4N\r\n");
    EXPECT_EQ(chunks(binary, {header, bytes.substr(0, 3), bytes.substr(3)}).text,
              std::string(kTrace) + want + "AAoNCi4N\r\n");
    EXPECT_EQ(chunks(binary, {header + "DKIM-Signature: x\r\n"}).verdict, Verdict::good);
    EXPECT_EQ(chunks(binary, {"DKIM-Signature: x\r\n" + header + bytes}).verdict, Verdict::signed_content);
    EXPECT_EQ(chunks(binary, {"\r\n" + bytes}).verdict, Verdict::not_labelled);
    EXPECT_EQ(chunks(binary, {"X: " + bytes + "\r\n\r\n"}).verdict, Verdict::not_labelled);
  }
}

TEST_F(ReceptionTest, AStoreThatFails) {
  store_.fails_staging = true;
  store_.failure = {store::Errc::disk_full, "no"};
  const std::string body(400'000, 'x');
  for (const auto& how : {settings(), submission()}) {
    EXPECT_EQ(chunks(how, {body, body, body}).verdict, Verdict::store_failed);
    EXPECT_EQ(data(how, {body, body, "\r\n.\r\n"}).verdict, Verdict::store_failed);
    // What fits in memory isn't staged, save with what is held back to the last.
    EXPECT_EQ(chunks(how, {"Hello"}).verdict, Verdict::good);
  }
  // All of it held back until the message is over.
  EXPECT_EQ(chunks(submission(), {"X: " + body}).verdict, Verdict::store_failed);
}

}  // namespace
}  // namespace portreeve::smtp
