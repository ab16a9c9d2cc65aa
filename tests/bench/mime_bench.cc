// What the MIME parser costs: a delivery pays for summarize once, SEARCH for contains and decode_text.
#include <benchmark/benchmark.h>

#include <string>

#include "core/mime/header.h"
#include "core/mime/summary.h"
#include "core/mime/summary_codec.h"
#include "core/mime/text.h"

namespace portreeve::mime {
namespace {

constexpr const char* kHeader =
    "Return-Path: <alice@example.org>\r\n"
    "Received: from mail.example.org (mail.example.org [192.0.2.1])\r\n"
    "\tby mx.example.test (Portreeve) with ESMTPS id 4XyZ12345\r\n"
    "\tfor <bob@example.test>; Wed, 17 Jul 2024 02:44:25 -0700\r\n"
    "Received: from [198.51.100.7] (helo=laptop)\r\n"
    "\tby mail.example.org with esmtpsa (TLS1.3) id 1sT1Ab-0001xY-2z\r\n"
    "\tfor bob@example.test; Wed, 17 Jul 2024 09:44:20 +0000\r\n"
    "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=mail;\r\n"
    "\th=From:To:Subject:Date:Message-ID:MIME-Version:Content-Type;\r\n"
    "\tbh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;\r\n"
    "\tb=dzdVyOfAKCdLXdJOc9G2q8LoXSlEniSbav+yuU4zGeeruD00lszZVoG4ZHRNiYzR\r\n"
    "From: \"Alice Example\" <alice@example.org>\r\n"
    "To: Bob Example <bob@example.test>, \"Carol, the other\" <carol@example.test>\r\n"
    "Cc: dave@example.net\r\n"
    "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe_aus_dem_Hafen?= and what else there is to say\r\n"
    "Date: Wed, 17 Jul 2024 02:44:25 -0700\r\n"
    "Message-ID: <20240717094425.GA12345@mail.example.org>\r\n"
    "In-Reply-To: <20240716094425.GA54321@mail.example.test>\r\n"
    "References: <20240715094425.GA11111@mail.example.test>\r\n"
    " <20240716094425.GA54321@mail.example.test>\r\n"
    "User-Agent: Mutt/2.2.12\r\n"
    "MIME-Version: 1.0\r\n";

std::string text_of(std::size_t bytes) {
  std::string text;
  while (text.size() < bytes)
    text += "The quick brown fox jumps over the lazy dog, and the port reeve counts them.\r\n";
  text.resize(bytes);
  return text;
}

std::string plain_message(std::size_t bytes) {
  std::string message = std::string(kHeader) + "Content-Type: text/plain; charset=utf-8\r\n\r\n";
  return message + text_of(bytes - message.size());
}

std::string mixed_message(std::size_t bytes) {
  std::string message = std::string(kHeader) + "Content-Type: multipart/mixed; boundary=\"outer-1234\"\r\n\r\n";
  for (const char* type : {"text/plain; charset=utf-8", "text/html", "image/png; name=a.png"}) {
    message += "--outer-1234\r\nContent-Type: " + std::string(type) + "\r\n\r\n" + text_of(bytes / 3) + "\r\n";
  }
  return message + "--outer-1234--\r\n";
}

void run_summarize(benchmark::State& state, const std::string& message) {
  for (auto _ : state) benchmark::DoNotOptimize(summarize(message));
  state.SetBytesProcessed(static_cast<std::int64_t>(message.size()) * state.iterations());
}

void summarize_plain(benchmark::State& state) {
  run_summarize(state, plain_message(static_cast<std::size_t>(state.range(0))));
}
BENCHMARK(summarize_plain)->Arg(4 << 10)->Arg(64 << 10)->Arg(4 << 20);

void summarize_mixed(benchmark::State& state) {
  run_summarize(state, mixed_message(static_cast<std::size_t>(state.range(0))));
}
BENCHMARK(summarize_mixed)->Arg(4 << 10)->Arg(64 << 10)->Arg(4 << 20);

// Every line looks like a boundary until it is read.
void summarize_dashes(benchmark::State& state) {
  std::string message = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n";
  while (message.size() < (1U << 20)) message += "--\r\n";
  run_summarize(state, message);
}
BENCHMARK(summarize_dashes);

void summarize_many_fields(benchmark::State& state) {
  std::string message;
  while (message.size() < (1U << 20)) message += "a:\r\n";
  run_summarize(state, message);
}
BENCHMARK(summarize_many_fields);

void encode_summary(benchmark::State& state) {
  Summary summary = summarize(mixed_message(4 << 10));
  for (auto _ : state) benchmark::DoNotOptimize(encode(summary));
}
BENCHMARK(encode_summary);

void decode_summary(benchmark::State& state) {
  std::string packed = encode(summarize(mixed_message(4 << 10)));
  for (auto _ : state) benchmark::DoNotOptimize(decode(packed));
}
BENCHMARK(decode_summary);

void view_packed_summary(benchmark::State& state) {
  std::string packed = encode(summarize(mixed_message(4 << 10)));
  for (auto _ : state) benchmark::DoNotOptimize(view_summary(packed));
}
BENCHMARK(view_packed_summary);

void fetch_header_fields(benchmark::State& state) {
  FieldNames names({"From", "To", "Cc", "Bcc", "Subject", "Date", "Message-ID", "Priority", "X-Priority", "References",
                    "Newsgroups", "In-Reply-To", "Content-Type", "Reply-To"});
  for (auto _ : state) benchmark::DoNotOptimize(header_fields(kHeader, names, false));
}
BENCHMARK(fetch_header_fields);

void decode_subject(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(decode_header(" =?utf-8?Q?Gr=C3=BC=C3=9Fe_aus_dem_Hafen?= and more"));
}
BENCHMARK(decode_subject);

void run_contains(benchmark::State& state, const std::string& text) {
  std::string needle = fold("not in there");
  for (auto _ : state) benchmark::DoNotOptimize(contains(text, needle));
  state.SetBytesProcessed(static_cast<std::int64_t>(text.size()) * state.iterations());
}

void contains_ascii(benchmark::State& state) { run_contains(state, text_of(1 << 20)); }
BENCHMARK(contains_ascii);

void contains_utf8(benchmark::State& state) {
  std::string text;
  while (text.size() < (1U << 20))
    text +=
        "Viele Gr\xC3\xBC\xC3\x9F"
        "e aus dem Hafen, und bis bald.\r\n";
  run_contains(state, text);
}
BENCHMARK(contains_utf8);

void decode_base64_text(benchmark::State& state) {
  std::string body;
  while (body.size() < (1U << 20)) {
    body += "VGhlIHF1aWNrIGJyb3duIGZveCBqdW1wcyBvdmVyIHRoZSBsYXp5IGRvZywgYW5kIHRoZSBwb3J0\r\n";
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(decode_text("Content-Transfer-Encoding: base64\r\n\r\n", body, body.size()));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(body.size()) * state.iterations());
}
BENCHMARK(decode_base64_text);

void decode_quoted_printable_text(benchmark::State& state) {
  std::string body;
  while (body.size() < (1U << 20)) body += "Viele Gr=C3=BC=C3=9Fe aus dem Hafen, und bis =\r\nbald.\r\n";
  for (auto _ : state) {
    benchmark::DoNotOptimize(decode_text("Content-Transfer-Encoding: quoted-printable\r\n\r\n", body, body.size()));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(body.size()) * state.iterations());
}
BENCHMARK(decode_quoted_printable_text);

}  // namespace
}  // namespace portreeve::mime
