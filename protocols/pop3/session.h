// A POP3 session (RFC 1939; CAPA of RFC 2449, STLS of RFC 2595, AUTH of RFC 5034, UTF8 and LANG of RFC 6856), from the
// banner to its end.
//
// Promises. The maildrop is the INBOX as it was at login, and stays so: numbers, sizes and bodies, whatever other
// sessions do. Nothing is removed but by QUIT, which says +OK only once the removal is durable; a connection that is
// lost removes nothing.
//
// An account's maildrop is open to one session at a time, or to as many as the Options say (RFC 1939 §4). One that has
// been silent for long gives way, so that a phone which went out of reach doesn't lock its owner out.
//
// Refuses to know sockets, TLS and SQL. Limits are the Options'.
// Threads: the connection's loop; reads of the store run on Services::readers.
#pragma once

#include "core/async/task.h"
#include "core/net/server.h"
#include "protocols/pop3/options.h"
#include "protocols/session/services.h"

namespace portreeve::pop3 {

// Ends the connection by returning. All three must outlive the task.
async::Task<> serve(net::Connection& connection, const session::Services& services, const Options& options);

}  // namespace portreeve::pop3
