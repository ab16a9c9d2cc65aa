#include "daemon/admin.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <future>
#include <limits>
#include <optional>
#include <string_view>

#include "core/auth/verifier.h"
#include "daemon/address.h"
#include "daemon/exit_codes.h"

namespace portreeve::daemon {
namespace {

using Arguments = std::vector<std::string>;

template <class T = void, class Start>
store::Result<T> wait_for(Start start) {
  std::promise<store::Result<T>> promise;
  start(store::Done<T>([&promise](store::Result<T> result) { promise.set_value(std::move(result)); }));
  return promise.get_future().get();
}

AdminReply failure(std::string text) { return {kFailure, std::move(text) + "\n"}; }
AdminReply success(std::string text) { return {kOk, std::move(text) + "\n"}; }

AdminReply failure(std::string_view what, const store::Error& error) {
  const bool may_pass = error.code == store::Errc::disk_full || error.code == store::Errc::closed;
  return {may_pass ? kTemporary : kFailure, fmt::format("{}: {}\n", what, error.detail)};
}

// The account that bears this name, or the words that say why there is none.
std::expected<store::Account, std::string> find_account(store::Store& store, std::string_view text) {
  const auto address = normalize_address(text);
  if (!address) return std::unexpected(fmt::format("{} {}", text, address.error()));
  const store::DirectoryPtr directory = store.directory();
  const store::Account* account = directory->find_address(*address);
  if (account != nullptr) return *account;
  return std::unexpected(fmt::format("there is no account {}; `portreeve account list` shows all", *address));
}

AdminReply add_accounts(store::Store& store, const Arguments& arguments) {
  if (arguments.size() % 2 != 0) return failure("each account needs an address and a verifier");
  const store::DirectoryPtr directory = store.directory();
  std::vector<store::Store::NewAccount> accounts;
  std::string problems;
  for (std::size_t i = 0; i < arguments.size(); i += 2) {
    auto address = normalize_address(arguments[i]);
    if (!address) {
      problems += fmt::format("{} {}\n", arguments[i], address.error());
    } else if (directory->find_address(*address) != nullptr) {
      problems += fmt::format("{} exists already; `portreeve account passwd` changes its password\n", *address);
    } else if (!auth::is_verifier(arguments[i + 1])) {
      problems += fmt::format("{}: what was sent for its password is not a verifier\n", *address);
    } else {
      accounts.push_back({std::move(*address), arguments[i + 1]});
    }
  }
  if (!problems.empty()) return {kFailure, problems};
  const std::string told = accounts.size() == 1 ? fmt::format("added {}", accounts.front().address)
                                                : fmt::format("added {} accounts", accounts.size());
  const auto done = wait_for([&](auto d) { store.add_accounts(std::move(accounts), std::move(d)); });
  return done ? success(told) : failure("nothing was added", done.error());
}

AdminReply set_password(store::Store& store, const Arguments& arguments) {
  const auto account = find_account(store, arguments[0]);
  if (!account) return failure(account.error());
  if (!auth::is_verifier(arguments[1])) return failure("what was sent for the password is not a verifier");
  const auto done = wait_for([&](auto d) { store.set_verifier(account->id, arguments[1], std::move(d)); });
  return done ? success(fmt::format("changed the password of {}", account->address))
              : failure("the password was not changed", done.error());
}

AdminReply remove_account(store::Store& store, const Arguments& arguments) {
  const auto account = find_account(store, arguments[0]);
  if (!account) return failure(account.error());
  const auto done = wait_for([&](auto d) { store.remove_account(account->id, std::move(d)); });
  return done ? success(fmt::format("removed {} with all its mail", account->address))
              : failure("the account was not removed", done.error());
}

AdminReply list_accounts(store::Store& store, const Arguments&) {
  std::string text;
  for (const store::Account& account : store.directory()->accounts()) {
    text += fmt::format("{}{}\n", account.address, account.is_enabled ? "" : " (disabled)");
  }
  return {kOk, text};
}

AdminReply add_domain(store::Store& store, const Arguments& arguments) {
  const auto domain = normalize_domain(arguments[0]);
  if (!domain) return failure(fmt::format("{} {}", arguments[0], domain.error()));
  if (store.directory()->has_domain(*domain)) return failure(fmt::format("{} is there already", *domain));
  const auto done = wait_for([&](auto d) { store.add_domain(*domain, std::move(d)); });
  return done ? success(fmt::format("added {}", *domain)) : failure("the domain was not added", done.error());
}

AdminReply remove_domain(store::Store& store, const Arguments& arguments) {
  const auto domain = normalize_domain(arguments[0]);
  if (!domain) return failure(fmt::format("{} {}", arguments[0], domain.error()));
  const store::DirectoryPtr directory = store.directory();
  if (!directory->has_domain(*domain)) {
    return failure(fmt::format("there is no domain {}; `portreeve domain list` shows all", *domain));
  }
  for (const store::Account& account : directory->accounts()) {
    if (!account.address.ends_with("@" + *domain)) continue;
    return failure(fmt::format("{} has accounts, {} for one: remove them first", *domain, account.address));
  }
  const auto done = wait_for([&](auto d) { store.remove_domain(*domain, std::move(d)); });
  return done ? success(fmt::format("removed {}", *domain)) : failure("the domain was not removed", done.error());
}

AdminReply list_domains(store::Store& store, const Arguments&) {
  std::string text;
  for (const std::string& domain : store.directory()->domains()) text += domain + "\n";
  return {kOk, text};
}

AdminReply back_up(store::Store& store, const Arguments& arguments) {
  // The server's own folder is not the client's.
  if (!arguments[0].starts_with('/')) return failure("the backup's path has to be absolute");
  const auto done = wait_for([&](auto d) { store.backup(arguments[0], std::move(d)); });
  return done ? success(fmt::format("wrote {}", arguments[0])) : failure("no backup was made", done.error());
}

AdminReply check_store(store::Store& store, const Arguments& arguments) {
  const bool mends = !arguments.empty();
  const auto findings = wait_for<std::vector<store::Store::Finding>>([&](auto d) { store.check(mends, std::move(d)); });
  if (!findings) return failure("the check could not be made", findings.error());
  std::string text;
  std::size_t left = 0;
  std::size_t mendable = 0;
  for (const store::Store::Finding& finding : *findings) {
    if (!finding.is_mended) ++left;
    if (finding.is_mendable && !finding.is_mended) ++mendable;
    text += fmt::format("{}: {}\n",
                        finding.is_mended     ? "mended"
                        : finding.is_mendable ? "mendable"
                                              : "wrong",
                        finding.what);
  }
  if (findings->empty()) return success("the store is sound");
  text += left == 0 ? "all of it is mended\n" : fmt::format("{} found, {} left\n", findings->size(), left);
  if (mendable > 0 && !mends) text += "`portreeve fsck --mend` mends what is mendable; make a backup before\n";
  return {left == 0 ? kOk : kFailure, text};
}

struct Verb {
  std::string_view name;
  std::size_t least;
  std::size_t most;
  AdminReply (*run)(store::Store&, const Arguments&);
};

constexpr std::array kVerbs{
    Verb{"account.add", 2, 2, add_accounts},
    Verb{"account.import", 2, std::numeric_limits<std::size_t>::max(), add_accounts},
    Verb{"account.passwd", 2, 2, set_password},
    Verb{"account.remove", 1, 1, remove_account},
    Verb{"account.list", 0, 0, list_accounts},
    Verb{"domain.add", 1, 1, add_domain},
    Verb{"domain.remove", 1, 1, remove_domain},
    Verb{"domain.list", 0, 0, list_domains},
    Verb{"backup", 1, 1, back_up},
    Verb{"fsck", 0, 1, check_store},
};

}  // namespace

AdminReply run(store::Store& store, const AdminRequest& request) {
  const auto verb = std::ranges::find(kVerbs, request.verb, &Verb::name);
  if (verb == kVerbs.end() || request.arguments.size() < verb->least || request.arguments.size() > verb->most) {
    return {kUsage, fmt::format("this server knows no such request as {} with {} arguments; it may be another version "
                                "than this command: restart it\n",
                                request.verb, request.arguments.size())};
  }
  return verb->run(store, request.arguments);
}

}  // namespace portreeve::daemon
