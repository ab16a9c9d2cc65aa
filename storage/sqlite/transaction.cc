#include "storage/sqlite/transaction.h"

#include <algorithm>
#include <ctime>

#include "storage/sqlite/operations.h"
#include "storage/sqlite/packing.h"

namespace portreeve::store::sqlite {
namespace {

// Ids up to here are never given out again, even if the process ends before it uses them.
constexpr BodyId kBodiesReserved = 65'536;

std::vector<BodyId> bodies_of(const std::vector<Message>& messages) {
  std::vector<BodyId> bodies;
  bodies.reserve(messages.size());
  for (const Message& message : messages) bodies.push_back(message.body);
  return bodies;
}

}  // namespace

Transaction::~Transaction() {
  if (is_published_) return;
  for (const auto& [mailbox, first_recent] : recent_) shared_.registry.mark_unsaved(mailbox, first_recent);
}

Draft& Transaction::mailbox(MailboxId mailbox) {
  auto found = work_.find(mailbox);
  if (found == work_.end()) {
    EntryPtr entry = shared_.registry.get(mailbox, [&] { return load_mailbox(connection_, mailbox); });
    if (!entry) fail(Errc::not_found, "there is no mailbox " + std::to_string(mailbox));
    ImagePtr image = entry->image();
    found = work_.emplace(mailbox, Work{std::move(entry), Draft(image, touches_, growth_[image->account])}).first;
  }
  if (found->second.draft.is_deleted()) fail(Errc::not_found, "mailbox " + std::to_string(mailbox) + " is gone");
  return found->second.draft;
}

// A UIDVALIDITY is higher than any before, of any mailbox: so a name never sees one again.
std::uint32_t Transaction::new_uid_validity() {
  const std::int64_t last = connection_.number("SELECT value FROM meta WHERE key = 'uid_validity'", 0);
  const std::int64_t next = std::max<std::int64_t>(std::time(nullptr), last + 1);
  connection_.run("UPDATE meta SET value = ? WHERE key = 'uid_validity'", next);
  return static_cast<std::uint32_t>(next);
}

MailboxId Transaction::add_mailbox(AccountId account, std::string_view name, SpecialUse use) {
  auto image = std::make_shared<Image>();
  image->uid_validity = new_uid_validity();
  image->account = account;
  image->keywords = std::make_shared<const std::vector<std::string>>();
  connection_.run("INSERT INTO mailbox(account, name, special_use, uid_validity) VALUES (?, ?, ?, ?)", account, name,
                  static_cast<int>(use), image->uid_validity);
  image->mailbox = connection_.last_row();
  list_changed(account);
  ++growth_[account].mailboxes;
  const MailboxId id = image->mailbox;
  work_.emplace(id, Work{nullptr, Draft(std::move(image), touches_, growth_[account])});
  return id;
}

void Transaction::remove_mailbox(MailboxId id) {
  Draft& draft = mailbox(id);
  const std::vector<Message> messages = draft.select({{1, UINT32_MAX}}, 0);
  draft.mark_deleted();
  // At once, since the name may be used again in this transaction. The blocks go with the draft.
  connection_.run("DELETE FROM mailbox WHERE id = ?", id);
  connection_.run("DELETE FROM annotation WHERE mailbox = ?", id);
  connection_.run("DELETE FROM access_key WHERE mailbox = ?", id);
  drop_acl(*this, draft.image()->account, id);
  doom(*draft.image(), messages);
  --growth_[draft.image()->account].mailboxes;
  list_changed(draft.image()->account);
}

void Transaction::doom(const Image& mailbox, const std::vector<Message>& messages) {
  if (messages.empty()) return;
  std::vector<BodyId> bodies = bodies_of(messages);
  connection_.run("INSERT INTO doomed(bodies) VALUES (?)", Blob{pack_bodies(bodies)});
  releases_.push_back({mailbox.mailbox, mailbox.highest_mod_seq, std::move(bodies), connection_.last_row()});
}

void Transaction::hold(const Image& mailbox, const std::vector<Message>& messages) {
  if (!messages.empty()) releases_.push_back({mailbox.mailbox, mailbox.highest_mod_seq, bodies_of(messages), 0});
}

void Transaction::doom_unseen(std::vector<BodyId> bodies) {
  connection_.run("INSERT INTO doomed(bodies) VALUES (?)", Blob{pack_bodies(bodies)});
  releases_.push_back({0, 0, std::move(bodies), connection_.last_row()});
}

void Transaction::share(const std::vector<BodyId>& bodies) {
  shared_bodies_.insert(shared_bodies_.end(), bodies.begin(), bodies.end());
}

void Transaction::use_body(BodyId body) {
  if (body_limit_ == 0) body_limit_ = connection_.number("SELECT value FROM meta WHERE key = 'next_body'", 0);
  if (body < body_limit_) return;
  body_limit_ = body + kBodiesReserved;
  connection_.run("UPDATE meta SET value = ? WHERE key = 'next_body'", body_limit_);
}

std::shared_ptr<const DirectoryImage> Transaction::directory() {
  if (!directory_) {
    directory_ = is_directory_changed_ ? std::make_shared<const DirectoryImage>(connection_) : shared_.directory.get();
  }
  return directory_;
}

Usage Transaction::usage(AccountId account) const {
  const Usage committed = shared_.usages.get(account);
  const auto growth = growth_.find(account);
  return growth == growth_.end() ? committed : grown(committed, growth->second);
}

void Transaction::write_shared() {
  std::ranges::sort(shared_bodies_);
  for (std::size_t i = 0; i < shared_bodies_.size();) {
    const std::int64_t row = shared_bodies_[i] / kBodiesPerBitmap;
    std::string bits(kBodiesPerBitmap / 8, '\0');
    {
      Query query(connection_, "SELECT bits FROM shared WHERE id = ?");
      if (query.bind(row).step()) bits = query.blob(0);
    }
    // One that is too short is damaged; what it has lost, a check finds.
    bits.resize(kBodiesPerBitmap / 8, '\0');
    for (; i < shared_bodies_.size() && shared_bodies_[i] / kBodiesPerBitmap == row; ++i) {
      const auto bit = static_cast<std::size_t>(shared_bodies_[i] % kBodiesPerBitmap);
      bits.at(bit / 8) = static_cast<char>(bits.at(bit / 8) | (1 << (bit % 8)));
    }
    connection_.run("REPLACE INTO shared(id, bits) VALUES (?, ?)", row, Blob{bits});
  }
}

void Transaction::write_recent() {
  recent_ = shared_.registry.take_unsaved();
  for (const auto& [mailbox, first_recent] : recent_) {
    connection_.run("UPDATE mailbox SET first_recent = max(first_recent, ?) WHERE id = ?", first_recent, mailbox);
  }
}

void Transaction::flush() {
  for (auto& [mailbox, work] : work_) {
    if (work.draft.is_touched()) work.draft.write(connection_, work.entry ? work.entry->first_recent() : 1);
    work.draft.finish();
  }
  write_shared();
  write_recent();
  // Here, since nothing may fail once the commit is done.
  if (is_directory_changed_) directory();
  for (auto& [owner, acls] : changed_acls_) acls = read_owner_acls(connection_, owner);
  for (auto& [account, usage] : recounted_) usage = read_usage(connection_, account);
  if (is_held_changed_) {
    next_release_ = connection_.number("SELECT release_at FROM held ORDER BY release_at LIMIT 1", kNothingHeld);
  }
}

void Transaction::publish() {
  is_published_ = true;
  // First, so that a search for references that goes on now can't miss one that only changed its place.
  if (!shared_bodies_.empty()) shared_.bodies->referenced(shared_bodies_);
  for (const Release& release : releases_) {
    if (release.doomed_row == 0) shared_.bodies->referenced(release.bodies);
  }
  if (is_directory_changed_) shared_.directory.set(std::move(directory_));
  if (!changed_acls_.empty()) {
    shared_.acls.set(std::make_shared<const Acls>(shared_.acls.get()->with(changed_acls_)));
  }
  if (is_held_changed_) shared_.next_release = next_release_;
  publish_usage();
  for (const AccountId account : changed_lists_) shared_.lists.drop(account);
  for (auto& [mailbox, work] : work_) {
    if (!work.draft.is_touched() && work.entry) continue;
    const auto image = work.draft.image();
    if (!image->is_deleted) shared_.lists.update(image->account, mailbox, image->status());
    shared_.registry.publish(mailbox, image, 1);
  }
  tell_watches();
  if (!releases_.empty()) shared_.bodies->released(std::move(releases_));
  for (const auto& then : after_commit_) then();
}

// Once all that they may look at is there.
void Transaction::tell_watches() {
  if (!shared_.watches.has_any()) return;
  for (const AccountId account : changed_lists_) annotations_.try_emplace(account);
  for (const auto& [mailbox, work] : work_) {
    if (work.draft.is_touched() || !work.entry) annotations_.try_emplace(work.draft.image()->account);
  }
  for (const auto& [account, annotations] : annotations_) shared_.watches.tell(account, annotations);
}

void Transaction::publish_usage() {
  const auto directory = shared_.directory.get();
  std::vector<std::pair<AccountId, unsigned>> passed;
  for (const auto& [account, growth] : growth_) {
    if (growth == Growth()) continue;
    const Usage before = shared_.usages.grow(account, growth);
    const Account* owner = directory->find(account);
    if (owner == nullptr) shared_.usages.drop(account);
    if (owner == nullptr || growth.bytes <= 0 || !shared_.quota_watch.call) continue;
    const auto after = before.bytes + static_cast<std::uint64_t>(growth.bytes);
    const unsigned percent = passed_percent(shared_.quota_watch.percents, owner->quota_bytes, before.bytes, after);
    if (percent > 0) passed.emplace_back(account, percent);
  }
  for (const auto& [account, usage] : recounted_) shared_.usages.set(account, usage);
  for (const auto& item : passed) {
    after_commit([this, item] { shared_.quota_watch.call(item.first, item.second); });
  }
}

}  // namespace portreeve::store::sqlite
