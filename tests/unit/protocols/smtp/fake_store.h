// A store in memory for the session's tests: some accounts and aliases, and what was delivered, held and released, kept
// as it came.
// Threads: the test prepares it before the session begins and looks at it between replies.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/auth/verifier.h"
#include "core/base/ascii.h"
#include "tests/support/plain_directory.h"
#include "tests/support/useless_store.h"

namespace portreeve::smtp {

// Inboxes are ten times their account's id.
class FakeDirectory final : public portreeve::testing::PlainDirectory {
 public:
  FakeDirectory() {
    static const std::string verifier = auth::make_verifier("secret");
    people = {{1, "alice@example.test", verifier, 0, true},
              {2, "bob@example.test", verifier, 0, true},
              {3, "carol@example.test", verifier, 0, false},
              {4,
               "gr\xc3\xbc\xc3\x9f"
               "e@example.test",
               verifier, 0, true},
              {5, "postmaster@second.test", verifier, 0, true}};
    names = {{.address = "alias@example.test", .kind = store::Alias::Kind::alias, .members = {"alice@example.test"}},
             {.address = "both@example.test",
              .kind = store::Alias::Kind::list,
              .members = {"alice@example.test", "bob@example.test"},
              .owner = "bob@example.test"},
             {.address = "away@example.test", .kind = store::Alias::Kind::alias, .members = {"x@elsewhere.example"}}};
  }
  bool has_domain(std::string_view domain) const override {
    return base::equals_ignoring_case(domain, "example.test") || base::equals_ignoring_case(domain, "second.test");
  }
  const store::Account* find(store::AccountId id) const override {
    for (const store::Account& account : people) {
      if (account.id == id) return &account;
    }
    return nullptr;
  }
  const store::Account* find_address(std::string_view address) const override {
    for (const store::Account& account : people) {
      if (base::equals_ignoring_case(account.address, address)) return &account;
    }
    return nullptr;
  }
  const store::Alias* find_alias(std::string_view address) const override {
    for (const store::Alias& alias : names) {
      if (base::equals_ignoring_case(alias.address, address)) return &alias;
    }
    return nullptr;
  }
  std::vector<store::Account> accounts() const override { return people; }
  std::vector<store::Alias> aliases() const override { return names; }
  std::vector<std::string> domains() const override { return {"example.test", "second.test"}; }

  std::vector<store::Account> people;
  std::vector<store::Alias> names;
};

class FakeStore final : public portreeve::testing::UselessStore {
 public:
  struct Delivered {
    std::string text;  // chunks and tail
    std::vector<store::MailboxId> mailboxes;
    std::uint64_t size = 0;
    std::vector<store::DeliveryTarget> targets;
    store::Quota quota = store::Quota::refuses_all;
    std::size_t call = 0;  // which one of deliver_all() brought it
  };
  struct Kept {
    store::HeldMessage message;
    std::string text;
  };
  struct Released {
    store::HeldId id = 0;
    std::vector<store::DeliveryTarget> targets;
    std::vector<Delivered> reports;
  };

  store::Error failure{store::Errc::io, "tests want it"};
  bool fails_delivery = false;
  bool fails_staging = false;
  bool fails_holding = false;
  bool is_full = false;
  std::set<store::MailboxId> full;  // mailboxes that refuse a delivery for their quota
  std::map<store::AccountId, std::uint64_t> used;
  // For the releaser: what is held, and what release() says, one after the other, before it succeeds.
  std::vector<std::pair<store::Held, std::string>> held_messages;
  std::deque<store::Errc> release_failures;
  std::vector<Released> released;
  std::size_t release_calls = 0;

  FakeDirectory& people() { return *directory_; }
  store::Account& account(store::AccountId id) { return directory_->people.at(static_cast<std::size_t>(id - 1)); }

  std::vector<Delivered> delivered() const {
    const std::lock_guard lock(mutex_);
    return delivered_;
  }
  std::vector<Delivered> take_delivered() {
    const std::lock_guard lock(mutex_);
    return std::exchange(delivered_, {});
  }
  std::vector<Kept> kept() {
    const std::lock_guard lock(mutex_);
    return std::exchange(kept_, {});
  }
  std::size_t stagings() const {
    const std::lock_guard lock(mutex_);
    return staged_.size();
  }
  // Once.
  std::string text_of(const store::IncomingBody& body) {
    const std::lock_guard lock(mutex_);
    return take_text(body);
  }

  store::DirectoryPtr directory() const override { return directory_; }
  store::MailboxId inbox(store::AccountId account) const override { return account * 10; }
  bool has_room() const override { return !is_full; }
  store::Usage usage(store::AccountId account) const override {
    const auto found = used.find(account);
    return {.bytes = found == used.end() ? 0 : found->second};
  }

