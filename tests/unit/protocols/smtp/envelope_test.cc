#include "protocols/smtp/envelope.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace portreeve::smtp {
namespace {

Envelope full() {
  Envelope envelope;
  envelope.from = {.local = "a \"b\"", .domain = "[192.0.2.1]"};
  envelope.return_part = ReturnPart::headers;
  envelope.envelope_id = "QQ 314159";
  envelope.is_smtputf8 = true;
  envelope.requires_tls = true;
  envelope.body = BodyType::binary;
  envelope.by = DeliverBy{.seconds = -60, .returns = false, .traces = true};
  envelope.priority = -9;
  envelope.arrived = 837'596'665;
  envelope.id = "b1c2d3";
  envelope.account = "alice@example.test";
  envelope.recipients = {{.to = {.local = "postmaster", .domain = ""},
                          .notify = {},
                          .original_type = {},
                          .original = {},
                          .valid_since = {}},
                         {.to = {.local = "bj\xc3\xb6rn", .domain = "b"},
                          .notify = {.is_said = true, .success = true, .failure = false, .delay = true},
                          .original_type = "utf-8",
                          .original = "\xc3\xb6@c",
                          .valid_since = ValidSince{.time = 1'396'566'060, .action = ValidSinceAction::continue_}},
                         {.to = {.local = "c", .domain = "d"},
                          .notify = {.is_said = true},
                          .original_type = "rfc822",
                          .original = std::string("x\0\xffy", 4),
                          .valid_since = ValidSince{.time = -1}}};
  return envelope;
}

TEST(Envelope, ComesBackAsItWas) {
  EXPECT_EQ(decode_envelope(encode(full())), full());
  EXPECT_EQ(decode_envelope(encode(Envelope{})), Envelope{});
  Envelope envelope = full();
  for (const auto part : {ReturnPart::unsaid, ReturnPart::full, ReturnPart::headers}) {
    for (const auto body : {BodyType::seven_bit, BodyType::eight_bit, BodyType::binary}) {
      envelope.return_part = part;
      envelope.body = body;
      envelope.is_smtputf8 = !envelope.is_smtputf8;
      EXPECT_EQ(decode_envelope(encode(envelope)), envelope);
    }
  }
  envelope.by = std::nullopt;
  envelope.arrived = std::numeric_limits<std::int64_t>::min();
  envelope.priority = std::numeric_limits<int>::max();
  EXPECT_EQ(decode_envelope(encode(envelope)), envelope);
  envelope.recipients.resize(1000);
  EXPECT_EQ(decode_envelope(encode(envelope)), envelope);
}

TEST(Envelope, WhatIsCutOrLongerIsRefused) {
  const std::string packed = encode(full());
  for (std::size_t size = 0; size < packed.size(); ++size) {
    EXPECT_EQ(decode_envelope(packed.substr(0, size)), std::nullopt) << size;
  }
  EXPECT_EQ(decode_envelope(packed + '\0'), std::nullopt);
}

TEST(Envelope, WhatIsDamagedNeverMeansTheSame) {
  const std::string packed = encode(full());
  for (std::size_t at = 0; at < packed.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = packed;
      damaged[at] = static_cast<char>(damaged[at] ^ 1 << bit);
      const auto envelope = decode_envelope(damaged);
      if (envelope) EXPECT_EQ(encode(*envelope), damaged) << at;
    }
  }
}

TEST(Envelope, ManyRecipientsThatAreNotThereTakeNoRoom) {
  std::string packed = encode(Envelope{});
  packed.pop_back();  // their number
  packed += "\xff\xff\xff\xff\xff\xff\xff\xff\x7f";
  EXPECT_EQ(decode_envelope(packed), std::nullopt);
}

}  // namespace
}  // namespace portreeve::smtp
