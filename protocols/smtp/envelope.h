// What is kept of a message's envelope while it waits in the store.
//
// Packed: a version byte, then flags and varints, strings each after its length. Nothing is trusted: what encode()
// couldn't have made is refused, and no more memory is taken than the bytes ask for.
// Threads: values and pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/smtp/command.h"
#include "protocols/smtp/path.h"

namespace portreeve::smtp {

struct EnvelopeRecipient {
  Path to;
  Notify notify;
  std::string original_type;  // ORCPT, as Rcpt has it
  std::string original;
  std::optional<ValidSince> valid_since;
  bool operator==(const EnvelopeRecipient&) const = default;
};

struct Envelope {
  Path from;
  ReturnPart return_part = ReturnPart::unsaid;
  std::string envelope_id;  // ENVID, decoded
  bool is_smtputf8 = false;
  bool requires_tls = false;
  BodyType body = BodyType::seven_bit;
  std::optional<DeliverBy> by;  // as it was said when the message arrived
  int priority = 0;
  std::int64_t arrived = 0;  // Unix seconds
  std::string id;            // of the message, in logs
  std::string account;       // who sent it; empty for strangers
  std::vector<EnvelopeRecipient> recipients;
  bool operator==(const Envelope&) const = default;
};

std::string encode(const Envelope& envelope);
// Nothing for what encode() didn't make.
std::optional<Envelope> decode_envelope(std::string_view packed);

}  // namespace portreeve::smtp
