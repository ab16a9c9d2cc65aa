#include "storage/resolve.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "core/base/ascii.h"
#include "storage/address.h"

namespace portreeve::store {
namespace {

constexpr std::string_view kPostmaster = "postmaster";

AddressParts split(std::string_view address) { return split_address(address).value_or(AddressParts()); }

std::string join(std::string_view local, std::string_view domain) {
  std::string address(local);
  address += '@';
  address += domain;
  return address;
}

// What an address is, before aliases are followed.
struct Meaning {
  const Account* account = nullptr;
  const Alias* alias = nullptr;
  std::string base;  // the address without its detail, if there is nobody of the whole of it
  std::string detail;
  bool is_ours = false;  // its domain is
};

bool find(const Directory& directory, std::string_view address, Meaning& meaning) {
  meaning.account = directory.find_address(address);
  if (meaning.account == nullptr) meaning.alias = directory.find_alias(address);
  return meaning.account != nullptr || meaning.alias != nullptr;
}

Meaning look_up(const Directory& directory, std::string_view address, const ResolveOptions& options) {
  Meaning meaning;
  const auto [local, domain] = split(address);
  if (local.empty() || domain.empty()) return meaning;
  meaning.is_ours = directory.has_domain(domain);
  // Somebody of exactly this address comes first, then the longest one whose subaddress it may be.
  if (find(directory, address, meaning)) return meaning;
  for (std::size_t end = local.size(); end > 1; --end) {
    if (!options.delimiters.contains(local[end - 1])) continue;
    meaning.base = join(std::string_view(local).substr(0, end - 1), domain);
    meaning.detail = local.substr(end);
    if (find(directory, meaning.base, meaning)) return meaning;
  }
  meaning.base.clear();
  meaning.detail.clear();
  return meaning;
}

const Alias* catch_all(const Directory& directory, std::string_view address) {
  const auto [local, domain] = split(address);
  return local.empty() || domain.empty() ? nullptr : directory.find_alias(join({}, domain));
}

std::string counted(std::size_t number) { return std::to_string(number) + (number == 1 ? " address" : " addresses"); }

// Of the domain if it has one, else of the server; null if nobody takes mail.
const Account* oldest_account(const Directory& directory, std::string_view domain) {
  const Account* account = domain.empty() ? nullptr : directory.oldest_account(domain);
  return account != nullptr ? account : directory.oldest_account({});
}

class Resolver {
 public:
  Resolver(const Directory& directory, const ResolveOptions& options, bool explains)
      : directory_(directory), options_(options), explains_(explains) {}

  Resolution run(std::string_view address);

 private:
  // Where in the tree of aliases an address stands.
  struct Place {
    std::size_t depth = 0;
    std::string detail = {};  // of the alias that led here
    bool is_below_list = false;
  };
  void follow(std::string_view address, const Place& place);
  void follow(const Alias& alias, const Place& place);
  void follow_postmaster(std::string_view address, const Place& place);
  void take(const Account& account, const Place& place);
  bool is_postmaster(std::string_view address, bool is_ours) const;
  void say(const Place& place, std::string step);
  const Alias* sole_list(std::string_view address) const;

