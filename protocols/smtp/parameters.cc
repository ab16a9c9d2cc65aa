#include "protocols/smtp/parameters.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string>

#include "core/base/ascii.h"
#include "core/mime/date.h"
#include "protocols/smtp/xtext.h"

namespace portreeve::smtp {
namespace {

using base::equals_ignoring_case;
using Value = std::optional<std::string_view>;

bool is_number(std::string_view text, std::size_t max_digits) {
  return !text.empty() && text.size() <= max_digits && std::ranges::all_of(text, base::is_digit);
}

// Of up to nine digits.
std::optional<std::int64_t> parse_number(std::string_view text) {
  if (!is_number(text, 9)) return std::nullopt;
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

bool has_control(std::string_view text) { return std::ranges::any_of(text, base::is_control); }

// --- of MAIL

bool take_size(Mail& mail, Value value, const Extensions&) {
  const auto size = value ? parse_size(*value) : std::nullopt;
  mail.size = size.value_or(0);
  return size.has_value();
}

// RFC 6152 §2; RFC 3030 §3: BINARYMIME wants CHUNKING.
bool take_body(Mail& mail, Value value, const Extensions& offered) {
  if (!value) return false;
  if (equals_ignoring_case(*value, "7BIT")) return true;
  if (equals_ignoring_case(*value, "8BITMIME")) {
    mail.body = BodyType::eight_bit;
    return true;
  }
  mail.body = BodyType::binary;
  return equals_ignoring_case(*value, "BINARYMIME") && offered.has(Extension::binary_mime) &&
         offered.has(Extension::chunking);
}

// RFC 6531 §3.4
bool take_smtputf8(Mail& mail, Value value, const Extensions&) {
  mail.is_smtputf8 = true;
  return !value;
}

// RFC 4954 §5: only a trusted peer's word would count, and there are none.
bool take_auth(Mail&, Value value, const Extensions&) { return value.has_value(); }

// ret-value = "FULL" / "HDRS" (RFC 3461 §4.3)
bool take_ret(Mail& mail, Value value, const Extensions&) {
  if (!value) return false;
  mail.return_part = equals_ignoring_case(*value, "FULL") ? ReturnPart::full : ReturnPart::headers;
  return mail.return_part == ReturnPart::full || equals_ignoring_case(*value, "HDRS");
}

// RFC 3461 §4.4: xtext, and printable before it was encoded.
bool take_envid(Mail& mail, Value value, const Extensions&) {
  if (!value || value->size() > kMaxEnvelopeIdBytes) return false;
  auto id = decode_xtext(*value);
  if (!id || has_control(*id) || std::ranges::any_of(*id, base::is_eight_bit)) return false;
  mail.envelope_id = std::move(*id);
  return true;
}

// RFC 8689 §2
bool take_require_tls(Mail& mail, Value value, const Extensions&) {
  mail.requires_tls = true;
  return !value;
}

// RFC 4865 §4: one of the two, and not both.
bool take_hold_for(Mail& mail, Value value, const Extensions&) {
  const auto seconds = value && !mail.hold ? parse_number(*value) : std::nullopt;
  if (!seconds || *seconds == 0) return false;
  mail.hold = Hold{.seconds = static_cast<std::uint64_t>(*seconds), .until = std::nullopt};
  return true;
}

// RFC 4865, erratum 2040: a date-time of RFC 3339.
bool take_hold_until(Mail& mail, Value value, const Extensions&) {
  const auto time = value && !mail.hold ? mime::parse_rfc3339(*value) : std::nullopt;
  if (!time) return false;
  mail.hold = Hold{.seconds = std::nullopt, .until = time};
  return true;
}

// RFC 2852 §4:
//   by-value = by-time ";" by-mode [by-trace]
//   by-time  = ["-" / "+"] 1*9digit   ; above zero if by-mode is "R"
//   by-mode  = "N" / "R"
//   by-trace = "T"
bool take_by(Mail& mail, Value value, const Extensions&) {
  if (!value) return false;
  const std::size_t semicolon = value->find(';');
  if (semicolon == std::string_view::npos) return false;
  std::string_view digits = value->substr(0, semicolon);
  const std::string_view mode = value->substr(semicolon + 1);
  const bool is_negative = digits.starts_with('-');
  if (is_negative || digits.starts_with('+')) digits.remove_prefix(1);
  const auto seconds = parse_number(digits);
  if (!seconds || mode.empty() || mode.size() > 2) return false;
  DeliverBy by{.seconds = is_negative ? -*seconds : *seconds,
               .returns = base::to_upper(mode[0]) == 'R',
               .traces = mode.size() == 2};
  if (!by.returns && base::to_upper(mode[0]) != 'N') return false;
  if (by.traces && base::to_upper(mode[1]) != 'T') return false;
  if (by.returns && by.seconds <= 0) return false;
  mail.by = by;
  return true;
}

// priority-value = (["-"] NZDIGIT) / "0" (RFC 6710)
bool take_priority(Mail& mail, Value value, const Extensions&) {
  if (!value) return false;
  const bool is_negative = value->starts_with('-');
  const std::string_view digit = value->substr(is_negative ? 1 : 0);
  if (!is_number(digit, 1) || (is_negative && digit == "0")) return false;
  mail.priority = (digit[0] - '0') * (is_negative ? -1 : 1);
  return true;
}

// --- of RCPT

// notify-esmtp-value = "NEVER" / 1#notify-list-element (RFC 3461 §4.1)
bool take_notify(Rcpt& rcpt, Value value, const Extensions&) {
  if (!value) return false;
  rcpt.notify.is_said = true;
  if (equals_ignoring_case(*value, "NEVER")) return true;
  for (std::string_view rest = *value;;) {
    const std::size_t comma = rest.find(',');
    const std::string_view word = rest.substr(0, comma);
    if (equals_ignoring_case(word, "SUCCESS")) {
      rcpt.notify.success = true;
    } else if (equals_ignoring_case(word, "FAILURE")) {
      rcpt.notify.failure = true;
    } else if (equals_ignoring_case(word, "DELAY")) {
      rcpt.notify.delay = true;
    } else {
      return false;
    }
    if (comma == std::string_view::npos) return true;
    rest.remove_prefix(comma + 1);
  }
}

// addr-type = atom
bool is_atext(char c) {
  constexpr std::string_view kMarks = "!#$%&'*+-/=?^_`{|}~";
  return base::is_alpha(c) || base::is_digit(c) || kMarks.contains(c);
}

// original-recipient-address = addr-type ";" xtext (RFC 3461 §4.2); /= utf-8-type-addr (RFC 6533 §3)
bool take_orcpt(Rcpt& rcpt, Value value, const Extensions& offered) {
  if (!value || value->size() > kMaxOriginalBytes) return false;
  const std::size_t semicolon = value->find(';');
  if (semicolon == 0 || semicolon >= value->size() - 1) return false;
  const std::string_view type = value->substr(0, semicolon);
  const std::string_view address = value->substr(semicolon + 1);
  if (!std::ranges::all_of(type, is_atext)) return false;
  const bool is_utf8 = equals_ignoring_case(type, "utf-8");
  // utf-8-addr-unitext is for peers that were told of SMTPUTF8.
  if (std::ranges::any_of(address, base::is_eight_bit) && !offered.has(Extension::smtputf8)) return false;
  auto original = is_utf8 ? decode_utf8_address(address) : decode_xtext(address);
  if (!original || has_control(*original)) return false;
  if (!is_utf8 && std::ranges::any_of(*original, base::is_eight_bit)) return false;
  rcpt.original_type = base::lowered(type);
  rcpt.original = std::move(*original);
  return true;
}

// "RRVS=" date-time [";" ("C" / "R")] (RFC 7293 §3.1)
bool take_rrvs(Rcpt& rcpt, Value value, const Extensions&) {
  if (!value) return false;
  const std::size_t semicolon = value->find(';');
  const auto time = mime::parse_rfc3339(value->substr(0, semicolon));
  if (!time) return false;
  rcpt.valid_since = ValidSince{.time = *time};
  if (semicolon == std::string_view::npos) return true;
  const std::string_view action = value->substr(semicolon + 1);
  if (equals_ignoring_case(action, "C")) rcpt.valid_since->action = ValidSinceAction::continue_;
  return equals_ignoring_case(action, "C") || equals_ignoring_case(action, "R");
}

// --- the tables

template <class T>
struct Rule {
  std::string_view keyword;
  Extension extension;
  bool (*take)(T& command, Value value, const Extensions& offered);
};

constexpr std::array kMailRules{
    Rule<Mail>{"SIZE", Extension::size, take_size},
    Rule<Mail>{"BODY", Extension::eight_bit_mime, take_body},
    Rule<Mail>{"SMTPUTF8", Extension::smtputf8, take_smtputf8},
    Rule<Mail>{"AUTH", Extension::auth, take_auth},
    Rule<Mail>{"RET", Extension::dsn, take_ret},
    Rule<Mail>{"ENVID", Extension::dsn, take_envid},
    Rule<Mail>{"REQUIRETLS", Extension::require_tls, take_require_tls},
    Rule<Mail>{"HOLDFOR", Extension::future_release, take_hold_for},
    Rule<Mail>{"HOLDUNTIL", Extension::future_release, take_hold_until},
    Rule<Mail>{"BY", Extension::deliver_by, take_by},
    Rule<Mail>{"MT-PRIORITY", Extension::mt_priority, take_priority},
};

constexpr std::array kRcptRules{
    Rule<Rcpt>{"NOTIFY", Extension::dsn, take_notify},
    Rule<Rcpt>{"ORCPT", Extension::dsn, take_orcpt},
    Rule<Rcpt>{"RRVS", Extension::rrvs, take_rrvs},
};

// Each at most once: RFC 5321 §4.1.1.11 leaves repetition undefined.
template <class T, std::size_t size>
std::optional<Reply> read(std::string_view text, const Extensions& offered, T& command, std::string_view verb,
                          const std::array<Rule<T>, size>& rules) {
  unsigned seen = 0;
  while (!text.empty()) {
    const auto parameter = take_parameter(text);
    if (!parameter) return Reply(501, "5.5.4", "Bad parameter of " + std::string(verb));
    const auto rule = std::ranges::find_if(rules, [&](const Rule<T>& candidate) {
      return equals_ignoring_case(candidate.keyword, parameter->keyword) && offered.has(candidate.extension);
    });
    if (rule == rules.end()) return Reply(555, "5.5.4", "Unknown " + std::string(verb) + " parameter");
    const unsigned bit = 1U << static_cast<unsigned>(rule - rules.begin());
    if ((seen & bit) != 0) return Reply(501, "5.5.4", std::string(rule->keyword) + " is given twice");
    seen |= bit;
    if (!rule->take(command, parameter->value, offered)) {
      return Reply(501, "5.5.4", "Bad value of " + std::string(rule->keyword));
    }
  }
  return std::nullopt;
}

}  // namespace

std::string_view take_word(std::string_view& text) {
  const auto end = std::ranges::find_if(text, base::is_space);
  const std::string_view word(text.begin(), end);
  text.remove_prefix(word.size());
  text = base::trimmed(text);
  return word;
}

std::optional<Parameter> take_parameter(std::string_view& text) {
  const std::string_view word = take_word(text);
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

std::optional<Reply> read_parameters(std::string_view text, const Extensions& offered, Mail& mail) {
  return read(text, offered, mail, "MAIL", kMailRules);
}

std::optional<Reply> read_parameters(std::string_view text, const Extensions& offered, Rcpt& rcpt) {
  return read(text, offered, rcpt, "RCPT", kRcptRules);
}

}  // namespace portreeve::smtp
