#include <algorithm>

#include "storage/sqlite/bodies.h"
#include "storage/sqlite/delivery.h"
#include "storage/sqlite/operations.h"

namespace portreeve::store::sqlite {
namespace {

// Restates the keyword bits of one mailbox in another's.
class KeywordMap {
 public:
  KeywordMap(const Image& from, Draft& to, const std::vector<Message>& messages, Flags kept) {
    Flags used = 0;
    for (const Message& message : messages) used |= message.flags & kKeywordFlags & kept;
    FlagList wanted;
    std::vector<Flags> bits;
    for (std::size_t i = 0; i < from.keywords->size(); ++i) {
      const Flags bit = Flags{1} << (kFirstKeywordBit + i);
      if ((used & bit) == 0) continue;
      wanted.keywords.push_back((*from.keywords)[i]);
      bits.push_back(bit);
    }
    // All at once, so that none takes the place of another that no message of `to` bears yet.
    to.intern(wanted);
    for (std::size_t i = 0; i < bits.size(); ++i) {
      pairs_.emplace_back(bits[i], to.known({.keywords = {wanted.keywords[i]}}));
    }
  }

  Flags operator()(Flags flags) const {
    Flags mapped = flags & ~kKeywordFlags;
    for (const auto& [from, to] : pairs_) {
      if ((flags & from) != 0) mapped |= to;
    }
    return mapped;
  }

