// Reverse and forward paths (RFC 5321 §4.1.2), with UTF-8 (RFC 6531 §3.3).
//
// More is taken than the grammar allows where real clients and senders need it:
//   - a mailbox without angle brackets;
//   - "_" in a domain;
//   - in a reverse path a local part of more than 64 octets (bounce addresses that hold the recipient's; RFC 5321
//     §4.5.3.1 asks that nothing longer be refused without need) and dots at its ends or in a row;
//   - U-labels that are none yet, in upper case for one (UTS #46 maps them).
// Less is taken where nobody would know what it means: a domain that IDNA can't read, an octet with leading zeros.
// Source routes are read and dropped (RFC 5321 §4.1.1.3, appendix C).
// Threads: values and pure functions.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace portreeve::smtp {

constexpr std::size_t kMaxLocalBytes = 64;    // RFC 5321 §4.5.3.1.1, of a forward path
constexpr std::size_t kMaxDomainBytes = 255;  // §4.5.3.1.2
constexpr std::size_t kMaxPathBytes = 256;    // §4.5.3.1.3, with its angle brackets, without its source route

struct Path {
  std::string local;   // without quotes and escapes
  std::string domain;  // as sent; an address literal with its brackets; empty in <> and <postmaster>

  bool is_null() const { return local.empty() && domain.empty(); }  // <>
  bool is_ascii() const;
  // "local@domain" for look-ups, without quotes save where the local part itself begins with one. The store knows the
  // domain by either spelling (storage/address.h).
  std::string address() const;
  // As it stands between angle brackets, quoted where the grammar needs it.
  std::string text() const;

  // Of the same mailbox, as far as a stranger to its domain can tell: local parts byte by byte, domains as IDNA does.
  bool operator==(const Path& other) const;
};

enum class PathKind {
  reverse,  // may be <>
  forward,  // may be <postmaster>, in any case
};

// Takes a path from the front of `text`, which begins behind it afterwards. The error is the reply's text.
std::expected<Path, std::string_view> take_path(std::string_view& text, PathKind kind);

// Does `name` look like the domain or the address literal that HELO and EHLO ask for (RFC 5321 §4.1.1.1)? Underscores
// pass, and what stands in the brackets isn't looked at: HELO says nothing that counts.
bool is_domain_or_literal(std::string_view name);

}  // namespace portreeve::smtp
