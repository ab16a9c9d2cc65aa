#include "protocols/imap/mailboxes.h"

#include <algorithm>

#include "protocols/imap/other_users.h"
#include "protocols/imap/rights.h"

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

static_assert(std::is_same_v<Rights, store::Rights> && kRightLetters == store::kRightLetters);
static_assert(static_cast<int>(SetAcl::Change::replace) == static_cast<int>(store::AclChange::replace) &&
              static_cast<int>(SetAcl::Change::add) == static_cast<int>(store::AclChange::add) &&
              static_cast<int>(SetAcl::Change::remove) == static_cast<int>(store::AclChange::remove));

namespace {

constexpr std::string_view kInbox = "INBOX";
// Mailboxes of others in one listing.
constexpr std::size_t kMaxListedShared = 10'000;

std::unexpected<store::Error> not_found() {
  return std::unexpected(store::Error{store::Errc::not_found, "no mailbox of that name"});
}
std::unexpected<store::Error> denied() {
  return std::unexpected(store::Error{store::Errc::denied, "the rights don't allow it"});
}

bool is_shared_entry(std::string_view entry) { return entry.starts_with("/shared/"); }

// The account of that address, if it shares anything with the other. Null alike for one that isn't there and for one
// that doesn't: neither the answer nor the time that it takes tells them apart.
const store::Account* find_sharer(const store::Directory& directory, const store::Acls& acls, store::AccountId account,
                                  std::string_view address) {
  const store::Account* owner = directory.find_address(address);
  return owner != nullptr && owner->id != account && acls.shares(owner->id, account) ? owner : nullptr;
}

// On a worker.
store::Result<Place> find_shared_place(const Context& context, const std::string& name) {
  auto shared = split_other_users(name);
  if (!shared) return denied();
  store::Store& store = context.services.store;
  const store::DirectoryPtr directory = store.directory();
  const store::AclsPtr acls = store.acls();
  const store::Account* owner = find_sharer(*directory, *acls, context.account, shared->owner);
  if (owner == nullptr) return denied();
  const auto list = store.mailboxes(owner->id);
  if (!list) return std::unexpected(list.error());
  // RFC 4314 §4: what counts is the nearest mailbox above that exists.
  std::string_view above = shared->mailbox;
  const store::MailboxInfo* parent = nullptr;
  while (parent == nullptr) {
    const std::size_t end = above.rfind(store::kDelimiter);
    if (end == std::string_view::npos) return denied();
    above = above.substr(0, end);
    parent = (*list)->find(above);
  }
  if ((acls->rights(owner->id, parent->id, context.account) & store::kCreateMailbox) == 0) return denied();
  return Place{owner->id, std::move(shared->mailbox)};
}

}  // namespace

async::Task<store::Result<store::MailboxListPtr>> read_mailboxes(Context& context) {
  co_return co_await async::offload(context.services.readers, context.loop(),
                                    [&context] { return context.services.store.mailboxes(context.account); });
}

async::Task<store::Result<Visible>> read_visible_mailboxes(Context& context) {
  co_return co_await async::offload(context.services.readers, context.loop(),
                                    [&context] { return read_visible(context); });
}

store::Result<Located> look_up(const Context& context, const std::string& name, store::Rights any_of) {
  store::Store& store = context.services.store;
  if (!is_other_users(name)) {
    const auto list = store.mailboxes(context.account);
    if (!list) return std::unexpected(list.error());
    const store::MailboxInfo* found = (*list)->find(name);
    if (found == nullptr) return not_found();
    return Located{found->id, context.account, store::kAllRights, name};
  }
  const auto shared = split_other_users(name);
  if (!shared) return not_found();
  const store::DirectoryPtr directory = store.directory();
  const store::AclsPtr acls = store.acls();
  const store::Account* owner = find_sharer(*directory, *acls, context.account, shared->owner);
  if (owner == nullptr) return not_found();
  const auto list = store.mailboxes(owner->id);
  if (!list) return std::unexpected(list.error());
  const store::MailboxInfo* found = (*list)->find(shared->mailbox);
  if (found == nullptr) return not_found();
  const store::Rights rights = acls->rights(owner->id, found->id, context.account);
  if ((rights & any_of) == 0) return (rights & store::kLookup) != 0 ? denied() : not_found();
  return Located{found->id, owner->id, rights, shared->mailbox};
}