  store::BodyId new_staging() override {
    const std::lock_guard lock(mutex_);
    staged_[++last_body_];
    return last_body_;
  }
  void stage(store::BodyId body, std::uint32_t, std::string bytes, store::Done<void> done) override {
    if (fails_staging) return done(std::unexpected(failure));
    {
      const std::lock_guard lock(mutex_);
      staged_[body] += bytes;
    }
    done({});
  }
  void drop_staging(store::BodyId body) override {
    const std::lock_guard lock(mutex_);
    staged_.erase(body);
  }
  void deliver_all(std::vector<store::Delivery> deliveries, store::Done<std::vector<store::Appended>> done) override {
    if (fails_delivery) return done(std::unexpected(failure));
    std::vector<store::Appended> appended;
    {
      const std::lock_guard lock(mutex_);
      ++calls_;
      for (const store::Delivery& delivery : deliveries) {
        if (!deliver(delivery, appended)) break;
      }
    }
    if (appended.empty()) return done(std::unexpected(store::Error{store::Errc::quota, "no room"}));
    done(std::move(appended));
  }

  void hold(store::HeldMessage message, store::Done<store::HeldId> done) override {
    if (fails_holding) return done(std::unexpected(failure));
    {
      const std::lock_guard lock(mutex_);
      std::string text = take_text(message.body);
      kept_.push_back({std::move(message), std::move(text)});
    }
    done(store::HeldId{1});
  }
  store::Result<std::vector<store::Held>> held(std::int64_t until, std::size_t) override {
    std::vector<store::Held> due;
    for (const auto& [held, text] : held_messages) {
      if (held.release_at <= until) due.push_back(held);
    }
    return due;
  }
  void release(store::HeldId id, std::vector<store::DeliveryTarget> targets, std::int64_t,
               std::vector<store::Delivery> reports, store::Done<std::vector<store::Appended>> done) override {
    ++release_calls;
    if (!release_failures.empty()) {
      const store::Errc code = release_failures.front();
      release_failures.pop_front();
      return done(std::unexpected(store::Error{code, "tests want it"}));
    }
    Released& made = released.emplace_back(id, std::move(targets));
    for (const store::Delivery& report : reports) made.reports.push_back(keep(report));
    std::erase_if(held_messages, [id](const auto& one) { return one.first.id == id; });
    done(std::vector<store::Appended>(made.targets.size()));
  }
  store::Result<mime::Summary> summary(store::BodyId body) override {
    for (const auto& [held, text] : held_messages) {
      if (held.body == body) return mime::summarize(text);
    }
    return std::unexpected(store::Error{store::Errc::not_found, "no such body"});
  }
  store::Result<void> read_body(store::BodyId body, std::uint64_t offset, std::uint64_t length,
                                std::string& out) override {
    for (const auto& [held, text] : held_messages) {
      if (held.body == body) out += text.substr(offset, length);
    }
    return {};
  }

 private:
  std::string take_text(const store::IncomingBody& body) {
    std::string text;
    if (body.staged != 0) text = staged_.extract(body.staged).mapped();
    return text + body.tail;
  }
  Delivered keep(const store::Delivery& delivery) {
    Delivered kept{.text = take_text(delivery.body),
                   .mailboxes = {},
                   .size = delivery.body.summary.size,
                   .targets = delivery.targets,
                   .quota = delivery.quota,
                   .call = calls_};
    for (const auto& target : delivery.targets) kept.mailboxes.push_back(target.mailbox);
    return kept;
  }
  // False: refused for all.
  bool deliver(const store::Delivery& delivery, std::vector<store::Appended>& appended) {
    std::set<std::uint32_t> broken;
    for (const auto& target : delivery.targets) {
      if (delivery.quota == store::Quota::is_ignored || !full.contains(target.mailbox)) continue;
      if (delivery.quota == store::Quota::refuses_all) return false;
      broken.insert(target.group);
    }
    Delivered made = keep(delivery);
    made.mailboxes.clear();
    for (const auto& target : delivery.targets) {
      const bool is_refused = broken.contains(target.group);
      if (!is_refused) made.mailboxes.push_back(target.mailbox);
      appended.push_back(
          {.mailbox = target.mailbox, .refused = is_refused ? std::optional(store::Errc::quota) : std::nullopt});
    }
    delivered_.push_back(std::move(made));
    return true;
  }

  std::shared_ptr<FakeDirectory> directory_ = std::make_shared<FakeDirectory>();
  mutable std::mutex mutex_;
  std::vector<Delivered> delivered_;             // guarded by mutex_
  std::vector<Kept> kept_;                       // guarded by mutex_
  std::map<store::BodyId, std::string> staged_;  // guarded by mutex_
  store::BodyId last_body_ = 0;                  // guarded by mutex_
  std::size_t calls_ = 0;                        // guarded by mutex_
};

}  // namespace portreeve::smtp
