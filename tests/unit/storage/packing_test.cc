#include "storage/sqlite/packing.h"

#include <gtest/gtest.h>

namespace portreeve::store::sqlite {
namespace {

Block block_of(std::size_t count) {
  Block block;
  for (std::size_t i = 0; i < count; ++i) {
    Message message;
    message.uid = static_cast<Uid>(i * 3 + 7);
    message.size = static_cast<std::uint32_t>(i * 1000);
    message.pop3_size = static_cast<std::uint32_t>(i * 1001);
    message.mod_seq = 1000 - i;
    message.flags = i % 2 == 0 ? kSeen : Flags{1} << 63;
    message.internal_date = 1'700'000'000 - static_cast<std::int64_t>(i * i);
    message.body = static_cast<BodyId>(5 + i * 2);
    block.push_back(message);
  }
  return block;
}

TEST(PackingTest, BlocksComeBack) {
  Message extreme{.uid = UINT32_MAX,
                  .size = UINT32_MAX,
                  .pop3_size = 0,
                  .save_date = UINT32_MAX,
                  .mod_seq = UINT64_MAX,
                  .flags = UINT64_MAX,
                  .internal_date = INT64_MIN,
                  .body = INT64_MAX};
  for (const Block& block : {block_of(1), block_of(2), block_of(kBlockMessages), Block{extreme}}) {
    EXPECT_EQ(unpack_block(pack_block(block)), block);
  }
}

TEST(PackingTest, SaveDatesComeBackAndCostLittle) {
  Block delivered = block_of(200);
  for (Message& message : delivered) message.save_date = static_cast<std::uint32_t>(message.internal_date);
  Block copied = block_of(200);
  for (Message& message : copied) message.save_date = 1'800'000'000;
  Block some = block_of(6);
  some[0].save_date = 5;
  some[2].save_date = UINT32_MAX;
  some[3].save_date = 1'700'000'001;
  some[4].internal_date = -7'000'000'000;
  some[4].save_date = 1;
  for (const Block& block : {delivered, copied, some}) EXPECT_EQ(unpack_block(pack_block(block)), block);
  const std::size_t without = pack_block(block_of(200)).size();
  EXPECT_EQ(pack_block(delivered).size(), without);
  EXPECT_LE(pack_block(copied).size(), without + 5);
}

// UID 5, 5 bytes, 7 as POP3 sends it, mod-sequence 4, no flags, the date 12, body 20.
TEST(PackingTest, BlocksWithoutSaveDatesAreRead) {
  const Message message{.uid = 5, .size = 5, .pop3_size = 7, .mod_seq = 4, .internal_date = 12, .body = 20};
  EXPECT_EQ(unpack_block(std::string_view("\x01\x01\x05\x05\x04\x08\x00\x18\x28", 9)), Block{message});
}

TEST(PackingTest, AMessageTakesAFewBytes) { EXPECT_LT(pack_block(block_of(200)).size(), 200U * 20); }

TEST(PackingTest, WhatWasNotPackedIsRefused) {
  const std::string good = pack_block(block_of(3));
  for (std::size_t length = 0; length < good.size(); ++length) {
    EXPECT_EQ(unpack_block(good.substr(0, length)), std::nullopt) << length;
  }
  EXPECT_EQ(unpack_block(good + "x"), std::nullopt);
  EXPECT_EQ(unpack_block("\x03" + good.substr(1)), std::nullopt);
  EXPECT_EQ(unpack_block(pack_block({})), std::nullopt);
  Block descending = block_of(2);
  std::swap(descending[0], descending[1]);
  EXPECT_EQ(unpack_block(pack_block(descending)), std::nullopt);
  EXPECT_EQ(unpack_block(std::string("\x02\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12)), std::nullopt);
}

TEST(PackingTest, BodyListsComeBack) {
  for (const std::vector<BodyId>& bodies : std::vector<std::vector<BodyId>>{{}, {1}, {5, 6, 7}, {900, 2, INT64_MAX}}) {
    EXPECT_EQ(unpack_bodies(pack_bodies(bodies)), bodies);
  }
  EXPECT_EQ(unpack_bodies(""), std::nullopt);
  EXPECT_EQ(unpack_bodies(pack_bodies({1, 2}).substr(0, 3)), std::nullopt);
}

TEST(PackingTest, UidSetsComeBack) {
  const UidSet uids = {{1, 1}, {5, 900}, {1000, UINT32_MAX}};
  const auto back = unpack_uids(pack_uids(uids));
  ASSERT_TRUE(back);
  ASSERT_EQ(back->size(), uids.size());
  for (std::size_t i = 0; i < uids.size(); ++i) {
    EXPECT_EQ((*back)[i].first, uids[i].first);
    EXPECT_EQ((*back)[i].last, uids[i].last);
  }
  EXPECT_FALSE(unpack_uids("\x01\x01"));
}

TEST(PackingTest, KeywordsComeBack) {
  for (const std::vector<std::string>& keywords :
       std::vector<std::vector<std::string>>{{}, {"a"}, {"$Forwarded", "b", "c"}}) {
    EXPECT_EQ(unpack_keywords(pack_keywords(keywords)), keywords);
  }
}

}  // namespace
}  // namespace portreeve::store::sqlite