async::Task<store::Result<Located>> locate(Context& context, const std::string& name, store::Rights any_of) {
  if (name == kInbox) {
    if (const store::MailboxId inbox = context.services.store.inbox(context.account); inbox != 0)
      co_return Located{inbox, context.account, store::kAllRights, name};
  }
  co_return co_await async::offload(context.services.readers, context.loop(),
                                    [&context, &name, any_of] { return look_up(context, name, any_of); });
}

async::Task<store::Result<store::MailboxId>> find_mailbox(Context& context, const std::string& name) {
  const auto located = co_await locate(context, name, store::kRead);
  if (!located) co_return std::unexpected(located.error());
  co_return located->id;
}

store::Rights Visible::rights(store::MailboxId mailbox) const {
  const auto found = shared.find(mailbox);
  return found == shared.end() ? store::kAllRights : found->second.rights;
}

std::optional<store::AccountId> Visible::owner(store::MailboxId mailbox) const {
  const auto found = shared.find(mailbox);
  return found == shared.end() ? std::nullopt : std::optional(found->second.owner);
}

store::Result<Visible> read_visible(const Context& context) {
  store::Store& store = context.services.store;
  auto own = store.mailboxes(context.account);
  if (!own) return std::unexpected(own.error());
  Visible visible{*own, {}};
  const store::AclsPtr acls = store.acls();
  const std::vector<store::Acls::Shared> shared = acls->shared_with(context.account);
  if (shared.empty()) return visible;

  const store::DirectoryPtr directory = store.directory();
  auto all = std::make_shared<store::MailboxList>(**own);
  store::MailboxListPtr list;  // of the last owner
  store::AccountId owner = 0;
  for (const store::Acls::Shared& each : shared) {
    if ((each.rights & store::kLookup) == 0) continue;
    if (visible.shared.size() == kMaxListedShared) break;
    const store::Account* account = directory->find(each.owner);
    if (account == nullptr) continue;
    if (each.owner != owner) {
      auto theirs = store.mailboxes(each.owner);
      if (!theirs) {
        if (theirs.error().code == store::Errc::not_found) continue;  // removed this moment
        return std::unexpected(theirs.error());
      }
      list = std::move(*theirs);
      owner = each.owner;
    }
    const store::MailboxInfo* mailbox = list->find(each.mailbox);
    if (mailbox == nullptr) continue;
    auto name = other_users_name(account->address, mailbox->name);
    if (!name) continue;
    // Its use is the owner's: a client that looks for its own Sent must not find this one.
    all->mailboxes.push_back({mailbox->id, std::move(*name), store::SpecialUse::none, mailbox->status});
    visible.shared.emplace(each.mailbox, each);
  }
  std::ranges::sort(all->mailboxes, {}, &store::MailboxInfo::name);
  visible.list = std::move(all);
  return visible;
}

store::Result<std::vector<store::Annotation>> annotations_of(const Context& context, store::AccountId owner,
                                                             store::MailboxId mailbox) {
  auto annotations = context.services.store.annotations(context.account, mailbox);
  if (!annotations || owner == context.account) return annotations;
  const auto theirs = context.services.store.annotations(owner, mailbox);
  if (!theirs) return std::unexpected(theirs.error());
  std::erase_if(*annotations, [](const store::Annotation& each) { return is_shared_entry(each.entry); });
  std::ranges::copy_if(*theirs, std::back_inserter(*annotations),
                       [](const store::Annotation& each) { return is_shared_entry(each.entry); });
  return annotations;
}

async::Task<store::Result<Place>> find_place(Context& context, const std::string& name) {
  if (!looks_like_other_users(name)) co_return Place{context.account, name};
  co_return co_await async::offload(context.services.readers, context.loop(),
                                    [&context, &name] { return find_shared_place(context, name); });
}

FlagList only(FlagList flags, store::Flags changeable) {
  flags.system &= static_cast<SystemFlags>(changeable & kAllSystemFlags);
  if ((changeable & store::kKeywordFlags) == 0) flags.keywords.clear();
  return flags;
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
