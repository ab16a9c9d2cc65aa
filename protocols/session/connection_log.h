// The log lines that every protocol's connections have in common, so that one search finds a connection's whole story
// by its id. `protocol` is "smtp", "submission", "pop3" or "imap".
// Threads: the connection's loop.
#pragma once

#include <string_view>

#include "core/net/server.h"

namespace portreeve::session {

// At debug level; the line of record is the one at the end.
void log_connection_opened(const net::Connection& connection, std::string_view protocol);

// The one line a connection: peer, local end, encryption, bytes each way, why it ended. `reason` is a word or two for
// people: "quit", "too many errors", net::describe(error). `account` is who was logged in, if anybody.
void log_connection_closed(const net::Connection& connection, std::string_view protocol, std::string_view reason,
                           std::string_view account = {});

}  // namespace portreeve::session
