#include "protocols/imap/flags.h"

#include <gtest/gtest.h>

namespace portreeve::imap {
namespace {

TEST(Flags, SystemFlags) {
  for (SystemFlags flag : {kSeen, kAnswered, kFlagged, kDeleted, kDraft})
    EXPECT_EQ(system_flag(flag_names(flag)), flag);
  EXPECT_EQ(flag_names(0), "");
  EXPECT_EQ(flag_names(kSeen | kFlagged), "\\Flagged \\Seen");
  EXPECT_EQ(flag_names(kAllSystemFlags), "\\Answered \\Flagged \\Deleted \\Seen \\Draft");
  EXPECT_EQ(system_flag("\\SEEN"), kSeen);
  EXPECT_EQ(system_flag("\\deleted"), kDeleted);
  for (std::string_view name : {"", "\\", "Seen", "\\Recent", "\\Foo", "\\Seen "}) EXPECT_EQ(system_flag(name), 0);
}

TEST(Flags, SpecialUses) {
  EXPECT_EQ(special_use_name(SpecialUse::none), "");
  EXPECT_EQ(special_use_name(SpecialUse::trash), "\\Trash");
  for (SpecialUse use : {SpecialUse::all, SpecialUse::archive, SpecialUse::drafts, SpecialUse::flagged,
                         SpecialUse::junk, SpecialUse::sent, SpecialUse::trash}) {
    EXPECT_EQ(special_use(special_use_name(use)), use);
  }
  EXPECT_EQ(special_use("\\SENT"), SpecialUse::sent);
  for (std::string_view name : {"", "Sent", "\\Important", "\\"}) EXPECT_EQ(special_use(name), std::nullopt) << name;
}

}  // namespace
}  // namespace portreeve::imap
