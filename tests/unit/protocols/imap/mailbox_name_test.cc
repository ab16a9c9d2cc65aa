#include "protocols/imap/mailbox_name.h"

#include <gtest/gtest.h>

#include <string>

namespace portreeve::imap {
namespace {

struct Pair {
  std::string_view wire;
  std::string_view name;
};

TEST(MailboxName, ModifiedUtf7BothWays) {
  for (const Pair& pair : std::initializer_list<Pair>{
           {"", ""},
           {"Sent Mail", "Sent Mail"},
           {"a&-b", "a&b"},
           {"&-", "&"},
           {"&--", "&-"},
           {"&-&-", "&&"},
           {"Entw&APw-rfe", "Entw\u00fcrfe"},
           {"&AOQ-", "\u00e4"},
           {"&AOQA9g-", "\u00e4\u00f6"},
           {"&AOQA9gD8-x", "\u00e4\u00f6\u00fcx"},
           {"&AOQ-&-", "\u00e4&"},
           // RFC 3501 §5.1.3
           {"~peter/mail/&U,BTFw-/&ZeVnLIqe-", "~peter/mail/\u53f0\u5317/\u65e5\u672c\u8a9e"},
           {"&2D3eCg-", "\U0001f60a"},
           {"&2D3eCgDk-", "\U0001f60a\u00e4"},
           {"[x].y;~", "[x].y;~"},
       }) {
    EXPECT_EQ(from_modified_utf7(pair.wire), pair.name) << pair.wire;
    EXPECT_EQ(to_modified_utf7(pair.name), pair.wire);
  }
}

TEST(MailboxName, EveryCodePointComesBack) {
  for (char32_t code = 0x20; code < 0x110000; code += (code < 0x900 ? 1 : 97)) {
    if (code >= 0xd800 && code < 0xe000) continue;
    if (code == 0x7f) continue;
    char utf8[5] = {};
    if (code < 0x80) {
      utf8[0] = static_cast<char>(code);
    } else if (code < 0x800) {
      utf8[0] = static_cast<char>(0xc0 | (code >> 6));
      utf8[1] = static_cast<char>(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
      utf8[0] = static_cast<char>(0xe0 | (code >> 12));
      utf8[1] = static_cast<char>(0x80 | ((code >> 6) & 0x3f));
      utf8[2] = static_cast<char>(0x80 | (code & 0x3f));
    } else {
      utf8[0] = static_cast<char>(0xf0 | (code >> 18));
      utf8[1] = static_cast<char>(0x80 | ((code >> 12) & 0x3f));
      utf8[2] = static_cast<char>(0x80 | ((code >> 6) & 0x3f));
      utf8[3] = static_cast<char>(0x80 | (code & 0x3f));
    }
    // Several in a row, for all alignments of the base64.
    std::string name = std::string("a") + utf8 + utf8 + utf8 + "b" + utf8;
    ASSERT_EQ(from_modified_utf7(to_modified_utf7(name)), name) << std::hex << static_cast<unsigned>(code);
  }
}

TEST(MailboxName, BrokenModifiedUtf7) {
  for (std::string_view wire : {
           "&",
           "a&b",
           "&AOQ",        // not ended
           "&A-",         // too short for a character
           "&AO-",        //
           "&AOR-",       // bits left over
           "&AOQA-",      // a base64 digit left over
           "&AGE-",       // 'a' stands for itself
           "&AAo-",       // a line feed
           "&2D0-",       // half a surrogate pair
           "&3gre-",      // the other half
           "&2D0A5A-",    // half a pair and something else
           "&AOQ-&APY-",  // a superfluous shift
           "&AO/-",       // '/' is ',' here
           "&A OQ-",
           "a\tb",
           "a\x7f",
       }) {
    EXPECT_EQ(from_modified_utf7(wire), std::nullopt) << wire;
  }
}

TEST(MailboxName, RawUtf8IsTakenAsItIs) {
  EXPECT_EQ(from_modified_utf7("Entw\u00fcrfe"), "Entw\u00fcrfe");
  EXPECT_EQ(from_modified_utf7("\u00c4 & B"), "\u00c4 & B");
  for (std::string_view wire : {"\xff", "a\xc3", "\xc3(", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80",
                                "\xf4\x90\x80\x80", "\xf0\x80\x80\xaf", "\xe2\x82", "\u00e4\n"}) {
    EXPECT_EQ(from_modified_utf7(wire), std::nullopt) << wire;
  }
}

TEST(MailboxName, BrokenUtf8IsPrintedAsReplacement) {
  EXPECT_EQ(to_modified_utf7("a\xff"), "a&,,0-");
  EXPECT_EQ(to_modified_utf7("\xc3"), "&,,0-");
}

TEST(MailboxName, WhatAnArgumentMeans) {
  for (const Pair& pair : std::initializer_list<Pair>{
           {"INBOX", "INBOX"},
           {"inbox", "INBOX"},
           {"InBoX/", "INBOX"},
           {"inbox/x/Inbox", "INBOX/x/Inbox"},
           {"inboxes", "inboxes"},
           {"a/inbox", "a/inbox"},
           {"Archive/", "Archive"},
           {"Archive", "Archive"},
           {"a//", "a/"},
           {"&AOQ-/", "\u00e4"},
           {"A&Awg-", "\u00c4"},              // NFD
           {"A\u0308", "\u00c4"},             // the same in UTF-8
           {"&IUY-/&AL0-", "\u2146/\u00bd"},  // compatibility characters stay
       }) {
    EXPECT_EQ(mailbox_name(pair.wire), pair.name) << pair.wire;
  }
  for (std::string_view wire : {"", "/", "&x", "a\r\nb"}) EXPECT_EQ(mailbox_name(wire), std::nullopt) << wire;
}

TEST(MailboxName, TellsWhatElseItWasCalled) {
  for (const Pair& pair : std::initializer_list<Pair>{
           {"INBOX", ""},
           {"inbox", "inbox"},
           {"Archive/", ""},
           {"inbox/", "inbox"},
           {"A&Awg-", "A\u0308"},
           {"&AMQ-", ""},
       }) {
    std::string given = "before";
    EXPECT_TRUE(mailbox_name(pair.wire, NameForm::modified_utf7, &given));
    EXPECT_EQ(given, pair.name) << pair.wire;
  }
}

TEST(ListPattern, ComposesWhatTheReferenceAndItMake) {
  EXPECT_TRUE(ListPattern("", "A\u0308%").matches("\u00c4rger"));
  EXPECT_TRUE(ListPattern("A", "\u0308*").matches("\u00c4rger"));
  EXPECT_FALSE(ListPattern("", "A%").matches("\u00c4rger"));
  EXPECT_EQ(ListPattern("A", "\u0308").literal_name(), "A\u0308");
  EXPECT_EQ(ListPattern("%", "a").literal_name(), "");
}

TEST(ListPattern, Matches) {
  struct Case {
    std::string_view reference, pattern, name;
    bool matches;
  };
  for (const Case& test : std::initializer_list<Case>{
           {"", "*", "a", true},
           {"", "*", "a/b/c", true},
           {"", "%", "a", true},
           {"", "%", "a/b", false},
           {"", "%/%", "a/b", true},
           {"", "%/%", "a", false},
           {"", "%/%", "a/b/c", false},
           {"", "%/*", "a/b/c", true},
           {"", "a", "a", true},
           {"", "a", "A", false},
           {"", "a", "ab", false},
           {"", "ab", "a", false},
           {"", "", "a", false},
           {"", "a*", "a", true},
           {"", "a%", "a", true},
           {"", "a%", "abc", true},
           {"", "a%", "a/b", false},
           {"", "a*", "a/b", true},
           {"", "*b", "a/b", true},
           {"", "%b", "a/b", false},
           {"", "a*c", "a/b/c", true},
           {"", "a*c", "a/b/cd", false},
           {"", "a%c", "abbc", true},
           {"", "**", "a/b", true},
           {"", "%%", "a/b", false},
           {"", "%*", "a/b", true},
           {"", "*%", "a/b", true},
           {"", "a*%", "a/b/c", true},
           {"", "*a*b*", "xxaxxbxx", true},
           {"", "*a*b*", "xxbxxaxx", false},
           {"", "%a/%b", "xa/yb", true},
           {"", "%/a*", "x/y/a", false},
           {"", "\u00e4%", "\u00e4\u00f6", true},
           {"", "\u00e4%", "\u00f6", false},
           {"", "[x].y", "[x].y", true},
           {"Archive/", "%", "Archive/2024", true},
           {"Archive/", "%", "Archive/2024/1", false},
           {"Archive/", "*", "Archive", false},
           {"Arch", "ive", "Archive", true},
           {"Archive/", "/x", "Archive/x", false},
           {"%", "x", "ax", true},
           {"", "inbox", "INBOX", true},
           {"", "iNb%", "INBOX", true},
           {"", "inbox/*", "INBOX/a", true},
           {"", "inbox/A", "INBOX/a", false},
           {"", "inbox*", "INBOXES", false},
           {"", "INBOX", "INBOX", true},
           {"", "inbox", "inboxes", false},
       }) {
    EXPECT_EQ(ListPattern(test.reference, test.pattern).matches(test.name), test.matches)
        << test.reference << " " << test.pattern << " of " << test.name;
  }
}

TEST(ListPattern, LongPatternsCrossWords) {
  for (std::size_t length : {62u, 63u, 64u, 65u, 127u, 128u, 129u, 1000u}) {
    std::string text(length, 'x');
    EXPECT_TRUE(ListPattern("", text).matches(text));
    EXPECT_FALSE(ListPattern("", text).matches(text + "x"));
    EXPECT_FALSE(ListPattern("", text).matches(text.substr(1)));
    EXPECT_TRUE(ListPattern("", text + "*").matches(text));
    EXPECT_TRUE(ListPattern("", text + "*").matches(text + "/y"));
    EXPECT_TRUE(ListPattern("", text + "%y").matches(text + "xxy"));
    EXPECT_FALSE(ListPattern("", text + "%y").matches(text + "x/y"));
    EXPECT_TRUE(ListPattern("", "*" + text).matches("yyy" + text));
  }
}

// Every pattern of wildcards against what a matcher that tries everything says.
TEST(ListPattern, AgreesWithBacktracking) {
  struct Plain {
    static bool matches(std::string_view pattern, std::string_view name) {
      if (pattern.empty()) return name.empty();
      char c = pattern.front();
      if (c == '*' || c == '%') {
        if (matches(pattern.substr(1), name)) return true;
        return !name.empty() && (c == '*' || name.front() != '/') && matches(pattern, name.substr(1));
      }
      return !name.empty() && name.front() == c && matches(pattern.substr(1), name.substr(1));
    }
  };
  constexpr std::string_view kPatternBytes = "*%a/";
  constexpr std::string_view kNameBytes = "ab/";
  std::vector<std::string> names{""};
  for (std::size_t i = 0; i < names.size() && names[i].size() < 4; ++i) {
    for (char c : kNameBytes) names.push_back(names[i] + c);
  }
  for (unsigned i = 0; i < 1024; ++i) {
    std::string pattern;
    for (unsigned digits = i, j = 0; j < 5; ++j, digits /= 4) pattern += kPatternBytes[digits % 4];
    ListPattern compiled("", pattern);
    for (const std::string& name : names) {
      ASSERT_EQ(compiled.matches(name), Plain::matches(pattern, name)) << pattern << " of " << name;
    }
  }
}

}  // namespace
}  // namespace portreeve::imap
