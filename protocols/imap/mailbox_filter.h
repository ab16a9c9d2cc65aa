// Which mailboxes a command is about: filter-mailboxes of RFC 5465 §6, with subtree-one of RFC 7377 §2.2.
// Threads: values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace portreeve::imap {

struct MailboxFilter {
  enum class Kind : std::uint8_t {
    selected,
    selected_delayed,
    inboxes,
    personal,
    subscribed,
    subtree,      // those named and all below them
    subtree_one,  // those named and their children
    mailboxes,    // those named
  };
  Kind kind = Kind::selected;
  std::vector<std::string> names = {};  // UTF-8, of the last three; "" is what all mailboxes are below
  bool operator==(const MailboxFilter&) const = default;
};

}  // namespace portreeve::imap
