// Small texts about mailboxes and accounts.
#include <gmock/gmock.h>

#include "tests/unit/storage/fixture.h"

namespace portreeve::store::sqlite {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class AnnotationsTest : public StoreTest {
 protected:
  AnnotationsTest() : alice_(add_account("alice@example.test")), inbox_(store_->inbox(alice_)) {}

  std::optional<Errc> set(MailboxId mailbox, std::vector<Annotation> annotations) {
    return code(wait<void>(
        [&](auto done) { store_->set_annotations(alice_, mailbox, std::move(annotations), std::move(done)); }));
  }
  std::vector<std::string> all(MailboxId mailbox) {
    std::vector<std::string> shown;
    for (const Annotation& annotation : store_->annotations(alice_, mailbox).value()) {
      shown.push_back(annotation.entry + "=" + annotation.value.value());
    }
    return shown;
  }

  std::int64_t rows() {
    Connection connection(database_path(path()), Connection::Use::reader);
    return connection.number("SELECT count(*) FROM annotation", -1);
  }

  AccountId alice_;
  MailboxId inbox_;
};

TEST_F(AnnotationsTest, StayUntilTheyAreReplacedOrRemoved) {
  EXPECT_THAT(all(inbox_), IsEmpty());
  EXPECT_EQ(set(inbox_, {{"b", "2"}, {"a", std::string("1\0", 2)}}), std::nullopt);
  EXPECT_EQ(set(0, {{"a", "server"}}), std::nullopt);
  reopen();
  EXPECT_THAT(all(inbox_), ElementsAre(std::string("a=1\0", 4), "b=2"));
  EXPECT_THAT(all(0), ElementsAre("a=server"));
  EXPECT_EQ(set(inbox_, {{"a", ""}, {"b", std::nullopt}, {"c", std::nullopt}}), std::nullopt);
  EXPECT_THAT(all(inbox_), ElementsAre("a="));
}

TEST_F(AnnotationsTest, GoWithTheirMailbox) {
  const MailboxId work = create(alice_, "Work");
  EXPECT_EQ(set(work, {{"a", "1"}}), std::nullopt);
  EXPECT_TRUE(wait<void>([&](auto done) { store_->rename_mailbox(alice_, "Work", "Play", std::move(done)); }));
  EXPECT_THAT(all(mailbox(alice_, "Play")), ElementsAre("a=1"));
  EXPECT_TRUE(wait<void>([&](auto done) { store_->delete_mailbox(alice_, "Play", std::move(done)); }));
  EXPECT_EQ(rows(), 0);
  EXPECT_EQ(set(work, {{"a", "1"}}), Errc::not_found);

  EXPECT_EQ(set(inbox_, {{"a", "1"}}), std::nullopt);
  EXPECT_EQ(set(0, {{"a", "1"}}), std::nullopt);
  EXPECT_TRUE(wait<void>([&](auto done) { store_->remove_account(alice_, std::move(done)); }));
  EXPECT_EQ(rows(), 0);
}

TEST_F(AnnotationsTest, AreTheAccountsOwn) {
  const AccountId bob = add_account("bob@example.test");
  // Of another's mailbox too, as others may share it; they go with it, and with who made them.
  const MailboxId theirs = create(bob, "Work");
  EXPECT_EQ(set(theirs, {{"a", "1"}}), std::nullopt);
  EXPECT_THAT(all(theirs), ElementsAre("a=1"));
  EXPECT_THAT(store_->annotations(bob, theirs).value(), IsEmpty());
  EXPECT_THAT(problems(), IsEmpty());
  EXPECT_TRUE(wait<void>([&](auto done) { store_->delete_mailbox(bob, "Work", std::move(done)); }));
  EXPECT_EQ(rows(), 0);
  EXPECT_EQ(set(0, {{"a", "1"}}), std::nullopt);
  EXPECT_THAT(store_->annotations(bob, 0).value(), IsEmpty());
}

TEST_F(AnnotationsTest, AreFoundWhenTheirMailboxIsGone) {
  EXPECT_EQ(set(inbox_, {{"a", "1"}}), std::nullopt);
  EXPECT_EQ(set(0, {{"a", "1"}}), std::nullopt);
  EXPECT_THAT(problems(), IsEmpty());
  damage("INSERT INTO annotation VALUES (1, 99, 'a', 'x'), (77, 0, 'a', 'x')");
  reopen();
  EXPECT_EQ(problems(true).size(), 2U);
  EXPECT_THAT(problems(), IsEmpty());
  EXPECT_EQ(rows(), 2);
}

TEST_F(AnnotationsTest, HaveLimits) {
  EXPECT_EQ(set(inbox_, {{"ok", "1"}, {"a", std::string(kMaxAnnotationBytes + 1, 'x')}}), Errc::limit);
  EXPECT_EQ(set(inbox_, {{"", "x"}}), Errc::invalid);
  EXPECT_EQ(set(inbox_, {{std::string(kMaxAnnotationEntryBytes + 1, 'e'), "x"}}), Errc::invalid);
  EXPECT_THAT(all(inbox_), IsEmpty()) << "all or nothing";

  std::vector<Annotation> full;
  for (std::size_t i = 0; i < kMaxAnnotations; ++i) full.push_back({std::to_string(i), "x"});
  EXPECT_EQ(set(inbox_, full), std::nullopt);
  EXPECT_EQ(set(inbox_, {{"more", "x"}, {"1", "y"}}), Errc::limit);
  EXPECT_EQ(all(inbox_).size(), kMaxAnnotations);
  EXPECT_EQ(all(inbox_)[1], "1=x");
  EXPECT_EQ(set(inbox_, {{"more", "x"}, {"1", std::nullopt}}), std::nullopt) << "what goes makes room";
}

}  // namespace
}  // namespace portreeve::store::sqlite
