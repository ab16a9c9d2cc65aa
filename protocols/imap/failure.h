// The one place where an error of the store becomes a reply: their fault, our fault, or the mailbox's state.
// Threads: any.
#pragma once

#include "protocols/imap/context.h"
#include "protocols/imap/response.h"
#include "storage/types.h"

namespace portreeve::imap {

// What was being done, as "Cannot create the mailbox", begins the reply's text. Codes by RFC 5530; what is our fault is
// logged with the store's words under the connection's id, which the client gets too.
Reply failure(const Context& context, std::string_view what, const store::Error& error);

// A message's destination that isn't there (RFC 3501 §6.3.11, §6.4.7).
Reply try_create();
Reply read_only();
// By the rights on the selected mailbox (RFC 4314 §4).
Reply no_right();
// A sequence number above EXISTS.
Reply uid_required();
Reply no_such_message();

}  // namespace portreeve::imap
