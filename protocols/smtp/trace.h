// The trace fields that a delivery puts before a message (RFC 5321 §4.4), and what a submission lacks (RFC 6409 §8).
// Threads: values and pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "protocols/smtp/path.h"

namespace portreeve::smtp {

// Views hold for the call.
struct Trace {
  std::string_view client_name;     // what HELO or EHLO said; made harmless
  std::string_view client_address;  // "192.0.2.1", "2001:db8::1", or empty for a Unix socket
  std::string_view host;            // ours
  std::string_view tls;             // version and cipher, or empty
  std::string_view id;
  std::string_view date;  // RFC 5322 §3.3
  bool is_esmtp = false;
  bool is_authenticated = false;
  bool is_smtputf8 = false;
};

// The protocol of the "with" clause: "ESMTPSA" (RFC 3848), "UTF8SMTPS" (RFC 6531 §4.3), …
std::string with_protocol(bool is_esmtp, bool is_utf8, bool is_tls, bool is_authenticated);

// Return-Path and Received. `only_recipient` is null if there are several: all get the same bytes, and none is to learn
// of the others (RFC 5321 §7.2).
std::string print_trace(const Trace& trace, const Path& from, const Path* only_recipient);

// Where the header ends, with its blank line, or npos. Looks from `searched` on, which is the length of the text that
// an earlier call found no end in.
std::size_t find_header_end(std::string_view text, std::size_t searched);

// Is there a field of this name in the header at the beginning of `text`?
bool has_field(std::string_view text, std::string_view name);

}  // namespace portreeve::smtp
