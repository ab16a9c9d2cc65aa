// GETQUOTA, GETQUOTAROOT and SETQUOTA (RFC 9208). An account that has a limit has one quota root, with the empty name,
// for all its mailboxes; its one resource is STORAGE, in units of 1024 bytes.
#include "protocols/imap/handlers.h"

namespace portreeve::imap {
namespace {

constexpr std::string_view kRoot;
constexpr std::uint64_t kUnit = 1024;

std::uint64_t quota_bytes(const Context& context) {
  const store::DirectoryPtr directory = context.services.store.directory();
  const store::Account* account = directory->find(context.account);
  return account == nullptr ? 0 : account->quota_bytes;
}

void write_account_quota(Context& context, std::uint64_t limit) {
  const std::uint64_t used = context.services.store.usage(context.account).bytes;
  write_quota(context.out(), kRoot, (used + kUnit - 1) / kUnit, limit / kUnit);
}

}  // namespace

async::Task<Reply> handle(Context& context, const GetQuota& command) {
  const std::uint64_t limit = quota_bytes(context);
  if (command.root != kRoot || limit == 0) co_return Reply::no("No such quota root", "NONEXISTENT");
  write_account_quota(context, limit);
  co_return Reply::ok("That is the quota");
}

// RFC 9208 §4.1.2: also for a mailbox that isn't there, to learn which root it would have.
async::Task<Reply> handle(Context& context, const GetQuotaRoot& command) {
  const std::uint64_t limit = quota_bytes(context);
  write_quota_root(context.out(), command.mailbox, limit == 0 ? std::nullopt : std::optional(kRoot), context.name_form);
  if (limit != 0) write_account_quota(context, limit);
  co_return Reply::ok("Those are the quota roots");
}

// Quotas are the administrator's, who has other ways.
async::Task<Reply> handle(Context&, const SetQuota&) { co_return Reply::no("Quotas can't be set over IMAP", "NOPERM"); }

}  // namespace portreeve::imap
