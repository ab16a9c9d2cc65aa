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
    {"parts_without_blank_line",
     std::string(kMixed) + "--b\r\nContent-Type: text/html\r\n--b\r\n--b\r\n\r\n--b\r\n\r\na\r\nb\r\n\r\n--b--\r\n",
     R"((("text" "html" NIL NIL NIL "7bit" 0 0))"
     R"(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0))"
     R"(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0))"
     R"(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 6 2) "mixed"))"},
    {"a_message_is_as_long_as_its_body",
     std::string(kMixed) + "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: s\r\n\r\nx\r\ny\r\n--b--\r\n",
     R"((("message" "rfc822" NIL NIL NIL "7bit" 18 (NIL "s" NIL NIL NIL NIL NIL NIL NIL NIL))"
     R"( ("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 4 1) 3) "mixed"))"},
    {"message_global_is_a_basic_type",
     std::string(kMixed) + "--b\r\nContent-Type: message/global\r\n\r\nSubject: s\r\n\r\nx\r\n--b\r\n\r\n--b--\r\n",
     R"((("message" "global" NIL NIL NIL "7bit" 15)("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0) "mixed"))"},
};
INSTANTIATE_TEST_SUITE_P(Multiparts, Body, testing::ValuesIn(kMultiparts),
                         [](const auto& row) { return row.param.name; });

class Extension : public testing::TestWithParam<Case> {};

TEST_P(Extension, IsPrinted) { EXPECT_EQ(summarize_all_ways(GetParam().message).body_structure, GetParam().body); }

const Case kExtensions[] = {
    {"none", "\r\n", R"(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0 NIL NIL NIL NIL))"},
    {"all",
     "Content-Type: text/plain\r\nContent-MD5: Q2hlY2s=\r\nContent-Disposition: Attachment; FileName=\"A b.TXT\"\r\n"
     "Content-Language: en, de (German)\r\nContent-Location:\r\n http://x/\r\n\r\n",
     R"(("text" "plain" NIL NIL NIL "7bit" 0 0 "Q2hlY2s=" ("Attachment" ("FileName" "A b.TXT")) ("en" "de") "http://x/"))"},
    {"disposition_without_parameters", "Content-Disposition: inline\r\n\r\n",
     R"(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0 NIL ("inline" NIL) NIL NIL))"},
    {"empty_disposition_and_language", "Content-Disposition:\r\nContent-Language: ,\r\n\r\n",
     R"(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0 NIL NIL NIL NIL))"},
    {"parameters_in_pieces_are_joined",
     "Content-Type: a/b; name*0*=utf-8''a%20; name*1=b\r\nContent-Disposition: attachment; filename*0=\"c\"; "
     "filename*1=d\r\n\r\n",
     R"(("a" "b" ("name*" "utf-8''a%20b") NIL NIL "7bit" 0 NIL ("attachment" ("filename" "cd")) NIL NIL))"},
    {"multipart",
     "Content-Type: multipart/Related; Boundary=b; type=\"text/html\"\r\nContent-Language: en\r\nContent-MD5: x\r\n"
     "Content-Disposition: inline; x=y\r\nContent-Location: l\r\n\r\n--b\r\n\r\n--b--\r\n",
     R"((("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0 NIL NIL NIL NIL) "Related" )"
     R"(("Boundary" "b" "type" "text/html") ("inline" ("x" "y")) ("en") "l"))"},
    {"message",
     "Content-Type: message/rfc822\r\nContent-Disposition: inline\r\n\r\nContent-Type: a/b\r\nContent-MD5: m\r\n\r\n",
     R"(("message" "rfc822" NIL NIL NIL "7bit" 37 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) )"
     R"(("a" "b" NIL NIL NIL "7bit" 0 "m" NIL NIL NIL) 3 NIL ("inline" NIL) NIL NIL))"},
    {"eight_bit_is_a_literal", "Content-Type: a/b; name=\"\xC3\xBC\"\r\n\r\n",
     "(\"a\" \"b\" (\"name\" {2}\r\n\xC3\xBC) NIL NIL \"7bit\" 0 NIL NIL NIL NIL)"},
};
INSTANTIATE_TEST_SUITE_P(Structures, Extension, testing::ValuesIn(kExtensions),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace portreeve::mime
