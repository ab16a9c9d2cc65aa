#include "core/mime/binary_converter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "core/mime/header.h"
#include "core/mime/transfer.h"

namespace portreeve::mime {

static void PrintTo(ConversionFault fault, std::ostream* out) {
  constexpr auto kNames = std::to_array<std::string_view>({"none", "not_labelled", "signed_content", "header_too_big"});
  *out << kNames[static_cast<std::size_t>(fault)];
}

namespace {

using enum ConversionFault;

struct Result {
  ConversionFault fault = none;
  bool has_changed = false;
  std::string out;
};

Result convert_in_pieces(std::string_view message, const Limits& limits, std::size_t size) {
  BinaryConverter converter(limits);
  Result result;
  while (!message.empty()) {
    // A copy of its own size, so that a sanitizer sees reads beyond the piece.
    converter.feed(std::string(message.substr(0, size)), result.out);
    message.remove_prefix(std::min(size, message.size()));
  }
  converter.finish(result.out);
  result.fault = converter.fault();
  result.has_changed = converter.has_changed();
  return result;
}

Result convert(std::string_view message, const Limits& limits = {}) {
  Result whole = convert_in_pieces(message, limits, std::string::npos);
  for (std::size_t size : {1U, 2U, 7U, 1'000U}) {
    Result again = convert_in_pieces(message, limits, size);
    EXPECT_EQ(again.fault, whole.fault) << "pieces of " << size << " of\n" << message.substr(0, 2'000);
    if (whole.fault != none) continue;
    EXPECT_EQ(again.out, whole.out) << "pieces of " << size;
    EXPECT_EQ(again.has_changed, whole.has_changed);
  }
  if (whole.fault == none) EXPECT_EQ(whole.has_changed, whole.out != message);
  return whole;
}

std::string converted(std::string_view message, const Limits& limits = {}) {
  Result result = convert(message, limits);
  EXPECT_EQ(result.fault, none) << message.substr(0, 2'000);
  return result.out;
}

ConversionFault fault_of(std::string_view message, const Limits& limits = {}) { return convert(message, limits).fault; }

// With the NULs that a literal may have in it.
std::string bytes(const auto& literal) { return std::string(literal, sizeof literal - 1); }

// Of every part without parts: what its bytes decode to.
std::vector<std::string> leaves(std::string_view message) {
  std::vector<std::string> out;
  for (const Part& part : summarize(message).parts) {
    if (part.is_multipart || part.is_message) continue;
    std::string_view header = message.substr(part.header_begin, part.body_begin - part.header_begin);
    std::string_view body = message.substr(part.body_begin, part.body_end - part.body_begin);
    auto encoding = transfer_encoding(find_field(header, "Content-Transfer-Encoding").value_or(""));
    out.push_back(decode_transfer(encoding, body, std::string::npos));
  }
  return out;
}

struct Case {
  std::string message;
  std::string expected;
};

void expect_converted(const std::vector<Case>& rows) {
  for (const Case& row : rows) EXPECT_EQ(converted(row.message), row.expected);
}

void expect_copied(const std::vector<std::string>& messages) {
  for (const std::string& message : messages) EXPECT_EQ(converted(message), message);
}

TEST(BinaryConverter, CopiesWhatIsNotBinary) {
  expect_copied({
      "",
      "Subject: x",
      "Subject: x\r\n",
      "Subject: x\r\n\r\n",
      "Subject: x\r\n\r\nno line end",
      "no header at all\r\n",
      "\r\nno header\r\n",
      "Content-Transfer-Encoding: 8bit\r\n\r\n\xC3\xA4 " + std::string(5'000, 'x') + "\r\n",
      "Content-Transfer-Encoding: base64\r\n\r\nZm9v\r\n",
      "Content-Transfer-Encoding: x-binary\r\n\r\nfoo\r\n",
      // The first such field counts, here as for readers.
      "Content-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: binary\r\n\r\nfoo\r\n",
      "Content-Type: multipart/mixed; boundary=b\r\n\r\npreamble\r\n--b\r\n\r\none\r\n--b \t\r\nX: y\r\n\r\n"
      "-\r\n--\r\n--bb\r\n\r\n--b--\r\nepilogue\r\n--b\r\n",
      "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nX: y\r\n--b\r\n--b--",
      "Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nfoo\r\n",
      // Dots and From lines are no business of MIME.
      "Subject: x\r\n\r\n.\r\n..\r\nFrom x\r\n",
  });
}

TEST(BinaryConverter, EncodesTheMessageItself) {
  expect_converted({
      {bytes("Content-Type: image/png\r\nContent-Transfer-Encoding: binary\r\n\r\n\0\r\n\xFF\n"),
       "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nAA0K/wo=\r\n"},
      // Text of any kind is left readable; CRLF stays a line end, and nothing else is one.
      {bytes("Content-Type: TEXT/html\r\nContent-Transfer-Encoding: BINARY\r\n\r\na\r\nb\nc\rd \r\n\0=\xE4\r\n"),
       "Content-Type: TEXT/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
       "a\r\nb=0Ac=0Dd=20\r\n=00=3D=E4\r\n"},
      // No type, or none that can be read, is plain text (RFC 2045 §5.2).
      {"Content-Transfer-Encoding: binary\r\n\r\na\n", "Content-Transfer-Encoding: quoted-printable\r\n\r\na=0A=\r\n"},
      {"Content-Type: image\r\nContent-Transfer-Encoding: binary\r\n\r\na",
       "Content-Type: image\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\na=\r\n"},
      // Opaque S/MIME has its signature inside.
      {"Content-Type: application/pkcs7-mime; smime-type=signed-data\r\nContent-Transfer-Encoding: binary\r\n\r\n0\n",
       "Content-Type: application/pkcs7-mime; smime-type=signed-data\r\nContent-Transfer-Encoding: "
       "base64\r\n\r\nMAo=\r\n"},
      {"Content-Type: message/delivery-status\r\nContent-Transfer-Encoding: binary\r\n\r\na\n",
       "Content-Type: message/delivery-status\r\nContent-Transfer-Encoding: base64\r\n\r\nYQo=\r\n"},
      // Nothing to encode.
      {"Content-Type: image/png\r\nContent-Transfer-Encoding: binary\r\n\r\n",
       "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n"},
      {"Content-Transfer-Encoding: binary", "Content-Transfer-Encoding: quoted-printable"},
  });
}

TEST(BinaryConverter, KeepsAllOtherFieldsToTheByte) {
  expect_converted({
      {"X-First:  a\r\n\tb  \r\n"
       "content-TRANSFER-encoding :\t(8bit\r\n (or so)) binary\r\n"
       "From x\r\nno field\r\n"
       "Content-Type: a/b;\r\n x=\"\xC3\xA4\"\r\n"
       "CONTENT-TRANSFER-ENCODING: 8bit\r\n"
       "X-Content-Transfer-Encoding: binary\r\n"
       "\r\nfoo",
       "X-First:  a\r\n\tb  \r\n"
       "content-TRANSFER-encoding : base64\r\n"
       "From x\r\nno field\r\n"
       "Content-Type: a/b;\r\n x=\"\xC3\xA4\"\r\n"
       "CONTENT-TRANSFER-ENCODING: base64\r\n"
       "X-Content-Transfer-Encoding: binary\r\n"
       "\r\nZm9v\r\n"},
  });
}

TEST(BinaryConverter, TurnsWhatHoldsPartsInto8Bit) {
  expect_converted({
      {bytes("Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: binary\r\n\r\n"
             "preamble\r\n"
             "--b\r\nContent-Type: a/b\r\nContent-Transfer-Encoding: binary\r\n\r\nfo\0\r\n"
             "--b\r\n\r\nplain\r\n"
             "--b\r\nContent-Transfer-Encoding: binary\r\n\r\ntext\r\n\r\n"
             "--b--\r\nepilogue"),
       "Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
       "preamble\r\n"
       "--b\r\nContent-Type: a/b\r\nContent-Transfer-Encoding: base64\r\n\r\nZm8A\r\n"
       "--b\r\n\r\nplain\r\n"
       "--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\ntext\r\n\r\n"
       "--b--\r\nepilogue"},
      {"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: binary\r\n\r\n"
       "Content-Type: a/b\r\nContent-Transfer-Encoding: binary\r\n\r\nfoo",
       "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
       "Content-Type: a/b\r\nContent-Transfer-Encoding: base64\r\n\r\nZm9v\r\n"},
      {"Content-Type: message/global\r\nContent-Transfer-Encoding: binary\r\n\r\nSubject: \xC3\xA4\r\n",
       "Content-Type: message/global\r\nContent-Transfer-Encoding: 8bit\r\n\r\nSubject: \xC3\xA4\r\n"},
      // The parts of a digest are messages (RFC 2046 §5.1.5).
      {"Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\nContent-Transfer-Encoding: binary\r\n\r\n"
       "Content-Type: a/b\r\nContent-Transfer-Encoding: binary\r\n\r\nfoo\r\n--b--\r\n",
       "Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
       "Content-Type: a/b\r\nContent-Transfer-Encoding: base64\r\n\r\nZm9v\r\n--b--\r\n"},
      // Parts go by their own headers, whatever those around them say.
      {"Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
       "--b\r\nContent-Type: a/b\r\nContent-Transfer-Encoding: binary\r\n\r\nfoo\r\n--b--\r\n",
       "Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
       "--b\r\nContent-Type: a/b\r\nContent-Transfer-Encoding: base64\r\n\r\nZm9v\r\n--b--\r\n"},
      // A multipart may not be encoded, even where nothing tells its parts apart (RFC 2045 §6.4).
      {"Content-Type: multipart/mixed\r\nContent-Transfer-Encoding: binary\r\n\r\nfoo",
       "Content-Type: multipart/mixed\r\nContent-Transfer-Encoding: 8bit\r\n\r\nfoo"},
      // Parts that end with their headers, or with the message.
      {"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
       "--b\r\nContent-Type: a/b\r\nContent-Transfer-Encoding: binary\r\n"
       "--b\r\nContent-Type: a/b\r\nContent-Transfer-Encoding: binary\r\n\r\n"
       "--b\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: binary\r\n"
       "--b\r\nContent-Type: a/b\r\nContent-Transfer-Encoding: binary\r\n\r\nfoo",
       "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
       "--b\r\nContent-Type: a/b\r\nContent-Transfer-Encoding: base64\r\n"
       "--b\r\nContent-Type: a/b\r\nContent-Transfer-Encoding: base64\r\n\r\n"
       "--b\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n"
       "--b\r\nContent-Type: a/b\r\nContent-Transfer-Encoding: base64\r\n\r\nZm9v\r\n"},
  });
}

// A binary part in a multipart, with what follows it.
std::string in_multipart(std::string_view header, std::string_view rest) {
  std::string out = "Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: ";
  out += header;
  out += "\r\n\r\n";
  out += rest;
  return out;
}

TEST(BinaryConverter, FindsTheBoundaryInBinaryData) {
  std::string binary = "a/b\r\nContent-Transfer-Encoding: binary";
  std::string encoded = "a/b\r\nContent-Transfer-Encoding: base64";
  expect_converted({
      // The line end before a boundary is the boundary's, and only one.
      {in_multipart(binary, "foo\r\n--b--"), in_multipart(encoded, "Zm9v\r\n--b--")},
      {in_multipart(binary, "foo\r\n\r\n--b--"), in_multipart(encoded, "Zm9vDQo=\r\n--b--")},
      {in_multipart(binary, "foo\r\r\n--b--"), in_multipart(encoded, "Zm9vDQ==\r\n--b--")},
      {in_multipart(binary, "\r\n--b--"), in_multipart(encoded, "\r\n--b--")},
      // Lines that come near one.
      {in_multipart(binary, "f\r\n--"), in_multipart(encoded, "Zg0KLS0=\r\n")},
      {in_multipart(binary, "f\r\n-"), in_multipart(encoded, "Zg0KLQ==\r\n")},
      {in_multipart(binary, "f\r\n-\r\n--b--"), in_multipart(encoded, "Zg0KLQ==\r\n--b--")},
      {in_multipart(binary, "f\r\n--\r\n--b--"), in_multipart(encoded, "Zg0KLS0=\r\n--b--")},
      {in_multipart(binary, "--bb\r\n--b--"), in_multipart(encoded, "LS1iYg==\r\n--b--")},
      {in_multipart(binary, "f\r\n -b\r\n--b--"), in_multipart(encoded, "Zg0KIC1i\r\n--b--")},
      {in_multipart(binary, "f\r"), in_multipart(encoded, "Zg0=\r\n")},
      {in_multipart(binary, "f\r\n"), in_multipart(encoded, "Zg0K\r\n")},
      // None without CRLF before it.
      {in_multipart(binary, "f\n--b--\r\n--b--"), in_multipart(encoded, "ZgotLWItLQ==\r\n--b--")},
      {in_multipart(binary, "f\r--b--\r\n--b--"), in_multipart(encoded, "Zg0tLWItLQ==\r\n--b--")},
  });
  // A boundary line of any length, as far as it is looked at.
  std::string blanks(3'000, ' ');
  EXPECT_EQ(converted(in_multipart(binary, "foo\r\n--b" + blanks + "\r\n\r\nx\r\n--b--\r\n")),
            in_multipart(encoded, "Zm9v\r\n--b" + blanks + "\r\n\r\nx\r\n--b--\r\n"));
  std::string dashes = "\r\n--" + std::string(3'000, '-');
  EXPECT_EQ(leaves(converted(in_multipart(binary, dashes + "\r\n--b--"))).front(), dashes);
  // Whatever stands on a boundary's line is no binary data.
  EXPECT_EQ(fault_of(in_multipart(binary, "foo\r\n--b\n\r\nx")), not_labelled);
  EXPECT_EQ(fault_of(in_multipart(binary, "foo\r\n--b--\r")), not_labelled);
  EXPECT_EQ(fault_of(in_multipart(binary, "foo\r\n--b" + blanks + bytes("\0"))), not_labelled);
}

TEST(BinaryConverter, LetsNoTextBecomeABoundary) {
  // Encoded as it stands, the text would have a line that is one: by its escapes, or by where lines are broken.
  std::string header = "Content-Type: multipart/mixed; boundary=\"b=00\"\r\n\r\n--b=00\r\nContent-Transfer-Encoding: ";
  std::string text = bytes("--b\0\r\n") + std::string(75, 'x') + "--b=00\r\nx";
  std::string message = header + "binary\r\n\r\n" + text + "\r\n--b=00--\r\n";
  std::string out = converted(message);
  EXPECT_EQ(leaves(out), (std::vector<std::string>{text}));
  EXPECT_TRUE(out.starts_with(header + "quoted-printable\r\n\r\n=2D-b=00\r\n")) << out;
}

TEST(BinaryConverter, RefusesBinaryDataThatIsNotDeclared) {
  std::string top = "Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: binary\r\n";
  for (const std::string& bad : {bytes("\0"), bytes("a\rb"), bytes("a\nb"), bytes("\n"), bytes("\r\r\n")}) {
    for (const std::string& message : std::vector<std::string>{
             bad + "\r\n\r\n",
             "Subject: " + bad + "\r\n\r\nx",
             "\r\n" + bad + "\r\n",
             "Content-Transfer-Encoding: 8bit\r\n\r\n" + bad,
             "Content-Transfer-Encoding: quoted-printable\r\n\r\n" + bad,
             "Content-Type: a/b\r\nContent-Transfer-Encoding: base64\r\n\r\n" + bad,
             "Content-Type: message/partial; id=1\r\nContent-Transfer-Encoding: binary\r\n\r\n" + bad,
             "Content-Type: Message/External-Body\r\nContent-Transfer-Encoding: binary\r\n\r\n" + bad,
             "Content-Type: multipart/mixed\r\nContent-Transfer-Encoding: binary\r\n\r\n" + bad,
             top + "X: " + bad + "\r\n\r\n--b--\r\n",
             top + "\r\n" + bad + "\r\n--b--\r\n",
             top + "\r\n--b\r\nX: " + bad + "\r\n\r\n--b--\r\n",
             top + "\r\n--b\r\n\r\nx" + bad + "\r\n--b--\r\n",
             top + "\r\n--b\r\n\r\nx\r\n--b" + bad + "\r\n--b--\r\n",
             top + "\r\n--b\r\nContent-Transfer-Encoding: binary\r\n\r\nx\r\n--b--\r\n" + bad,
             top + "\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n" + bad,
         }) {
      EXPECT_EQ(fault_of(message), not_labelled) << message;
    }
  }
  for (std::string_view message : {"X\r", "X: y\r\n\r\nx\r"}) EXPECT_EQ(fault_of(message), not_labelled) << message;
  // The fault lies where a message has a line end only half, in whatever piece the rest comes.
  EXPECT_EQ(fault_of("X: y\r\n\r\n" + std::string(10'000, 'x') + "\r" + std::string(10'000, 'x')), not_labelled);
}

TEST(BinaryConverter, LeavesWhatMayNotBeEncoded) {
  expect_copied({
      // RFC 2046 §5.2.2, §5.2.3: 7bit alone.
      "Content-Type: message/partial; id=1\r\nContent-Transfer-Encoding: binary\r\n\r\nfoo\r\n",
      "Content-Type: message/external-body\r\nContent-Transfer-Encoding: binary\r\n\r\nfoo\r\n",
      // Encoded already, as some do to messages: no header stands there.
      "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" + std::string(400'000, 'x') + "\r\n",
      "Content-Type: message/global\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
      "Content-Transfer-Encoding: binary\r\n",
  });
}

TEST(BinaryConverter, BreaksNoSignature) {
  std::string binary = "Content-Transfer-Encoding: binary\r\n\r\nfoo\r\n";
  std::string within = "Content-Type: multipart/Signed; boundary=b\r\n\r\n--b\r\n";
  for (const std::string& message : std::vector<std::string>{
           "DKIM-Signature: v=1\r\n" + binary,
           "Content-Transfer-Encoding: binary\r\ndkim-signature: v=1\r\n\r\nfoo\r\n",
           "ARC-Message-Signature: i=1\r\n" + binary,
           "DKIM-Signature: v=1\r\nContent-Type: multipart/mixed; boundary=b\r\n" + binary,
           "DKIM-Signature: v=1\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + binary,
           within + binary,
           within + "\r\nx\r\n--b\r\nContent-Type: application/pkcs7-signature\r\n" + binary,
           within + "Content-Type: message/rfc822\r\n\r\n" + binary,
           within + "Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n" + binary,
       }) {
    EXPECT_EQ(fault_of(message), signed_content) << message;
  }
  // Where nothing is converted, nothing breaks.
  expect_copied({
      "DKIM-Signature: v=1\r\n\r\nfoo\r\n",
      within + "\r\nfoo\r\n--b\r\nContent-Transfer-Encoding: base64\r\n\r\nZm9v\r\n--b--\r\n",
  });
  // A signature is of what is in it, or in the message that it stands in.
  for (const std::string& message : std::vector<std::string>{
           "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n" + within + "\r\nx\r\n--b--\r\n--o\r\n" + binary,
           "Content-Type: message/rfc822\r\n\r\nDKIM-Signature: v=1\r\n" + binary,
           "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\nDKIM-Signature: v=1\r\n" + binary,
           "Content-Type: multipart/signed; boundary=b\r\n" + binary,
       }) {
    EXPECT_TRUE(convert(message).has_changed) << message;
  }
}

TEST(BinaryConverter, LimitsHeaders) {
  std::string header = "X: " + std::string(95, 'x') + "\r\n";  // 100 bytes
  EXPECT_EQ(fault_of(header + "\r\n", {.max_header_bytes = 102}), none);
  EXPECT_EQ(fault_of(header + "\r\n", {.max_header_bytes = 101}), header_too_big);
  EXPECT_EQ(fault_of(header, {.max_header_bytes = 99}), header_too_big);
  EXPECT_EQ(fault_of(std::string(1'000'000, 'x')), header_too_big);
  std::string outer = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n";
  EXPECT_EQ(fault_of(outer + header + "\r\n" + std::string(500, 'x'), {.max_header_bytes = 102}), none);
  EXPECT_EQ(fault_of(outer + header + "\r\n", {.max_header_bytes = 101}), header_too_big);
  // What comes first counts.
  EXPECT_EQ(fault_of("X:\r" + header, {.max_header_bytes = 50}), not_labelled);
  EXPECT_EQ(fault_of("X: abc\r" + header, {.max_header_bytes = 7}), header_too_big);
}

TEST(BinaryConverter, LooksIntoSoManyPartsOnly) {
  std::string binary = "--b\r\nContent-Type: a/b\r\nContent-Transfer-Encoding: binary\r\n\r\n";
  std::string base64 = "--b\r\nContent-Type: a/b\r\nContent-Transfer-Encoding: base64\r\n\r\n";
  std::string top = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
  EXPECT_EQ(converted(top + binary + "foo\r\n" + binary + "bar\r\n--b--\r\n", {.max_parts = 2}),
            top + base64 + "Zm9v\r\n" + binary + "bar\r\n--b--\r\n");
  EXPECT_EQ(fault_of(top + binary + "foo\r\n" + binary + "b\nr\r\n--b--\r\n", {.max_parts = 2}), not_labelled);
  EXPECT_EQ(converted(top + binary + "foo\r\n" + binary + "bar\r\n--b--\r\n", {.max_parts = 3}),
            top + base64 + "Zm9v\r\n" + base64 + "YmFy\r\n--b--\r\n");
}

TEST(BinaryConverter, LooksSoDeepOnly) {
  std::string message = "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: binary\r\n\r\n";
  std::string as_8bit = "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\n";
  Limits limits{.max_depth = 1};
  EXPECT_EQ(converted(message + message + message, limits), as_8bit + as_8bit + message);
  EXPECT_EQ(fault_of(message + message + message + "X: a\nb", limits), not_labelled);
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += message;
  EXPECT_EQ(convert_in_pieces(deep, {}, std::string::npos).fault, none);
}

class Composer {
 public:
  explicit Composer(unsigned seed) : random_(seed) {}

  std::string entity(int depth, std::string_view fields = "") {
    std::string out(fields);
    std::size_t kind = depth == 0 ? 3 + pick(3) : pick(6);
    if (kind == 0) {
      out += "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: binary\r\n\r\n";
      return out + entity(depth - 1, "Subject: x\r\n");
    }
    if (kind < 3) {
      std::string boundary = "=_" + std::to_string(++boundaries_) + "-x";
      out += "Content-Type: multipart/mixed;\r\n boundary=\"" + boundary +
             "\"\r\nContent-Transfer-Encoding: binary\r\n\r\npreamble";
      for (std::size_t i = 1 + pick(3); i > 0; --i) out += "\r\n--" + boundary + "\r\n" + entity(depth - 1);
      return out + "\r\n--" + boundary + "--\r\n";
    }
    if (kind == 3) {
      contents_.emplace_back("some text\r\n-- \r\n8bit \xE4");
      return out + "\r\n" + contents_.back();
    }
    out += kind == 4 ? "Content-Type: text/plain\r\n" : "Content-Type: image/png\r\n";
    contents_.push_back(content());
    return out + "Content-Transfer-Encoding: binary\r\n\r\n" + contents_.back();
  }

  const std::vector<std::string>& contents() const { return contents_; }

 private:
  std::size_t pick(std::size_t count) { return random_() % count; }

  std::string content() {
    std::string alphabet("\r\n\r\n-- =_1x\0\xFF\t", 15);
    std::string out(pick(2) == 0 ? pick(20) : pick(3'000), '\0');
    bool is_even = pick(2) == 0;
    for (char& c : out) c = is_even ? static_cast<char>(random_()) : alphabet[pick(alphabet.size())];
    // The summary that this test reads the parts with goes for boundaries behind a bare LF as well.
    for (auto at = out.find("\n--"); at != std::string::npos; at = out.find("\n--", at + 1)) {
      if (at == 0 || out[at - 1] != '\r') out[at + 1] = 'x';
    }
    return out;
  }

  std::mt19937 random_;
  int boundaries_ = 0;
  std::vector<std::string> contents_;
};

TEST(BinaryConverter, GivesBackWhatArrived) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    Composer composer(seed);
    std::string message = composer.entity(4, "From: a@b.example\r\n");
    std::string out = converted(message);
    EXPECT_EQ(leaves(out), composer.contents()) << "seed " << seed;
    EXPECT_EQ(out.find('\0'), std::string::npos);
    EXPECT_EQ(out.find("ncoding: binary"), std::string::npos);
    // What was converted needs no converting.
    EXPECT_FALSE(convert(out).has_changed);
    EXPECT_EQ(converted(out), out);
  }
}

TEST(BinaryConverter, TakesLinearTime) {
  std::string top = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n";
  for (std::string_view header : {"", "Content-Transfer-Encoding: binary\r\n"}) {
    for (std::string_view piece : {"\r\n", "\r\n-", "\r\n--", "\r\n--b\r\n", "\r\n--b-", "\n--b", "--b", " ", "\r"}) {
      std::string message = top + std::string(header) + "\r\nx";
      while (message.size() < 2'000'000) message += piece;
      for (std::size_t size : {std::size_t{1}, std::size_t{65'536}}) convert_in_pieces(message, {}, size);
    }
  }
}

}  // namespace
}  // namespace portreeve::mime
