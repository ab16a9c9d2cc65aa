// What the owner of a mailbox is told when it fills up: a whole message, printed, to be put into that mailbox.
//
// Lines end in CRLF; it is 7-bit unless the address isn't ASCII. Nothing of what is put in can forge a field.
// Threads: values and pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace portreeve::session {

// Views hold for the call.
struct QuotaNotice {
  std::string_view host;
  std::string_view id;       // its Message-ID is <id@host>
  std::string_view date;     // RFC 5322 §3.3
  std::string_view address;  // the owner's, "local@domain" without quotes
  std::uint64_t used_bytes = 0;
  std::uint64_t quota_bytes = 0;
  unsigned percent = 0;  // from 100 on the mailbox is full
};

std::string print_quota_notice(const QuotaNotice& notice);

}  // namespace portreeve::session
