#include "protocols/smtp/command.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/ascii.h"
#include "protocols/smtp/parameters.h"
#include "protocols/smtp/xtext.h"

namespace portreeve::smtp {
namespace {

using Parsed = std::expected<Command, Reply>;

std::unexpected<Reply> refuse(unsigned code, std::string_view enhanced, std::string_view text) {
  return std::unexpected(Reply(code, enhanced, text));
}

// For the verbs that take no argument (RFC 5321 §4.1.1, "RSET" CRLF and so on).
template <class T>
Parsed parse_bare(std::string_view rest, const Extensions&) {
  if (!rest.empty()) return refuse(501, "5.5.4", "This command takes no argument");
  return T{};
}

template <class T>
Parsed parse_any(std::string_view, const Extensions&) {
  return T{};
}

template <class T>
Parsed parse_hello(std::string_view rest, const Extensions&) {
  // Hosts without a proper name send all kinds of things, and RFC 5321 §4.1.4 has mail accepted all the same.
  if (rest.empty()) return refuse(501, "5.5.4", "Your host's name is missing");
  if (rest.size() > kMaxDomainBytes) return refuse(501, "5.5.4", "Your host's name is too long");
  if (std::ranges::any_of(rest, base::is_space)) return refuse(501, "5.5.4", "One name, please");
  return T{std::string(rest)};
}

// "VRFY" SP String, "EXPN" SP String; behind it SMTPUTF8 may stand (RFC 6531 §3.7.4.2), which allows for a reply that
// is not given here.
std::string_view take_text(std::string_view rest, const Extensions& offered) {
  constexpr std::string_view kKeyword = "SMTPUTF8";
  if (!offered.has(Extension::smtputf8) || rest.size() <= kKeyword.size()) return rest;
  const std::size_t before = rest.size() - kKeyword.size();
  if (!base::equals_ignoring_case(rest.substr(before), kKeyword) || !base::is_space(rest[before - 1])) return rest;
  return base::trimmed(rest.substr(0, before));
}

Parsed parse_vrfy(std::string_view rest, const Extensions& offered) {
  if (rest.empty()) return refuse(501, "5.5.4", "Syntax: VRFY address");
  return Vrfy{std::string(take_text(rest, offered))};
}

Parsed parse_expn(std::string_view rest, const Extensions& offered) {
  if (rest.empty()) return refuse(501, "5.5.4", "Syntax: EXPN list");
  return Expn{std::string(take_text(rest, offered))};
}

Parsed parse_help(std::string_view rest, const Extensions&) { return Help{std::string(rest)}; }

// "FROM:" Reverse-path [SP Mail-parameters]. Outlook puts a blank behind the colon.
Parsed parse_mail(std::string_view rest, const Extensions& offered) {
  constexpr std::string_view kKeyword = "FROM:";
  if (!base::starts_with_ignoring_case(rest, kKeyword)) return refuse(501, "5.5.4", "Syntax: MAIL FROM:<address>");
  rest = base::trimmed(rest.substr(kKeyword.size()));
  auto path = take_path(rest, PathKind::reverse);
  if (!path) return refuse(501, "5.1.7", path.error());
  if (!rest.empty() && !base::is_space(rest.front())) return refuse(501, "5.1.7", "Bad sender address syntax");
  rest = base::trimmed(rest);
  Mail mail;
  mail.from = std::move(*path);
  if (auto refusal = read_parameters(rest, offered, mail)) return std::unexpected(std::move(*refusal));
  // RFC 6531 §3.5
  if (!mail.is_smtputf8 && !mail.from.is_ascii()) return refuse(553, "5.6.7", "This address needs SMTPUTF8");
  return mail;
}

// "TO:" Forward-path [SP Rcpt-parameters]
Parsed parse_rcpt(std::string_view rest, const Extensions& offered) {
  constexpr std::string_view kKeyword = "TO:";
  if (!base::starts_with_ignoring_case(rest, kKeyword)) return refuse(501, "5.5.4", "Syntax: RCPT TO:<address>");
  rest = base::trimmed(rest.substr(kKeyword.size()));
  auto path = take_path(rest, PathKind::forward);
  if (!path) return refuse(501, "5.1.3", path.error());
  if (!rest.empty() && !base::is_space(rest.front())) return refuse(501, "5.1.3", "Bad recipient address syntax");
  rest = base::trimmed(rest);
  Rcpt rcpt;
  rcpt.to = std::move(*path);
  if (auto refusal = read_parameters(rest, offered, rcpt)) return std::unexpected(std::move(*refusal));
  return rcpt;
}

// "AUTH" SP sasl-mech [SP initial-response]
Parsed parse_auth(std::string_view rest, const Extensions&) {
  const std::string_view mechanism = take_word(rest);
  if (mechanism.empty()) return refuse(501, "5.5.4", "Syntax: AUTH mechanism [initial-response]");
  Auth auth{std::string(mechanism), std::nullopt};
  if (rest.empty()) return auth;
  auth.initial = std::string(take_word(rest));
  if (!rest.empty()) return refuse(501, "5.5.4", "Syntax: AUTH mechanism [initial-response]");
  return auth;
}

// bdat-cmd = "BDAT" SP chunk-size [SP end-marker] (RFC 3030 §2)
Parsed parse_bdat(std::string_view rest, const Extensions&) {
  const auto size = parse_size(take_word(rest));
  if (!size || (!rest.empty() && !base::equals_ignoring_case(rest, "LAST"))) {
    return refuse(501, "5.5.4", "Syntax: BDAT size [LAST]");
  }
  return Bdat{.size = *size, .is_last = !rest.empty()};
}

// burl-cmd = "BURL" SP absolute-URI [SP end-marker] (RFC 4468 §3.5)
Parsed parse_burl(std::string_view rest, const Extensions&) {
  const std::string_view url = take_word(rest);
  if (url.empty() || (!rest.empty() && !base::equals_ignoring_case(rest, "LAST"))) {
    return refuse(501, "5.5.4", "Syntax: BURL url [LAST]");
  }
  return Burl{.url = std::string(url), .is_last = !rest.empty()};
}

// xclient-command = "XCLIENT" 1*(SP attribute-name "=" attribute-value), the value as xtext
Parsed parse_xclient(std::string_view rest, const Extensions&) {
  if (rest.empty()) return refuse(501, "5.5.4", "Syntax: XCLIENT attribute=value...");
  Xclient xclient;
  while (!rest.empty()) {
    const auto parameter = take_parameter(rest);
    if (!parameter || !parameter->value) return refuse(501, "5.5.4", "Bad attribute of XCLIENT");
    std::string name = base::uppered(parameter->keyword);
    if (std::ranges::find(kXclientAttributes, name) == kXclientAttributes.end()) {
      return refuse(501, "5.5.4", "Unknown attribute of XCLIENT");
    }
    if (std::ranges::any_of(xclient.attributes, [&](const auto& known) { return known.first == name; })) {
      return refuse(501, "5.5.4", "An attribute is given twice");
    }
    auto value = decode_xtext(*parameter->value);
    if (!value || std::ranges::any_of(*value, base::is_control)) return refuse(501, "5.5.4", "Bad value of " + name);
    xclient.attributes.emplace_back(std::move(name), std::move(*value));
  }
  return xclient;
}

struct Verb {
  std::string_view name;
  Parsed (*parse)(std::string_view, const Extensions&);
};

constexpr std::array kVerbs{
    Verb{"MAIL", parse_mail},
    Verb{"RCPT", parse_rcpt},
    Verb{"DATA", parse_bare<Data>},
    Verb{"BDAT", parse_bdat},
    Verb{"BURL", parse_burl},
    Verb{"EHLO", parse_hello<Ehlo>},
    Verb{"QUIT", parse_bare<Quit>},
    Verb{"RSET", parse_bare<Rset>},
    Verb{"NOOP", parse_any<Noop>},
    Verb{"HELO", parse_hello<Helo>},
    Verb{"LHLO", parse_hello<Lhlo>},
    Verb{"AUTH", parse_auth},
    Verb{"STARTTLS", parse_bare<StartTls>},
    Verb{"VRFY", parse_vrfy},
    Verb{"EXPN", parse_expn},
    Verb{"HELP", parse_help},
    Verb{"XCLIENT", parse_xclient},
    // Of HTTP (RFC 9110 §9), none of them a word of SMTP.
    Verb{"GET", parse_any<Http>},
    Verb{"POST", parse_any<Http>},
    Verb{"PUT", parse_any<Http>},
    Verb{"HEAD", parse_any<Http>},
    Verb{"OPTIONS", parse_any<Http>},
    Verb{"CONNECT", parse_any<Http>},
    Verb{"DELETE", parse_any<Http>},
    Verb{"PRI", parse_any<Http>},
};

}  // namespace

std::expected<Command, Reply> parse_command(std::string_view line, const Extensions& offered) {
  line = base::trimmed(line);
  const auto is_bad = [](char c) { return base::is_control(c) && c != '\t'; };
  if (std::ranges::any_of(line, is_bad)) return refuse(500, "5.5.2", "Control characters in a command");
  const std::string_view word = take_word(line);
  for (const Verb& verb : kVerbs) {
    if (base::equals_ignoring_case(word, verb.name)) return verb.parse(line, offered);
  }
  return refuse(500, "5.5.2", "Unknown command");
}

std::size_t line_limit(std::string_view text) {
  if (base::starts_with_ignoring_case(text, "BURL ")) return kMaxBurlLineBytes;
  return base::starts_with_ignoring_case(text, "AUTH ") ? kMaxAuthLineBytes : kMaxLineBytes;
}

}  // namespace portreeve::smtp
