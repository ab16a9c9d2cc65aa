// A store that has bodies and nothing else, for what renders and searches messages.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "core/mime/summary.h"
#include "storage/store.h"

namespace portreeve::imap {

class MessageStore final : public store::Store {
 public:
  // Adds a message to the mailbox that snapshot_of_all() shows, with the next UID: 10, 20, …
  store::Message& add(std::string text) {
    store::Message message;
    message.uid = static_cast<store::Uid>(10 * (messages_.size() + 1));
    message.body = static_cast<store::BodyId>(messages_.size() + 1);
    message.size = static_cast<std::uint32_t>(text.size());
    bodies_[message.body] = std::move(text);
    return messages_.emplace_back(message);
  }
  void lose(store::BodyId body) { bodies_.erase(body); }
  void shorten(store::BodyId body, std::size_t size) { cuts_[body] = size; }

  store::SnapshotPtr snapshot_of_all(std::vector<std::string> keywords = {}) const {
    auto snapshot = std::make_shared<store::Snapshot>();
    for (std::size_t i = 0; i < messages_.size(); i += 3) {
      const auto begin = messages_.begin() + static_cast<std::ptrdiff_t>(i);
      const auto end = messages_.begin() + static_cast<std::ptrdiff_t>(std::min(i + 3, messages_.size()));
      snapshot->blocks.push_back(std::make_shared<store::Block>(begin, end));
    }
    snapshot->keywords = std::make_shared<const std::vector<std::string>>(std::move(keywords));
    snapshot->index();
    return snapshot;
  }

  store::Result<mime::Summary> summary(store::BodyId body) override {
    const auto found = bodies_.find(body);
    if (found == bodies_.end()) return gone();
    return mime::summarize(found->second);
  }
  store::Result<void> summaries(const std::vector<store::BodyId>& bodies,
                                const std::function<bool(std::size_t, const mime::Summary*)>& take) override {
    for (std::size_t i = 0; i < bodies.size(); ++i) {
      const auto found = summary(bodies[i]);
      if (!take(i, found ? &*found : nullptr)) break;
    }
    return {};
  }
  store::Result<void> read_body(store::BodyId body, std::uint64_t offset, std::uint64_t length,
                                std::string& out) override {
    const auto found = bodies_.find(body);
    if (found == bodies_.end()) return gone();
    ++reads;
    std::string_view text = found->second;
    if (const auto cut = cuts_.find(body); cut != cuts_.end()) text = text.substr(0, cut->second);
    if (offset < text.size()) out += text.substr(offset, length);
    return {};
  }
  int reads = 0;

  store::DirectoryPtr directory() const override { unused(); }
  void add_domain(std::string, store::Done<void>) override { unused(); }
  void remove_domain(std::string, store::Done<void>) override { unused(); }
  void add_accounts(std::vector<NewAccount>, store::Done<void>) override { unused(); }
  void set_verifier(store::AccountId, std::string, store::Done<void>) override { unused(); }
  void remove_account(store::AccountId, store::Done<void>) override { unused(); }
  store::Result<store::MailboxListPtr> mailboxes(store::AccountId) override { unused(); }
  store::MailboxId inbox(store::AccountId) const override { unused(); }
  void create_mailbox(store::AccountId, std::string, store::SpecialUse, store::Done<store::MailboxId>) override {
    unused();
  }
  void delete_mailbox(store::AccountId, std::string, store::Done<void>) override { unused(); }
  void rename_mailbox(store::AccountId, std::string, std::string, store::Done<void>) override { unused(); }
  void set_subscribed(store::AccountId, std::string, bool, store::Done<void>) override { unused(); }
  store::Result<std::unique_ptr<store::OpenMailbox>> open(store::MailboxId, std::function<void()>) override {
    unused();
  }
  store::Result<store::SnapshotPtr> snapshot(store::MailboxId) override { unused(); }
  store::BodyId new_staging() override { unused(); }
  void stage(store::BodyId, std::uint32_t, std::string, store::Done<void>) override { unused(); }
  void drop_staging(store::BodyId) override { unused(); }
  void deliver(store::Delivery, store::Done<std::vector<store::Appended>>) override { unused(); }
  void change_flags(store::MailboxId, store::UidSet, store::FlagChange, store::FlagList,
                    store::Done<store::FlagsChanged>) override {
    unused();
  }
  void expunge(store::MailboxId, store::UidSet, bool, store::Done<store::Expunged>) override { unused(); }
  void copy(store::MailboxId, store::UidSet, store::MailboxId, store::Done<store::Copied>) override { unused(); }
  void move(store::MailboxId, store::UidSet, store::MailboxId, store::Done<store::Copied>) override { unused(); }
  void backup(std::string, store::Done<void>) override { unused(); }
  void check(bool, store::Done<std::vector<Finding>>) override { unused(); }
  bool has_room() const override { unused(); }
  void close() override {}

 private:
  [[noreturn]] static void unused() { throw std::logic_error("this store only has bodies"); }
  static std::unexpected<store::Error> gone() { return std::unexpected(store::Error{store::Errc::not_found, "gone"}); }

  std::vector<store::Message> messages_;
  std::map<store::BodyId, std::string> bodies_;
  std::map<store::BodyId, std::size_t> cuts_;
};

}  // namespace portreeve::imap
