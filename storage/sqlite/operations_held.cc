#include <algorithm>

#include "storage/sqlite/delivery.h"
#include "storage/sqlite/operations.h"

namespace portreeve::store::sqlite {
namespace {

constexpr std::size_t kEnvelopeBytesAtOnce = std::size_t{8} * 1024 * 1024;

}  // namespace

HeldId hold(Transaction& transaction, const HeldMessage& message, BodyId body) {
  check_disk(transaction);
  Connection& db = transaction.db();
  check_account(db, message.account);
  if (message.envelope.size() > kMaxHeldEnvelopeBytes) fail(Errc::limit, "the envelope is too long");
  const std::int64_t held = db.number("SELECT count(*) FROM held WHERE account = ?", 0, message.account);
  if (held >= static_cast<std::int64_t>(kMaxHeldMessages)) {
    fail(Errc::limit, "the account has as many messages held as it may");
  }
  const std::uint32_t size = checked_body(transaction, message.body);
  const std::int64_t bytes = db.number("SELECT sum(size) FROM held WHERE account = ?", 0, message.account);
  if (static_cast<std::uint64_t>(bytes) + size > kMaxHeldBytes) {
    fail(Errc::limit, "the account's held messages are as much as they may be");
  }
  if (message.body.staged != 0) body = message.body.staged;
  store_body(transaction, message.body, body);
  db.run(
      "INSERT INTO held(account, release_at, priority, envelope, body, size, pop3_size) VALUES (?, ?, ?, ?, ?, ?, ?)",
      message.account, message.release_at, message.priority, Blob{message.envelope}, body, size,
      pop3_size(message.body.summary));
  transaction.held_changed();
  return db.last_row();
}

std::vector<Appended> release(Transaction& transaction, HeldId id, const std::vector<DeliveryTarget>& targets,
                              std::int64_t internal_date, const std::vector<Delivery>& reports,
                              const std::vector<BodyId>& bodies) {
  Connection& db = transaction.db();
  Message message;
  {
    Query row(db, "SELECT body, size, pop3_size FROM held WHERE id = ?");
    if (!row.bind(id).step()) fail(Errc::not_found, "the message is held no longer");
    message.body = row.integer(0);
    message.size = static_cast<std::uint32_t>(row.integer(1));
    message.pop3_size = static_cast<std::uint32_t>(row.integer(2));
  }
  message.internal_date = internal_date;
  // On a full disk, one can still be dropped.
  if (!targets.empty() || !reports.empty()) check_disk(transaction);
  Deliveries deliveries(transaction);
  deliveries.add(message, targets);
  for (std::size_t i = 0; i < reports.size(); ++i) deliveries.add(reports[i], bodies[i]);
  std::vector<Appended> appended = deliveries.carry_out();
  db.run("DELETE FROM held WHERE id = ?", id);
  transaction.held_changed();
  return appended;
}

void drop_held(Transaction& transaction, AccountId account) {
  std::vector<BodyId> bodies;
  {
    Query query(transaction.db(), "SELECT body FROM held WHERE account = ?");
    query.bind(account);
    while (query.step()) bodies.push_back(query.integer(0));
  }
  if (bodies.empty()) return;
  transaction.db().run("DELETE FROM held WHERE account = ?", account);
  transaction.doom_unseen(std::move(bodies));
  transaction.held_changed();
}

std::vector<Held> read_held(Connection& connection, std::int64_t until, std::size_t limit) {
  Query query(connection,
              "SELECT id, account, release_at, priority, envelope, body, size FROM held WHERE release_at <= ? "
              "ORDER BY priority DESC, release_at, id LIMIT ?");
  query.bind(until, std::min<std::size_t>(limit, INT64_MAX));
  std::vector<Held> all;
  std::size_t bytes = 0;
  while (bytes < kEnvelopeBytesAtOnce && query.step()) {
    bytes += query.blob(4).size();
    all.push_back({.id = query.integer(0),
                   .account = query.integer(1),
                   .release_at = query.integer(2),
                   .priority = static_cast<int>(query.integer(3)),
                   .envelope = std::string(query.blob(4)),
                   .body = query.integer(5),
                   .size = static_cast<std::uint64_t>(query.integer(6))});
  }
  return all;
}

}  // namespace portreeve::store::sqlite
