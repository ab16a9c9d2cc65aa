#include "core/idna/domain.h"

#include <gtest/gtest.h>

namespace portreeve::idna {
namespace {

std::string repeated(std::string_view text, int times) {
  std::string out;
  while (times-- > 0) out += text;
  return out;
}

TEST(Domain, HasOneAsciiForm) {
  struct Row {
    std::string given, ascii;  // empty: no domain
  };
  const std::string label63(63, 'a');
  for (const Row& row : {
           // plain ASCII is only lowered
           Row{"example.org", "example.org"},
           {"Example.ORG", "example.org"},
           {"localhost", "localhost"},
           {"192.0.2.1", "192.0.2.1"},
           {"example.org.", "example.org"},
           // DNS has what host names may not
           {"_dmarc.Example.org", "_dmarc.example.org"},
           {"my_pc", "my_pc"},
           {"-a.b-.example", "-a.b-.example"},
           {"r3---sn-x.example", "r3---sn-x.example"},
           {"*.example.org", "*.example.org"},
           {"0/25.2.0.192.in-addr.arpa", "0/25.2.0.192.in-addr.arpa"},
           // U-labels
           {"bücher.example", "xn--bcher-kva.example"},
           {"www.bücher.example", "www.xn--bcher-kva.example"},
           {"bücher.bücher", "xn--bcher-kva.xn--bcher-kva"},
           {"bücher.example.", "xn--bcher-kva.example"},
           {"пример.испытание", "xn--e1afmkfd.xn--80akhbyknj4f"},
           {"例え.テスト", "xn--r8jz45g.xn--zckzah"},
           {"\u05d0\u05d1.example", "xn--4dbc.example"},
           {"_dmarc.bücher.example", "_dmarc.xn--bcher-kva.example"},
           {"r3---sn.bücher.example", "r3---sn.xn--bcher-kva.example"},
           // UTS #46 §4: case, width, composition
           {"BÜCHER.Example", "xn--bcher-kva.example"},
           {"bu\u0308cher.example", "xn--bcher-kva.example"},
           {"ｂücher.example", "xn--bcher-kva.example"},
           {"\uff41\uff42.example", "ab.example"},
           {"\ufb01.example", "fi.example"},
           {"bü\u00adcher.example", "xn--bcher-kva.example"},
           // non-transitional: these four mean themselves
           {"faß.de", "xn--fa-hia.de"},
           {"αβς.gr", "xn--mxac2c.gr"},
           {"\u0915\u094d\u200d\u0937.example", "xn--11b2ezcw70k.example"},
           // the other full stops
           {"bücher\u3002example", "xn--bcher-kva.example"},
           {"bücher\uff0eexample", "xn--bcher-kva.example"},
           {"bücher\uff61example", "xn--bcher-kva.example"},
           {"example\u3002org", "example.org"},
           {"example.org\u3002", "example.org"},
           // A-labels
           {"xn--bcher-kva.example", "xn--bcher-kva.example"},
           {"XN--BCHER-KVA.Example", "xn--bcher-kva.example"},
           {"xn--fa-hia.de", "xn--fa-hia.de"},
           {"bücher.xn--e1afmkfd", "xn--bcher-kva.xn--e1afmkfd"},
           // which can't be read, but which DNS may have
           {"xn--53h.example", "xn--53h.example"},  // U+2615, a cup
           {"xn--.example", "xn--.example"},
           {"xn--a-.example", "xn--a-.example"},
           {"xn--fass-.de", "xn--fass-.de"},
           {"bücher.xn--53h", "xn--bcher-kva.xn--53h"},
           // or which are another name's disguise
           {"xn--bcher-2pa.example", ""},  // "bÜcher"
           {"xn--a_b", ""},
           // not IDNA
           {"☕.example", ""},
           {"i❤.example", ""},
           {"\u0301a.example", ""},  // begins with a mark
           {"a\u200db.example", ""},
           {"\u05d0a.example", ""},  // two directions
           {"-ü.example", ""},
           {"ü-.example", ""},
           {"ü_x.example", ""},
           {"xn--ü.example", ""},
           {"ü!x.example", ""},
           {"ü\u2024de", ""},       // maps to a dot
           {"\u200b.example", ""},  // maps to nothing
           // what would end an address early
           {"a b", ""},
           {"a b.ü", ""},
           {"a@b", ""},
           {"ü@b", ""},
           {"a>b", ""},
           {"a\"b", ""},
           {"a(b)", ""},
           {"a:25", ""},
           {"a,b", ""},
           {"a\\b", ""},
           {"a\r\nb", ""},
           {"ü\r\nb", ""},
           {std::string("a\0b", 3), ""},
           {std::string("ü\0b", 4), ""},
           // empty labels
           {"", ""},
           {".", ""},
           {"..", ""},
           {".a", ""},
           {"a..b", ""},
           {"a..", ""},
           {"\u3002", ""},
           {"ü..b", ""},
           {"ü\u3002.b", ""},
           // lengths
           {label63 + ".example", label63 + ".example"},
           {label63 + "a.example", ""},
           {repeated("ü", 57) + ".de", "xn--tda" + std::string(56, 'a') + ".de"},
           {repeated("ü", 58) + ".de", ""},
           {repeated("a.", 127) + "a", repeated("a.", 127) + "a"},
           {repeated("a.", 128) + "a", ""},
           {repeated("ü.", 27) + "abc", repeated("xn--tda.", 27).append("abc")},
           {repeated("bücher.", 20), ""},
           {repeated("ü", 100'000), ""},
           {std::string(100'000, 'a'), ""},
           // not UTF-8
           {"b\xfc"
            "cher.example",
            ""},
           {"b\xc3.example", ""},
           {"\xed\xa0\x80.example", ""},
           // address literals
           {"[192.0.2.1]", "[192.0.2.1]"},
           {"[IPv6:2001:DB8::1]", "[ipv6:2001:db8::1]"},
           {"[]", ""},
           {"[", ""},
           {"[a", ""},
           {"[a]b", ""},
           {"[a b]", ""},
           {"[ü]", ""},
           {"[[a]]", ""},
       }) {
    EXPECT_EQ(to_ascii(row.given).value_or(""), row.ascii) << row.given.substr(0, 200);
    // The form is its own form.
    if (!row.ascii.empty()) EXPECT_EQ(to_ascii(row.ascii), row.ascii) << row.given;
  }
}

TEST(Domain, IsShownInUnicode) {
  struct Row {
    std::string_view ascii, shown;
  };
  for (const Row& row : {
           Row{"example.org", "example.org"},
           {"xn--bcher-kva.example", "bücher.example"},
           {"XN--Bcher-KVA.Example", "bücher.Example"},
           {"www.xn--fa-hia.de", "www.faß.de"},
           {"xn--4dbc.example", "\u05d0\u05d1.example"},
           {"_dmarc.xn--bcher-kva.example.", "_dmarc.bücher.example."},
           {"bücher.example", "bücher.example"},
           // no U-label, or one that would lead elsewhere
           {"xn--53h.example", "xn--53h.example"},
           {"xn--53h.xn--bcher-kva", "xn--53h.bücher"},
           {"xn--bcher-2pa.example", "xn--bcher-2pa.example"},
           {"xn--.example", "xn--.example"},
           {"xn--a.example", "xn--a.example"},
           {"xn--a b", "xn--a b"},
           {"[192.0.2.1]", "[192.0.2.1]"},
           {"", ""},
           {".", "."},
           {"a..b", "a..b"},
       }) {
    EXPECT_EQ(to_unicode(row.ascii), row.shown);
  }
}

TEST(Domain, IsLoweredAsItWasWritten) {
  EXPECT_EQ(lowered("Example.ORG."), "example.org");
  EXPECT_EQ(lowered("XN--BCHER-KVA.example"), "xn--bcher-kva.example");
  EXPECT_EQ(lowered("BÜCHER.Example"), "bücher.example");
  EXPECT_EQ(lowered("bu\u0308cher\u3002example"), "bücher.example");
  EXPECT_EQ(lowered("a b"), std::nullopt);
  EXPECT_EQ(lowered("☕.example"), std::nullopt);
}

TEST(Domain, ComparesByName) {
  for (const auto& [a, b] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"example.org", "EXAMPLE.org"},
           {"example.org", "example.org."},
           {"bücher.example", "BÜCHER.example"},
           {"bücher.example", "xn--bcher-kva.example"},
           {"xn--bcher-kva.example", "bu\u0308cher\u3002example"},
           {"[IPv6:::1]", "[ipv6:::1]"},
           {"", ""},
           {"not one", "NOT one"},
       }) {
    EXPECT_TRUE(is_same_domain(a, b)) << a << " " << b;
    EXPECT_TRUE(is_same_domain(b, a)) << a << " " << b;
  }
  for (const auto& [a, b] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"example.org", "example.com"},
           {"faß.de", "fass.de"},
           {"bücher.example", "bucher.example"},
           {"xn--bcher-2pa.example", "bücher.example"},
           {"192.0.2.1", "[192.0.2.1]"},
           {"", "."},
           {"not one", "nor this"},
       }) {
    EXPECT_FALSE(is_same_domain(a, b)) << a << " " << b;
    EXPECT_FALSE(is_same_domain(b, a)) << a << " " << b;
  }
}

}  // namespace
}  // namespace portreeve::idna
