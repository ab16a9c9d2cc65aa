// What a listener tells its POP3 sessions. Values, copied from the configuration by the daemon.
#pragma once

#include <cstddef>

#include "core/async/loop.h"
#include "protocols/session/services.h"

namespace portreeve::pop3 {

struct Options {
  session::Security security;
  async::Milliseconds idle_timeout = async::Milliseconds(600'000);   // for a command to arrive; RFC 1939 §3: >= 10 min
  async::Milliseconds write_timeout = async::Milliseconds(300'000);  // for each slice of an answer to be taken
  async::Milliseconds login_timeout = async::Milliseconds(60'000);   // from the banner to the password
  unsigned max_errors = 20;                                          // then the session ends
  unsigned max_failed_logins = 4;
  std::size_t max_line_bytes = 8192;  // RFC 2449 §4 wants 255; SASL responses may be longer
};

}  // namespace portreeve::pop3
