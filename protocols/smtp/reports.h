// Who is told what became of a message, and how: the reports that an envelope asks for (RFC 3461 §4.1, §5.2), as
// deliveries to a sender who is here, or handed on to one who is not.
// Threads: any loop.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/smtp/envelope.h"
#include "protocols/smtp/outbound.h"
#include "protocols/smtp/report.h"
#include "storage/resolve.h"
#include "storage/store.h"

namespace portreeve::smtp {

// Does the recipient's NOTIFY ask for a report of this?
bool wants_report(const Notify& notify, ReportedRecipient::Action action);

// What a report needs of a message beside its envelope. Views hold for the call.
struct ReportedMessage {
  std::string_view header;
  std::string_view whole = {};  // empty: only its header is at hand
  std::int64_t now = 0;         // Unix seconds
};

struct Reports {
  std::vector<store::Delivery> here;  // none or one
  struct Elsewhere {
    Envelope envelope;
    store::IncomingBody body;
  };
  std::optional<Elsewhere> elsewhere;
};

struct Reporter {
  store::Store& store;
  std::string_view host;
  const store::ResolveOptions& resolve;
  Outbound* outbound;  // null: senders elsewhere are not told

  // `recipients` are those that want to be told of. Empty if there are none, or nobody to tell (RFC 5321 §4.5.5: a null
  // reverse-path).
  Reports print(const Envelope& envelope, std::vector<ReportedRecipient> recipients,
                const ReportedMessage& message) const;
};

}  // namespace portreeve::smtp
