// The loads: each drives a running server and prints one `name=value …` line. All throw std::runtime_error on an answer
// that isn't the one expected, and on any failure of a connection.
#pragma once

#include "tests/bench/load/measure.h"

namespace portreeve::load {

// Messages over SMTP; an operation is a message and its 250, and with connect_each all of its connection.
void deliver(const Options& options);
// One FETCH of many messages, again and again; counts messages.
void fetch(const Options& options);
// A FETCH for each body.
void fetch_one_by_one(const Options& options);
// LOGIN and LOGOUT, a connection each.
void login(const Options& options);
// Connections that are logged in, selected and in IDLE; holds them until standard input ends.
void hold_idle(const Options& options);

// The commands in their order, again and again, with INBOX selected. Those that begin with '~' prepare the others:
// their time doesn't count.
void commands(const Options& options);
// APPEND of one message, or with a count of several at once (RFC 3502); counts messages.
void append(const Options& options);
// News for a session in IDLE: from APPEND's OK to its EXISTS; with `to`, from the end of DATA over SMTP on `smtp_port`.
void news(const Options& options);
// What many clients do in a day: LOGIN, SELECT, FETCH, STORE, APPEND, EXPUNGE; counts commands.
void mixed(const Options& options);

// TLS handshakes, each with the connection around it and IMAP's greeting; with `resume` all but the first go on with a
// session.
void handshake(const Options& options);

// POP3. Each connection logs in as an account of its own: a '%' in the user's name is the connection's number.
// The commands, again and again; answers of several lines are read to their end.
void pop3_commands(const Options& options);
// RETR of the first `count` messages, again and again, `pipelined` commands at a time; counts messages.
void pop3_retrieve(const Options& options);
// USER, PASS, STAT and QUIT, a connection each.
void pop3_sessions(const Options& options);

}  // namespace portreeve::load
