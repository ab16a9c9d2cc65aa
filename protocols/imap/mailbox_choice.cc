#include "protocols/imap/mailbox_choice.h"

namespace portreeve::imap {

std::string_view parent_of(std::string_view name) {
  const std::size_t end = name.rfind(store::kDelimiter);
  return name.substr(0, end == std::string_view::npos ? 0 : end);
}

MailboxChoice::MailboxChoice(std::span<const MailboxFilter> filters, const store::MailboxList& mailboxes)
    : mailboxes_(mailboxes) {
  for (const MailboxFilter& filter : filters) {
    switch (filter.kind) {
      case MailboxFilter::Kind::selected:
      case MailboxFilter::Kind::selected_delayed: break;
      // Mail to a subaddress may go to any of them. RFC 5465 §6.3: then both are the same.
      case MailboxFilter::Kind::inboxes:
      case MailboxFilter::Kind::personal: has_all_ = true; break;
      case MailboxFilter::Kind::subscribed: has_subscribed_ = true; break;
      case MailboxFilter::Kind::subtree: roots_.insert(filter.names.begin(), filter.names.end()); break;
      case MailboxFilter::Kind::subtree_one: parents_.insert(filter.names.begin(), filter.names.end()); break;
      case MailboxFilter::Kind::mailboxes: named_.insert(filter.names.begin(), filter.names.end()); break;
    }
  }
}

bool MailboxChoice::has(std::string_view mailbox, bool is_personal) const {
  if ((has_all_ && is_personal) || named_.contains(mailbox) || parents_.contains(mailbox) ||
      parents_.contains(parent_of(mailbox)))
    return true;
  if (has_subscribed_ && mailboxes_.is_subscribed(mailbox)) return true;
  if (roots_.empty()) return false;
  for (std::string_view above = mailbox; !above.empty(); above = parent_of(above)) {
    if (roots_.contains(above)) return true;
  }
  return roots_.contains("");
}

}  // namespace portreeve::imap
