#include "storage/sqlite/trigrams.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace portreeve::store::sqlite {
namespace {

BodyBits find(const Segment& segment, Trigram trigram) {
  const auto after = std::ranges::upper_bound(segment.pages, trigram, {}, &Segment::Page::first);
  if (after == segment.pages.begin()) return segment.opaque;
  const Segment::Page& page = *(after - 1);
  const auto found = find_trigram(page.bytes, page.first, trigram);
  EXPECT_TRUE(found);
  return found.value_or(BodyBits()) | segment.opaque;
}

TEST(Trigrams, AreEachThreeBytesOnceInOrder) {
  EXPECT_TRUE(trigrams_of("").empty());
  EXPECT_TRUE(trigrams_of("ab").empty());
  EXPECT_EQ(trigrams_of("abcabc"), (std::vector<Trigram>{0x616263, 0x626361, 0x636162}));
  EXPECT_EQ(trigrams_of("\xff\xff\xff"), std::vector<Trigram>{0xffffff});
}

TEST(Trigrams, AreFoundInExactlyTheBodiesThatHaveThem) {
  std::mt19937 random(7);
  SegmentBuilder builder;
  std::vector<std::vector<Trigram>> had;
  std::vector<Trigram> all;
  for (BodyId body = 1; !builder.is_full(); ++body) {
    // From few letters, so that some trigrams are in all bodies, to any bytes.
    std::string text(random() % 3'000, '\0');
    const auto letters = static_cast<unsigned>(body % 5 == 0 ? 256 : 6 + body % 9);
    for (char& c : text) c = static_cast<char>(random() % letters);
    builder.add_text(std::string_view(text).substr(0, text.size() / 2));
    builder.add_text(std::string_view(text).substr(text.size() / 2));
    builder.end_body(body);
    had.push_back(trigrams_of(text.substr(0, text.size() / 2)));
    const auto more = trigrams_of(text.substr(text.size() / 2));
    had.back().insert(had.back().end(), more.begin(), more.end());
    std::ranges::sort(had.back());
    all.insert(all.end(), had.back().begin(), had.back().end());
  }
  const Segment segment = builder.finish();
  ASSERT_EQ(segment.bodies.size(), kSegmentBodies);
  EXPECT_GT(segment.pages.size(), 10U);
  EXPECT_EQ(builder.size(), 0U);

  for (unsigned i = 0; i < 2'000; ++i) {
    const Trigram trigram = i % 4 == 0 ? random() % 0x1000000 : all[random() % all.size()];
    const BodyBits found = find(segment, trigram);
    for (std::size_t body = 0; body < had.size(); ++body) {
      ASSERT_EQ(found[body], std::ranges::binary_search(had[body], trigram)) << trigram << " in " << body;
    }
  }
}

TEST(Trigrams, OfABodyThatHasTooManyMayBeAnything) {
  std::mt19937 random(7);
  std::string noise(300'000, '\0');
  for (char& c : noise) c = static_cast<char>(random());
  SegmentBuilder builder;
  builder.add_text("plain");
  builder.end_body(3);
  builder.add_text(noise);
  builder.end_body(5);
  builder.add_text("forgotten");
  builder.drop_body();
  builder.end_body(8, true);
  builder.end_body(9);
  const Segment segment = builder.finish();
  EXPECT_EQ(segment.bodies, (std::vector<BodyId>{3, 5, 8, 9}));
  EXPECT_EQ(find(segment, trigrams_of("pla").front()), BodyBits(0b0111));
  EXPECT_EQ(find(segment, trigrams_of("for").front()), BodyBits(0b0110));
}

TEST(Trigrams, OfADamagedPageAreNotFound) {
  SegmentBuilder builder;
  builder.add_text("some text that makes a page");
  builder.end_body(1);
  const Segment segment = builder.finish();
  ASSERT_EQ(segment.pages.size(), 1U);
  const auto& [first, bytes] = segment.pages.front();
  for (std::size_t size = 1; size < bytes.size(); ++size)
    find_trigram(std::string_view(bytes).substr(0, size), first, 0xffffff);
  EXPECT_FALSE(find_trigram(std::string_view(bytes).substr(0, bytes.size() - 1), first, 0xffffff));
  EXPECT_FALSE(find_trigram("\x01\x1f", first, 0xffffff));
}

}  // namespace
}  // namespace portreeve::store::sqlite
