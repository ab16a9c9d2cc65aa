#include "storage/sqlite/sqlite_store.h"

#include <algorithm>
#include <span>

#include "storage/sqlite/bodies.h"
#include "storage/sqlite/expunged.h"
#include "storage/sqlite/operations.h"
#include "storage/sqlite/packing.h"
#include "storage/sqlite/respell.h"
#include "storage/sqlite/schema.h"

namespace portreeve::store::sqlite {
namespace {

// What an operation weighs beside the bytes that it brings.
constexpr std::size_t kSmall = 256;
// An operation on more messages than this waits for shorter ones.
constexpr std::uint64_t kBulkMessages = 4096;

// Rows of one read transaction, so that none holds up a checkpoint for long.
constexpr std::size_t kRowsPerReading = 512;

// Brings over what a killed process left of messages that were coming in.
void sweep_staging(Connection& connection) {
  std::vector<BodyId> bodies;
  {
    Query query(connection, "SELECT body FROM staging");
    while (query.step()) bodies.push_back(query.integer(0));
  }
  if (bodies.empty()) return;
  connection.run("BEGIN IMMEDIATE");
  connection.run("INSERT INTO doomed(bodies) VALUES (?)", Blob{pack_bodies(bodies)});
  connection.run("DELETE FROM staging");
  connection.run("COMMIT");
}

std::size_t weight_of(const IncomingBody& body) {
  return body.tail.size() + body.summary.body_structure.size() + kSmall;
}

std::size_t weight_of(const std::vector<Delivery>& deliveries) {
  std::size_t weight = 0;
  for (const Delivery& delivery : deliveries) weight += weight_of(delivery.body);
  return weight;
}

std::vector<BodyId> staged_of(const std::vector<Delivery>& deliveries) {
  std::vector<BodyId> staged;
  for (const Delivery& delivery : deliveries) {
    if (delivery.body.staged != 0) staged.push_back(delivery.body.staged);
  }
  return staged;
}

}  // namespace

SqliteStore::SqliteStore(const Options& options, const Hooks& hooks)
    : ownership_(options.directory),
      shared_(options, hooks, [this] { upkeep_.view_moved(); }),
      upkeep_(shared_),
      search_index_(shared_) {
  const std::string path = database_path(options.directory);
  make_private_file(path);
  auto connection = std::make_unique<Connection>(path, Connection::Use::writer);
  prepare_schema(*connection);
  if (hooks.max_pages > 0) connection->script("PRAGMA max_page_count = " + std::to_string(hooks.max_pages));
  sync_directory(options.directory);
  sweep_staging(*connection);
  respell_addresses(*connection);
  compose_mailbox_names(*connection);
  shared_.next_body = connection->number("SELECT value FROM meta WHERE key = 'next_body'", 1);
  shared_.directory.set(std::make_shared<const DirectoryImage>(*connection));
  shared_.acls.set(read_acls(*connection));
  shared_.usages.load(*connection);
  shared_.next_release = connection->number("SELECT release_at FROM held ORDER BY release_at LIMIT 1", kNothingHeld);
  shared_.bodies = &upkeep_;
  upkeep_.load(*connection);
  search_index_.load(*connection);
  readers_ = std::make_unique<Readers>(path, options.readers);
  checkpointer_ = std::make_unique<Checkpointer>(path, [this] { checker_->interrupt(); });
  writer_ = std::make_unique<Writer>(std::move(connection), shared_, [this](Connection& writer, int wal_pages) {
    checkpointer_->after_commit(writer, wal_pages);
  });
  checker_ = std::make_unique<Checker>(path, *writer_);
  upkeep_.start(*readers_, *writer_);
  search_index_.start(*writer_, [this](MailboxId mailbox) { return snapshot(mailbox).value_or(nullptr); });
}

SqliteStore::~SqliteStore() { close(); }

void SqliteStore::close() {
  checker_->stop();
  search_index_.stop();
  upkeep_.stop();
  // What sessions claimed as \Recent and no commit has taken along yet.
  if (shared_.registry.has_unsaved()) submit<void>(kSmall, [](Transaction&) {}, nullptr);
  writer_->close();
}

// --- who is who

void SqliteStore::add_domain(std::string domain, Done<void> done) {
  submit<void>(
      kSmall, [domain = std::move(domain)](Transaction& t) { sqlite::add_domain(t, domain); }, std::move(done));
}

void SqliteStore::remove_domain(std::string domain, Done<void> done) {
  submit<void>(
      kSmall, [domain = std::move(domain)](Transaction& t) { sqlite::remove_domain(t, domain); }, std::move(done));
}

void SqliteStore::add_accounts(std::vector<NewAccount> accounts, Done<void> done) {
  const std::size_t weight = kSmall * accounts.size();
  submit<void>(
      weight, [accounts = std::move(accounts)](Transaction& t) { sqlite::add_accounts(t, accounts); }, std::move(done));
}

void SqliteStore::set_verifier(AccountId account, std::string verifier, Done<void> done) {
  submit<void>(
      kSmall, [account, verifier = std::move(verifier)](Transaction& t) { sqlite::set_verifier(t, account, verifier); },
      std::move(done));
}

void SqliteStore::set_quota(AccountId account, QuotaChange change, Done<void> done) {
  submit<void>(kSmall, [account, change](Transaction& t) { sqlite::set_quota(t, account, change); }, std::move(done));
}

void SqliteStore::set_enabled(AccountId account, bool is_enabled, Done<void> done) {
  submit<void>(
      kSmall, [account, is_enabled](Transaction& t) { sqlite::set_enabled(t, account, is_enabled); }, std::move(done));
}

void SqliteStore::set_delegate(AccountId owner, AccountId delegate, bool may, Done<void> done) {
  submit<void>(
      kSmall, [owner, delegate, may](Transaction& t) { sqlite::set_delegate(t, owner, delegate, may); },
      std::move(done));
}

void SqliteStore::set_alias(Alias alias, Done<void> done) {
  const std::size_t weight = kSmall * (1 + alias.members.size());
  submit<void>(weight, [alias = std::move(alias)](Transaction& t) { sqlite::set_alias(t, alias); }, std::move(done));
}

void SqliteStore::remove_alias(std::string address, Done<void> done) {
  submit<void>(
      kSmall, [address = std::move(address)](Transaction& t) { sqlite::remove_alias(t, address); }, std::move(done));
}

void SqliteStore::set_file_entries(FileEntries entries, Done<void> done) {
  const std::size_t weight = kSmall * (1 + entries.accounts.size() + entries.aliases.size());
  submit<void>(
      weight, [entries = std::move(entries)](Transaction& t) { sqlite::set_file_entries(t, entries); },
      std::move(done));
}

void SqliteStore::watch_quotas(std::vector<unsigned> percents, std::function<void(AccountId, unsigned)> call) {
  shared_.quota_watch = {std::move(percents), std::move(call)};
}

void SqliteStore::remove_account(AccountId account, Done<void> done) {
  writer_->submit<void>(
      Lane::bulk, kSmall, [account](Transaction& t) { sqlite::remove_account(t, account); }, std::move(done));
}

// --- mailboxes

Result<MailboxListPtr> SqliteStore::mailboxes(AccountId account) {
  return guarded([&] {
    MailboxListPtr list = shared_.lists.get(account, [&]() -> std::shared_ptr<MailboxList> {
      auto reader = readers_->take();
      const Reading reading(*reader);
      return load_list(*reader, account);
    });
    if (!list) fail(Errc::not_found, "there is no account " + std::to_string(account));
    return list;
  });
}

void SqliteStore::create_mailbox(AccountId account, std::string name, SpecialUse use, Done<MailboxId> done) {
  submit<MailboxId>(
      kSmall,
      [account, name = std::move(name), use](Transaction& t) { return sqlite::create_mailbox(t, account, name, use); },
      std::move(done));
}

void SqliteStore::delete_mailbox(AccountId account, std::string name, Done<void> done) {
  submit<void>(
      kSmall, [account, name = std::move(name)](Transaction& t) { sqlite::delete_mailbox(t, account, name); },
      std::move(done));
}

void SqliteStore::rename_mailbox(AccountId account, std::string from, std::string to, Done<void> done) {
  submit<void>(
      kSmall,
      [account, from = std::move(from), to = std::move(to)](Transaction& t) {
        sqlite::rename_mailbox(t, account, from, to);
      },
      std::move(done));
}

void SqliteStore::set_subscribed(AccountId account, std::string name, bool is_subscribed, Done<void> done) {
  submit<void>(
      kSmall,
      [account, name = std::move(name), is_subscribed](Transaction& t) {
        sqlite::set_subscribed(t, account, name, is_subscribed);
      },
      std::move(done));
}

EntryPtr SqliteStore::entry(MailboxId mailbox) {
  EntryPtr entry = shared_.registry.get(mailbox, [&] {
    auto reader = readers_->take();
    const Reading reading(*reader);
    return load_mailbox(*reader, mailbox);
  });
  // One that was deleted this moment may be found still.
  if (!entry || entry->image()->is_deleted) fail(Errc::not_found, "there is no mailbox " + std::to_string(mailbox));
  return entry;
}

Result<std::unique_ptr<OpenMailbox>> SqliteStore::open(MailboxId mailbox, std::function<void()> on_change) {
  return guarded([&]() -> std::unique_ptr<OpenMailbox> {
    return std::make_unique<View>(shared_.registry, entry(mailbox), std::move(on_change));
  });
}

Result<SnapshotPtr> SqliteStore::snapshot(MailboxId mailbox) {
  return guarded([&] { return entry(mailbox)->snapshot(); });
}

// --- messages in

void SqliteStore::stage(BodyId body, std::uint32_t chunk, std::string bytes, Done<void> done) {
  const std::size_t size = bytes.size();
  if (!shared_.staging.reserve(body, size)) {
    submit<void>(
        kSmall, [](Transaction&) { fail(Errc::limit, "too much mail is under way at once"); }, std::move(done));
    return;
  }
  submit<void>(
      size + kSmall, [body, chunk, bytes = std::move(bytes)](Transaction& t) { sqlite::stage(t, body, chunk, bytes); },
      std::move(done));
}

void SqliteStore::drop_staging(BodyId body) {
  // At once, so that a disk too full to remove it doesn't take the cap along.
  shared_.staging.release(body);
  submit<void>(kSmall, [body](Transaction& t) { sqlite::drop_staging(t, body); }, nullptr);
}

// Who hands over what was staged no longer drops it, so that this must if it isn't taken.
template <class T>
Done<T> SqliteStore::dropping(std::vector<BodyId> staged, Done<T> done) {
  if (staged.empty()) return done;
  return [this, staged = std::move(staged), done = std::move(done)](Result<T> result) mutable {
    if (!result) {
      for (const BodyId body : staged) drop_staging(body);
    }
    if (done) done(std::move(result));
  };
}

std::vector<BodyId> SqliteStore::new_bodies(const std::vector<Delivery>& deliveries) {
  std::vector<BodyId> bodies;
  bodies.reserve(deliveries.size());
  for (const Delivery& delivery : deliveries) bodies.push_back(delivery.body.staged != 0 ? 0 : shared_.next_body++);
  return bodies;
}

void SqliteStore::deliver_all(std::vector<Delivery> deliveries, Done<std::vector<Appended>> done) {
  const std::size_t weight = weight_of(deliveries);
  done = dropping(staged_of(deliveries), std::move(done));
  submit<std::vector<Appended>>(
      weight,
      [bodies = new_bodies(deliveries), deliveries = std::move(deliveries)](Transaction& t) {
        return sqlite::deliver_all(t, deliveries, bodies);
      },
      std::move(done));
}

// --- messages held back

void SqliteStore::hold(HeldMessage message, Done<HeldId> done) {
  const BodyId body = message.body.staged != 0 ? 0 : shared_.next_body++;
  const std::size_t weight = weight_of(message.body) + message.envelope.size();
  if (message.body.staged != 0) done = dropping({message.body.staged}, std::move(done));
  submit<HeldId>(
      weight, [body, message = std::move(message)](Transaction& t) { return sqlite::hold(t, message, body); },
      std::move(done));
}

std::optional<std::int64_t> SqliteStore::next_release() const {
  const std::int64_t next = shared_.next_release;
  return next == kNothingHeld ? std::nullopt : std::optional(next);
}

Result<std::vector<Held>> SqliteStore::held(std::int64_t until, std::size_t limit) {
  return guarded([&] {
    auto reader = readers_->take();
    return read_held(*reader, until, limit);
  });
}

void SqliteStore::release(HeldId id, std::vector<DeliveryTarget> targets, std::int64_t internal_date,
                          std::vector<Delivery> reports, Done<std::vector<Appended>> done) {
  const std::size_t weight = weight_of(reports) + kSmall;
  done = dropping(staged_of(reports), std::move(done));
  submit<std::vector<Appended>>(
      weight,
      [id, targets = std::move(targets), internal_date, bodies = new_bodies(reports), reports = std::move(reports)](
          Transaction& t) { return sqlite::release(t, id, targets, internal_date, reports, bodies); },
      std::move(done));
}

// --- messages changed

// Only a mailbox that is in memory can be told to be large; one that isn't is rarely the object of a long operation,
// since who asks for one has it open.
Lane SqliteStore::lane_for(MailboxId mailbox, const UidSet& uids) {
  const EntryPtr entry = shared_.registry.find(mailbox);
  if (!entry || entry->image()->messages <= kBulkMessages) return Lane::normal;
  std::uint64_t span = 0;
  for (const UidRange& range : uids) span += std::uint64_t{range.last} - range.first + 1;
  return span > kBulkMessages ? Lane::bulk : Lane::normal;
}

void SqliteStore::change_flags(MailboxId mailbox, UidSet uids, FlagChange change, FlagList flags,
                               std::optional<ModSeq> unchanged_since, Flags changeable, Done<FlagsChanged> done) {
  const Lane lane = lane_for(mailbox, uids);
  writer_->submit<FlagsChanged>(
      lane, kSmall,
      [mailbox, uids = std::move(uids), change, flags = std::move(flags), unchanged_since, changeable](Transaction& t) {
        return sqlite::change_flags(t, mailbox, uids, change, flags, unchanged_since, changeable);
      },
      std::move(done));
}

void SqliteStore::expunge(MailboxId mailbox, UidSet uids, bool only_deleted, Done<Expunged> done) {
  const Lane lane = lane_for(mailbox, uids);
  writer_->submit<Expunged>(
      lane, kSmall,
      [mailbox, uids = std::move(uids), only_deleted](Transaction& t) {
        return sqlite::expunge(t, mailbox, uids, only_deleted);
      },
      std::move(done));
}

void SqliteStore::copy(MailboxId from, UidSet uids, MailboxId to, Flags kept, Done<Copied> done) {
  const Lane lane = lane_for(from, uids);
  writer_->submit<Copied>(
      lane, kSmall,
      [from, uids = std::move(uids), to, kept](Transaction& t) { return sqlite::copy(t, from, uids, to, kept); },
      std::move(done));
}

void SqliteStore::move(MailboxId from, UidSet uids, MailboxId to, Flags kept, Done<Copied> done) {
  const Lane lane = lane_for(from, uids);
  writer_->submit<Copied>(
      lane, kSmall,
      [from, uids = std::move(uids), to, kept](Transaction& t) { return sqlite::move(t, from, uids, to, kept); },
      std::move(done));
}

// --- messages gone

Result<std::optional<UidSet>> SqliteStore::expunged_since(MailboxId mailbox, ModSeq since) {
  return guarded([&] {
    auto reader = readers_->take();
    const Reading reading(*reader);
    return read_expunged(*reader, mailbox, since);
  });
}

// --- messages out

Result<mime::Summary> SqliteStore::summary(BodyId body) {
  return guarded([&] {
    auto reader = readers_->take();
    auto summary = read_summary(*reader, body);
    if (!summary) fail(Errc::not_found, "there is no body " + std::to_string(body));
    return std::move(*summary);
  });
}

Result<void> SqliteStore::summaries(const std::vector<BodyId>& bodies,
                                    const std::function<bool(std::size_t, const mime::Summary*)>& take) {
  return guarded([&] {
    auto reader = readers_->take();
    for (std::size_t i = 0; i < bodies.size();) {
      const Reading reading(*reader);
      for (const std::size_t end = std::min(i + kRowsPerReading, bodies.size()); i < end; ++i) {
        const auto summary = read_summary(*reader, bodies[i]);
        if (!take(i, summary ? &*summary : nullptr)) return;
      }
    }
  });
}

Result<void> SqliteStore::summary_views(const std::vector<BodyId>& bodies,
                                        const std::function<bool(std::size_t, const mime::SummaryView*)>& take) {
  return guarded([&] {
    auto reader = readers_->take();
    for (std::size_t i = 0; i < bodies.size();) {
      const Reading reading(*reader);
      const std::size_t end = std::min(i + kRowsPerReading, bodies.size());
      const std::span<const BodyId> some(bodies.data() + i, end - i);
      if (!view_summaries(*reader, some,
                          [&](std::size_t at, const mime::SummaryView* view) { return take(i + at, view); }))
        return;
      i = end;
    }
  });
}

Result<void> SqliteStore::read_body(BodyId body, std::uint64_t offset, std::uint64_t length, std::string& out) {
  return guarded([&] {
    auto reader = readers_->take();
    sqlite::read_body(*reader, body, offset, length, out);
  });
}

Result<void> SqliteStore::read_bodies(const std::vector<BodyRange>& ranges, std::string& out,
                                      const std::function<bool(std::size_t, bool)>& read) {
  return guarded([&] {
    auto reader = readers_->take();
    for (std::size_t i = 0; i < ranges.size();) {
      const Reading reading(*reader);
      for (const std::size_t end = std::min(i + kRowsPerReading, ranges.size()); i < end; ++i) {
        const BodyRange& range = ranges[i];
        const bool is_there = try_read_body(*reader, range.body, range.offset, range.length, out);
        if (!read(i, is_there)) return;
      }
    }
  });
}

// --- access control lists

void SqliteStore::set_acl(MailboxId mailbox, AclSubject subject, AclChange change, Rights rights, Done<void> done) {
  submit<void>(
      kSmall,
      [mailbox, subject, change, rights](Transaction& t) { sqlite::set_acl(t, mailbox, subject, change, rights); },
      std::move(done));
}

// --- annotations

void SqliteStore::set_annotations(AccountId account, MailboxId mailbox, std::vector<Annotation> annotations,
                                  Done<void> done) {
  std::size_t weight = kSmall;
  for (const auto& [entry, value] : annotations) weight += entry.size() + (value ? value->size() : 0);
  submit<void>(
      weight,
      [account, mailbox, annotations = std::move(annotations)](Transaction& t) {
        sqlite::set_annotations(t, account, mailbox, annotations);
      },
      std::move(done));
}

Result<std::vector<Annotation>> SqliteStore::annotations(AccountId account, MailboxId mailbox) {
  return guarded([&] {
    auto reader = readers_->take();
    return read_annotations(*reader, account, mailbox);
  });
}

// --- keys to mailboxes

void SqliteStore::keep_access_key(AccountId account, MailboxId mailbox, std::string key, bool replaces,
                                  Done<std::string> done) {
  submit<std::string>(
      kSmall,
      [account, mailbox, key = std::move(key), replaces](Transaction& t) {
        return sqlite::keep_access_key(t, account, mailbox, key, replaces);
      },
      std::move(done));
}

void SqliteStore::drop_access_keys(AccountId account, Done<void> done) {
  submit<void>(kSmall, [account](Transaction& t) { sqlite::drop_access_keys(t, account); }, std::move(done));
}

Result<std::string> SqliteStore::access_key(AccountId account, MailboxId mailbox) {
  return guarded([&] {
    auto reader = readers_->take();
    return read_access_key(*reader, account, mailbox);
  });
}

// --- notes

void SqliteStore::save_note(std::string name, std::string bytes, Done<void> done) {
  const std::size_t weight = bytes.size() + kSmall;
  submit<void>(
      weight, [name = std::move(name), bytes = std::move(bytes)](Transaction& t) { sqlite::save_note(t, name, bytes); },
      std::move(done));
}

Result<std::string> SqliteStore::note(std::string_view name) {
  return guarded([&] {
    auto reader = readers_->take();
    return read_note(*reader, name);
  });
}

// --- upkeep

void SqliteStore::backup(std::string path, Done<void> done) {
  if (is_backing_up_.exchange(true)) {
    submit<void>(kSmall, [](Transaction&) { fail(Errc::exists, "another backup is under way"); }, std::move(done));
    return;
  }
  Backup::start(*writer_, upkeep_, std::move(path), [this, done = std::move(done)](Result<void> result) mutable {
    is_backing_up_ = false;
    done(std::move(result));
  });
}

void SqliteStore::check(bool mend, Done<std::vector<Finding>> done) {
  // Shared, so that it is there still if upkeep takes no task any longer.
  auto shared_done = std::make_shared<Done<std::vector<Finding>>>(std::move(done));
  const bool is_posted = upkeep_.post([this, mend, shared_done] {
    auto findings = guarded([&] { return checker_->run(mend); });
    writer_->submit<std::vector<Finding>>(
        Lane::normal, 0,
        [findings = std::move(findings)](Transaction&) {
          if (!findings) throw Failure(findings.error());
          return *findings;
        },
        std::move(*shared_done));
  });
  if (!is_posted) (*shared_done)(std::unexpected(Error{Errc::closed, "the store is closing"}));
}

}  // namespace portreeve::store::sqlite
