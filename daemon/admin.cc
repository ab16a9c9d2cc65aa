#include "daemon/admin.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/config/address.h"
#include "daemon/admin_verbs.h"
#include "daemon/exit_codes.h"

namespace portreeve::daemon {

AdminReply failure(std::string text) { return {kFailure, std::move(text) + "\n"}; }
AdminReply success(std::string text) { return {kOk, std::move(text) + "\n"}; }

AdminReply failure(std::string_view what, const store::Error& error) {
  const bool may_pass = error.code == store::Errc::disk_full || error.code == store::Errc::closed;
  return {may_pass ? kTemporary : kFailure, fmt::format("{}: {}\n", what, error.detail)};
}

AdminReply is_of_file(const Job& job, std::string_view address) {
  return failure(fmt::format("{} stands in {}, which is the truth for it: change it there, and then reload", address,
                             job.context.config_file));
}

std::expected<store::Account, std::string> find_account(const store::Store& store, std::string_view text) {
  const auto address = config::normalize_address(text);
  if (!address) return std::unexpected(fmt::format("{} {}", text, address.error()));
  const store::DirectoryPtr directory = store.directory();
  // Accounts of an old store may bear names that count as one today; then each spelling means its own.
  const std::vector<store::Account> accounts = directory->accounts();
  const auto same = std::ranges::find(accounts, *address, &store::Account::address);
  if (same != accounts.end()) return *same;
  const store::Account* account = directory->find_address(*address);
  if (account != nullptr) return *account;
  return std::unexpected(fmt::format("there is no account {}; `portreeve account list` shows all", *address));
}

AdminReply run(store::Store& store, const AdminContext& context, const AdminRequest& request) {
  for (const auto& verbs : {account_verbs(), acl_verbs(), alias_verbs(), domain_verbs(), store_verbs()}) {
    const auto verb = std::ranges::find(verbs, request.verb, &Verb::name);
    if (verb == verbs.end()) continue;
    if (request.arguments.size() < verb->least || request.arguments.size() > verb->most) break;
    return verb->run({store, context, request.arguments});
  }
  return {kUsage, fmt::format("this server knows no such request as {} with {} arguments; it may be another version "
                              "than this command: restart it\n",
                              request.verb, request.arguments.size())};
}

}  // namespace portreeve::daemon
