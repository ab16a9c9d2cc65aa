// What THREAD goes by, of each message of a mailbox: small, and without the message's text, so that it can stay in
// memory with the mailbox and be worked out once.
//
// Message-IDs and subjects are hashes under a random key of the table, so that nobody can make two of them equal.
// Limits. Of a message's references the first and the last kMaxReferences - 1 count.
// Threads: values, and an immutable table.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/tls/digest.h"
#include "protocols/imap/comparator.h"
#include "storage/store.h"

namespace portreeve::imap {

constexpr std::size_t kMaxReferences = 100;
constexpr std::size_t kMaxMessageIdBytes = 256;  // a longer one counts by its beginning

struct ThreadMessage {
  std::int64_t date = 0;          // when it was sent
  std::string_view subject = {};  // the base subject, as a collation key; may be empty
  bool is_reply_or_forward = false;
  std::string_view message_id = {};   // the field's value
  std::string_view references = {};   // the field's value
  std::string_view in_reply_to = {};  // the field's value
};

// The Message-IDs of a field (RFC 5322 §3.6.4), without their brackets, quotes and folding; other words are passed
// over.
std::vector<std::string> message_ids(std::string_view field);

// A hash of 0 stands for what isn't there.
struct ThreadFacts {
  std::int64_t date = 0;
  std::uint64_t subject = 0;
  std::uint64_t message_id = 0;
  bool is_reply_or_forward = false;
};

// Puts the hashes of what the message refers to, the nearest last, behind `references`.
ThreadFacts thread_facts(const ThreadMessage& message, const tls::HashKey& key, std::vector<std::uint64_t>& references);

// The facts of many messages, by ascending UID.
class ThreadTable final : public store::Mailbox::Derived {
 public:
  // `collation`: of the subjects.
  ThreadTable(const tls::HashKey& key, Collation collation) : key_(key), collation_(collation) {}

  const tls::HashKey& key() const { return key_; }
  Collation collation() const { return collation_; }
  std::size_t size() const { return uids_.size(); }
  std::size_t memory() const override;
  store::Uid uid(std::size_t at) const { return uids_[at]; }
  const ThreadFacts& facts(std::size_t at) const { return facts_[at]; }
  std::span<const std::uint64_t> references(std::size_t at) const;
  // Where the message of this UID is, or the next one's place.
  std::size_t lower_bound(store::Uid uid) const;

  // `uid` is above all that are there.
  void add(store::Uid uid, const ThreadMessage& message);
  void add(const ThreadTable& other, std::size_t at);

 private:
  const tls::HashKey key_;
  const Collation collation_;
  std::vector<store::Uid> uids_;
  std::vector<ThreadFacts> facts_;
  std::vector<std::size_t> ends_;  // of the references of each
  std::vector<std::uint64_t> references_;
};

}  // namespace portreeve::imap
