#include "protocols/imap/search_filter.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/unit/protocols/imap/command_text.h"

namespace portreeve::imap {
namespace {

// The key with these filters put in, as describe() has it; or the fault.
std::string inserted(const std::string& name, const std::map<std::string, std::string, std::less<>>& filters,
                     bool may_be_saved = true, bool may_have_numbers = true) {
  SearchKey key{SearchNot{{SearchKey{SearchFilter{name}}}}};
  const FilterValues values = [&filters](std::string_view known) -> const std::string* {
    const auto found = filters.find(known);
    return found == filters.end() ? nullptr : &found->second;
  };
  const auto done = insert_filters(key, values, Limits{}, may_be_saved, may_have_numbers);
  if (!done && done.error().has_numbers) return "numbers in " + done.error().name;
  if (!done) return done.error().name + ": " + done.error().why;
  EXPECT_FALSE(has_filter(key));
  return describe(key);
}

TEST(SearchFilters, ArePutInPlace) {
  EXPECT_EQ(inserted("Boss", {{"boss", "FROM \"boss@example.test\""}}), "(not From:[boss@example.test])");
  EXPECT_EQ(inserted("a", {{"a", "SEEN DRAFT"}}), "(not (and \\Seen \\Draft))");
  EXPECT_EQ(inserted("a", {{"a", "OR FILTER b (FILTER c)"}, {"b", "SEEN"}, {"c", "FILTER b 1"}}),
            "(not (or \\Seen (and (and \\Seen number:1))))");
  EXPECT_EQ(inserted("a", {{"a", "TEXT {4}\r\na\r\nb SEEN "}}), "(not (and text:[a\r\nb] \\Seen))");
  EXPECT_EQ(inserted("a", {{"a", "SUBJECT \"\xc3\xbc\""}}), "(not Subject:[\xc3\xbc])");
  EXPECT_EQ(inserted("a", {{"a", "$"}}), "(not number:$)");
}

// RFC 9586 §3, wherever it stands.
TEST(SearchFilters, WithSequenceNumbers) {
  EXPECT_EQ(inserted("a", {{"a", "SEEN FILTER b"}, {"b", "NOT (OR SEEN 1:*)"}}, true, false), "numbers in b");
  EXPECT_EQ(inserted("a", {{"a", "UID 1:* $"}}, true, false), "(not (and uid:1:* number:$))");
}

TEST(SearchFilters, ThatAreNotThere) {
  EXPECT_EQ(inserted("Boss", {}), "Boss: ");
  EXPECT_EQ(inserted("a", {{"a", "NOT FILTER Gone"}}), "Gone: ");
  // RFC 5466 §3.1: a loop counts as that.
  EXPECT_EQ(inserted("a", {{"a", "FILTER A"}}), "A: ");
  EXPECT_EQ(inserted("a", {{"a", "FILTER b"}, {"b", "SEEN (FILTER a)"}}), "a: ");
}

TEST(SearchFilters, HaveLimits) {
  std::map<std::string, std::string, std::less<>> chain{{"f1", "SEEN"}};
  for (std::size_t i = 2; i <= kMaxFilterDepth + 1; ++i)
    chain["f" + std::to_string(i)] = "FILTER f" + std::to_string(i - 1);
  EXPECT_EQ(inserted("f" + std::to_string(kMaxFilterDepth), chain), "(not \\Seen)");
  EXPECT_EQ(inserted("f" + std::to_string(kMaxFilterDepth + 1), chain), "f1: ");
  // Each twice the one before.
  for (std::size_t i = 2; i <= kMaxFilterDepth; ++i) {
    const std::string before = "FILTER f" + std::to_string(i - 1);
    chain["f" + std::to_string(i)] = "OR " + before + " " + before;
  }
  EXPECT_EQ(inserted("f6", chain).substr(0, 5), "(not ");
  EXPECT_EQ(inserted("f7", chain).substr(0, 1), "f");
  // All of them together are as long as one command.
  chain["long"] = "TEXT " + std::string(Limits{}.max_command_bytes / 4 - 8, 'x');
  chain["three"] = "FILTER long FILTER long FILTER long";
  chain["five"] = "FILTER three FILTER long FILTER long";
  EXPECT_EQ(inserted("three", chain).substr(0, 5), "(not ");
  EXPECT_EQ(inserted("five", chain), "long: ");
  // All of them together have the keys of one search.
  std::string many = "1";
  for (int i = 1; i < 1'000; ++i) many += " 1";
  chain["many"] = many;
  chain["more"] = "FILTER many FILTER many FILTER many";
  EXPECT_EQ(inserted("many", chain).substr(0, 5), "(not ");
  EXPECT_EQ(inserted("more", chain), "many: The search has too many keys");
  EXPECT_EQ(inserted("a", {{"a", "$ $ $ $ $"}, {"b", "FILTER a FILTER a"}}).substr(0, 5), "(not ");
  EXPECT_EQ(inserted("b", {{"a", "$ $ $ $ $"}, {"b", "FILTER a FILTER a"}}), "a: The search has too many $");
}

TEST(SearchFilters, ThatAreNoSearch) {
  const std::pair<const char*, const char*> kCases[] = {
      {"", "Expected a search key"},
      {"NOPE", "Unknown search key"},
      {"SEEN)", "Expected a space"},
      {"SEEN\r\nDRAFT", "It has more than one line"},
      {"SEEN\r\n", "It has more than one line"},
      {"SEEN\n", "It has more than one line"},
      {"TEXT {9}\r\nshort", "The literal is cut short"},
      {"TEXT {9}\r\n", "The literal is cut short"},
      {"TEXT {9}", "The literal is still to come"},
      {"SUBJECT \xff", "It isn't UTF-8"},
      {"CHARSET UTF-8 SEEN", "Unknown search key"},
      {"FILTER a/b", "The name of a filter has no slash"},
  };
  for (const auto& [value, why] : kCases) {
    EXPECT_EQ(inserted("a", {{"a", value}}), std::string("a: ") + why) << value;
    EXPECT_EQ(filter_fault(value, Limits{}), why) << value;
  }
  EXPECT_EQ(inserted("a", {{"a", "$"}}, false), "a: $ is of the selected mailbox alone");
  EXPECT_EQ(filter_fault("FILTER later", Limits{}), std::nullopt);
}

TEST(SearchFilters, AreAnnotationsOfTheServer) {
  EXPECT_EQ(filter_of("/private/filters/values/a"), "a");
  EXPECT_EQ(filter_of("/shared/filters/values/b.c"), "b.c");
  EXPECT_EQ(filter_of("/private/filters/values"), std::nullopt);
  EXPECT_EQ(filter_of("/private/filters/values/"), std::nullopt);
  EXPECT_EQ(filter_of("/private/filters/values/a/b"), std::nullopt);
  EXPECT_EQ(filter_of("/private/filters/descriptions/a"), std::nullopt);
}

}  // namespace
}  // namespace portreeve::imap
