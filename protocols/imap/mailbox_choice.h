// The mailboxes that filters mean, of those that an account has (RFC 5465 §6, RFC 7377 §2.2). The selected one, which
// only its session knows, is nobody's here.
// Threads: values. The filters and the list must outlive it.
#pragma once

#include <set>
#include <span>
#include <string_view>

#include "protocols/imap/mailbox_filter.h"
#include "storage/types.h"

namespace portreeve::imap {

// The name of the mailbox above; empty at the top.
std::string_view parent_of(std::string_view name);

class MailboxChoice {
 public:
  MailboxChoice(std::span<const MailboxFilter> filters, const store::MailboxList& mailboxes);
  // Takes time by the name's length, however many names the filters have. `is_personal`: it is the account's own.
  bool has(std::string_view mailbox, bool is_personal = true) const;

 private:
  const store::MailboxList& mailboxes_;
  bool has_all_ = false;
  bool has_subscribed_ = false;
  std::set<std::string_view> named_;
  std::set<std::string_view> roots_;    // with all below them
  std::set<std::string_view> parents_;  // with their children
};

}  // namespace portreeve::imap
