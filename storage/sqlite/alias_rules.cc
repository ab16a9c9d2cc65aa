#include "storage/sqlite/alias_rules.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "core/idna/domain.h"
#include "storage/address.h"
#include "storage/resolve.h"
#include "storage/sqlite/names.h"

namespace portreeve::store::sqlite {
namespace {

// The directory as it would be.
class Changed final : public Directory {
 public:
  Changed(const Directory& now, const std::vector<AliasEntry>& changed, const std::set<std::string>& removed)
      : now_(now), removed_(removed) {
    for (const AliasEntry& entry : changed) {
      aliases_.emplace(entry.key, &entry.alias);
      domains_.insert(entry.domain);
    }
  }
  bool has_domain(std::string_view domain) const override {
    return now_.has_domain(domain) || domains_.contains(domain_key(domain));
  }
  const Account* find(AccountId id) const override { return now_.find(id); }
  const Account* find_address(std::string_view address) const override { return now_.find_address(address); }
  const Alias* find_alias(std::string_view address) const override {
    const std::string key = address_key(address);
    const auto found = aliases_.find(key);
    if (found != aliases_.end()) return found->second;
    return removed_.contains(key) ? nullptr : now_.find_alias(address);
  }
  bool is_delegate(AccountId owner, AccountId delegate) const override { return now_.is_delegate(owner, delegate); }
  std::vector<AccountId> delegates(AccountId owner) const override { return now_.delegates(owner); }
  const Account* oldest_account(std::string_view domain) const override { return now_.oldest_account(domain); }
  std::vector<Account> accounts() const override { return now_.accounts(); }
  std::vector<Alias> aliases() const override { return now_.aliases(); }
  std::vector<std::string> domains() const override { return now_.domains(); }

 private:
  const Directory& now_;
  const std::set<std::string>& removed_;
  std::unordered_map<std::string, const Alias*> aliases_;
  std::set<std::string> domains_;
};

// Measures how many aliases lead to each other below one.
class Heights {
 public:
  enum class Loops { refused, borne };

  explicit Heights(const Directory& directory) : directory_(directory) {}

  std::size_t of(const Alias& alias, Loops loops, std::size_t depth = 0) {
    const auto [known, is_new] = heights_.emplace(&alias, kUnderWay);
    if (!is_new && known->second == kUnderWay) {
      if (loops == Loops::borne) return 0;
      fail(Errc::invalid, alias.address + " would lead back to itself");
    }
    if (is_new) {
      check_depth(alias, depth);
      std::size_t height = 0;
      for (const std::string& member : alias.members) {
        const Alias* below = alias_of(directory_, member, options_);
        if (below != nullptr) height = std::max(height, of(*below, loops, depth + 1) + 1);
      }
      heights_[&alias] = height;
      return height;
    }
    check_depth(alias, depth + known->second);
    return known->second;
  }

 private:
  static constexpr std::size_t kUnderWay = SIZE_MAX;

  static void check_depth(const Alias& alias, std::size_t depth) {
    if (depth > kMaxAliasDepth) fail(Errc::invalid, "too many aliases lead to " + alias.address + " and on");
  }

  const Directory& directory_;
  const ResolveOptions options_;
  std::unordered_map<const Alias*, std::size_t> heights_;
};

// Which aliases lead to some of these.
class Reach {
 public:
  explicit Reach(const Directory& directory) : directory_(directory) {}

  void add(const Alias& goal) { known_[&goal] = true; }
  bool is_led_to_by(const Alias& alias) {
    const auto [known, is_new] = known_.emplace(&alias, false);
    if (!is_new) return known->second;
    for (const std::string& member : alias.members) {
      const Alias* below = alias_of(directory_, member, options_);
      if (below != nullptr && is_led_to_by(*below)) return known_[&alias] = true;
    }
    return false;
  }

 private:
  const Directory& directory_;
  const ResolveOptions options_;
  std::unordered_map<const Alias*, bool> known_;
};

void check_members(const Directory& directory, const Alias& alias) {
  for (const std::string& member : alias.members) {
    const AccountAddress address = account_address(member);
    if (!directory.has_domain(address.domain)) {
      fail(Errc::invalid, "the member " + member + " is of no domain here, and nothing is sent on");
    }
  }
}

}  // namespace

AliasEntry checked_alias(const Alias& alias) {
  AliasEntry entry{alias, {}, {}};
  const bool is_catch_all = alias.address.starts_with('@');
  if (is_catch_all) {
    if (alias.kind != Alias::Kind::alias) fail(Errc::invalid, "a list needs an address of its own");
    const std::string_view domain = std::string_view(alias.address).substr(1);
    entry.domain = domain_name(domain);
    entry.key = "@" + entry.domain;
    entry.alias.address = "@" + *idna::lowered(domain);
  } else {
    AccountAddress address = account_address(alias.address);
    entry.alias.address = std::move(address.shown);
    entry.key = std::move(address.key);
    entry.domain = std::move(address.domain);
  }
  if (alias.kind == Alias::Kind::alias && !alias.owner.empty()) fail(Errc::invalid, "only a list has an owner");
  if (!alias.owner.empty()) entry.alias.owner = account_address(alias.owner).shown;
  entry.alias.members.clear();
  std::set<std::string> keys;
  for (const std::string& member : alias.members) {
    AccountAddress address = account_address(member);
    if (keys.insert(std::move(address.key)).second) entry.alias.members.push_back(std::move(address.shown));
  }
  if (entry.alias.members.empty()) fail(Errc::invalid, entry.alias.address + " leads to nobody");
  if (entry.alias.members.size() > kMaxAliasMembers) fail(Errc::invalid, "an alias has at most 10000 members");
  return entry;
}

void check_aliases(const Directory& directory, const std::vector<AliasEntry>& changed,
                   const std::set<std::string>& removed) {
  const Changed after(directory, changed, removed);
  for (const AliasEntry& entry : changed) {
    if (directory.find_address(entry.alias.address) != nullptr) {
      fail(Errc::exists, entry.alias.address +
                             " is an account, which keeps its mail until `portreeve account remove` ends it; only then "
                             "can it be an alias");
    }
    check_members(after, entry.alias);
  }
  Heights heights(after);
  Reach reach(after);
  for (const AliasEntry& entry : changed) {
    heights.of(entry.alias, Heights::Loops::refused);
    reach.add(entry.alias);
  }
  // Those that were there before may lead to the new ones and so have become too long. For others, and where one leads
  // back to itself for want of an account that was removed, the change is not to blame.
  for (const Alias& alias : directory.aliases()) {
    const Alias* kept = after.find_alias(alias.address);
    if (kept != nullptr && reach.is_led_to_by(*kept)) heights.of(*kept, Heights::Loops::borne);
  }
}

}  // namespace portreeve::store::sqlite
