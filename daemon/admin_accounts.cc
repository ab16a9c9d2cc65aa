#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <charconv>
#include <limits>
#include <optional>

#include "core/auth/verifier.h"
#include "core/config/address.h"
#include "core/config/units.h"
#include "daemon/admin_verbs.h"
#include "daemon/exit_codes.h"
#include "storage/wait.h"

namespace portreeve::daemon {
namespace {

AdminReply add_accounts(const Job& job) {
  if (job.arguments.size() % 2 != 0) return failure("each account needs an address and a verifier");
  const store::DirectoryPtr directory = job.store.directory();
  std::vector<store::Store::NewAccount> accounts;
  std::string problems;
  for (std::size_t i = 0; i < job.arguments.size(); i += 2) {
    const std::string& verifier = job.arguments[i + 1];
    auto address = config::normalize_address(job.arguments[i]);
    if (!address) {
      problems += fmt::format("{} {}\n", job.arguments[i], address.error());
    } else if (directory->find_address(*address) != nullptr) {
      problems += fmt::format("{} exists already; `portreeve account passwd` changes its password\n", *address);
    } else if (directory->find_alias(*address) != nullptr) {
      problems += fmt::format("{} is an alias or a list; `portreeve alias remove` ends it\n", *address);
    } else if (!auth::is_verifier(verifier)) {
      problems += fmt::format("{}: what was sent for its password is not a verifier\n", *address);
    } else {
      const config::Quota& quota = job.context.config.quota;
      accounts.push_back(
          {std::move(*address), verifier, quota.default_bytes, quota.default_messages, quota.default_mailboxes});
    }
  }
  if (!problems.empty()) return {kFailure, problems};
  const std::string told = accounts.size() == 1 ? fmt::format("added {}", accounts.front().address)
                                                : fmt::format("added {} accounts", accounts.size());
  const auto done = store::wait_for([&](auto d) { job.store.add_accounts(std::move(accounts), std::move(d)); });
  return done ? success(told) : failure("nothing was added", done.error());
}

// Looks for the account that the first argument names, and changes it if that is ours to do.
template <class Change>
AdminReply change_account(const Job& job, Change change) {
  const auto account = find_account(job.store, job.arguments[0]);
  if (!account) return failure(account.error());
  if (account->is_from_file) return is_of_file(job, account->address);
  return change(*account);
}

AdminReply set_password(const Job& job) {
  return change_account(job, [&](const store::Account& account) {
    const std::string& verifier = job.arguments[1];
    if (!auth::is_verifier(verifier)) return failure("what was sent for the password is not a verifier");
    const auto done = store::wait_for([&](auto d) { job.store.set_verifier(account.id, verifier, std::move(d)); });
    return done ? success(fmt::format("changed the password of {}", account.address))
                : failure("the password was not changed", done.error());
  });
}

// "of 2GiB, 1000 messages", or "no quota".
std::string quota_text(const store::Account& account) {
  std::vector<std::string> limits;
  if (account.quota_bytes != 0) limits.push_back(config::size_text(account.quota_bytes));
  if (account.quota_messages != 0) limits.push_back(fmt::format("{} messages", account.quota_messages));
  if (account.quota_mailboxes != 0) limits.push_back(fmt::format("{} folders", account.quota_mailboxes));
  return limits.empty() ? "no quota" : fmt::format("of {}", fmt::join(limits, ", "));
}

// An empty text is no limit given. False: it is no number.
bool take_limit(const std::string& text, std::optional<std::uint64_t>& limit) {
  if (text.empty()) return true;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit.emplace());
  return error == std::errc() && end == text.data() + text.size();
}

AdminReply set_quota(const Job& job) {
  return change_account(job, [&](const store::Account& account) {
    store::QuotaChange change;
    if (!take_limit(job.arguments[1], change.bytes) || !take_limit(job.arguments[2], change.messages) ||
        !take_limit(job.arguments[3], change.mailboxes)) {
      return failure("what was sent is not a limit");
    }
    const auto done = store::wait_for([&](auto d) { job.store.set_quota(account.id, change, std::move(d)); });
    if (!done) return failure("the quota was not changed", done.error());
    const store::DirectoryPtr directory = job.store.directory();
    const store::Account* changed = directory->find(account.id);
    if (changed == nullptr) return failure("the account was removed meanwhile");
    const std::string text = quota_text(*changed);
    return success(text == "no quota" ? fmt::format("{} has no quota now", account.address)
                                      : fmt::format("the quota of {} is {} now", account.address, text.substr(3)));
  });
}

AdminReply set_enabled(const Job& job, bool is_enabled) {
  return change_account(job, [&](const store::Account& account) {
    const char* word = is_enabled ? "enabled" : "disabled";
    const auto done = store::wait_for([&](auto d) { job.store.set_enabled(account.id, is_enabled, std::move(d)); });
    return done ? success(fmt::format("{} {}", word, account.address))
                : failure(fmt::format("the account was not {}", word), done.error());
  });
}

AdminReply disable(const Job& job) { return set_enabled(job, false); }
AdminReply enable(const Job& job) { return set_enabled(job, true); }

AdminReply set_delegate(const Job& job) {
  return change_account(job, [&](const store::Account& owner) {
    const bool may = job.arguments.size() < 3;
    const auto delegate = find_account(job.store, job.arguments[1]);
    if (!delegate) return failure(delegate.error());
    if (delegate->id == owner.id) return failure(fmt::format("{} may send as itself anyway", owner.address));
    if (!may && !job.store.directory()->is_delegate(owner.id, delegate->id)) {
      return failure(fmt::format("{} is no delegate of {}", delegate->address, owner.address));
    }
    const auto done =
        store::wait_for([&](auto d) { job.store.set_delegate(owner.id, delegate->id, may, std::move(d)); });
    if (!done) return failure("the delegate was not changed", done.error());
    return success(may ? fmt::format("{} may send as {} now", delegate->address, owner.address)
                       : fmt::format("{} may no longer send as {}", delegate->address, owner.address));
  });
}

AdminReply remove_account(const Job& job) {
  return change_account(job, [&](const store::Account& account) {
    const auto done = store::wait_for([&](auto d) { job.store.remove_account(account.id, std::move(d)); });
    return done ? success(fmt::format("removed {} with all its mail", account.address))
                : failure("the account was not removed", done.error());
  });
}

// "1.4MiB": what a count of bytes is about.
std::string rounded(std::uint64_t bytes) {
  constexpr std::array kUnits{"KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024) return fmt::format("{}B", bytes);
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < kUnits.size(); ++unit) value /= 1024;
  return fmt::format("{:.1f}{}", value, kUnits[unit]);
}

// The address alone before the first tab: scripts cut there.
AdminReply list_accounts(const Job& job) {
  const store::DirectoryPtr directory = job.store.directory();
  std::string text;
  for (const store::Account& account : directory->accounts()) {
    const store::Usage usage = job.store.usage(account.id);
    std::vector<std::string> notes;
    if (!account.is_enabled) notes.emplace_back("disabled");
    if (account.is_from_file) notes.emplace_back("from the file");
    for (const store::AccountId delegate : directory->delegates(account.id)) {
      if (const store::Account* one = directory->find(delegate)) notes.push_back("delegate " + one->address);
    }
    text += fmt::format("{}\t{} in {} message{}\t{}\t{}\n", account.address, rounded(usage.bytes), usage.messages,
                        usage.messages == 1 ? "" : "s", quota_text(account), fmt::join(notes, ", "));
  }
  return {kOk, text};
}

constexpr std::array kVerbs{
    Verb{"account.add", 2, 2, add_accounts},
    Verb{"account.import", 2, std::numeric_limits<std::size_t>::max(), add_accounts},
    Verb{"account.passwd", 2, 2, set_password},
    Verb{"account.quota", 4, 4, set_quota},
    Verb{"account.disable", 1, 1, disable},
    Verb{"account.enable", 1, 1, enable},
    Verb{"account.delegate", 2, 3, set_delegate},
    Verb{"account.remove", 1, 1, remove_account},
    Verb{"account.list", 0, 0, list_accounts},
};

}  // namespace

std::span<const Verb> account_verbs() { return kVerbs; }

}  // namespace portreeve::daemon
