#include "protocols/imap/comparator.h"

#include <gtest/gtest.h>

namespace portreeve::imap {
namespace {

// The names of what is chosen, the active one first.
std::string chosen(const std::vector<std::string>& orders) {
  const auto choice = choose_comparator(orders);
  if (!choice) return "none";
  std::string out = comparator_name(choice->active);
  for (const Comparator& each : choice->matching) out += " " + comparator_name(each);
  return out;
}

TEST(Comparators, AreChosenByNameAndPattern) {
  EXPECT_EQ(chosen({"i;octet"}), "i;octet i;octet");
  EXPECT_EQ(chosen({"I;Octet"}), "i;octet i;octet");
  EXPECT_EQ(chosen({"+i;octet"}), "i;octet i;octet");
  EXPECT_EQ(chosen({"-i;octet"}), "-i;octet -i;octet");
  EXPECT_EQ(chosen({"default"}), "i;unicode-casemap i;unicode-casemap");
  EXPECT_EQ(chosen({"*"}), "i;unicode-casemap i;unicode-casemap i;ascii-casemap i;octet");
  EXPECT_EQ(chosen({"i;*case*"}), "i;unicode-casemap i;unicode-casemap i;ascii-casemap");
  EXPECT_EQ(chosen({"*-casemap*"}), "i;unicode-casemap i;unicode-casemap i;ascii-casemap");
  EXPECT_EQ(chosen({"*a*map"}), "i;unicode-casemap i;unicode-casemap i;ascii-casemap");
  EXPECT_EQ(chosen({"no", "i;o*", "*octet", "default"}), "i;octet i;octet i;unicode-casemap");
  EXPECT_EQ(chosen({"i;octe"}), "none");
  EXPECT_EQ(chosen({"i;octet;x=1"}), "none");
  EXPECT_EQ(chosen({"octet*"}), "none");
  EXPECT_EQ(chosen({}), "none");
}

TEST(Comparators, HaveNamesOfAFewCharacters) {
  for (const char* good : {"i;octet", "*", "-*", "+i;x=1.2", "default", "**", "a*;b"}) {
    EXPECT_TRUE(is_collation_order(good)) << good;
  }
  for (const char* bad : {"", "-", "+", "1;x", ";x", "a b", "ü", "--i;octet", "a/b", "\"", "a\n"}) {
    EXPECT_FALSE(is_collation_order(bad)) << bad;
  }
  EXPECT_TRUE(is_collation_order(std::string(255, 'x')));
  EXPECT_FALSE(is_collation_order(std::string(256, 'x')));
}

TEST(Comparators, FindByTheirOwnRules) {
  const std::string text = "Schöne GRÜSSE";
  EXPECT_TRUE(Needle(Collation::unicode_casemap, "schÖne grüß").is_in(text));
  EXPECT_TRUE(Needle(Collation::ascii_casemap, "SCHöNE grÜ").is_in(text));
  EXPECT_FALSE(Needle(Collation::ascii_casemap, "schÖne").is_in(text));
  EXPECT_TRUE(Needle(Collation::octet, "öne GR").is_in(text));
  EXPECT_FALSE(Needle(Collation::octet, "schöne").is_in(text));
  for (const Collation each : {Collation::unicode_casemap, Collation::ascii_casemap, Collation::octet}) {
    EXPECT_TRUE(Needle(each, "").is_in(text));
    EXPECT_TRUE(Needle(each, "").is_in(""));
    EXPECT_FALSE(Needle(each, "x").is_in(""));
  }
}

TEST(Comparators, OrderByTheirOwnRules) {
  EXPECT_EQ(collation_key(Collation::unicode_casemap, "ä"), collation_key(Collation::unicode_casemap, "Ä"));
  EXPECT_EQ(collation_key(Collation::ascii_casemap, "aä"), "Aä");
  EXPECT_EQ(collation_key(Collation::octet, "aä"), "aä");
  // RFC 4790 §9.2: in capitals, so that '_' stands behind all letters.
  EXPECT_LT(collation_key(Collation::ascii_casemap, "az"), collation_key(Collation::ascii_casemap, "a_"));
}

}  // namespace
}  // namespace portreeve::imap
