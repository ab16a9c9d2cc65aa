// BODY and BODYSTRUCTURE (RFC 3501 §7.4.2) of whole and broken messages.
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/core/mime/feeding.h"

namespace portreeve::mime {
namespace {

struct Case {
  const char* name;
  std::string message;
  const char* body;
};

class Body : public testing::TestWithParam<Case> {};

TEST_P(Body, IsPrinted) { EXPECT_EQ(summarize_all_ways(GetParam().message).body, GetParam().body); }

constexpr const char* kMixed = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";

const Case kLeaves[] = {
    {"nothing_at_all", "", R"(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0))"},
    {"a_body_without_header", "\r\nbody\r\n", R"(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 6 1))"},
    {"a_header_without_blank_line", "Subject: x\r\n", R"(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0))"},
    {"lf_only", "Subject: x\n\na\nb\n", R"(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 4 2))"},
    {"last_line_not_ended", "Subject: x\n\na\nb", R"(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 3 1))"},
    {"case_is_kept",
     "Content-Type: Text/HTML; Charset=\"UTF-8\"\r\nContent-Transfer-Encoding: Quoted-Printable\r\n\r\n",
     R"(("Text" "HTML" ("Charset" "UTF-8") NIL NIL "Quoted-Printable" 0 0))"},
    {"no_parameters", "Content-Type: application/pdf\r\n\r\nx", R"(("application" "pdf" NIL NIL NIL "7bit" 1))"},
    {"id_and_description", "Content-Type: image/png\r\nContent-ID: <a\"b@c>\r\nContent-Description: A\r\n\tB\r\n\r\n",
     R"(("image" "png" NIL "<a\"b@c>" "A	B" "7bit" 0))"},
    {"a_type_without_subtype", "Content-Type: image\r\n\r\n",
     R"(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0))"},
    {"a_multipart_without_boundary_is_text", "Content-Type: multipart/mixed\r\n\r\nHello\r\n",
     R"(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 7 1))"},
};
INSTANTIATE_TEST_SUITE_P(Leaves, Body, testing::ValuesIn(kLeaves), [](const auto& row) { return row.param.name; });

const Case kMultiparts[] = {
    {"preamble_and_epilogue", std::string(kMixed) + "pre\r\n--b\r\n\r\nx\r\n--b--\r\nepilogue\r\n",
     R"((("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 1 0) "mixed"))"},
    {"no_parts", std::string(kMixed) + "nothing here\r\n",
     R"((("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0) "mixed"))"},
    {"closed_at_once", std::string(kMixed) + "--b--\r\n",
     R"((("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0) "mixed"))"},
    {"digest_parts_are_messages",
     "Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nSubject: s\r\n\r\nx\r\n--b--\r\n",
     R"((("message" "rfc822" NIL NIL NIL "7bit" 15 (NIL "s" NIL NIL NIL NIL NIL NIL NIL NIL))"
     R"( ("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 1 0) 2) "digest"))"},
};
INSTANTIATE_TEST_SUITE_P(Multiparts, Body, testing::ValuesIn(kMultiparts),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace portreeve::mime
