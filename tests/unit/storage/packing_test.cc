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
                  .mod_seq = UINT64_MAX,
                  .flags = UINT64_MAX,
                  .internal_date = INT64_MIN,
                  .body = INT64_MAX};
  for (const Block& block : {block_of(1), block_of(2), block_of(kBlockMessages), Block{extreme}}) {
    EXPECT_EQ(unpack_block(pack_block(block)), block);
  }
}

TEST(PackingTest, AMessageTakesAFewBytes) { EXPECT_LT(pack_block(block_of(200)).size(), 200U * 20); }

TEST(PackingTest, WhatWasNotPackedIsRefused) {
  const std::string good = pack_block(block_of(3));
  for (std::size_t length = 0; length < good.size(); ++length) {
    EXPECT_EQ(unpack_block(good.substr(0, length)), std::nullopt) << length;
  }
  EXPECT_EQ(unpack_block(good + "x"), std::nullopt);
  EXPECT_EQ(unpack_block("\x02" + good.substr(1)), std::nullopt);
  EXPECT_EQ(unpack_block(pack_block({})), std::nullopt);
  Block descending = block_of(2);
  std::swap(descending[0], descending[1]);
  EXPECT_EQ(unpack_block(pack_block(descending)), std::nullopt);
  EXPECT_EQ(unpack_block(std::string("\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12)), std::nullopt);
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
