// Messages on their way into mailboxes: several at once, all or none.
//
// First all is looked at and nothing changed; then all is written. What may fail comes before what writes, since an
// operation that fails without a trace fails alone.
// Threads: the writer's.
#pragma once

#include <deque>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "storage/sqlite/transaction.h"
#include "storage/store.h"

namespace portreeve::store::sqlite {

// RFC 1939 §3, §11: as it is sent, with every line ended by CRLF.
std::uint64_t pop3_size(const mime::Summary& summary);

// The size of a message that may be stored, or throws.
std::uint32_t checked_body(Transaction& transaction, const IncomingBody& body);
// Precondition: checked_body() was content. `body` is the staged one's id, if it was staged.
void store_body(Transaction& transaction, const IncomingBody& incoming, BodyId body);
// Of a body that nobody takes.
void drop_body(Transaction& transaction, const IncomingBody& incoming);

void check_disk(Transaction& transaction);

class Deliveries {
 public:
  explicit Deliveries(Transaction& transaction) : transaction_(transaction) {}

  // `body` is the id for a message that wasn't staged. The delivery must live as long as this.
  void add(const Delivery& delivery, BodyId body);
  // Of a body that is in the database and belongs to no mailbox. Quotas refuse all; without targets, it goes.
  void add(const Message& message, const std::vector<DeliveryTarget>& targets);
  // The outcomes of all targets, in the order in which they were added.
  std::vector<Appended> carry_out();

 private:
  struct Parcel {
    Message message;
    const IncomingBody* incoming;  // null: the body is there
    const std::vector<DeliveryTarget>* targets;
    Quota quota;
    std::optional<Replaced> replaces = {};
    std::vector<Draft*> drafts = {};                 // in step with targets; null: refused
    std::vector<std::optional<Errc>> refusals = {};  // in step with targets
  };
  void plan(Parcel& parcel);
  void refuse_broken_groups(Parcel& parcel);
  void plan_removal(const Replaced& replaced);
  void remove(const Replaced& replaced);
  Draft* find_draft(const DeliveryTarget& target, Quota quota);
  bool has_room(AccountId account, std::uint64_t bytes, Quota quota);
  void write(Parcel& parcel, std::vector<Appended>& appended);

  Transaction& transaction_;
  std::deque<Parcel> parcels_;
  std::unordered_map<AccountId, Growth> planned_;  // with what is replaced taken away
  std::unordered_set<BodyId> staged_;
  std::size_t targets_ = 0;
};

}  // namespace portreeve::store::sqlite
