#include "storage/sqlite/respell.h"

#include <string>
#include <vector>

#include "core/base/log.h"
#include "storage/address.h"

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

}  // namespace portreeve::store::sqlite
