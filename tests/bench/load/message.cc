#include "tests/bench/load/message.h"

#include <array>
#include <cstdint>
#include <cstdio>
#include <random>
#include <string_view>

namespace portreeve::load {
namespace {

constexpr std::size_t kLine = 72;
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::string_view, 24> kWords = {"the",     "harbour", "of",    "a",       "ship",   "and",
                                                     "cargo",   "from",    "north", "was",     "late",   "because",
                                                     "weather", "turned",  "after", "evening", "please", "confirm",
                                                     "that",    "berth",   "seven", "invoice", "still",  "open"};
// Quoted-printable, UTF-8.
constexpr std::array<std::string_view, 8> kForeignWords = {
    "Gr=C3=BC=C3=9Fe",     "caf=C3=A9",  "=C3=B8st",  "na=C3=AFve",
    "=C5=82=C3=B3d=C5=BA", "se=C3=B1or", "=E6=B8=AF", "=D0=BF=D0=BE=D1=80=D1=82"};

constexpr std::string_view kTrace =
    "Received: from outbound.example.net (outbound.example.net [192.0.2.25])\r\n"
    "\tby relay.example.org with ESMTPS id 7F3A1C20B4; Sat, 21 Nov 2026 11:59:58 +0000\r\n"
    "Received: from [198.51.100.7] by outbound.example.net with ESMTPSA;\r\n"
    "\tSat, 21 Nov 2026 11:59:57 +0000\r\n";
constexpr std::string_view kCommon = "MIME-Version: 1.0\r\n";
constexpr std::string_view kPlainNames =
    "From: Harbour Office <office@example.net>\r\n"
    "To: Alice <alice@example.test>, Crew <crew@example.net>\r\n";
constexpr std::string_view kForeignNames =
    "From: =?utf-8?Q?J=C3=B6rg_M=C3=BCller?= <joerg@example.net>\r\n"
    "To: =?utf-8?B?QWxpY2UgxbvDs8WCxIc=?= <alice@example.test>\r\n";
constexpr std::array<std::string_view, 2> kSubjects = {
    "Berth seven and the invoice that is still open",
    "=?utf-8?B?R3LDvMOfZSBhdXMgZGVtIEhhZmVuOiBkaWUgTGlzdGUgZsO8ciA=?=\r\n =?utf-8?Q?n=C3=A4chste_Woche?="};
constexpr unsigned kConversation = 5;

class Writer {
 public:
  explicit Writer(std::string head) : text_(std::move(head)) {}

  Writer& add(std::string_view text) {
    text_ += text;
    return *this;
  }

  template <std::size_t count>
  Writer& words(const std::array<std::string_view, count>& from, std::size_t until) {
    std::size_t line = 0;
    while (text_.size() < until) {
      const std::string_view word = from[random_() % count];
      if (line + word.size() > kLine) {
        text_ += "\r\n";
        line = 0;
      } else if (line > 0) {
        text_ += ' ';
      }
      text_ += word;
      line += word.size() + 1;
    }
    return add("\r\n");
  }

  Writer& base64(std::size_t until) {
    while (text_.size() < until) {
      for (std::size_t i = 0; i < kLine; ++i) text_ += kBase64[random_() % kBase64.size()];
      text_ += "\r\n";
    }
    return *this;
  }

  std::size_t size() const { return text_.size(); }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::minstd_rand random_;  // NOLINT(cert-msc51-cpp): the same mail each time is what a measurement needs
};

std::string head(std::string_view names) { return std::string(kTrace).append(names).append(kCommon); }

}  // namespace

std::vector<std::string> make_mail(std::size_t size) {
  Writer plain(head(kPlainNames));
  plain.add("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n").words(kWords, size);

  Writer alternative(head(kPlainNames));
  alternative.add(
      "Content-Type: multipart/alternative; boundary=\"=_one\"\r\n\r\n"
      "--=_one\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n");
  alternative.words(kWords, alternative.size() + size / 4)
      .add("--=_one\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n")
      .add("<html><body><p>")
      .words(kWords, size)
      .add("</p></body></html>\r\n--=_one--\r\n");

  Writer attachment(head(kPlainNames));
  attachment
      .add(
          "Content-Type: multipart/mixed; boundary=\"=_two\"\r\n\r\n"
          "--=_two\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n")
      .words(kWords, attachment.size() + 500)
      .add(
          "--=_two\r\nContent-Type: application/pdf; name=\"manifest.pdf\"\r\n"
          "Content-Disposition: attachment; filename=\"manifest.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\n")
      .base64(size)
      .add("--=_two--\r\n");

  Writer foreign(head(kForeignNames));
  foreign.add("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n")
      .words(kForeignWords, size);

  return {plain.take(), alternative.take(), attachment.take(), foreign.take()};
}

std::string make_fields(unsigned writer, unsigned number) {
  const auto id = [writer](unsigned of) {
    return "<" + std::to_string(of) + "." + std::to_string(writer) + "@load.example.test>";
  };
  const unsigned conversation = number / kConversation;
  const unsigned first = conversation * kConversation;
  const unsigned minute = number % (28 * 24 * 60);
  std::array<char, 64> date{};
  std::snprintf(date.data(), date.size(), "%u Feb %u %02u:%02u:%02u +0100", 1 + minute / (24 * 60),
                2010 + number / (28 * 24 * 60) % 17, minute / 60 % 24, minute % 60, writer % 60);

  std::string fields = "Message-ID: " + id(number) + "\r\nDate: " + date.data() + "\r\nSubject: ";
  fields.append(number == first ? "" : "Re: ").append(kSubjects[conversation % kSubjects.size()]);
  fields += " " + std::to_string(writer) + "." + std::to_string(conversation) + "\r\n";
  if (number == first) return fields;
  fields += "In-Reply-To: " + id(number - 1) + "\r\nReferences:";
  for (unsigned before = first; before < number; ++before) fields += "\r\n " + id(before);
  return fields + "\r\n";
}

}  // namespace portreeve::load
