// What a submission's header says of who wrote it, and what is made of it before it goes on (RFC 6409 §8).
//
// Both take the header as HeaderScanner bounds it: with its blank line, or without one where a line came that is no
// field or the message ended. They never fail, and time is linear.
// Threads: values and pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/smtp/path.h"

namespace portreeve::smtp {

constexpr std::size_t kMaxAuthors = 100;

// Mailboxes stand without quotes and comments, those of groups too. One that is no address has an empty domain or local
// part; it counts all the same, as other readers may take it for more.
struct SubmittedHeader {
  std::vector<Path> authors;  // of all From fields: a header with two of them has two authors
  std::vector<Path> senders;  // of all Sender fields
  // Of all Resent-From fields, of whatever block (RFC 5322 §3.6.6). Who sends a message again need not be its author,
  // but must be who he says.
  std::vector<Path> resent_authors;
  bool has_from = false;  // and no author: the field is empty
  bool has_sender = false;
  bool has_resent_from = false;
  bool has_too_many = false;   // more than kMaxAuthors altogether; what is beyond is left out, so it must not pass
  bool is_utf8 = false;        // 8-bit text, all of it UTF-8 (RFC 6532)
  bool has_bad_bytes = false;  // 8-bit text that isn't
};

SubmittedHeader examine_submission(std::string_view header);

// Puts Date and Message-ID in front where they lack, drops Bcc and Resent-Bcc fields whole (RFC 5322 §3.6.3, the first
// of its ways) and leaves every other byte as it is. A header that has no blank line gets one, so that nobody reads
// what follows as more fields. `message_id` has its angle brackets.
std::string complete_submission(std::string_view header, std::string_view date, std::string_view message_id);

}  // namespace portreeve::smtp
