// The subject of a conversation: "Re: [list] Fwd: Lunch? (fwd)" is about "Lunch?" (RFC 5256 §2.1).
// Time is linear in the subject, however many "Re:" it has. Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace portreeve::mime {

struct BaseSubject {
  std::string text;  // UTF-8
  bool is_reply_or_forward = false;
};

// `decoded` comes from decode_header().
BaseSubject base_subject(std::string_view decoded);

}  // namespace portreeve::mime
