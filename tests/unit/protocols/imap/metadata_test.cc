#include "protocols/imap/metadata.h"

#include <gtest/gtest.h>

namespace portreeve::imap {
namespace {

using Depth = GetMetadata::Depth;

const std::vector<store::Annotation> kAnnotations = {
    {"/private/a", "1"}, {"/private/a/b", "22"}, {"/private/a/b/c", "333"}, {"/private/ab", std::string("\0", 1)}};

std::string answer(GetMetadata asked) {
  std::string out;
  const std::size_t longest = write_metadata_of(out, "INBOX", asked, kAnnotations);
  return longest == 0 ? out : out + "longest " + std::to_string(longest);
}

TEST(Metadata, HasTheDepthAskedFor) {
  EXPECT_EQ(answer({.entries = {"/private/a"}}), "* METADATA INBOX (/private/a \"1\")\r\n");
  EXPECT_EQ(answer({.entries = {"/private/a"}, .depth = Depth::one}),
            "* METADATA INBOX (/private/a \"1\" /private/a/b \"22\")\r\n");
  EXPECT_EQ(answer({.entries = {"/private/a"}, .depth = Depth::infinity}),
            "* METADATA INBOX (/private/a \"1\" /private/a/b \"22\" /private/a/b/c \"333\")\r\n");
}

TEST(Metadata, IsNilWhereThereIsNone) {
  EXPECT_EQ(answer({.entries = {"/private/x", "/private/x"}}), "* METADATA INBOX (/private/x NIL)\r\n");
  EXPECT_EQ(answer({.entries = {"/private/x"}, .depth = Depth::infinity}), "");
}

TEST(Metadata, IsToldOnce) {
  EXPECT_EQ(answer({.entries = {"/private/a/b", "/private/a"}, .depth = Depth::one}),
            "* METADATA INBOX (/private/a/b \"22\" /private/a/b/c \"333\" /private/a \"1\")\r\n");
}

TEST(Metadata, LeavesOutWhatIsTooLong) {
  EXPECT_EQ(answer({.entries = {"/private/a"}, .depth = Depth::infinity, .max_size = 1}),
            "* METADATA INBOX (/private/a \"1\")\r\nlongest 3");
  EXPECT_EQ(answer({.entries = {"/private/a/b"}, .max_size = 1}), "longest 2");
}

TEST(Metadata, MayHoldAnyBytes) {
  EXPECT_EQ(answer({.entries = {"/private/ab"}}), std::string("* METADATA INBOX (/private/ab ~{1}\r\n\0)\r\n", 40));
}

}  // namespace
}  // namespace portreeve::imap
