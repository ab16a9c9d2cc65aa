#include <algorithm>

#include "storage/sqlite/names.h"
#include "storage/sqlite/operations.h"

namespace portreeve::store::sqlite {
namespace {

constexpr std::int64_t kMaxMailboxes = 20'000;      // an account
constexpr std::int64_t kMaxSubscriptions = 20'000;  // an account

MailboxId find_mailbox(Connection& db, AccountId account, std::string_view name) {
  return db.number("SELECT id FROM mailbox WHERE account = ? AND name = ?", 0, account, name);
}

std::vector<std::string> missing_parents(Connection& db, AccountId account, std::string_view name) {
  std::vector<std::string> parents = parents_of(name);
  std::erase_if(parents, [&](const std::string& parent) { return find_mailbox(db, account, parent) != 0; });
  return parents;
}

// For the mailboxes that must be made so that there is one of this name: `made` and its missing parents.
void check_room(Transaction& transaction, AccountId account, std::string_view name, std::int64_t made) {
  Connection& db = transaction.db();
  made += static_cast<std::int64_t>(missing_parents(db, account, name).size());
  if (made == 0) return;
  if (db.number("SELECT count(*) FROM mailbox WHERE account = ?", 0, account) + made > kMaxMailboxes) {
    fail(Errc::limit, "the account has as many mailboxes as there may be");
  }
  const Account* owner = transaction.directory()->find(account);
  const Usage more{.mailboxes = static_cast<std::uint64_t>(made)};
  if (owner != nullptr && !has_room_for(*owner, transaction.usage(account), more)) {
    fail(Errc::quota, owner->address + " has as many mailboxes as it may");
  }
}

// Precondition: there is the mailbox above it, if it isn't on the first level. RFC 4314 §4: its rights go on.
MailboxId add_mailbox(Transaction& transaction, AccountId account, std::string_view name, SpecialUse use) {
  const MailboxId mailbox = transaction.add_mailbox(account, name, use);
  const std::size_t end = name.rfind(kDelimiter);
  if (end == std::string_view::npos) return mailbox;
  const MailboxId parent = find_mailbox(transaction.db(), account, name.substr(0, end));
  if (parent != 0) inherit_acl(transaction, account, parent, mailbox);
  return mailbox;
}

void add_missing_parents(Transaction& transaction, AccountId account, std::string_view name) {
  for (const std::string& parent : missing_parents(transaction.db(), account, name)) {
    add_mailbox(transaction, account, parent, SpecialUse::none);
  }
}

// RFC 3501 §6.3.5: INBOX stays, empty; what was in it is in the new mailbox.
void rename_inbox(Transaction& transaction, AccountId account, std::string_view to) {
  check_room(transaction, account, to, 1);
  add_missing_parents(transaction, account, to);
  const MailboxId target = add_mailbox(transaction, account, to, SpecialUse::none);
  move(transaction, find_mailbox(transaction.db(), account, kInbox), {{1, UINT32_MAX}}, target, kAllFlags);
}

struct Renamed {
  MailboxId id;
  std::string from;
  std::string to;
};

// It needn't be there itself. The shortest names come first: where all move up by some levels, none then takes a name
// that another one still has.
std::vector<Renamed> with_children(Connection& db, AccountId account, std::string_view from, std::string_view to) {
  std::vector<Renamed> all;
  // '0' is the character after '/', so these are the names that begin with "from/".
  static_assert(kDelimiter + 1 == '0');
  Query query(db,
              "SELECT id, name FROM mailbox WHERE account = ?1 AND (name = ?2 OR (name > ?2||'/' AND name < ?2||'0'))");
  query.bind(account, from);
  while (query.step()) {
    const std::string_view name = query.text(1);
    all.push_back({query.integer(0), std::string(name), std::string(to) + std::string(name.substr(from.size()))});
  }
  std::ranges::sort(all, {}, [](const Renamed& mailbox) { return mailbox.from.size(); });
  return all;
}

// Is there a mailbox of the new name that doesn't get another one itself?
bool is_in_the_way(Connection& db, AccountId account, const Renamed& mailbox, std::string_view from) {
  return find_mailbox(db, account, mailbox.to) != 0 && mailbox.to != from && !is_below(mailbox.to, from);
}

}  // namespace

MailboxId create_mailbox(Transaction& transaction, AccountId account, std::string_view name, SpecialUse use) {
  Connection& db = transaction.db();
  const std::string stored = new_mailbox_name(name);
  check_account(db, account);
  if (find_mailbox(db, account, stored) != 0) fail(Errc::exists, "there is a mailbox of this name");
  check_room(transaction, account, stored, 1);
  add_missing_parents(transaction, account, stored);
  return add_mailbox(transaction, account, stored, use);
}

void delete_mailbox(Transaction& transaction, AccountId account, std::string_view name) {
  const std::string stored = mailbox_name(name);
  if (stored == kInbox) fail(Errc::invalid, "INBOX can't be deleted");
  const MailboxId mailbox = find_mailbox(transaction.db(), account, stored);
  if (mailbox == 0) fail(Errc::not_found, "there is no mailbox of this name");
  transaction.remove_mailbox(mailbox);
}

void rename_mailbox(Transaction& transaction, AccountId account, std::string_view from, std::string_view to) {
  Connection& db = transaction.db();
  const std::string old_name = mailbox_name(from);
  const std::string new_name = new_mailbox_name(to);
  if (old_name == kInbox) {
    if (find_mailbox(db, account, new_name) != 0) fail(Errc::exists, "there is a mailbox of the new name");
    return rename_inbox(transaction, account, new_name);
  }
  const std::vector<Renamed> renamed = with_children(db, account, old_name, new_name);
  if (renamed.empty()) fail(Errc::not_found, "there is no mailbox of this name");
  // Onto itself, too, where only those below it are there.
  if (new_name == old_name || find_mailbox(db, account, new_name) != 0)
    fail(Errc::exists, "there is a mailbox of the new name");
  if (is_below(new_name, old_name)) fail(Errc::invalid, "a mailbox can't be put below itself");
  for (const Renamed& mailbox : renamed) {
    mailbox_name(mailbox.to);
    if (is_in_the_way(db, account, mailbox, old_name)) fail(Errc::exists, "there is a mailbox " + mailbox.to);
  }
  check_room(transaction, account, new_name, 0);
  add_missing_parents(transaction, account, new_name);
  for (const Renamed& mailbox : renamed) {
    db.run("UPDATE mailbox SET name = ? WHERE id = ?", mailbox.to, mailbox.id);
  }
  transaction.list_changed(account);
}

void set_subscribed(Transaction& transaction, AccountId account, std::string_view name, bool is_subscribed) {
  Connection& db = transaction.db();
  const std::string stored = mailbox_name(name);
  check_account(db, account);
  if (!is_subscribed) {
    db.run("DELETE FROM subscription WHERE account = ? AND name = ?", account, stored);
  } else {
    if (db.number("SELECT count(*) FROM subscription WHERE account = ?", 0, account) >= kMaxSubscriptions) {
      fail(Errc::limit, "the account has as many subscriptions as it may");
    }
    db.run("INSERT OR IGNORE INTO subscription(account, name) VALUES (?, ?)", account, stored);
  }
  transaction.list_changed(account);
}

}  // namespace portreeve::store::sqlite
