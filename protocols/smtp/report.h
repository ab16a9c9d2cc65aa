// A delivery status notification, printed: what became of a message, for people and for programs (RFC 3461 §6,
// RFC 3464, RFC 6522; with addresses that aren't ASCII, RFC 6533). It goes to the sender of the message reported on,
// from the null reverse path.
//
// Promises. Nothing of what is reported can forge a field, a part or a line. Lines end in CRLF and have 998 bytes at
// most. It is 7-bit unless the original is internationalised, the address it goes to isn't ASCII, or what is returned
// of the original is 8-bit. Time is linear; size is that of what is returned, at most a few KiB for each recipient.
// Threads: values and pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/smtp/path.h"

namespace portreeve::smtp {

// Of the original's header so much is returned, in whole fields.
constexpr std::size_t kMaxReturnedHeader = std::size_t{64} * 1024;

struct ReportedRecipient {
  enum class Action { failed, delivered, relayed, expanded, delayed };
  Path recipient;             // as it was given in RCPT
  std::string original_type;  // ORCPT's address type: "rfc822", "utf-8"
  std::string original;       // ORCPT's address, decoded; empty: none was given
  Action action = Action::failed;
  std::string status;  // "5.2.2"; one that is malformed is printed as the general one of its action
  std::string reason;  // one line, "550 5.1.1 No such user" as a server said it or words of our own; may be empty
};

// Views hold for the call.
struct Report {
  std::string_view host;
  std::string_view id;            // the report's own: its Message-ID is <id@host>
  std::string_view date;          // RFC 5322 §3.3
  Path to;                        // not null: nothing is reported to <>
  std::string envelope_id;        // ENVID, decoded; empty: none was given
  std::string_view arrival_date;  // of the original, RFC 5322 §3.3; may be empty
  std::string_view message_id;    // what the original was called when it was taken in, as in its Received field
  std::vector<ReportedRecipient> recipients;  // at least one
  // The original's header block. Lines that are no field are left out.
  std::string_view header;
  // The whole original if it is to come back (RET=FULL), else empty. It does only if a recipient failed (RFC 3461
  // §6.2), and if it can stand in a message as it is: with CRLF, lines of 998 bytes and no NULs.
  std::string_view message;
  bool is_smtputf8 = false;  // the original came with SMTPUTF8
};

std::string print_report(const Report& report);

}  // namespace portreeve::smtp
