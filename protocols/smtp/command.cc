#include "protocols/smtp/command.h"

#include <algorithm>
#include <array>
#include <limits>

#include "core/base/ascii.h"

namespace portreeve::smtp {
namespace {

using Parsed = std::expected<Command, Reply>;

std::unexpected<Reply> refuse(unsigned code, std::string_view enhanced, std::string_view text) {
  return std::unexpected(Reply(code, enhanced, text));
}

std::string_view take_word(std::string_view& text) {
  const auto end = std::ranges::find_if(text, base::is_space);
  const std::string_view word(text.begin(), end);
  text.remove_prefix(word.size());
  text = base::trimmed(text);
  return word;
}

// For the verbs that take no argument (RFC 5321 §4.1.1, "RSET" CRLF and so on).
template <class T>
Parsed parse_bare(std::string_view rest) {
  if (!rest.empty()) return refuse(501, "5.5.4", "This command takes no argument");
  return T{};
}

template <class T>
Parsed parse_any(std::string_view) {
  return T{};
}

template <class T>
Parsed parse_hello(std::string_view rest) {
  // Hosts without a proper name send all kinds of things, and RFC 5321 §4.1.4 has mail accepted all the same.
  if (rest.empty()) return refuse(501, "5.5.4", "Your host's name is missing");
  if (rest.size() > kMaxDomainBytes) return refuse(501, "5.5.4", "Your host's name is too long");
  if (std::ranges::any_of(rest, base::is_space)) return refuse(501, "5.5.4", "One name, please");
  return T{std::string(rest)};
}

Parsed parse_vrfy(std::string_view rest) {
  if (rest.empty()) return refuse(501, "5.5.4", "Syntax: VRFY address");
  return Vrfy{};
}

// esmtp-param = esmtp-keyword ["=" esmtp-value]
struct Parameter {
  std::string_view keyword;
  std::optional<std::string_view> value;
};

std::optional<Parameter> take_parameter(std::string_view& rest) {
  const std::string_view word = take_word(rest);
  const std::size_t equals = word.find('=');
  Parameter parameter{word.substr(0, equals), std::nullopt};
  if (equals != std::string_view::npos) parameter.value = word.substr(equals + 1);
  const auto is_keyword = [](char c) { return base::is_alpha(c) || base::is_digit(c) || c == '-'; };
  if (parameter.keyword.empty() || !std::ranges::all_of(parameter.keyword, is_keyword)) return std::nullopt;
  if (parameter.value && (parameter.value->empty() || parameter.value->contains('='))) return std::nullopt;
  return parameter;
}

// size-value = 1*20DIGIT (RFC 1870 §4). More digits are no error, only too big a message.
std::optional<std::uint64_t> parse_size(std::string_view text) {
  if (text.empty() || !std::ranges::all_of(text, base::is_digit)) return std::nullopt;
  std::uint64_t size = 0;
  for (const char c : text) {
    const auto digit = static_cast<std::uint64_t>(c - '0');
    constexpr auto kMost = std::numeric_limits<std::uint64_t>::max();
    size = size > (kMost - digit) / 10 ? kMost : size * 10 + digit;
  }
  return size;
}

// The parameters of MAIL, each at most once (RFC 5321 §4.1.1.11 leaves repetition undefined).
class MailParameters {
 public:
  explicit MailParameters(Mail& mail) : mail_(mail) {}

  std::optional<Reply> take(const Parameter& parameter) {
    for (const Rule& rule : kRules) {
      if (!base::equals_ignoring_case(parameter.keyword, rule.keyword)) continue;
      if ((seen_ & rule.bit) != 0) return Reply(501, "5.5.4", "A parameter is given twice");
      seen_ |= rule.bit;
      if (!(this->*rule.take)(parameter.value)) return Reply(501, "5.5.4", "Bad value of a MAIL parameter");
      return std::nullopt;
    }
    return Reply(555, "5.5.4", "Unknown MAIL parameter");
  }

 private:
  using Value = std::optional<std::string_view>;
  struct Rule {
    std::string_view keyword;
    unsigned bit;
    bool (MailParameters::*take)(Value);
  };

  bool take_size(Value value) {
    const auto size = value ? parse_size(*value) : std::nullopt;
    mail_.size = size.value_or(0);
    return size.has_value();
  }
  bool take_body(Value value) {  // RFC 6152 §2
    if (!value) return false;
    mail_.is_eight_bit = base::equals_ignoring_case(*value, "8BITMIME");
    return mail_.is_eight_bit || base::equals_ignoring_case(*value, "7BIT");
  }
  bool take_smtputf8(Value value) {  // RFC 6531 §3.4
    mail_.is_smtputf8 = true;
    return !value;
  }
  // RFC 4954 §5: only a trusted peer's word would count, and there are none.
  bool take_auth(Value value) { return value.has_value(); }

