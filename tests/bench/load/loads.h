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

}  // namespace portreeve::load
