#include "core/mime/date.h"

#include <gtest/gtest.h>

namespace portreeve::mime {
namespace {

constexpr std::int64_t kJuly = 837'596'665;  // 1996-07-17 09:44:25 UTC

struct Case {
  const char* text;
  std::optional<ZonedTime> time;
};
class Date : public testing::TestWithParam<Case> {};
TEST_P(Date, IsParsed) { EXPECT_EQ(parse_date(GetParam().text), GetParam().time) << GetParam().text; }

const Case kDates[] = {
    {"Wed, 17 Jul 1996 02:44:25 -0700", {{kJuly, -420}}},
    {" Wed, 17 Jul 1996 02:44:25 -0700 (PDT)", {{kJuly, -420}}},
    {"17 Jul 1996 09:44:25 +0000", {{kJuly, 0}}},
    {"Wed,17 Jul 1996 09:44:25 +0000", {{kJuly, 0}}},
    {"Wed, 17 jul 1996 09:44 +0000", {{kJuly - 25, 0}}},
    {"Wed, 17\r\n Jul\t1996 (a comment) 09:44:25 +0000", {{kJuly, 0}}},
    {"Fri, 01 Jan 2038 00:00:00 +0000", {{2'145'916'800, 0}}},
    {"Thu, 1 Jan 1970 00:00:00 +0100", {{-3'600, 60}}},
    {"Sat, 31 Dec 2016 23:59:60 +0000", {{1'483'228'800, 0}}},
    {"Thu, 29 Feb 2024 12:00:00 +0530", {{1'709'188'200, 330}}},
};
INSTANTIATE_TEST_SUITE_P(Regular, Date, testing::ValuesIn(kDates));

// RFC 5322 §4.3
const Case kObsolete[] = {
    {"17 Jul 96 02:44:25 PDT", {{kJuly, -420}}},    {"17 Jul 96 09:44:25 GMT", {{kJuly, 0}}},
    {"17 Jul 96 09:44:25 UT", {{kJuly, 0}}},        {"17 Jul 96 09:44:25 Z", {{kJuly, 0}}},
    {"17 Jul 96 09:44:25 A", {{kJuly, 0}}},         {"17 Jul 96 04:44:25 EST", {{kJuly, -300}}},
    {"17 Jul 096 09:44:25 GMT", {{kJuly, 0}}},      {"1 Jan 49 00:00:00 GMT", {{2'493'072'000, 0}}},
    {"1 Jan 100 00:00:00 GMT", {{946'684'800, 0}}}, {"Wed , 17 Jul 1996 09 : 44 : 25 GMT", {{kJuly, 0}}},
};
INSTANTIATE_TEST_SUITE_P(Obsolete, Date, testing::ValuesIn(kObsolete));

const Case kSloppy[] = {
    {"Wed, 17 Jul 1996 09:44:25", {{kJuly, 0}}},           {"Wednesday, 17 July 1996 09:44:25 +0000", {{kJuly, 0}}},
    {"Wed, 17-Jul-1996 09:44:25 GMT", {{kJuly, 0}}},       {"Wed Jul 17 09:44:25 1996", {{kJuly, 0}}},
    {"Wed Jul 17 02:44:25 PDT 1996", {{kJuly, -420}}},     {"Wed Jul 17 02:44:25 -0700 1996", {{kJuly, -420}}},
    {"Wed, 17 Jul 1996 02:44:25 -07:00", {{kJuly, -420}}}, {"Wed, 17 Jul 1996 02:44:25 GMT-0700", {{kJuly + 0, -420}}},
    {"Wed, 17 Jul 1996 9:44:25 CEST", {{kJuly, 0}}},       {"Mi, 17 Jul 1996 09:44:25 +0000", {{kJuly, 0}}},
};
INSTANTIATE_TEST_SUITE_P(Sloppy, Date, testing::ValuesIn(kSloppy));

const Case kNone[] = {
    {"", {}},
    {"yesterday", {}},
    {"31 Feb 1996 00:00:00 +0000", {}},
    {"32 Jan 1996 00:00:00 +0000", {}},
    {"17 Foo 1996 00:00:00 +0000", {}},
    {"17 Jul 1996 24:00:00 +0000", {}},
    {"17 Jul 1996 00:60:00 +0000", {}},
    {"17 Jul 1996", {}},
    {"17 Jul 99999 00:00:00 +0000", {}},
    {"1996-07-17T09:44:25Z", {}},
    {"17 Jul 1996 00:00:00 +99999999999999999999", {}},
};
INSTANTIATE_TEST_SUITE_P(NoDate, Date, testing::ValuesIn(kNone));

TEST(FormatDate, IsRfc5322) {
  EXPECT_EQ(format_date(kJuly), "Wed, 17 Jul 1996 09:44:25 +0000");
  EXPECT_EQ(format_date(0), "Thu, 01 Jan 1970 00:00:00 +0000");
  EXPECT_EQ(format_date(-1), "Wed, 31 Dec 1969 23:59:59 +0000");
  EXPECT_EQ(format_date(INT64_MAX), "Fri, 31 Dec 9999 23:59:59 +0000");
  EXPECT_EQ(format_date(INT64_MIN), "Sat, 01 Jan 0000 00:00:00 +0000");
}

TEST(InternalDate, GoesBothWays) {
  EXPECT_EQ(format_internal_date(kJuly), "17-Jul-1996 09:44:25 +0000");
  EXPECT_EQ(format_internal_date(kJuly - 10 * 86'400), " 7-Jul-1996 09:44:25 +0000");
  for (std::int64_t time : {std::int64_t{0}, kJuly, std::int64_t{1'709'164'800}, std::int64_t{-86'400}}) {
    EXPECT_EQ(parse_internal_date(format_internal_date(time)), (ZonedTime{time, 0}));
  }
  EXPECT_EQ(parse_internal_date("17-Jul-1996 02:44:25 -0700"), (ZonedTime{kJuly, -420}));
  EXPECT_EQ(parse_internal_date(" 7-jul-1996 02:44:25 -0700"), (ZonedTime{kJuly - 10 * 86'400, -420}));
  EXPECT_EQ(parse_internal_date("07-Jul-1996 02:44:25 -0700"), (ZonedTime{kJuly - 10 * 86'400, -420}));
}

TEST(InternalDate, RefusesWhatTheGrammarDoes) {
  for (const char* text : {"", "7-Jul-1996 02:44:25 -0700", "17-Jul-1996 02:44:25 0700", "17-Jul-1996 02:44 -0700",
                           "17-Foo-1996 02:44:25 -0700", "31-Feb-1996 02:44:25 -0700", "17-Jul-1996 25:44:25 -0700",
                           "17-Jul-1996 02:44:25 -9900", "17 Jul 1996 02:44:25 -0700", "  -Jul-1996 02:44:25 -0700",
                           "17-Jul-1996 02:44:25 -0700 "}) {
    EXPECT_EQ(parse_internal_date(text), std::nullopt) << text;
  }
}

TEST(Day, IsParsed) {
  EXPECT_EQ(parse_day("17-Jul-1996"), kJuly / 86'400 * 86'400);
  EXPECT_EQ(parse_day("1-feb-1970"), 31 * 86'400);
  EXPECT_EQ(parse_day("01-Feb-1970"), 31 * 86'400);
  for (const char* text :
       {"", "17-Jul-96", "17-July-1996", "31-Feb-1996", "17 Jul 1996", "17-Jul-1996 ", "x-Jul-1996"}) {
    EXPECT_EQ(parse_day(text), std::nullopt) << text;
  }
}

// RFC 3339 §5.6
TEST(Rfc3339, IsParsed) {
  EXPECT_EQ(format_rfc3339(kJuly), "1996-07-17T09:44:25Z");
  EXPECT_EQ(parse_rfc3339("1996-07-17T09:44:25Z"), kJuly);
  EXPECT_EQ(parse_rfc3339("1996-07-17t09:44:25z"), kJuly);
  EXPECT_EQ(parse_rfc3339("1996-07-17T02:44:25-07:00"), kJuly);
  EXPECT_EQ(parse_rfc3339("1996-07-17T15:14:25+05:30"), kJuly);
  EXPECT_EQ(parse_rfc3339("1996-07-17T09:44:25-00:00"), kJuly);
  EXPECT_EQ(parse_rfc3339("1996-07-17T09:44:25.9Z"), kJuly);
  EXPECT_EQ(parse_rfc3339("1996-07-17T09:44:25.000000000000000000001+00:00"), kJuly);
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parse_rfc3339("1969-12-31T23:59:59Z"), -1);
  EXPECT_EQ(parse_rfc3339("2016-12-31T23:59:60Z"), parse_rfc3339("2017-01-01T00:00:00Z"));  // a leap second
  EXPECT_EQ(parse_rfc3339("9999-12-31T23:59:59Z"), 253'402'300'799);
  for (std::int64_t time : {std::int64_t{0}, kJuly, std::int64_t{1'709'164'800}, std::int64_t{-62'167'219'200}}) {
    EXPECT_EQ(parse_rfc3339(format_rfc3339(time)), time);
  }
}

TEST(Rfc3339, RefusesWhatTheGrammarDoes) {
  for (const char* text : {"",
                           "1996-07-17",
                           "1996-07-17T09:44Z",
                           "1996-07-17T09:44:25",
                           "1996-07-17 09:44:25Z",
                           "96-07-17T09:44:25Z",
                           "1996-7-17T09:44:25Z",
                           "1996-13-17T09:44:25Z",
                           "1996-02-30T09:44:25Z",
                           "1997-02-29T09:44:25Z",
                           "1996-07-17T24:00:00Z",
                           "1996-07-17T09:60:25Z",
                           "1996-07-17T09:44:61Z",
                           "1996-07-17T09:44:25.Z",
                           "1996-07-17T09:44:25,5Z",
                           "1996-07-17T09:44:25+0700",
                           "1996-07-17T09:44:25+24:00",
                           "1996-07-17T09:44:25+07:60",
                           "1996-07-17T09:44:25 Z",
                           "1996-07-17T09:44:25Zx",
                           "1996-07-17T09:44:25+07:00x",
                           "+996-07-17T09:44:25Z",
                           "1996-07-17T09:44:25."}) {
    EXPECT_EQ(parse_rfc3339(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace portreeve::mime
