#include "storage/sqlite/delivery.h"

#include <algorithm>

#include "core/mime/text.h"
#include "storage/sqlite/bodies.h"

namespace portreeve::store::sqlite {
namespace {

void check_staged(Connection& db, const IncomingBody& body) {
  const std::int64_t chunks = db.number("SELECT count(*) FROM chunk WHERE id BETWEEN ? AND ?", 0,
                                        chunk_row(body.staged, 0), chunk_row(body.staged, kMaxChunks - 1));
  if (chunks != body.staged_chunks || db.number("SELECT 1 FROM staging WHERE body = ?", 0, body.staged) == 0) {
    fail(Errc::invalid, "not all of the message was staged");
  }
}

std::uint64_t size_of(Connection& db, const IncomingBody& body) {
  const std::uint64_t size = std::uint64_t{body.staged_chunks} * Store::kStagedChunkBytes + body.tail.size();
  if (body.staged == 0 || body.staged_chunks == 0 || !body.tail.empty()) return size;
  const std::int64_t last =
      db.number("SELECT length(data) FROM chunk WHERE id = ?", 0, chunk_row(body.staged, body.staged_chunks - 1));
  return size - Store::kStagedChunkBytes + static_cast<std::uint64_t>(last);
}

// It is no longer staged, once this is committed.
void end_staging(Transaction& transaction, BodyId body) {
  transaction.db().run("DELETE FROM staging WHERE body = ?", body);
  transaction.after_commit([&staging = transaction.shared().staging, body] { staging.release(body); });
}

// Of several folders whose names differ in case only, the first.
MailboxId chosen_mailbox(Connection& db, const DeliveryTarget& target) {
  if (target.folder.empty()) return target.mailbox;
  const AccountId account = db.number("SELECT account FROM mailbox WHERE id = ?", 0, target.mailbox);
  const std::string folder = mime::composed(target.folder);
  const MailboxId exact = db.number("SELECT id FROM mailbox WHERE account = ? AND name = ?", 0, account, folder);
  if (exact != 0) return exact;
  return db.number("SELECT id FROM mailbox WHERE account = ? AND name = ? COLLATE NOCASE ORDER BY name LIMIT 1",
                   target.mailbox, account, folder);
}

}  // namespace

std::uint64_t pop3_size(const mime::Summary& summary) {
  return summary.size + summary.bare_lfs + (summary.is_unended ? 2 : 0);
}

std::uint32_t checked_body(Transaction& transaction, const IncomingBody& body) {
  const std::uint64_t size = size_of(transaction.db(), body);
  if (size != body.summary.size) fail(Errc::invalid, "the summary is of another message");
  if (pop3_size(body.summary) > UINT32_MAX) fail(Errc::limit, "a message has less than 4 GiB");
  if (body.staged != 0) check_staged(transaction.db(), body);
  return static_cast<std::uint32_t>(size);
}

void store_body(Transaction& transaction, const IncomingBody& incoming, BodyId body) {
  Connection& db = transaction.db();
  if (incoming.staged != 0) end_staging(transaction, incoming.staged);
  transaction.use_body(body);
  write_body_tail(db, body, incoming.staged_chunks, incoming.tail);
  write_summary(db, body, incoming.summary);
}

void drop_body(Transaction& transaction, const IncomingBody& incoming) {
  if (incoming.staged == 0) return;
  end_staging(transaction, incoming.staged);
  transaction.doom_unseen({incoming.staged});
}

void check_disk(Transaction& transaction) {
  if (!transaction.shared().disk.has_room()) fail(Errc::disk_full, "below the reserve of free space");
}

void Deliveries::add(const Delivery& delivery, BodyId body) {
  const IncomingBody& incoming = delivery.body;
  if (delivery.targets.empty()) fail(Errc::invalid, "a delivery needs a mailbox");
  if (incoming.staged != 0 && !staged_.insert(incoming.staged).second) {
    fail(Errc::invalid, "a message that was staged once is delivered twice");
  }
  Message message;
  message.size = checked_body(transaction_, incoming);
  message.pop3_size = static_cast<std::uint32_t>(pop3_size(incoming.summary));
  message.internal_date = delivery.internal_date;
  message.body = incoming.staged != 0 ? incoming.staged : body;
  targets_ += delivery.targets.size();
  parcels_.push_back({message, &incoming, &delivery.targets, delivery.quota, delivery.replaces});
}

void Deliveries::add(const Message& message, const std::vector<DeliveryTarget>& targets) {
  targets_ += targets.size();
  parcels_.push_back({message, nullptr, &targets, Quota::refuses_all});
}

Draft* Deliveries::find_draft(const DeliveryTarget& target, Quota quota) {
  try {
    Draft& draft = transaction_.mailbox(chosen_mailbox(transaction_.db(), target));
    draft.check_room(targets_);
    return &draft;
  } catch (const Failure& failure) {
    const bool is_gone = !failure.is_from_database && failure.error().code == Errc::not_found;
    if (!is_gone || quota != Quota::refuses_each) throw;
    return nullptr;
  }
}

bool Deliveries::has_room(AccountId account, std::uint64_t bytes, Quota quota) {
  const Account* owner = transaction_.directory()->find(account);
  if (owner == nullptr) return true;
  Growth& planned = planned_[account];
  const Usage used = grown(transaction_.usage(account), planned);
  if (quota != Quota::is_ignored && !has_room_for(*owner, used, {.bytes = bytes, .messages = 1})) {
    if (quota == Quota::refuses_each) return false;
    fail(Errc::quota, owner->address + " has as much mail as it may");
  }
  planned.bytes += static_cast<std::int64_t>(bytes);
  ++planned.messages;
  return true;
}

void Deliveries::plan_removal(const Replaced& replaced) {
  const Draft& draft = transaction_.mailbox(replaced.mailbox);
  const std::vector<Message> found = draft.select({{replaced.uid, replaced.uid}}, 0);
  if (found.empty()) fail(Errc::not_found, "the message to be replaced is gone");
  Growth& planned = planned_[draft.image()->account];
  planned.bytes -= found.front().size;
  --planned.messages;
}

void Deliveries::remove(const Replaced& replaced) {
  Draft& draft = transaction_.mailbox(replaced.mailbox);
  const std::vector<Message> removed = draft.remove({{replaced.uid, replaced.uid}}, 0);
  transaction_.doom(*draft.image(), removed);
}

void Deliveries::plan(Parcel& parcel) {
  if (parcel.replaces) plan_removal(*parcel.replaces);
  for (const DeliveryTarget& target : *parcel.targets) {
    Draft* draft = find_draft(target, parcel.quota);
    std::optional<Errc> refusal;
    if (draft == nullptr) {
      refusal = Errc::not_found;
    } else if (std::ranges::find(parcel.drafts, draft) == parcel.drafts.end() &&
               !has_room(draft->image()->account, parcel.message.size,
                         target.may_be_left_out ? Quota::refuses_each : parcel.quota)) {
      refusal = Errc::quota;
      draft = nullptr;
    }
    parcel.drafts.push_back(draft);
    parcel.refusals.push_back(refusal);
  }
  refuse_broken_groups(parcel);
}

void Deliveries::refuse_broken_groups(Parcel& parcel) {
  std::unordered_map<std::uint32_t, Errc> broken;
  std::unordered_map<std::uint32_t, Errc> bereft;  // of some who may be left out; of all, for all that is known yet
  std::unordered_set<std::uint32_t> served;
  for (std::size_t i = 0; i < parcel.drafts.size(); ++i) {
    const DeliveryTarget& target = (*parcel.targets)[i];
    if (target.group == 0) continue;
    if (!parcel.refusals[i]) {
      served.insert(target.group);
    } else {
      (target.may_be_left_out ? bereft : broken).emplace(target.group, *parcel.refusals[i]);
    }
  }
  for (const auto& [group, refusal] : bereft) {
    if (served.contains(group)) continue;
    if (parcel.quota == Quota::refuses_all) fail(Errc::quota, "nobody of those behind an address has room");
    broken.emplace(group, refusal);
  }
  if (broken.empty()) return;
  std::unordered_set<Draft*> dropped;
  for (std::size_t i = 0; i < parcel.drafts.size(); ++i) {
    const auto found = broken.find((*parcel.targets)[i].group);
    if (found == broken.end()) continue;
    if (parcel.drafts[i] != nullptr) dropped.insert(parcel.drafts[i]);
    parcel.drafts[i] = nullptr;
    parcel.refusals[i] = found->second;
  }
  // Others may have the room that they were to take.
  for (Draft* draft : dropped) {
    if (std::ranges::find(parcel.drafts, draft) != parcel.drafts.end()) continue;
    Growth& planned = planned_[draft->image()->account];
    planned.bytes -= parcel.message.size;
    --planned.messages;
  }
}

std::vector<Appended> Deliveries::carry_out() {
  for (Parcel& parcel : parcels_) plan(parcel);
  for (const Parcel& parcel : parcels_) {
    for (std::size_t i = 0; i < parcel.drafts.size(); ++i) {
      if (parcel.drafts[i] != nullptr) parcel.drafts[i]->intern((*parcel.targets)[i].flags);
    }
  }
  std::vector<Appended> appended;
  appended.reserve(targets_);
  for (Parcel& parcel : parcels_) write(parcel, appended);
  return appended;
}

void Deliveries::write(Parcel& parcel, std::vector<Appended>& appended) {
  const auto takers = parcel.drafts.size() - static_cast<std::size_t>(std::ranges::count(parcel.drafts, nullptr));
  Message& message = parcel.message;
  if (takers == 0) {
    if (parcel.incoming != nullptr) {
      drop_body(transaction_, *parcel.incoming);
    } else {
      transaction_.doom_unseen({message.body});
    }
  } else if (parcel.incoming != nullptr) {
    store_body(transaction_, *parcel.incoming, message.body);
  }
  std::unordered_map<const Draft*, std::size_t> taken;  // where `appended` has it
  for (std::size_t i = 0; i < parcel.drafts.size(); ++i) {
    const DeliveryTarget& target = (*parcel.targets)[i];
    if (parcel.drafts[i] == nullptr) {
      appended.push_back({.mailbox = target.mailbox, .refused = parcel.refusals[i]});
      continue;
    }
    Draft& draft = *parcel.drafts[i];
    const auto [first, is_first] = taken.emplace(&draft, appended.size());
    if (!is_first) {
      appended.push_back(appended[first->second]);
      continue;
    }
    message.flags = draft.intern(target.flags);
    message.mod_seq = draft.new_mod_seq();
    message.save_date = transaction_.now();
    const Uid uid = draft.append(message);
    appended.push_back({draft.image()->mailbox, draft.image()->uid_validity, uid});
  }
  if (taken.size() > 1) transaction_.share({message.body});
  if (parcel.replaces && takers > 0) remove(*parcel.replaces);
}

}  // namespace portreeve::store::sqlite
