// IMAP URLs (RFC 5092): what they name, and how an owner lets others at it (RFC 4467 §3).
//
//   imap://alice%40example.org@mail.example.org/INBOX;UIDVALIDITY=3/;UID=20/;SECTION=1.2/;PARTIAL=0.1024
//       ;EXPIRE=2026-12-01T00:00:00Z;URLAUTH=submit+alice%40example.org:internal:01…
//
// Knows no mailbox and no account: whether what is named exists is for others to say. Dot segments mean nothing: no
// mailbox here is named so that they would be needed.
// Threads: values and pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "core/mime/section.h"

namespace portreeve::urls {

// Room for the longest mailbox name, each of its bytes percent-encoded, and for all the rest.
constexpr std::size_t kMaxUrlBytes = std::size_t{8} * 1024;
constexpr std::size_t kMaxTokenDigits = 512;

struct Server {
  std::string user;  // decoded; empty: none
  std::string auth;  // of ";AUTH="; empty: not said
  std::string host;  // decoded, in lower case; an address in its brackets as it came
  std::uint16_t port = 143;
  bool operator==(const Server&) const = default;
};

// Bytes of the section: from `offset` on, to its end if there is no `length`.
struct Partial {
  std::uint32_t offset = 0;
  std::optional<std::uint32_t> length;  // > 0
  bool operator==(const Partial&) const = default;
};

// Who may have it by this URL (RFC 4467 §3).
enum class Access : std::uint8_t { submit, user, authuser, anonymous };

struct Authorization {
  std::optional<std::int64_t> expires;  // Unix seconds: the last of its life
  Access access = Access::anonymous;
  std::string user;       // of submit and user; decoded
  std::string mechanism;  // in capitals; empty: the URL has no token yet
  std::string token;      // hexadecimal digits in lower case
  // How much of the URL's text the token vouches for (RFC 4467 §6).
  std::size_t rump_bytes = 0;
  bool operator==(const Authorization&) const = default;
};

struct ImapUrl {
  std::optional<Server> server;    // without: relative to a server and a user, or to a mailbox if that has no name
  std::string mailbox;             // UTF-8 in NFC, INBOX in capitals; empty: not named
  std::uint32_t uid_validity = 0;  // 0: not said
  std::uint32_t uid = 0;           // 0: it names no message
  std::optional<std::string> search;
  std::optional<mime::Section> section;
  std::optional<Partial> partial;
  std::optional<Authorization> authorization;
  bool operator==(const ImapUrl&) const = default;
};

// The error says in words what is wrong, and refers to constants.
std::expected<ImapUrl, std::string_view> parse_url(std::string_view text);

// The same URL, though perhaps otherwise encoded: what is printed and what it was read from may have other rumps.
std::string print_url(const ImapUrl& url);

// section-spec of RFC 3501 §9: "1.2.HEADER.FIELDS (Subject)". Nothing if it is none.
std::optional<mime::Section> parse_section(std::string_view text);
std::string print_section(const mime::Section& section);

}  // namespace portreeve::urls
