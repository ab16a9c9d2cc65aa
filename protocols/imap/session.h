// An IMAP4rev1 session (RFC 3501), from the greeting to the goodbye.
//
// Promises. Every command gets one tagged reply, in order; OK to a change only once it is durable. What a peer sends
// is bounded by Options; a bad command costs its BAD and no more. Replies to pipelined commands leave together.
//
// A selected mailbox that somebody deletes is empty from then on: its messages are told as expunged, what would change
// it is answered NO [NONEXISTENT], and the session goes on. What another session expunged can be read until this one's
// client was told.
//
// Knows the store's interface, never its making; no TLS library, no configuration file.
// Threads: the connection's loop; reads of the store run on Services::readers.
#pragma once

#include "core/async/task.h"
#include "core/net/server.h"
#include "protocols/imap/options.h"
#include "protocols/session/services.h"

namespace portreeve::imap {

// `services` and `options` must outlive the session. Ends by returning; an exception never leaves it.
async::Task<> serve(net::Connection& connection, const session::Services& services, const Options& options);

}  // namespace portreeve::imap
