#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <limits>

#include "core/base/ascii.h"
#include "core/config/address.h"
#include "daemon/admin_verbs.h"
#include "daemon/exit_codes.h"
#include "daemon/settings.h"
#include "storage/address.h"
#include "storage/resolve.h"
#include "storage/wait.h"

namespace portreeve::daemon {
namespace {

using Addresses = std::vector<std::string>;

// The arguments from `begin` on, or the words that say what is wrong with one.
std::expected<Addresses, std::string> members_of(const Job& job, std::size_t begin) {
  Addresses members;
  for (std::size_t i = begin; i < job.arguments.size(); ++i) {
    auto member = config::normalize_address(job.arguments[i]);
    if (!member) return std::unexpected(fmt::format("{} {}", job.arguments[i], member.error()));
    members.push_back(std::move(*member));
  }
  return members;
}

auto position(const Addresses& members, std::string_view address) {
  const std::string key = store::address_key(address);
  return std::ranges::find_if(members, [&](const std::string& member) { return store::address_key(member) == key; });
}

AdminReply save(const Job& job, store::Alias alias, const std::string& told) {
  const auto done = store::wait_for([&](auto d) { job.store.set_alias(std::move(alias), std::move(d)); });
  return done ? success(told) : failure("nothing was changed", done.error());
}

AdminReply add(const Job& job, store::Alias::Kind kind, const std::string& owner, std::size_t first_member) {
  const auto address = config::normalize_alias(job.arguments[0]);
  if (!address) return failure(fmt::format("{} {}", job.arguments[0], address.error()));
  const bool is_list = kind == store::Alias::Kind::list;
  if (is_list && address->starts_with('@')) {
    return failure("a list needs an address: what catches all of a domain can be none");
  }
  const std::lock_guard lock(job.context.alias_changes);
  const store::DirectoryPtr directory = job.store.directory();
  if (directory->find_address(*address) != nullptr) return failure(fmt::format("{} is an account's address", *address));
  if (const store::Alias* known = directory->find_alias(*address)) {
    if (known->is_from_file) return is_of_file(job, *address);
    return failure(fmt::format("{} exists already; `portreeve alias remove` ends it", *address));
  }
  auto members = members_of(job, first_member);
  if (!members) return failure(members.error());
  store::Alias alias{.address = *address, .kind = kind, .members = std::move(*members), .owner = {}};
  if (!owner.empty()) {
    auto normal = config::normalize_address(owner);
    if (!normal) return failure(fmt::format("{} {}", owner, normal.error()));
    alias.owner = std::move(*normal);
  }
  return save(job, std::move(alias), fmt::format("added {}", *address));
}

AdminReply add_alias(const Job& job) { return add(job, store::Alias::Kind::alias, "", 1); }
AdminReply add_list(const Job& job) { return add(job, store::Alias::Kind::list, job.arguments[1], 2); }

std::expected<store::Alias, AdminReply> find_alias(const Job& job) {
  const auto address = config::normalize_alias(job.arguments[0]);
  if (!address) return std::unexpected(failure(fmt::format("{} {}", job.arguments[0], address.error())));
  const store::DirectoryPtr directory = job.store.directory();
  const store::Alias* alias = directory->find_alias(*address);
  if (alias == nullptr) {
    return std::unexpected(
        failure(fmt::format("there is no alias or list {}; `portreeve alias list` shows all", *address)));
  }
  if (alias->is_from_file) return std::unexpected(is_of_file(job, alias->address));
  return *alias;
}

AdminReply remove_alias(const Job& job) {
  const std::lock_guard lock(job.context.alias_changes);
  const auto alias = find_alias(job);
  if (!alias) return alias.error();
  const auto done = store::wait_for([&](auto d) { job.store.remove_alias(alias->address, std::move(d)); });
  return done ? success(fmt::format("removed {}", alias->address)) : failure("nothing was removed", done.error());
}

// `change` brings the members up to date, or says what is wrong.
template <class Change>
AdminReply change_members(const Job& job, const char* told, Change change) {
  const auto members = members_of(job, 1);
  if (!members) return failure(members.error());
  const std::lock_guard lock(job.context.alias_changes);
  auto list = find_alias(job);
  if (!list) return list.error();
  if (list->kind != store::Alias::Kind::list) {
    return failure(fmt::format("{} is an alias, not a list: remove it and add it anew", list->address));
  }
  for (const std::string& member : *members) {
    if (const std::string problem = change(*list, member); !problem.empty()) return failure(problem);
  }
  if (list->members.empty()) {
    return failure(fmt::format("{} would be empty; `portreeve alias remove` ends it", list->address));
  }
  std::string text = fmt::format("{} {} {}", fmt::join(*members, ", "), told, list->address);
  return save(job, std::move(*list), text);
}

AdminReply join(const Job& job) {
  return change_members(job, "joined", [](store::Alias& list, const std::string& member) -> std::string {
    if (position(list.members, member) != list.members.end()) {
      return fmt::format("{} is a member of {} already", member, list.address);
    }
    list.members.push_back(member);
    return "";
  });
}

AdminReply leave(const Job& job) {
  return change_members(job, "left", [](store::Alias& list, const std::string& member) -> std::string {
    const auto found = position(list.members, member);
    if (found == list.members.end()) return fmt::format("{} is no member of {}", member, list.address);
    list.members.erase(found);
    return "";
  });
}

AdminReply list_aliases(const Job& job) {
  std::string text;
  for (const store::Alias& alias : job.store.directory()->aliases()) {
    std::string kind = alias.kind == store::Alias::Kind::list ? "list" : "alias";
    if (!alias.owner.empty()) kind += ", owner " + alias.owner;
    if (alias.is_from_file) kind += ", from the file";
    text += fmt::format("{}\t{}\t{}\n", alias.address, kind, fmt::join(alias.members, ", "));
  }
  return {kOk, text};
}

std::string_view words_for(store::Unresolved why) {
  switch (why) {
    case store::Unresolved::no: break;
    case store::Unresolved::no_such_user: return "nobody here has this address";
    case store::Unresolved::no_such_domain: return "the domain is none of this server's";
    case store::Unresolved::disabled: return "the account is disabled";
    case store::Unresolved::elsewhere: return "it leads to an address of another server, and nothing is sent on";
    case store::Unresolved::looping: return "the aliases lead in a circle";
    case store::Unresolved::too_many: return "it leads to too many accounts";
  }
  return "";
}

// The folder that a delivery to `detail` finds: one of exactly that name, else one that differs in case.
std::string folder_for(const Job& job, const store::Destination& destination) {
  constexpr std::string_view kInbox = "INBOX";
  if (!job.context.config.smtp.file_subaddresses || destination.detail.empty()) return std::string(kInbox);
  const auto list = job.store.mailboxes(destination.account);
  if (!list) return std::string(kInbox);
  if (const store::MailboxInfo* exact = (*list)->find(destination.detail)) return exact->name;
  for (const store::MailboxInfo& mailbox : (*list)->mailboxes) {
    if (base::equals_ignoring_case(mailbox.name, destination.detail)) return mailbox.name;
  }
  return std::string(kInbox);
}

AdminReply show_resolution(const Job& job) {
  const store::DirectoryPtr directory = job.store.directory();
  const store::Resolution found =
      store::resolve(*directory, job.arguments[0], resolve_options(job.context.config), true);
  std::string text;
  for (const std::string& step : found.steps) text += step + "\n";
  if (found.destinations.empty()) {
    return {kFailure, text + fmt::format("mail to {} is refused: {}\n", job.arguments[0], words_for(found.why))};
  }
  for (const store::Destination& destination : found.destinations) {
    const store::Account* account = directory->find(destination.account);
    if (account == nullptr) continue;
    text += fmt::format("delivered to {}, folder {}\n", account->address, folder_for(job, destination));
  }
  return {kOk, text};
}

constexpr std::size_t kAnyNumber = std::numeric_limits<std::size_t>::max();
constexpr std::array kVerbs{
    Verb{"alias.add", 2, kAnyNumber, add_alias}, Verb{"alias.remove", 1, 1, remove_alias},
    Verb{"alias.list", 0, 0, list_aliases},      Verb{"list.add", 3, kAnyNumber, add_list},
    Verb{"list.join", 2, kAnyNumber, join},      Verb{"list.leave", 2, kAnyNumber, leave},
    Verb{"resolve", 1, 1, show_resolution},
};

}  // namespace

std::span<const Verb> alias_verbs() { return kVerbs; }

}  // namespace portreeve::daemon
