// A store that has bodies and nothing else, for what renders and searches messages.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/mime/summary.h"
#include "tests/support/useless_store.h"

namespace portreeve::imap {

class MessageStore final : public portreeve::testing::UselessStore {
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

  // What an index would know: bodies that don't hold a key.
  std::map<std::string, std::set<store::BodyId>, std::less<>> absent;
  void search_hints(store::MailboxId, std::span<const store::BodyId> bodies, std::string_view key,
                    std::vector<store::SearchHint>& hints) override {
    hints.assign(bodies.size(), store::SearchHint::unknown);
    const auto known = absent.find(key);
    if (known == absent.end()) return;
    for (std::size_t i = 0; i < bodies.size(); ++i) {
      hints[i] = known->second.contains(bodies[i]) ? store::SearchHint::absent : store::SearchHint::maybe;
    }
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

 private:
  static std::unexpected<store::Error> gone() { return std::unexpected(store::Error{store::Errc::not_found, "gone"}); }

  std::vector<store::Message> messages_;
  std::map<store::BodyId, std::string> bodies_;
  std::map<store::BodyId, std::size_t> cuts_;
};

}  // namespace portreeve::imap
