#include "storage/sqlite/checker.h"

#include <algorithm>
#include <future>

#include "storage/address.h"
#include "storage/sqlite/bodies.h"
#include "storage/sqlite/operations.h"
#include "storage/sqlite/packing.h"

namespace portreeve::store::sqlite {
namespace {

constexpr std::size_t kMaxFindings = 10'000;

std::string text(std::int64_t number) { return std::to_string(number); }

void rebuild_summary(Transaction& transaction, BodyId body) {
  mime::SummaryBuilder builder;
  std::string piece;
  for (std::uint64_t offset = 0;; offset += piece.size()) {
    piece.clear();
    read_body(transaction.db(), body, offset, Store::kStagedChunkBytes, piece);
    if (piece.empty()) break;
    builder.feed(piece);
  }
  transaction.db().run("DELETE FROM summary WHERE body = ?", body);
  write_summary(transaction.db(), body, builder.finish());
}

}  // namespace

void Checker::found(std::string what, Mend mend) {
  mends_.emplace_back(findings_.size(), std::move(mend));
  findings_.push_back({std::move(what), true, false});
}

void Checker::interrupt() {
  const std::lock_guard lock(mutex_);
  if (interruptible_ != nullptr) sqlite3_interrupt(interruptible_);
}

void Checker::stop() {
  const std::lock_guard lock(mutex_);
  is_stopping_ = true;
  if (interruptible_ != nullptr) sqlite3_interrupt(interruptible_);
}

Checker::Findings Checker::run(bool mend) {
  findings_.clear();
  mends_.clear();
  bodies_.clear();
  Connection db(path_, Connection::Use::reader);
  {
    const std::lock_guard lock(mutex_);
    if (is_stopping_) fail(Errc::closed, "the store is closing");
    interruptible_ = db.handle();
  }
  try {
    read_all(db);
  } catch (const Failure& failure) {
    // Damage may be such that nothing can be read; the findings so far are worth more than none.
    found("the check ended early: " + failure.error().detail);
  }
  {
    const std::lock_guard lock(mutex_);
    interruptible_ = nullptr;
    if (is_stopping_) fail(Errc::closed, "the store is closing");
  }
  bodies_.clear();
  if (mend) mend_all();
  return std::move(findings_);
}

void Checker::read_all(Connection& db) {
  check_structure(db);
  const Reading reading(db);
  check_accounts(db);
  check_annotations(db);
  check_access_keys(db);
  check_acls(db);
  read_bodies(db);
  check_held(db);
  // Or what the mailboxes that were left out refer to would seem to belong to none.
  if (check_mailboxes(db)) check_bodies();
}

void Checker::check_structure(Connection& db) {
  Query query(db, "PRAGMA integrity_check(100)");
  while (query.step()) {
    if (query.text(0) != "ok") found("the file's structure: " + std::string(query.text(0)));
  }
}

void Checker::check_accounts(Connection& db) {
  Query lost(db, "SELECT address FROM address WHERE account NOT IN (SELECT id FROM account)");
  while (lost.step()) {
    const std::string address(lost.text(0));
    found("the address " + address + " belongs to no account",
          [address](Transaction& t) { t.db().run("DELETE FROM address WHERE address = ?", address); });
  }
  Query strangers(db,
                  "SELECT count(*) FROM delegate WHERE owner NOT IN (SELECT id FROM account) OR delegate NOT IN "
                  "(SELECT id FROM account)");
  if (strangers.step() && strangers.integer(0) > 0) {
    found(text(strangers.integer(0)) + " delegations are of accounts that are gone", [](Transaction& t) {
      t.db().run(
          "DELETE FROM delegate WHERE owner NOT IN (SELECT id FROM account) OR delegate NOT IN (SELECT id FROM "
          "account)");
      t.directory_changed();
    });
  }
  Query unreachable(db, "SELECT id, address FROM account WHERE id NOT IN (SELECT account FROM address)");
  while (unreachable.step()) {
    const AccountId account = unreachable.integer(0);
    const std::string address(unreachable.text(1));
    std::string key = address_key(address);
    if (key.empty()) {
      found("the account " + address + " has no address, and its name is none");
      continue;
    }
    found("the account " + address + " has no address", [account, key = std::move(key)](Transaction& t) {
      t.db().run("INSERT INTO address(address, account) VALUES (?, ?)", key, account);
      t.directory_changed();
    });
  }
  Query inboxless(db,
                  "SELECT id, address FROM account WHERE id NOT IN (SELECT account FROM mailbox WHERE name = 'INBOX')");
  while (inboxless.step()) {
    const AccountId account = inboxless.integer(0);
    found("the account " + std::string(inboxless.text(1)) + " has no INBOX", [account](Transaction& t) {
      t.add_mailbox(account, "INBOX", SpecialUse::none);
      t.directory_changed();
    });
  }
  Query ownerless(db, "SELECT id, name FROM mailbox WHERE account NOT IN (SELECT id FROM account)");
  while (ownerless.step()) {
    const MailboxId mailbox = ownerless.integer(0);
    found("the mailbox " + std::string(ownerless.text(1)) + " (" + text(mailbox) + ") belongs to no account",
          [mailbox](Transaction& t) { t.remove_mailbox(mailbox); });
  }
  Query blocks(db, "SELECT DISTINCT id >> 32 FROM block WHERE id >> 32 NOT IN (SELECT id FROM mailbox)");
  while (blocks.step()) {
    const MailboxId mailbox = blocks.integer(0);
    found("there are messages of mailbox " + text(mailbox) + ", which is gone", [mailbox](Transaction& t) {
      t.db().run("DELETE FROM block WHERE id BETWEEN ? AND ?", block_row(mailbox, 0), block_row(mailbox, UINT32_MAX));
    });
  }
}

void Checker::read_bodies(Connection& db) {
  Query chunks(db, "SELECT id, length(data) FROM chunk ORDER BY id");
  while (chunks.step()) {
    Body& body = bodies_[chunks.integer(0) >> 16];
    // All but the last have the same size, or offsets would be wrong.
    const bool is_after_short = body.bytes % Store::kStagedChunkBytes != 0;
    if ((chunks.integer(0) & (kMaxChunks - 1)) != body.chunks || is_after_short) body.has_gap = true;
    ++body.chunks;
    body.bytes += static_cast<std::uint64_t>(chunks.integer(1));
  }
  Query summaries(db, "SELECT body, data FROM summary");
  while (summaries.step()) {
    bodies_[summaries.integer(0)].has_summary = mime::decode(summaries.blob(1)).has_value();
  }
  Query staged(db, "SELECT body FROM staging");
  while (staged.step()) bodies_[staged.integer(0)].is_accounted_for = true;
  Query doomed(db, "SELECT id, bodies FROM doomed");
  while (doomed.step()) {
    const auto bodies = unpack_bodies(doomed.blob(1));
    if (!bodies) {
      const std::int64_t row = doomed.integer(0);
      found("a list of removed bodies is damaged",
            [row](Transaction& t) { t.db().run("DELETE FROM doomed WHERE id = ?", row); });
      continue;
    }
    for (const BodyId body : *bodies) bodies_[body].is_accounted_for = true;
  }
  Query marks(db, "SELECT id, bits FROM shared");
  while (marks.step()) {
    const std::string_view bits = marks.blob(1);
    for (std::size_t bit = 0; bit < bits.size() * 8; ++bit) {
      if ((static_cast<unsigned char>(bits[bit / 8]) >> (bit % 8) & 1) == 0) continue;
      const auto body = bodies_.find(marks.integer(0) * kBodiesPerBitmap + static_cast<BodyId>(bit));
      if (body != bodies_.end()) body->second.is_marked_shared = true;
    }
  }
}

// False if it didn't look at all.
bool Checker::check_mailboxes(Connection& db) {
  Query mailboxes(
      db,
      "SELECT m.id, m.name, coalesce(a.address, '?') FROM mailbox m LEFT JOIN account a ON a.id = m.account "
      "ORDER BY a.address, m.name");
  while (mailboxes.step()) {
    check_mailbox(db, mailboxes.integer(0), std::string(mailboxes.text(1)) + " of " + std::string(mailboxes.text(2)));
    if (findings_.size() > kMaxFindings) {
      found("there is more; mend these first");
      return false;
    }
  }
  return true;
}

void Checker::check_mailbox(Connection& db, MailboxId mailbox, const std::string& name) {
  Query row(db, "SELECT uid_next, mod_seq, messages, unseen, deleted, bytes FROM mailbox WHERE id = ?");
  row.bind(mailbox).step();
  Image counted;
  Uid last = 0;
  ModSeq mod_seq = 0;
  Query blocks(db, "SELECT id, data FROM block WHERE id BETWEEN ? AND ? ORDER BY id");
  blocks.bind(block_row(mailbox, 0), block_row(mailbox, UINT32_MAX));
  while (blocks.step()) {
    const auto block = unpack_block(blocks.blob(1));
    const std::string place = "the messages of " + name + " from UID " + text(static_cast<Uid>(blocks.integer(0)));
    if (!block) {
      found(place + " on are damaged and can't be read");
      continue;
    }
    if (block->front().uid <= last) found(place + " on are out of order");
    last = std::max(last, block->back().uid);
    for (const Message& message : *block) {
      counted.count(message, true);
      mod_seq = std::max(mod_seq, message.mod_seq);
      check_body(message.body, message.size, "the message with UID " + text(message.uid) + " in " + name);
    }
  }
  if (static_cast<Uid>(row.integer(0)) <= last || static_cast<ModSeq>(row.integer(1)) < mod_seq) {
    found(name + " would give out UID " + text(row.integer(0)) + " and mod-sequence " + text(row.integer(1)) + " again",
          [mailbox, last, mod_seq](Transaction& t) {
            t.db().run("UPDATE mailbox SET uid_next = max(uid_next, ?), mod_seq = max(mod_seq, ?) WHERE id = ?",
                       last + 1, mod_seq, mailbox);
          });
  }
  const bool is_right = row.integer(2) == counted.messages && row.integer(3) == counted.unseen &&
                        row.integer(4) == counted.deleted && row.integer(5) == static_cast<std::int64_t>(counted.bytes);
  if (!is_right) {
    found(name + " counts " + text(row.integer(2)) + " messages and has " + text(counted.messages) +
              ", or counts others wrongly",
          [mailbox](Transaction& t) {
            Draft& draft = t.mailbox(mailbox);
            draft.recount();
            t.recount_usage(draft.image()->account);
          });
  }
}

// `name` is of the message that has it.
void Checker::check_body(BodyId id, std::uint64_t size, const std::string& name) {
  Body& body = bodies_[id];
  ++body.references;
  if (body.chunks == 0) return found(name + " has lost its text (body " + text(id) + ")");
  if (body.has_gap || body.bytes != size) {
    return found(name + " should have " + text(static_cast<std::int64_t>(size)) + " bytes and has " +
                 text(static_cast<std::int64_t>(body.bytes)));
  }
  if (body.has_summary || body.references > 1) return;
  found(name + " has lost its summary", [id](Transaction& t) { rebuild_summary(t, id); });
}

void Checker::check_annotations(Connection& db) {
  Query lost(db,
             "SELECT DISTINCT account, mailbox FROM annotation WHERE account NOT IN (SELECT id FROM account) OR "
             "(mailbox <> 0 AND mailbox NOT IN (SELECT id FROM mailbox))");
  while (lost.step()) {
    const AccountId account = lost.integer(0);
    const MailboxId mailbox = lost.integer(1);
    found("there are annotations of account " + text(account) + " and mailbox " + text(mailbox) + ", which is gone",
          [account, mailbox](Transaction& t) { drop_annotations(t, account, mailbox); });
  }
}

void Checker::check_access_keys(Connection& db) {
  constexpr std::string_view kLost =
      "FROM access_key WHERE account NOT IN (SELECT id FROM account) OR mailbox NOT IN (SELECT id FROM mailbox)";
  const std::int64_t lost = db.number("SELECT count(*) " + std::string(kLost), 0);
  if (lost == 0) return;
  found(text(lost) + " keys are of mailboxes or accounts that are gone",
        [kLost](Transaction& t) { t.db().run("DELETE " + std::string(kLost)); });
}

void Checker::check_acls(Connection& db) {
  Query lost(db,
             "SELECT DISTINCT mailbox, account FROM acl WHERE mailbox NOT IN (SELECT id FROM mailbox) OR (account <> 0 "
             "AND account NOT IN (SELECT id FROM account))");
  while (lost.step()) {
    const MailboxId mailbox = lost.integer(0);
    const AccountId account = lost.integer(1);
    found("there are rights of account " + text(account) + " on mailbox " + text(mailbox) + ", which is gone",
          [mailbox, account](Transaction& t) {
            t.db().run("DELETE FROM acl WHERE mailbox = ? AND account = ?", mailbox, account);
            if (const AccountId owner = t.db().number("SELECT account FROM mailbox WHERE id = ?", 0, mailbox);
                owner != 0)
              t.acls_changed(owner);
          });
  }
}

void Checker::check_held(Connection& db) {
  Query ownerless(db, "SELECT DISTINCT account FROM held WHERE account NOT IN (SELECT id FROM account)");
  while (ownerless.step()) {
    const AccountId account = ownerless.integer(0);
    found("messages are held for account " + text(account) + ", which is gone",
          [account](Transaction& t) { drop_held(t, account); });
  }
  Query held(db, "SELECT id, body, size FROM held");
  while (held.step()) {
    check_body(held.integer(1), static_cast<std::uint64_t>(held.integer(2)),
               "the held message " + text(held.integer(0)));
  }
}

void Checker::check_bodies() {
  std::vector<BodyId> orphans;
  std::vector<BodyId> unmarked;
  for (const auto& [id, body] : bodies_) {
    if (body.references == 0 && !body.is_accounted_for && (body.chunks > 0 || body.has_summary)) orphans.push_back(id);
    if (body.references > 1 && !body.is_marked_shared) unmarked.push_back(id);
  }
  std::ranges::sort(orphans);
  std::ranges::sort(unmarked);
  if (!orphans.empty()) {
    found(text(static_cast<std::int64_t>(orphans.size())) + " bodies belong to no message", [orphans](Transaction& t) {
      // Searched for once more before they go: a mend may have brought one of them back.
      t.share(orphans);
      t.doom_unseen(orphans);
    });
  }
  if (!unmarked.empty()) {
    found(text(static_cast<std::int64_t>(unmarked.size())) + " bodies aren't known to be shared by several messages",
          [unmarked](Transaction& t) { t.share(unmarked); });
  }
}

void Checker::mend_all() {
  for (auto& [index, mend] : mends_) {
    std::promise<bool> done;
    auto result = done.get_future();
    writer_.submit<void>(Lane::background, 0, std::move(mend),
                         [&done](Result<void> outcome) { done.set_value(outcome.has_value()); });
    findings_[index].is_mended = result.get();
  }
}

}  // namespace portreeve::store::sqlite
