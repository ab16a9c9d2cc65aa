// One SMTP connection, from the greeting to its end (RFC 5321; submission: RFC 6409).
//
// Promises. A 250 after DATA is sent only once the message is synced and in every recipient's INBOX. What is accepted
// is stored byte for byte behind its trace fields (a submission's missing Date and Message-ID are added), what can't be
// is refused; nothing but CRLF.CRLF ends a message.
// Memory is bounded by Options, whatever the peer sends.
//
// Threads: the connection's loop. `services` and `options` outlive the session.
#pragma once

#include "core/async/task.h"
#include "core/net/server.h"
#include "protocols/session/services.h"
#include "protocols/smtp/options.h"

namespace portreeve::smtp {

async::Task<> serve(net::Connection& connection, const session::Services& services, const Options& options);

}  // namespace portreeve::smtp