  const Directory& directory_;
  const ResolveOptions& options_;
  const bool explains_;
  Resolution result_;
  std::unordered_set<AccountId> taken_;
  std::unordered_map<const Alias*, bool> aliases_;  // true while its members are being followed
  std::int64_t created_ = 0;                        // of the accounts that no list led to
  bool is_since_unknown_ = false;
  // What was met on the way.
  bool is_elsewhere_ = false;
  bool is_too_many_ = false;
  bool is_looping_ = false;
  bool is_disabled_ = false;
  bool is_no_domain_ = false;
};

void Resolver::say(const Place& place, std::string step) {
  if (explains_) result_.steps.push_back(std::string(2 * place.depth, ' ') + std::move(step));
}

Resolution Resolver::run(std::string_view address) {
  std::string full(address);
  // RFC 5321 §4.5.1: the one address that needs no domain.
  if (base::equals_ignoring_case(address, kPostmaster)) full = join(address, options_.host_name);
  follow(full, {});
  if (is_too_many_) result_.destinations.clear();
  if (result_.destinations.empty()) {
    result_.why = is_elsewhere_   ? Unresolved::elsewhere
                  : is_too_many_  ? Unresolved::too_many
                  : is_looping_   ? Unresolved::looping
                  : is_disabled_  ? Unresolved::disabled
                  : is_no_domain_ ? Unresolved::no_such_domain
                                  : Unresolved::no_such_user;
  } else {
    result_.list = sole_list(full);
    if (result_.destinations.size() == 1) result_.since = std::max(result_.since, created_);
  }
  if (is_since_unknown_) result_.since = 0;
  return std::move(result_);
}

void Resolver::follow(std::string_view address, const Place& place) {
  if (is_too_many_) return;
  Meaning meaning = look_up(directory_, address, options_);
  const std::string shown(address);
  if (!meaning.base.empty()) {
    say(place, shown + ": no such address; " + meaning.base + " with detail \"" + meaning.detail + "\"");
  }
  // A member's own detail says more than the one that came with the message.
  const std::string& detail = meaning.detail.empty() ? place.detail : meaning.detail;
  const Place here{place.depth, detail, place.is_below_list};
  if (meaning.account != nullptr) return take(*meaning.account, here);
  if (meaning.alias != nullptr) return follow(*meaning.alias, here);
  if (is_postmaster(address, meaning.is_ours)) return follow_postmaster(address, here);
  if (const Alias* caught = catch_all(directory_, address)) {
    say(place, shown + ": no such address; " + caught->address + " catches what is nobody's");
    if (!place.is_below_list) is_since_unknown_ = true;
    return follow(*caught, here);
  }
  const std::string domain = split(address).domain;
  if (meaning.is_ours || domain.empty()) return say(place, shown + ": no such address");
  say(place, shown + ": " + domain + " is no domain of this server");
  (place.depth == 0 ? is_no_domain_ : is_elsewhere_) = true;
}

// The server's own name needn't be a domain with accounts, and has a postmaster all the same.
bool Resolver::is_postmaster(std::string_view address, bool is_ours) const {
  const auto [local, domain] = split(address);
  if (!base::equals_ignoring_case(local, kPostmaster)) return false;
  return is_ours || (!domain.empty() && domain_key(domain) == domain_key(options_.host_name));
}

// RFC 5321 §4.5.1 wants somebody to be there in any case.
void Resolver::follow_postmaster(std::string_view address, const Place& place) {
  const std::string nobody = std::string(address) + ": nobody is named so; ";
  if (!place.is_below_list) is_since_unknown_ = true;
  const Meaning named = look_up(directory_, options_.postmaster, options_);
  if (named.alias != nullptr || (named.account != nullptr && named.account->is_enabled)) {
    say(place, nobody + options_.postmaster + " is the server's postmaster");
    return follow(options_.postmaster, place);
  }
  if (const Alias* caught = catch_all(directory_, address)) {
    say(place, nobody + caught->address + " catches what is nobody's");
    return follow(*caught, place);
  }
  const Account* oldest = oldest_account(directory_, split(address).domain);
  if (oldest == nullptr) return say(place, nobody + "there is no account that takes mail");
  say(place, nobody + "the oldest account is postmaster");
  take(*oldest, place);
}

void Resolver::follow(const Alias& alias, const Place& place) {
  const bool is_list = alias.kind == Alias::Kind::list;
  const auto [known, is_new] = aliases_.emplace(&alias, true);
  if (!is_new) {
    is_looping_ |= known->second;
    return say(place, alias.address + (known->second ? " leads back to itself" : " was followed above"));
  }
  if (place.depth > kMaxAliasDepth) {
    is_looping_ = true;
    return say(place, alias.address + ": too many aliases lead to each other");
  }
  say(place, alias.address + (is_list ? " is a list of " : " is an alias of ") + counted(alias.members.size()));
  if (!place.is_below_list) result_.since = std::max(result_.since, alias.since);
  const Place below{place.depth + 1, place.detail, place.is_below_list || is_list};
  for (const std::string& member : alias.members) follow(member, below);
  aliases_[&alias] = false;
}

void Resolver::take(const Account& account, const Place& place) {
  if (!account.is_enabled) {
    is_disabled_ = true;
    return say(place, account.address + " is an account that is disabled");
  }
  if (!place.is_below_list) created_ = std::max(created_, account.created);
  if (!taken_.insert(account.id).second) return say(place, account.address + " has it already");
  if (result_.destinations.size() >= options_.max_destinations) {
    is_too_many_ = true;
    return say(place, "more than " + counted(options_.max_destinations) + ": none gets it");
  }
  result_.destinations.push_back({account.id, place.detail});
  say(place, account.address + " is an account");
}

// Follows aliases of one member only: past a fork, not all of the mail goes through the list.
const Alias* Resolver::sole_list(std::string_view address) const {
  const Alias* alias = alias_of(directory_, address, options_);
  for (std::size_t i = 0; alias != nullptr && i <= kMaxAliasDepth; ++i) {
    if (alias->kind == Alias::Kind::list) return alias;
    if (alias->members.size() != 1) break;
    alias = alias_of(directory_, alias->members.front(), options_);
  }
  return nullptr;
}

// Looks whether an address is an account's own, or of one whose delegate it is.
class Ownership {
 public:
  Ownership(const Directory& directory, const Account& account, const ResolveOptions& options)
      : directory_(directory), account_(account), options_(options) {}

  bool covers(std::string_view address, std::size_t depth = 0) {
    if (depth > kMaxAliasDepth) return false;
    const Meaning meaning = look_up(directory_, address, options_);
    if (meaning.account != nullptr) {
      return meaning.account->id == account_.id || directory_.is_delegate(meaning.account->id, account_.id);
    }
    const Alias* alias = alias_of(directory_, address, options_);
    if (alias == nullptr || !followed_.insert(alias).second) return false;
    if (alias->kind == Alias::Kind::list) return !alias->owner.empty() && covers(alias->owner, depth + 1);
    return std::ranges::any_of(alias->members, [&](const std::string& member) { return covers(member, depth + 1); });
  }

 private:
  const Directory& directory_;
  const Account& account_;
  const ResolveOptions& options_;
  std::unordered_set<const Alias*> followed_;
};

}  // namespace

const Alias* alias_of(const Directory& directory, std::string_view address, const ResolveOptions& options) {
  const Meaning meaning = look_up(directory, address, options);
  if (meaning.account != nullptr || meaning.alias != nullptr) return meaning.alias;
  return catch_all(directory, address);
}

Resolution resolve(const Directory& directory, std::string_view address, const ResolveOptions& options, bool explains) {
  return Resolver(directory, options, explains).run(address);
}

bool may_send_as(const Directory& directory, const Account& account, std::string_view address,
                 const ResolveOptions& options) {
  return Ownership(directory, account, options).covers(address);
}

}  // namespace portreeve::store
