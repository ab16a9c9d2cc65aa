#include "protocols/session/texts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/base/utf8.h"

namespace portreeve::session {
namespace {

std::string chosen(const std::vector<std::string>& ranges) {
  const auto language = choose_language(ranges);
  return language ? std::string(language_tag(*language)) : "none";
}

TEST(Languages, AreFoundByRange) {
  EXPECT_EQ(chosen({"de"}), "de");
  EXPECT_EQ(chosen({"DE"}), "de");
  EXPECT_EQ(chosen({"de-CH-1996"}), "de");
  EXPECT_EQ(chosen({"de-*-1996"}), "de");
  EXPECT_EQ(chosen({"fr-CA", "en-CA"}), "fr");
  EXPECT_EQ(chosen({"mul", "pt-BR", "en-CA", "de"}), "en");
  EXPECT_EQ(chosen({"i-default"}), "i-default");
  EXPECT_EQ(chosen({"default"}), "i-default");
  EXPECT_EQ(chosen({"*"}), "en");
  EXPECT_EQ(chosen({"i"}), "none");
  EXPECT_EQ(chosen({"d"}), "none");
  EXPECT_EQ(chosen({"deu"}), "none");
  EXPECT_EQ(chosen({"*-DE"}), "none");
  EXPECT_EQ(chosen({}), "none");
}

TEST(Languages, HaveRangesOfSubtags) {
  for (const char* good : {"de", "de-CH", "*", "*-DE", "de-*", "i-default", "default", "x-abcdefgh", "de-1996"})
    EXPECT_TRUE(is_language_range(good)) << good;
  for (const char* bad :
       {"", "-", "de-", "-de", "de--CH", "d_e", "1de", "abcdefghi", "de-abcdefghi", "d*", "de CH", "ü"})
    EXPECT_FALSE(is_language_range(bad)) << bad;
}

TEST(Texts, AreTheSameInAllTables) {
  const std::span<const Translation> first = german_texts();
  for (const Language language : languages()) {
    if (language == Language::english || language == Language::i_default) continue;
    const std::span<const Translation> table = translations(language);
    ASSERT_TRUE(std::ranges::is_sorted(table, {}, &Translation::english)) << language_tag(language);
    ASSERT_TRUE(std::ranges::equal(table, first, {}, &Translation::english, &Translation::english))
        << language_tag(language);
    for (const Translation& each : table) {
      EXPECT_TRUE(!each.text.empty() && base::is_utf8(each.text)) << each.english;
      // RFC 5255 §3.5: no '[' at the front, where a response code would be.
      EXPECT_FALSE(each.text.starts_with('[')) << each.english;
      EXPECT_TRUE(std::ranges::none_of(each.text, [](unsigned char c) { return c < ' ' || c == 0x7f; }))
          << each.english;
    }
  }
  EXPECT_EQ(std::ranges::adjacent_find(first, {}, &Translation::english), first.end());
}

TEST(Texts, AreTranslatedInParts) {
  EXPECT_EQ(translated("Found", Language::german), "Gefunden");
  EXPECT_EQ(translated("Found", Language::english), "Found");
  EXPECT_EQ(translated("Found", Language::i_default), "Found");
  EXPECT_EQ(translated("Cannot copy: it doesn't exist", Language::french), "Impossible de copier: cela n'existe pas");
  EXPECT_EQ(translated("Cannot copy: server error, see its log under: 12", Language::dutch),
            "Kan niet kopiëren: fout van de server, zie zijn logboek onder: 12");
  EXPECT_EQ(translated("nobody: says this", Language::spanish), "nobody: says this");
  EXPECT_EQ(translated("nobody: Found", Language::italian), "nobody: Trovato");
  EXPECT_EQ(translated(": ", Language::german), ": ");
  EXPECT_EQ(translated("", Language::german), "");
}

}  // namespace
}  // namespace portreeve::session
