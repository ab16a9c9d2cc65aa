// Small things that outlive a restart.
#include <gmock/gmock.h>

#include "tests/unit/storage/fixture.h"

namespace portreeve::store::sqlite {
namespace {

class NotesTest : public StoreTest {
 protected:
  Result<void> save(std::string name, std::string bytes) {
    return wait<void>([&](auto done) { store_->save_note(std::move(name), std::move(bytes), std::move(done)); });
  }
};

TEST_F(NotesTest, ANoteStaysUntilItIsReplaced) {
  EXPECT_EQ(store_->note("a").value(), "");
  const std::string bytes("one\0two\xff", 8);
  ASSERT_TRUE(save("a", bytes));
  ASSERT_TRUE(save("b", "other"));
  reopen();
  EXPECT_EQ(store_->note("a").value(), bytes);
  ASSERT_TRUE(save("a", "next"));
  EXPECT_EQ(store_->note("a").value(), "next");
  ASSERT_TRUE(save("a", ""));
  EXPECT_EQ(store_->note("a").value(), "");
  EXPECT_EQ(store_->note("b").value(), "other");
}

TEST_F(NotesTest, NotesHaveALimit) {
  EXPECT_TRUE(save("a", std::string(Store::kMaxNoteBytes, 'x')));
  EXPECT_EQ(code(save("a", std::string(Store::kMaxNoteBytes + 1, 'y'))), Errc::limit);
  EXPECT_EQ(store_->note("a").value().front(), 'x');
  EXPECT_EQ(code(save("", "x")), Errc::invalid);
  EXPECT_EQ(code(save(std::string(1000, 'n'), "x")), Errc::invalid);
}

}  // namespace
}  // namespace portreeve::store::sqlite
