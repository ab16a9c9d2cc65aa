#include "core/mime/base_subject.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "core/mime/text.h"

namespace portreeve::mime {
namespace {

struct Case {
  const char* subject;
  const char* base;
  bool is_reply_or_forward;
};

class BaseSubjects : public testing::TestWithParam<Case> {};

TEST_P(BaseSubjects, AreFound) {
  const BaseSubject found = base_subject(GetParam().subject);
  EXPECT_EQ(found.text, GetParam().base) << GetParam().subject;
  EXPECT_EQ(found.is_reply_or_forward, GetParam().is_reply_or_forward) << GetParam().subject;
}

INSTANTIATE_TEST_SUITE_P(
    Mime, BaseSubjects,
    testing::Values(Case{"", "", false}, Case{"Lunch", "Lunch", false},
                    Case{"  Lunch \t today  ", "Lunch today", false}, Case{"Re: Lunch", "Lunch", true},
                    Case{"re:Lunch", "Lunch", true}, Case{"RE : Lunch", "Lunch", true},
                    Case{"Fw: Lunch", "Lunch", true}, Case{"FWD: Lunch", "Lunch", true},
                    Case{"Re: Fwd: Re: Lunch", "Lunch", true}, Case{"Re[2]: Lunch", "Lunch", true},
                    Case{"Re [2] : Lunch", "Lunch", true}, Case{"Reply: Lunch", "Reply: Lunch", false},
                    Case{"Re Lunch", "Re Lunch", false}, Case{"Fwdd: Lunch", "Fwdd: Lunch", false},
                    // Names of lists.
                    Case{"[list] Lunch", "Lunch", false}, Case{"[a] [b]Lunch", "Lunch", false},
                    Case{"Re: [list] Re: Lunch", "Lunch", true}, Case{"[a][b] Re: [c] Lunch", "Lunch", true},
                    Case{"[list]", "[list]", false}, Case{"[a] [b]", "[b]", false}, Case{"Re: [list]", "[list]", true},
                    Case{"[a[b] Lunch", "[a[b] Lunch", false}, Case{"[open Lunch", "[open Lunch", false},
                    // Ends.
                    Case{"Lunch (fwd)", "Lunch", true}, Case{"Lunch (FWD) (fwd) ", "Lunch", true},
                    Case{"Re: Lunch (fwd)", "Lunch", true}, Case{"(fwd)", "", true}, Case{"Re:", "", true},
                    // "[Fwd: …]"
                    Case{"[Fwd: Lunch]", "Lunch", true}, Case{"[fwd: Re: [list] Lunch (fwd)]", "Lunch", true},
                    Case{"[Fwd: [Fwd: Lunch]]", "Lunch", true}, Case{"Re: [Fwd: Lunch]", "Lunch", true},
                    Case{"[Fwd: Lunch", "[Fwd: Lunch", false}, Case{"[Fwd:]", "", true}));

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

TEST(BaseSubject, TakesAnyNumberInItsStride) {
  constexpr std::size_t kMany = 200'000;
  EXPECT_EQ(base_subject(repeated("Re: ", kMany) + "Lunch").text, "Lunch");
  EXPECT_EQ(base_subject(repeated("[]", kMany) + "Lunch").text, "Lunch");
  EXPECT_EQ(base_subject(repeated("[] ", kMany)).text, "[]");
  EXPECT_EQ(base_subject("Lunch" + repeated("(fwd)", kMany)).text, "Lunch");
  EXPECT_EQ(base_subject(repeated("[Fwd: ", kMany) + "Lunch" + repeated("]", kMany)).text, "Lunch");
  EXPECT_EQ(base_subject(repeated("[", kMany)).text.size(), kMany);
}

TEST(CollationKey, OrdersWithoutCase) {
  EXPECT_EQ(collation_key("Lunch"), collation_key("lUNCH"));
  EXPECT_LT(collation_key("a"), collation_key("B"));
  // RFC 5051: titlecase, so that letters stand before "_".
  EXPECT_LT(collation_key("a"), collation_key("_"));
  EXPECT_EQ(collation_key("\xc3\xa9t\xc3\xa9"), collation_key("\xc3\x89T\xc3\x89"));
  // Decomposed: an accent stands behind its letter, not behind all of ASCII.
  EXPECT_LT(collation_key("\xc3\xa9"), collation_key("f"));
  EXPECT_EQ(collation_key("\xef\xbc\xa1"), collation_key("a"));  // full width
  EXPECT_EQ(collation_key("a\xff"), collation_key("A\xef\xbf\xbd"));
}

}  // namespace
}  // namespace portreeve::mime
