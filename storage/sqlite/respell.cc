#include "storage/sqlite/respell.h"

#include <string>
#include <utility>
#include <vector>

#include "core/base/log.h"
#include "core/mime/text.h"
#include "storage/address.h"
#include "storage/types.h"

namespace portreeve::store::sqlite {
namespace {

struct Respelling {
  std::string from;
  std::string to;
};

template <class KeyOf>
std::vector<Respelling> find_respellings(Connection& writer, std::string_view sql, KeyOf key_of) {
  std::vector<Respelling> found;
  Query query(writer, sql);
  while (query.step()) {
    std::string from(query.text(0));
    std::string to = key_of(from);
    if (!to.empty() && to != from) found.push_back({std::move(from), std::move(to)});
  }
  return found;
}

void respell_domains(Connection& writer, const std::vector<Respelling>& domains) {
  for (const auto& [from, to] : domains) {
    writer.run("INSERT OR IGNORE INTO domain(name) VALUES (?)", to);
    writer.run("DELETE FROM domain WHERE name = ?", from);
  }
}

void respell_accounts(Connection& writer, const std::vector<Respelling>& addresses) {
  for (const auto& [from, to] : addresses) {
    if (writer.number("SELECT 1 FROM address WHERE address = ?", 0, to) != 0) {
      base::log::error("store.address", {{"address", from}, {"what", "means the same as " + to}});
      continue;
    }
    writer.run("UPDATE address SET address = ? WHERE address = ?", to, from);
  }
}

void respell_aliases(Connection& writer, const std::vector<Respelling>& aliases) {
  for (const auto& [from, to] : aliases) {
    if (writer.number("SELECT 1 FROM alias WHERE address = ?", 0, to) != 0) {
      base::log::error("store.address", {{"address", from}, {"what", "means the same as " + to}});
      continue;
    }
    writer.run("UPDATE alias SET address = ? WHERE address = ?", to, from);
    writer.run("UPDATE alias_member SET alias = ? WHERE alias = ?", to, from);
  }
}

struct OldName {
  AccountId account;
  std::string from;
  std::string to;
};

// The migration to the layout that has access control lists frees the name of that namespace, save where its new name
// is taken.
std::string freed(std::string name) {
  constexpr std::string_view kReserved = "Other Users";
  if (name == kReserved || name.starts_with(std::string(kReserved) + kDelimiter))
    name.insert(kReserved.size(), " (own)");
  return name;
}

std::vector<OldName> find_old_names(Connection& writer, std::string_view sql) {
  std::vector<OldName> found;
  Query query(writer, sql);
  while (query.step()) {
    const std::string_view from = query.text(1);
    std::string to = freed(mime::composed(from));
    if (to != from) found.push_back({query.integer(0), std::string(from), std::move(to)});
  }
  return found;
}

bool is_taken(Connection& writer, AccountId account, std::string_view name) {
  return writer.number("SELECT 1 FROM mailbox WHERE account = ? AND name = ?", 0, account, name) != 0;
}

std::string free_name(Connection& writer, AccountId account, const std::string& name) {
  if (!is_taken(writer, account, name)) return name;
  for (unsigned number = 2;; ++number) {
    std::string other = name + " (" + std::to_string(number) + ")";
    if (!is_taken(writer, account, other)) return other;
  }
}

void compose_mailboxes(Connection& writer, const std::vector<OldName>& mailboxes) {
  for (const auto& [account, from, to] : mailboxes) {
    const std::string name = free_name(writer, account, to);
    writer.run("UPDATE mailbox SET name = ? WHERE account = ? AND name = ?", name, account, from);
    writer.run("INSERT OR IGNORE INTO subscription SELECT account, ? FROM subscription WHERE account = ? AND name = ?",
               name, account, from);
    if (name != to)
      base::log::warning("store.mailbox", {{"mailbox", to}, {"what", "two have this name, one is now " + name}});
  }
}

void compose_subscriptions(Connection& writer, const std::vector<OldName>& subscriptions) {
  for (const auto& [account, from, to] : subscriptions) {
    writer.run("INSERT OR IGNORE INTO subscription(account, name) VALUES (?, ?)", account, to);
    writer.run("DELETE FROM subscription WHERE account = ? AND name = ?", account, from);
  }
}

}  // namespace

void respell_addresses(Connection& writer) {
  const auto domains = find_respellings(writer, "SELECT name FROM domain", domain_key);
  const auto key_of = [](const std::string& address) { return address_key(address); };
  const auto addresses = find_respellings(writer, "SELECT address FROM address ORDER BY account", key_of);
  const auto aliases = find_respellings(writer, "SELECT address FROM alias ORDER BY since, address", key_of);
  if (domains.empty() && addresses.empty() && aliases.empty()) return;
  try {
    writer.run("BEGIN IMMEDIATE");
    respell_domains(writer, domains);
    respell_accounts(writer, addresses);
    respell_aliases(writer, aliases);
    writer.run("COMMIT");
  } catch (...) {
    writer.roll_back();
    throw;
  }
}

void compose_mailbox_names(Connection& writer) {
  if (writer.number("SELECT value FROM meta WHERE key = 'composed_names'", 0) != 0) return;
  const auto mailboxes = find_old_names(writer, "SELECT account, name FROM mailbox ORDER BY id");
  const auto subscriptions = find_old_names(writer, "SELECT account, name FROM subscription");
  try {
    writer.run("BEGIN IMMEDIATE");
    compose_mailboxes(writer, mailboxes);
    compose_subscriptions(writer, subscriptions);
    writer.run("INSERT INTO meta VALUES ('composed_names', 1)");
    writer.run("COMMIT");
  } catch (...) {
    writer.roll_back();
    throw;
  }
}

}  // namespace portreeve::store::sqlite
