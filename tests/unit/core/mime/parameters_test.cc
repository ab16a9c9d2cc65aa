#include "core/mime/parameters.h"

#include <gtest/gtest.h>

#include <string>

namespace portreeve::mime {
namespace {

std::string shown(const Parameters& parameters) {
  std::string out;
  for (const Parameter& parameter : parameters) out += "; " + parameter.name + "=" + parameter.value;
  return out;
}

struct Case {
  const char* value;
  const char* type;  // and parameters; "" for invalid
};
class ContentTypes : public testing::TestWithParam<Case> {};
TEST_P(ContentTypes, AreParsed) {
  auto type = parse_content_type(GetParam().value);
  EXPECT_EQ(type ? type->type + "/" + type->subtype + shown(type->parameters) : "", GetParam().type)
      << GetParam().value;
}

// RFC 2045 §5.1
const Case kRegular[] = {
    {"text/plain", "text/plain"},
    {" Text / HTML ", "Text/HTML"},
    {"text/plain; charset=us-ascii (Plain text)", "text/plain; charset=us-ascii"},
    {"text/plain; charset=\"us-ascii\"", "text/plain; charset=us-ascii"},
    {"text/plain;\r\n\tcharset = UTF-8;\r\n format=flowed", "text/plain; charset=UTF-8; format=flowed"},
    {"multipart/mixed; boundary=\"a \\\"b\\\\ =;\"", "multipart/mixed; boundary=a \"b\\ =;"},
    {"multipart/mixed; Boundary=gc0pJq0M:08jU534c0p", "multipart/mixed; Boundary=gc0pJq0M:08jU534c0p"},
    {"multipart/mixed; boundary==_Part=", "multipart/mixed; boundary==_Part="},
};
INSTANTIATE_TEST_SUITE_P(Regular, ContentTypes, testing::ValuesIn(kRegular));

const Case kBroken[] = {
    {"", ""},
    {"image", ""},
    {"/plain", ""},
    {"image/", ""},
    {"; charset=x", ""},
    {"charset=x", ""},
    {"text", "text/plain"},
    {"text; charset=x", "text/plain; charset=x"},
    {"text/plain;", "text/plain"},
    {"text/plain;;; a=b;;", "text/plain; a=b"},
    {"text/plain; charset", "text/plain"},
    {"text/plain; =x; a=b", "text/plain; a=b"},
    {"text/plain; a=", "text/plain; a="},
    {"text/plain; a=; b=c", "text/plain; a=; b=c"},
    {"text/plain charset=x", "text/plain; charset=x"},
    {"text/plain; charset=us-ascii format=flowed", "text/plain; charset=us-ascii; format=flowed"},
    {"application/pdf; name=My File.pdf; x=y", "application/pdf; name=My File.pdf; x=y"},
    {"application/pdf; name=\"open; x=y", "application/pdf; name=open; x=y"},
    {"application/pdf; name=\"a\" b; x=y", "application/pdf; name=a; x=y"},
    {"text/plain; a=b, c=d", "text/plain; a=b,; c=d"},
    {"text/plain foo; a=b", "text/plain; a=b"},
};
INSTANTIATE_TEST_SUITE_P(Broken, ContentTypes, testing::ValuesIn(kBroken));

// RFC 2231 §3 and §4.1
const Case kContinued[] = {
    {"m/e; URL*0=\"ftp://\"; URL*1=\"cs.utk.edu/pub\"", "m/e; URL=ftp://cs.utk.edu/pub"},
    {"m/e; URL*1=b; x=y; url*0=a", "m/e; x=y; url=ab"},
    {"a/x; title*=us-ascii'en-us'This%20is", "a/x; title*=us-ascii'en-us'This%20is"},
    {"a/x; title*0*=us-ascii'en'This%20is%20even%20more%20; title*1*=%2A%2A%2Afun%2A%2A%2A%20; title*2=\"isn't it!\"",
     "a/x; title*=us-ascii'en'This%20is%20even%20more%20%2A%2A%2Afun%2A%2A%2A%20isn%27t%20it!"},
    {"a/x; t*0=a; t*1*=%20b", "a/x; t*=''a%20b"},
    {"a/x; t*0=a; t*2=b", "a/x; t*0=a; t*2=b"},
    {"a/x; t*1=a", "a/x; t*1=a"},
    {"a/x; t*0=a; t*0=b", "a/x; t*0=a; t*0=b"},
    {"a/x; t*9999=a; *0=b; t*x=c", "a/x; t*9999=a; *0=b; t*x=c"},
};
INSTANTIATE_TEST_SUITE_P(Continued, ContentTypes, testing::ValuesIn(kContinued));

TEST(ContentTypes, LeavesNulsOut) {
  using namespace std::string_view_literals;
  const auto type = parse_content_type("te\0xt/pl\0ain\0; charset=x"sv);
  ASSERT_TRUE(type);
  EXPECT_EQ(type->type, "text");
  EXPECT_EQ(type->subtype, "plain");
  EXPECT_FALSE(parse_content_type("\0/\0"sv));
}

TEST(ContentTypes, ComparesWithoutCase) {
  auto type = parse_content_type("Multipart/Digest");
  ASSERT_TRUE(type);
  EXPECT_TRUE(type->is("multipart", "digest"));
  EXPECT_TRUE(type->is("multipart", "*"));
  EXPECT_FALSE(type->is("text", "*"));
}

TEST(Dispositions, AreParsed) {
  auto disposition = parse_disposition(" attachment; filename=\"a b.txt\"; size=12");
  ASSERT_TRUE(disposition);
  EXPECT_EQ(disposition->kind + shown(disposition->parameters), "attachment; filename=a b.txt; size=12");
  EXPECT_FALSE(parse_disposition(""));
  EXPECT_FALSE(parse_disposition("; filename=x"));
}

TEST(DecodedParameter, GivesUtf8) {
  struct Row {
    const char* value;
    const char* name;
  };
  for (const Row& row : {
           Row{"a; filename=plain.txt", "plain.txt"},
           Row{"a; filename*=UTF-8''Gr%C3%BC%C3%9Fe.txt; filename=old",
               "Gr\xC3\xBC\xC3\x9F"
               "e.txt"},
           Row{"a; filename*=iso-8859-1'de'Gr%FC%DFe.txt",
               "Gr\xC3\xBC\xC3\x9F"
               "e.txt"},
           Row{"a; filename*0*=UTF-8''Gr%C3; filename*1*=%BC; filename*2=\"%20.txt\"", "Gr\xC3\xBC%20.txt"},
           Row{"a; filename=\"=?utf-8?Q?Gr=C3=BC=C3=9Fe?=.txt\"",
               "Gr\xC3\xBC\xC3\x9F"
               "e.txt"},
           Row{"a; filename*=no%20charset%FF", "no charset\xEF\xBF\xBD"},
           Row{"a; filename*=x-nothing''a%20%4", "a %4"},
           Row{"a; filename*=UTF-8''%zz%", "%zz%"},
       }) {
    auto disposition = parse_disposition(row.value);
    ASSERT_TRUE(disposition);
    EXPECT_EQ(decoded_parameter(disposition->parameters, "filename"), row.name) << row.value;
  }
  EXPECT_EQ(decoded_parameter({}, "filename"), std::nullopt);
}

TEST(Parameters, AreBoundedAndLinear) {
  for (std::string_view piece : {"; a=b", "; a", " a", "=", ";=", "; a=\"", "; a*0=b", "; a=b c", "("}) {
    std::string value = "text/plain";
    while (value.size() < 1'000'000) value += piece;
    auto type = parse_content_type(value);
    if (type) EXPECT_LE(type->parameters.size(), kMaxParameters);
  }
}

}  // namespace
}  // namespace portreeve::mime
