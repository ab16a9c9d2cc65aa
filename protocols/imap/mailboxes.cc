#include "protocols/imap/mailboxes.h"

#include <algorithm>

namespace portreeve::imap {

// The codec doesn't know the store; here both are known to mean the same.
static_assert(static_cast<int>(SpecialUse::none) == static_cast<int>(store::SpecialUse::none) &&
              static_cast<int>(SpecialUse::all) == static_cast<int>(store::SpecialUse::all) &&
              static_cast<int>(SpecialUse::archive) == static_cast<int>(store::SpecialUse::archive) &&
              static_cast<int>(SpecialUse::drafts) == static_cast<int>(store::SpecialUse::drafts) &&
              static_cast<int>(SpecialUse::flagged) == static_cast<int>(store::SpecialUse::flagged) &&
              static_cast<int>(SpecialUse::junk) == static_cast<int>(store::SpecialUse::junk) &&
              static_cast<int>(SpecialUse::sent) == static_cast<int>(store::SpecialUse::sent) &&
              static_cast<int>(SpecialUse::trash) == static_cast<int>(store::SpecialUse::trash));

async::Task<store::Result<store::MailboxListPtr>> read_mailboxes(Context& context) {
  co_return co_await async::offload(context.services.readers, context.loop(),
                                    [&context] { return context.services.store.mailboxes(context.account); });
}

async::Task<store::Result<store::MailboxId>> find_mailbox(Context& context, const std::string& name) {
  if (name == "INBOX") {
    if (const store::MailboxId inbox = context.services.store.inbox(context.account); inbox != 0) co_return inbox;
  }
  const auto list = co_await read_mailboxes(context);
  if (!list) co_return std::unexpected(list.error());
  const store::MailboxInfo* found = (*list)->find(name);
  if (found == nullptr) co_return std::unexpected(store::Error{store::Errc::not_found, "no mailbox of that name"});
  co_return found->id;
}

bool has_children(const store::MailboxList& list, std::string_view name) {
  const std::string prefix = std::string(name) + store::kDelimiter;
  const auto child = std::ranges::lower_bound(list.mailboxes, prefix, {}, &store::MailboxInfo::name);
  return child != list.mailboxes.end() && child->name.starts_with(prefix);
}

SpecialUse to_codec(store::SpecialUse use) { return static_cast<SpecialUse>(use); }

store::SpecialUse to_store(SpecialUse use) { return static_cast<store::SpecialUse>(use); }

store::FlagList to_store(const FlagList& flags) { return {flags.system, flags.keywords}; }

}  // namespace portreeve::imap
