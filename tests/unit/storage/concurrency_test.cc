// Many threads at once, and processes that are killed.
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <latch>
#include <map>

#include "tests/unit/storage/fixture.h"

namespace portreeve::store::sqlite {
namespace {

using testing::IsEmpty;

class ConcurrencyTest : public StoreTest {
 protected:
  ConcurrencyTest() : account_(add_account("alice@example.test")), inbox_(store_->inbox(account_)) {}

  const AccountId account_;
  const MailboxId inbox_;
};

TEST_F(ConcurrencyTest, EveryDeliveryGetsAUidOfItsOwn) {
  constexpr int kThreads = 8;
  constexpr int kEach = 100;
  std::vector<std::thread> threads;
  std::vector<std::vector<Uid>> uids(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        uids[static_cast<std::size_t>(t)].push_back(deliver(inbox_, std::to_string(t) + "/" + std::to_string(i)));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  const SnapshotPtr state = snapshot(inbox_);
  ASSERT_EQ(state->exists(), kThreads * kEach);
  for (int t = 0; t < kThreads; ++t) {
    for (int i = 0; i < kEach; ++i) {
      const Uid uid = uids[static_cast<std::size_t>(t)][static_cast<std::size_t>(i)];
      ASSERT_EQ(body(state->find(uid)->body), std::to_string(t) + "/" + std::to_string(i));
    }
  }
}

TEST_F(ConcurrencyTest, OneThatFailsTakesNoOtherAlong) {
  // Queued together, so that they share a group. The copies into a mailbox without room for their keywords fail after
  // others have touched it.
  const MailboxId full = create(account_, "Full");
  FlagList all;
  for (std::size_t i = 0; i < kMaxKeywords; ++i) all.keywords.push_back("k" + std::to_string(i));
  deliver(full, "x", all);
  deliver(inbox_, "y", {.system = 0, .keywords = {"new"}});
  constexpr int kRounds = 50;
  std::atomic<int> delivered = 0;
  std::atomic<int> failed = 0;
  std::latch done(kRounds * 3);
  for (int i = 0; i < kRounds; ++i) {
    store_->deliver(delivery_of("z", {{full, {}}}), [&](auto result) {
      if (result) ++delivered;
      done.count_down();
    });
    store_->copy(inbox_, {kAll}, full, [&](auto result) {
      if (!result && result.error().code == Errc::limit) ++failed;
      done.count_down();
    });
    store_->deliver(delivery_of("z", {{full, {}}, {999, {}}}), [&](auto result) {
      if (!result && result.error().code == Errc::not_found) ++failed;
      done.count_down();
    });
  }
  done.wait();
  EXPECT_EQ(delivered, kRounds);
  EXPECT_EQ(failed, kRounds * 2);
  EXPECT_EQ(snapshot(full)->exists(), 1U + kRounds);
  store_->settle();
  EXPECT_THAT(problems(), IsEmpty());
}

struct Weight final : Mailbox::Derived {
  explicit Weight(std::size_t bytes_) : bytes(bytes_) {}
  std::size_t memory() const override { return bytes; }
  const std::size_t bytes;
};

// Everything at once, over the same few mailboxes: for ThreadSanitizer, and for the invariants afterwards.
TEST_F(ConcurrencyTest, EverythingAtOnce) {
  options_.mailbox_cache_bytes = 1;  // so that mailboxes come and go
  reopen();
  const AccountId bob = add_account("bob@example.test");
  std::vector<MailboxId> boxes = {inbox_};
  for (int i = 0; i < 3; ++i) boxes.push_back(create(account_, "box" + std::to_string(i)));
  std::vector<Delivery> many;  // worth an index
  for (int i = 0; i < 300; ++i)
    many.push_back(delivery_of("\r\nmessage or not", {{.mailbox = boxes[static_cast<std::size_t>(i) % 2]}}));
  for (int i = 0; i < 300; ++i)
    many.push_back(delivery_of("\r\nanything", {{.mailbox = boxes[static_cast<std::size_t>(i) % 2]}}));
  ASSERT_TRUE(wait<std::vector<Appended>>([&](auto done) { store_->deliver_all(std::move(many), std::move(done)); }));
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      std::uint32_t random = t * 7919 + 1;
      const auto pick = [&](std::uint32_t below) { return (random = random * 1664525 + 1013904223) / 65536 % below; };
      for (int i = 0; i < 90; ++i) {
        const MailboxId from = boxes[pick(4)];
        const MailboxId to = boxes[pick(4)];
        const Uid uid = pick(40) + 1;
        switch (pick(13)) {
          case 0: expunge(from, {{uid, uid + 3}}, false); break;
          case 1: copy(from, {{uid, uid + 3}}, to); break;
          case 2: move(from, {{uid, uid + 3}}, to); break;
          case 3: flag(from, {{uid, uid + 9}}, FlagChange::add, {.system = kSeen, .keywords = {"k"}}); break;
          case 4: {
            auto news = std::make_shared<std::atomic<int>>(0);
            const auto view = store_->open(from, [news] { ++*news; }).value();
            const SnapshotPtr state = view->mailbox().snapshot();
            view->mailbox().claim_recent();
            deliver(from, "more");
            for (std::uint32_t s = 1; s <= state->exists(); ++s) EXPECT_NE(body(state->at(s).body), "");
            view->seen(view->mailbox().snapshot());
            break;
          }
          case 5: EXPECT_EQ(store_->mailboxes(account_).value()->mailboxes.size(), 9U); break;
          case 6: {
            const auto view = store_->open(from, [] {}).value();
            if (const auto kept = view->mailbox().derived()) EXPECT_LT(kept->memory(), 1'000U);
            view->mailbox().keep(std::make_shared<const Weight>(pick(1'000)));
            break;
          }
          case 7: {
            std::atomic<int> news = 0;
            const auto watch = store_->watch_account(account_, [&news](auto) { ++news; });
            deliver(from, "watched");
            EXPECT_GE(news, 1);
            break;
          }
          case 8: {
            const AclSubject subject{.account = pick(2) == 0 ? bob : 0, .is_negative = pick(3) == 0};
            const Rights rights = static_cast<Rights>(pick(kAllRights + 1));
            EXPECT_TRUE(wait<void>(
                [&](auto done) { store_->set_acl(from, subject, AclChange::replace, rights, std::move(done)); }));
            store_->acls()->rights(account_, to, bob);
            break;
          }
          case 9: {
            const auto view = store_->open(from, [] {}).value();  // keeps the bodies
            const SnapshotPtr state = view->mailbox().snapshot();
            std::vector<BodyId> bodies;
            for (std::uint32_t s = 1; s <= state->exists(); ++s) bodies.push_back(state->at(s).body);
            std::vector<SearchHint> hints;
            store_->search_hints(from, bodies, "message", hints);
            for (std::size_t s = 0; s < hints.size(); ++s) {
              if (hints[s] == SearchHint::absent) EXPECT_FALSE(body(bodies[s]).contains("message"));
            }
            break;
          }
          case 10: {
            const auto key = wait<std::string>(
                [&](auto done) { store_->keep_access_key(account_, from, "key", false, std::move(done)); });
            EXPECT_EQ(key.value(), "key");
            break;
          }
          default: deliver(from, "\r\nmessage " + std::to_string(i)); break;
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  store_->settle();
  EXPECT_THAT(problems(), IsEmpty());
  const MailboxListPtr before = store_->mailboxes(account_).value();
  const Usage used = store_->usage(account_);
  const AclsPtr acls = store_->acls();
  reopen();
  EXPECT_EQ(store_->usage(account_).bytes, used.bytes);
  EXPECT_EQ(store_->usage(account_).messages, used.messages);
  EXPECT_EQ(store_->usage(account_).mailboxes, used.mailboxes);
  for (const MailboxId box : boxes) {
    EXPECT_TRUE(std::ranges::equal(store_->acls()->entries(account_, box), acls->entries(account_, box)));
  }
  const MailboxListPtr after = store_->mailboxes(account_).value();
  for (std::size_t i = 0; i < before->mailboxes.size(); ++i) {
    EXPECT_EQ(before->mailboxes[i].status.messages, after->mailboxes[i].status.messages);
    EXPECT_EQ(before->mailboxes[i].status.unseen, after->mailboxes[i].status.unseen);
    EXPECT_EQ(before->mailboxes[i].status.uid_next, after->mailboxes[i].status.uid_next);
  }
}

TEST_F(ConcurrencyTest, ClosingFinishesWhatIsQueuedAndRefusesTheRest) {
  std::atomic<int> acknowledged = 0;
  std::atomic<int> refused = 0;
  std::thread load([&] {
    for (int i = 0; i < 2000; ++i) {
      store_->deliver(delivery_of("x", {{inbox_, {}}}), [&](auto result) {
        if (result) {
          ++acknowledged;
        } else if (result.error().code == Errc::closed) {
          ++refused;
        }
      });
    }
  });
  store_->close();
  load.join();
  EXPECT_EQ(acknowledged + refused, 2000);
  reopen();
  EXPECT_EQ(snapshot(inbox_)->exists(), static_cast<unsigned>(acknowledged));
}

// The child writes a line for each acknowledged message until it is killed in the midst of it.
TEST_F(ConcurrencyTest, AcknowledgedMailSurvivesAKill) {
  for (int round = 0; round < 3; ++round) {
    shut();
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(ends[0]);
      const SqliteStore store(options_);
      auto& writable = const_cast<SqliteStore&>(store);
      const auto loop = [&](int thread) {
        for (std::uint32_t i = 0;; ++i) {
          const std::uint32_t size = i % 50 == 0 ? 700'000 : i % 5000;
          const std::string text(size, static_cast<char>('a' + (i + static_cast<unsigned>(thread)) % 26));
          const auto appended = wait<std::vector<Appended>>(
              [&](auto done) { writable.deliver(delivery_of(text, {{inbox_, {}}}), std::move(done)); });
          if (!appended) ::_exit(1);
          const std::uint32_t line[3] = {appended->front().uid, size,
                                         static_cast<unsigned char>(text.empty() ? 0 : text[0])};
          if (::write(ends[1], line, sizeof line) != sizeof line) ::_exit(1);
        }
      };
      std::thread one(loop, 1);
      std::thread two(loop, 2);
      loop(3);
    }
    ::close(ends[1]);
    std::map<Uid, std::pair<std::uint32_t, char>> acknowledged;
    std::uint32_t line[3];
    const auto take = [&] {
      if (::read(ends[0], line, sizeof line) != sizeof line) return false;
      EXPECT_TRUE(acknowledged.emplace(line[0], std::pair(line[1], static_cast<char>(line[2]))).second);
      return true;
    };
    for (int i = 0; i < 150; ++i) ASSERT_TRUE(take());
    ::kill(child, SIGKILL);
    while (take()) {
    }
    ::close(ends[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));

    reopen();
    const SnapshotPtr state = snapshot(inbox_);
    for (const auto& [uid, what] : acknowledged) {
      const Message* message = state->find(uid);
      ASSERT_NE(message, nullptr) << uid;
      ASSERT_EQ(body(message->body), std::string(what.first, what.second)) << uid;
    }
    EXPECT_THAT(problems(), IsEmpty());
  }
}

}  // namespace
}  // namespace portreeve::store::sqlite
