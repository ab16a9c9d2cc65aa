// GETQUOTA, GETQUOTAROOT and SETQUOTA (RFC 9208). An account that has a limit has one quota root for all its mailboxes.
// Its own user knows that by the empty name; the account's address names it too, to its user, to administrators, and to
// who may read one of its mailboxes.
#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "core/base/log.h"
#include "protocols/imap/failure.h"
#include "protocols/imap/handlers.h"
#include "protocols/imap/mailboxes.h"
#include "protocols/imap/other_users.h"
#include "protocols/session/store_call.h"

namespace portreeve::imap {
namespace {

constexpr std::string_view kOwnRoot;

struct Resource {
  std::string_view name;
  std::uint64_t unit;
  std::uint64_t store::Usage::* usage;
  std::uint64_t store::Account::* limit;
  std::optional<std::uint64_t> store::QuotaChange::* change;
};
constexpr std::array kResources{
    Resource{"STORAGE", 1024, &store::Usage::bytes, &store::Account::quota_bytes, &store::QuotaChange::bytes},
    Resource{"MESSAGE", 1, &store::Usage::messages, &store::Account::quota_messages, &store::QuotaChange::messages},
    Resource{"MAILBOX", 1, &store::Usage::mailboxes, &store::Account::quota_mailboxes, &store::QuotaChange::mailboxes},
};

// The account whose root that is, or null. `directory` keeps it.
const store::Account* find_root(const Context& context, const store::Directory& directory, const std::string& root) {
  return root == kOwnRoot ? directory.find(context.account) : directory.find_address(root);
}

// Others needn't know which there are.
bool may_know(const Context& context, const store::Account& account) {
  if (account.id == context.account || is_administrator(context)) return true;
  return (context.services.store.acls()->rights_anywhere(account.id, context.account) & store::kRead) != 0;
}

// False: it has no limits, and so no root.
bool write_quota_of(Context& context, std::string_view root, const store::Account& account) {
  const store::Usage usage = context.services.store.usage(account.id);
  std::vector<QuotaResource> resources;
  for (const Resource& each : kResources) {
    const std::uint64_t limit = account.*each.limit;
    if (limit == 0) continue;
    resources.push_back({each.name, (usage.*each.usage + each.unit - 1) / each.unit, limit / each.unit});
  }
  if (!resources.empty()) write_quota(context.out(), root, resources);
  return !resources.empty();
}

Reply no_such_root() { return Reply::no("No such quota root", "NONEXISTENT"); }

// RFC 9208 §4.1.3: what isn't named has no limit from then on. A reply if it can't be so.
std::optional<Reply> take_limits(const SetQuota& command, store::QuotaChange& change) {
  change = {.bytes = 0, .messages = 0, .mailboxes = 0};
  for (const auto& [name, limit] : command.limits) {
    const auto* const resource = std::ranges::find(kResources, name, &Resource::name);
    if (resource == kResources.end()) return Reply::no("There are no quotas of: " + name, "CANNOT");
    // The store's 0 is no limit, which would be the opposite.
    if (limit == 0) return Reply::no("A limit is 1 at least; leave the resource out for none", "CANNOT");
    if (limit > INT64_MAX / resource->unit) return Reply::no("No disk has room for such a quota", "CANNOT");
    change.*resource->change = limit * resource->unit;
  }
  return std::nullopt;
}

}  // namespace

async::Task<Reply> handle(Context& context, const GetQuota& command) {
  const store::DirectoryPtr directory = context.services.store.directory();
  const store::Account* account = find_root(context, *directory, command.root);
  if (account == nullptr || !may_know(context, *account) || !write_quota_of(context, command.root, *account))
    co_return no_such_root();
  co_return Reply::ok("That is the quota");
}

// RFC 9208 §4.1.2: also for a mailbox that isn't there, to learn which root it would have.
async::Task<Reply> handle(Context& context, const GetQuotaRoot& command) {
  store::AccountId id = context.account;
  if (is_other_users(command.mailbox)) {
    const auto located = co_await locate(context, command.mailbox, store::kRead);
    if (!located) co_return failure(context, "Cannot tell the quota root", located.error());
    id = located->owner;
  }
  const store::DirectoryPtr directory = context.services.store.directory();
  const store::Account* account = directory->find(id);
  const bool has_root =
      account != nullptr && (account->quota_bytes | account->quota_messages | account->quota_mailboxes) != 0;
  const std::string_view root = has_root && id != context.account ? std::string_view(account->address) : kOwnRoot;
  write_quota_root(context.out(), command.mailbox, has_root ? std::optional(root) : std::nullopt, context.name_form);
  if (has_root) write_quota_of(context, root, *account);
  co_return Reply::ok("Those are the quota roots");
}

async::Task<Reply> handle(Context& context, const SetQuota& command) {
  constexpr std::string_view kWhat = "Cannot set the quota";
  if (!is_administrator(context)) co_return Reply::no("Quotas are the administrator's to set", "NOPERM");
  store::AccountId id = 0;
  {
    const store::DirectoryPtr directory = context.services.store.directory();
    const store::Account* account = find_root(context, *directory, command.root);
    if (account == nullptr) co_return no_such_root();
    if (account->is_from_file)
      co_return Reply::no("The server's configuration file says what that account may have", "CANNOT");
    id = account->id;
  }
  store::QuotaChange change;
  if (auto refusal = take_limits(command, change)) co_return std::move(*refusal);
  const auto changed = co_await session::store_call(
      context.loop(), [&](store::Done<void> done) { context.services.store.set_quota(id, change, std::move(done)); });
  if (!changed) co_return failure(context, kWhat, changed.error());
  const store::DirectoryPtr directory = context.services.store.directory();
  if (const store::Account* account = directory->find(id)) {
    base::log::info("imap_quota_set",
                    {{"id", context.connection.id}, {"account", context.address}, {"of", account->address}});
    write_quota_of(context, command.root, *account);
  }
  co_return Reply::ok("The quota is set");
}

}  // namespace portreeve::imap