  static constexpr std::array<Rule, 4> kRules{{{"SIZE", 1, &MailParameters::take_size},
                                               {"BODY", 2, &MailParameters::take_body},
                                               {"SMTPUTF8", 4, &MailParameters::take_smtputf8},
                                               {"AUTH", 8, &MailParameters::take_auth}}};

  Mail& mail_;
  unsigned seen_ = 0;
};

// "FROM:" Reverse-path [SP Mail-parameters]. Outlook puts a blank behind the colon.
Parsed parse_mail(std::string_view rest) {
  constexpr std::string_view kKeyword = "FROM:";
  if (!base::starts_with_ignoring_case(rest, kKeyword)) return refuse(501, "5.5.4", "Syntax: MAIL FROM:<address>");
  rest = base::trimmed(rest.substr(kKeyword.size()));
  auto path = take_path(rest, PathKind::reverse);
  if (!path) return refuse(501, "5.1.7", path.error());
  if (!rest.empty() && !base::is_space(rest.front())) return refuse(501, "5.1.7", "Bad sender address syntax");
  rest = base::trimmed(rest);
  Mail mail{.from = std::move(*path)};
  MailParameters parameters(mail);
  while (!rest.empty()) {
    const auto parameter = take_parameter(rest);
    if (!parameter) return refuse(501, "5.5.4", "Bad parameter of MAIL");
    if (auto refusal = parameters.take(*parameter)) return std::unexpected(std::move(*refusal));
  }
  // RFC 6531 §3.5
  if (!mail.is_smtputf8 && !mail.from.is_ascii()) return refuse(553, "5.6.7", "This address needs SMTPUTF8");
  return mail;
}

// "TO:" Forward-path [SP Rcpt-parameters]
Parsed parse_rcpt(std::string_view rest) {
  constexpr std::string_view kKeyword = "TO:";
  if (!base::starts_with_ignoring_case(rest, kKeyword)) return refuse(501, "5.5.4", "Syntax: RCPT TO:<address>");
  rest = base::trimmed(rest.substr(kKeyword.size()));
  auto path = take_path(rest, PathKind::forward);
  if (!path) return refuse(501, "5.1.3", path.error());
  if (!rest.empty() && !base::is_space(rest.front())) return refuse(501, "5.1.3", "Bad recipient address syntax");
  rest = base::trimmed(rest);
  if (!rest.empty()) {
    return take_parameter(rest) ? refuse(555, "5.5.4", "Unknown RCPT parameter")
                                : refuse(501, "5.5.4", "Bad parameter of RCPT");
  }
  return Rcpt{std::move(*path)};
}

// "AUTH" SP sasl-mech [SP initial-response]
Parsed parse_auth(std::string_view rest) {
  const std::string_view mechanism = take_word(rest);
  if (mechanism.empty()) return refuse(501, "5.5.4", "Syntax: AUTH mechanism [initial-response]");
  Auth auth{std::string(mechanism), std::nullopt};
  if (rest.empty()) return auth;
  auth.initial = std::string(take_word(rest));
  if (!rest.empty()) return refuse(501, "5.5.4", "Syntax: AUTH mechanism [initial-response]");
  return auth;
}

struct Verb {
  std::string_view name;
  Parsed (*parse)(std::string_view);
};

constexpr std::array kVerbs{
    Verb{"MAIL", parse_mail},
    Verb{"RCPT", parse_rcpt},
    Verb{"DATA", parse_bare<Data>},
    Verb{"EHLO", parse_hello<Ehlo>},
    Verb{"QUIT", parse_bare<Quit>},
    Verb{"RSET", parse_bare<Rset>},
    Verb{"NOOP", parse_any<Noop>},
    Verb{"HELO", parse_hello<Helo>},
    Verb{"AUTH", parse_auth},
    Verb{"STARTTLS", parse_bare<StartTls>},
    Verb{"VRFY", parse_vrfy},
    Verb{"EXPN", parse_any<Expn>},
    Verb{"HELP", parse_any<Help>},
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

std::expected<Command, Reply> parse_command(std::string_view line) {
  line = base::trimmed(line);
  const auto is_bad = [](char c) { return base::is_control(c) && c != '\t'; };
  if (std::ranges::any_of(line, is_bad)) return refuse(500, "5.5.2", "Control characters in a command");
  const std::string_view word = take_word(line);
  for (const Verb& verb : kVerbs) {
    if (base::equals_ignoring_case(word, verb.name)) return verb.parse(line);
  }
  return refuse(500, "5.5.2", "Unknown command");
}

std::size_t line_limit(std::string_view text) {
  return base::starts_with_ignoring_case(text, "AUTH ") ? kMaxAuthLineBytes : kMaxLineBytes;
}

}  // namespace portreeve::smtp
