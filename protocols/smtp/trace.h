// The trace fields that a delivery puts before a message (RFC 5321 §4.4).
// Threads: values and pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocols/smtp/path.h"

namespace portreeve::smtp {

// Views hold for the call.
struct Trace {
  std::string_view client_name;     // what HELO or EHLO said; made harmless
  std::string_view client_address;  // "192.0.2.1", "2001:db8::1", or empty for a Unix socket
  bool hides_client = false;        // neither name nor address is told
  std::string_view host;            // ours
  std::string_view tls;             // version and cipher, or empty
  std::string_view id;
  std::string_view date;  // RFC 5322 §3.3
  bool is_esmtp = false;
  bool is_authenticated = false;
  bool is_smtputf8 = false;
  bool is_lmtp = false;
  std::optional<int> priority = {};  // RFC 6710
  bool is_final = true;              // delivered here; what goes on to another server has no Return-Path
};

// The protocol of the "with" clause: "ESMTPSA", "LMTP" (RFC 3848), "UTF8SMTPS" (RFC 6531 §4.3), …
std::string with_protocol(const Trace& trace);

// Return-Path, where delivery is final, and Received. `only_recipient` is null if there are several: all get the same
// bytes, and none is to learn of the others (RFC 5321 §7.2).
std::string print_trace(const Trace& trace, const Path& from, const Path* only_recipient);

}  // namespace portreeve::smtp
