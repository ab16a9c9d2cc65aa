#include "protocols/smtp/envelope.h"

#include <utility>

#include "core/base/varint.h"

namespace portreeve::smtp {
namespace {

constexpr unsigned kVersion = 1;

// Of the envelope; two bits each for the return part and the body's type, from kReturnPart and kBody on.
constexpr unsigned kIsSmtputf8 = 1;
constexpr unsigned kRequiresTls = 2;
constexpr unsigned kReturnPart = 2;
constexpr unsigned kBody = 4;
constexpr unsigned kHasBy = 64;
constexpr unsigned kAll = 127;

// Of BY
constexpr unsigned kReturns = 1;
constexpr unsigned kTraces = 2;

// Of a recipient
constexpr unsigned kIsSaid = 1;
constexpr unsigned kSuccess = 2;
constexpr unsigned kFailure = 4;
constexpr unsigned kDelay = 8;
constexpr unsigned kHasValidSince = 16;
constexpr unsigned kContinues = 32;

using Reader = base::PackedReader;

void put_byte(std::string& out, unsigned value) { out.push_back(static_cast<char>(value)); }

unsigned flag(bool is_set, unsigned bit) { return is_set ? bit : 0; }

void put_path(std::string& out, const Path& path) {
  base::put_string(out, path.local);
  base::put_string(out, path.domain);
}

Path take_path(Reader& reader) {
  Path path;
  path.local = reader.string();
  path.domain = reader.string();
  return path;
}

unsigned take_flags(Reader& reader, unsigned known) {
  const unsigned flags = reader.byte();
  if ((flags & ~known) != 0) reader.fail();
  return flags;
}

void put_recipient(std::string& out, const EnvelopeRecipient& recipient) {
  const Notify& notify = recipient.notify;
  put_byte(out,
           flag(notify.is_said, kIsSaid) | flag(notify.success, kSuccess) | flag(notify.failure, kFailure) |
               flag(notify.delay, kDelay) | flag(recipient.valid_since.has_value(), kHasValidSince) |
               flag(recipient.valid_since && recipient.valid_since->action == ValidSinceAction::continue_, kContinues));
  put_path(out, recipient.to);
  base::put_string(out, recipient.original_type);
  base::put_string(out, recipient.original);
  if (recipient.valid_since) base::put_signed(out, recipient.valid_since->time);
}

EnvelopeRecipient take_recipient(Reader& reader) {
  EnvelopeRecipient recipient;
  const unsigned flags = take_flags(reader, kIsSaid | kSuccess | kFailure | kDelay | kHasValidSince | kContinues);
  recipient.notify = {.is_said = (flags & kIsSaid) != 0,
                      .success = (flags & kSuccess) != 0,
                      .failure = (flags & kFailure) != 0,
                      .delay = (flags & kDelay) != 0};
  recipient.to = take_path(reader);
  recipient.original_type = reader.string();
  recipient.original = reader.string();
  const bool continues = (flags & kContinues) != 0;
  if ((flags & kHasValidSince) != 0) {
    recipient.valid_since = ValidSince{.time = reader.signed_number(),
                                       .action = continues ? ValidSinceAction::continue_ : ValidSinceAction::reject};
  } else if (continues) {
    reader.fail();
  }
  return recipient;
}

}  // namespace

std::string encode(const Envelope& envelope) {
  std::string out;
  put_byte(out, kVersion);
  put_byte(out, flag(envelope.is_smtputf8, kIsSmtputf8) | flag(envelope.requires_tls, kRequiresTls) |
                    static_cast<unsigned>(envelope.return_part) << kReturnPart |
                    static_cast<unsigned>(envelope.body) << kBody | flag(envelope.by.has_value(), kHasBy));
  put_path(out, envelope.from);
  base::put_string(out, envelope.envelope_id);
  if (envelope.by) {
    put_byte(out, flag(envelope.by->returns, kReturns) | flag(envelope.by->traces, kTraces));
    base::put_signed(out, envelope.by->seconds);
  }
  base::put_signed(out, envelope.priority);
  base::put_signed(out, envelope.arrived);
  base::put_string(out, envelope.id);
  base::put_string(out, envelope.account);
  base::put_number(out, envelope.recipients.size());
  for (const EnvelopeRecipient& recipient : envelope.recipients) put_recipient(out, recipient);
  return out;
}

std::optional<Envelope> decode_envelope(std::string_view packed) {
  Reader reader(packed);
  if (reader.byte() != kVersion) return std::nullopt;
  const unsigned flags = take_flags(reader, kAll);
  const unsigned return_part = flags >> kReturnPart & 3;
  const unsigned body = flags >> kBody & 3;
  if (return_part > static_cast<unsigned>(ReturnPart::headers) || body > static_cast<unsigned>(BodyType::binary)) {
    return std::nullopt;
  }
  Envelope envelope;
  envelope.is_smtputf8 = (flags & kIsSmtputf8) != 0;
  envelope.requires_tls = (flags & kRequiresTls) != 0;
  envelope.return_part = static_cast<ReturnPart>(return_part);
  envelope.body = static_cast<BodyType>(body);
  envelope.from = take_path(reader);
  envelope.envelope_id = reader.string();
  if ((flags & kHasBy) != 0) {
    const unsigned by = take_flags(reader, kReturns | kTraces);
    envelope.by =
        DeliverBy{.seconds = reader.signed_number(), .returns = (by & kReturns) != 0, .traces = (by & kTraces) != 0};
  }
  const std::int64_t priority = reader.signed_number();
  envelope.priority = static_cast<int>(priority);
  if (envelope.priority != priority) return std::nullopt;
  envelope.arrived = reader.signed_number();
  envelope.id = reader.string();
  envelope.account = reader.string();
  // No room is made for a number that nothing vouches for.
  for (std::uint64_t left = reader.number(); left > 0 && reader.ok(); --left) {
    envelope.recipients.push_back(take_recipient(reader));
  }
  if (!reader.ok() || !reader.rest().empty()) return std::nullopt;
  return envelope;
}

}  // namespace portreeve::smtp