 private:
  std::vector<std::pair<Flags, Flags>> pairs_;
};

Copied append_all(Draft& from, Draft& to, const std::vector<Message>& messages, Flags kept, std::uint32_t now) {
  Copied copied;
  copied.uid_validity = to.image()->uid_validity;
  if (messages.empty()) return copied;
  to.check_room(messages.size());
  const KeywordMap map(*from.image(), to, messages, kept);
  const ModSeq mod_seq = to.new_mod_seq();
  copied.from.reserve(messages.size());
  copied.to.reserve(messages.size());
  for (Message message : messages) {
    copied.from.push_back(message.uid);
    message.flags = map(message.flags & kept);
    message.mod_seq = mod_seq;
    message.save_date = now;
    copied.to.push_back(to.append(message));
  }
  return copied;
}

Usage usage_of(const std::vector<Message>& messages) {
  Usage usage{.messages = messages.size()};
  for (const Message& message : messages) usage.bytes += message.size;
  return usage;
}

// Leaves in `uids` those that are there and haven't changed since; gives the others that are there.
std::vector<Uid> take_changed(const Draft& draft, UidSet& uids, ModSeq since) {
  std::vector<Uid> changed;
  UidSet unchanged;
  for (const Message& message : draft.select(uids, 0)) {
    if (message.mod_seq > since) {
      changed.push_back(message.uid);
    } else {
      add_uid(unchanged, message.uid);
    }
  }
  uids = std::move(unchanged);
  return changed;
}

void check_quota(Transaction& transaction, AccountId account, const std::vector<Message>& messages) {
  const Account* owner = transaction.directory()->find(account);
  if (owner == nullptr || has_room_for(*owner, transaction.usage(account), usage_of(messages))) return;
  fail(Errc::quota, owner->address + " has as much mail as it may");
}

}  // namespace

void stage(Transaction& transaction, BodyId body, std::uint32_t chunk, std::string_view bytes) {
  check_disk(transaction);
  if (bytes.empty() || bytes.size() > Store::kStagedChunkBytes) fail(Errc::invalid, "a chunk has a size of its own");
  if (body <= 0 || chunk >= kMaxChunks) fail(Errc::invalid, "no such chunk");
  transaction.use_body(body);
  transaction.db().run("INSERT OR IGNORE INTO staging(body) VALUES (?)", body);
  transaction.db().run("INSERT INTO chunk(id, data) VALUES (?, ?)", chunk_row(body, chunk), Blob{bytes});
}

void drop_staging(Transaction& transaction, BodyId body) {
  // A message that was delivered meanwhile isn't staged any longer.
  if (transaction.db().number("SELECT 1 FROM staging WHERE body = ?", 0, body) == 0) return;
  transaction.db().run("DELETE FROM staging WHERE body = ?", body);
  transaction.doom_unseen({body});
}

std::vector<Appended> deliver_all(Transaction& transaction, const std::vector<Delivery>& deliveries,
                                  const std::vector<BodyId>& bodies) {
  check_disk(transaction);
  Deliveries under_way(transaction);
  for (std::size_t i = 0; i < deliveries.size(); ++i) under_way.add(deliveries[i], bodies[i]);
  return under_way.carry_out();
}

FlagsChanged change_flags(Transaction& transaction, MailboxId mailbox, const UidSet& uids, FlagChange change,
                          const FlagList& flags, std::optional<ModSeq> unchanged_since, Flags changeable) {
  Draft& draft = transaction.mailbox(mailbox);
  UidSet set = normalized(uids);
  FlagsChanged changed;
  changed.after = draft.image();
  if (unchanged_since) {
    changed.failed = take_changed(draft, set, *unchanged_since);
    if (set.empty()) return changed;
  }
  // Taking off a keyword that the mailbox doesn't know must not make it known.
  const FlagList given{flags.system, (changeable & kKeywordFlags) != 0 ? flags.keywords : std::vector<std::string>()};
  const Flags bits = (change == FlagChange::remove ? draft.known(given) : draft.intern(given)) & changeable;
  switch (change) {
    case FlagChange::replace: changed.changed = draft.set_flags(set, ~changeable, bits); break;
    case FlagChange::add: changed.changed = draft.set_flags(set, ~Flags{0}, bits); break;
    case FlagChange::remove: changed.changed = draft.set_flags(set, ~bits, 0); break;
  }
  return changed;
}

Expunged expunge(Transaction& transaction, MailboxId mailbox, const UidSet& uids, bool only_deleted) {
  Draft& draft = transaction.mailbox(mailbox);
  const std::vector<Message> removed = draft.remove(normalized(uids), only_deleted ? kDeleted : 0);
  transaction.doom(*draft.image(), removed);
  Expunged expunged;
  expunged.uids.reserve(removed.size());
  for (const Message& message : removed) expunged.uids.push_back(message.uid);
  expunged.after = draft.image();
  return expunged;
}

Copied copy(Transaction& transaction, MailboxId from, const UidSet& uids, MailboxId to, Flags kept) {
  Draft& source = transaction.mailbox(from);
  Draft& target = transaction.mailbox(to);
  const std::vector<Message> messages = source.select(normalized(uids), 0);
  check_quota(transaction, target.image()->account, messages);
  Copied copied = append_all(source, target, messages, kept, transaction.now());
  std::vector<BodyId> bodies;
  bodies.reserve(messages.size());
  for (const Message& message : messages) bodies.push_back(message.body);
  transaction.share(bodies);
  return copied;
}

Copied move(Transaction& transaction, MailboxId from, const UidSet& uids, MailboxId to, Flags kept) {
  Draft& source = transaction.mailbox(from);
  Draft& target = transaction.mailbox(to);
  const UidSet set = normalized(uids);
  const Uid last = source.image()->uid_next - 1;  // moved into the same mailbox, messages come back above this
  const std::vector<Message> messages = source.select(set, 0);
  if (source.image()->account != target.image()->account) {
    check_quota(transaction, target.image()->account, messages);
  }
  Copied copied = append_all(source, target, messages, kept, transaction.now());
  UidSet old;
  for (UidRange range : set) {
    range.last = std::min(range.last, last);
    if (range.first <= range.last) old.push_back(range);
  }
  transaction.hold(*source.image(), source.remove(old, 0));
  return copied;
}

}  // namespace portreeve::store::sqlite
