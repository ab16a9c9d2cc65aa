// A store with accounts, stagings and notes in memory, and nothing else. Staging is answered from a thread of its own,
// as the real store's writer does.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/async/worker_pool.h"
#include "tests/support/plain_directory.h"
#include "tests/support/useless_store.h"

namespace portreeve::session::testing {

class FakeDirectory final : public portreeve::testing::PlainDirectory {
 public:
  explicit FakeDirectory(std::map<std::string, store::Account, std::less<>> by_address)
      : by_address_(std::move(by_address)) {}
  bool has_domain(std::string_view) const override { return true; }
  const store::Account* find(store::AccountId) const override { return nullptr; }
  const store::Account* find_address(std::string_view address) const override {
    const auto found = by_address_.find(address);
    if (found == by_address_.end()) return nullptr;
    // Aliases lead to the account itself.
    return &by_address_.find(found->second.address)->second;
  }
  std::vector<store::Account> accounts() const override { return {}; }
  std::vector<std::string> domains() const override { return {}; }

 private:
  std::map<std::string, store::Account, std::less<>> by_address_;
};

class FakeStore final : public portreeve::testing::UselessStore {
 public:
  using Account = store::Account;
  using BodyId = store::BodyId;
  template <class T>
  using Done = store::Done<T>;

  void set_accounts(std::map<std::string, Account, std::less<>> by_address) {
    directory_ = std::make_shared<FakeDirectory>(std::move(by_address));
  }

  store::DirectoryPtr directory() const override { return directory_; }
  store::MailboxId inbox(store::AccountId) const override { return 0; }

  BodyId new_staging() override { return next_staging_++; }
  void stage(BodyId body, std::uint32_t chunk, std::string bytes, Done<void> done) override {
    writer_.submit([this, body, chunk, bytes = std::move(bytes), done = std::move(done)]() mutable {
      if (chunk == refused_chunk) return done(std::unexpected(store::Error{store::Errc::limit, "no room"}));
      staged[body].push_back({chunk, std::move(bytes)});
      done({});
    });
  }
  void drop_staging(BodyId body) override { dropped.push_back(body); }

  void save_note(std::string name, std::string bytes, Done<void> done) override {
    if (refuses_notes) return done(std::unexpected(store::Error{store::Errc::disk_full, "no room"}));
    notes[std::move(name)] = std::move(bytes);
    ++notes_saved;
    done({});
  }
  store::Result<std::string> note(std::string_view name) override {
    const auto found = notes.find(name);
    return found == notes.end() ? "" : found->second;
  }

  std::map<BodyId, std::vector<std::pair<std::uint32_t, std::string>>> staged;
  std::vector<BodyId> dropped;
  std::uint32_t refused_chunk = ~0U;
  std::map<std::string, std::string, std::less<>> notes;
  int notes_saved = 0;
  bool refuses_notes = false;

 private:
  store::DirectoryPtr directory_ = std::make_shared<FakeDirectory>(std::map<std::string, Account, std::less<>>{});
  BodyId next_staging_ = 7;
  async::WorkerPool writer_{"fake writer", 1};
};

}  // namespace portreeve::session::testing
