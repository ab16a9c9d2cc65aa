#include "core/mime/downgrade.h"

#include <algorithm>
#include <array>

#include "core/base/ascii.h"
#include "core/base/utf8.h"
#include "core/mime/address.h"
#include "core/mime/charset.h"
#include "core/mime/encoded_word.h"
#include "core/mime/header.h"
#include "core/mime/parameters.h"

namespace portreeve::mime {
namespace {

constexpr std::string_view kFold = "\r\n ";
constexpr std::string_view kNowhere = "<invalid@internationalized-address.invalid>";
constexpr std::size_t kMaxEncodedWord = 75;  // RFC 2047 §2

// RFC 2047 §5 (3): what a word in a phrase may have as it is. More is allowed elsewhere; this suits both.
bool is_plain(char c) { return base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '/' || c == '+'; }

std::size_t character_size(std::string_view utf8) {
  std::size_t size = 1;
  while (size < utf8.size() && (static_cast<unsigned char>(utf8[size]) & 0xC0U) == 0x80U) ++size;
  return size;
}

// One word a line. A character is never cut in two (RFC 2047 §5).
void append_encoded(std::string& out, std::string_view utf8) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string word;
  const auto end_word = [&] { out.append(word).append("?="); };
  while (!utf8.empty()) {
    std::string character;
    const std::size_t size = character_size(utf8);
    for (const char c : utf8.substr(0, size)) {
      if (is_plain(c)) {
        character += c;
      } else if (c == ' ') {
        character += '_';
      } else {
        const auto byte = static_cast<unsigned char>(c);
        character.append({'=', kHex[byte >> 4U], kHex[byte & 15U]});
      }
    }
    if (word.size() + character.size() + 2 > kMaxEncodedWord) {
      end_word();
      out += kFold;
      word.clear();
    }
    if (word.empty()) word = "=?utf-8?Q?";
    word += character;
    utf8.remove_prefix(size);
  }
  if (!word.empty()) end_word();
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (!base::is_control(c)) out += c;
  }
  out += '"';
}

std::string decoded(std::string_view text) { return decode_words(text, 2 * text.size() + 64); }

void append_phrase(std::string& out, const std::string& name) {
  if (!is_ascii(name)) {
    append_encoded(out, decoded(name));
  } else if (std::ranges::all_of(name, [](char c) { return c == ' ' || base::is_atext(c); })) {
    out += name;
  } else {
    append_quoted(out, name);
  }
}

// RFC 6858 §2.1: who reads it sees the address, and nobody can be reached by it.
void append_nowhere(std::string& out, const Address& address) {
  std::string name = decoded(address.name);
  const std::string real = address.domain.empty() ? address.local : address.local + "@" + address.domain;
  name = name.empty() ? real : name + " <" + real + ">";
  append_encoded(out, name);
  out.append(kFold).append(kNowhere);
}

void append_mailbox(std::string& out, const Address& address) {
  if (!is_ascii(address.local) || !is_ascii(address.domain)) return append_nowhere(out, address);
  if (!address.name.empty()) {
    append_phrase(out, address.name);
    out += ' ';
  }
  out += '<';
  if (base::is_dot_string(address.local)) {
    out += address.local;
  } else {
    append_quoted(out, address.local);
  }
  if (!address.domain.empty()) out.append("@").append(address.domain);
  out += '>';
}

std::string downgraded_addresses(std::string_view value) {
  std::string out;
  bool needs_comma = false;
  AddressReader reader(value);
  for (Address address; reader.next(address);) {
    if (address.kind == Address::Kind::group_end) {
      out += ';';
      needs_comma = true;
      continue;
    }
    if (needs_comma) out.append(",").append(kFold);
    needs_comma = address.kind == Address::Kind::mailbox;
    if (address.kind == Address::Kind::mailbox) {
      append_mailbox(out, address);
    } else {
      append_phrase(out, address.name);
      out += ": ";
    }
  }
  return out;
}

// RFC 6858 §2.2: a parameter that can't be shown goes without a word.
void append_parameters(std::string& out, const Parameters& parameters) {
  for (const Parameter& parameter : parameters) {
    if (!is_ascii(parameter.name) || !is_ascii(parameter.value)) continue;
    out.append(";").append(kFold).append(parameter.name).append("=");
    // RFC 2231 §4: an extended value has no quotes.
    if (parameter.name.ends_with('*')) {
      out += parameter.value;
    } else {
      append_quoted(out, parameter.value);
    }
  }
}

std::string downgraded_type(std::string_view value) {
  const std::optional<ContentType> type = parse_content_type(value);
  if (!type || !is_ascii(type->type) || !is_ascii(type->subtype)) return {};
  std::string out = type->type + "/" + type->subtype;
  append_parameters(out, type->parameters);
  return out;
}

std::string downgraded_disposition(std::string_view value) {
  const std::optional<Disposition> disposition = parse_disposition(value);
  if (!disposition || !is_ascii(disposition->kind)) return {};
  std::string out = disposition->kind;
  append_parameters(out, disposition->parameters);
  return out;
}

std::string downgraded_text(std::string_view value) {
  std::string out;
  append_encoded(out, decoded(value));
  return out;
}

using Rewrite = std::string (*)(std::string_view value);
struct Rule {
  std::string_view name;
  Rewrite rewrite;
};
// RFC 6858 §2.1 to §2.3.
constexpr std::array kRules{
    Rule{"From", downgraded_addresses},        Rule{"Sender", downgraded_addresses},
    Rule{"Reply-To", downgraded_addresses},    Rule{"To", downgraded_addresses},
    Rule{"Cc", downgraded_addresses},          Rule{"Bcc", downgraded_addresses},
    Rule{"Resent-From", downgraded_addresses}, Rule{"Resent-Sender", downgraded_addresses},
    Rule{"Resent-To", downgraded_addresses},   Rule{"Resent-Cc", downgraded_addresses},
    Rule{"Resent-Bcc", downgraded_addresses},  Rule{"Subject", downgraded_text},
    Rule{"Content-Type", downgraded_type},     Rule{"Content-Disposition", downgraded_disposition},
};

// Empty: the field goes (RFC 6858 §2.4).
std::string downgraded_field(const Field& field) {
  const auto* const rule =
      std::ranges::find_if(kRules, [&](const Rule& r) { return base::equals_ignoring_case(r.name, field.name); });
  if (rule == kRules.end()) return {};
  // What is written anew can't break the header up, whatever stood in it.
  std::string given = unfold(field.value);
  std::ranges::replace_if(given, base::is_control, ' ');
  const std::string value = rule->rewrite(given);
  if (value.empty()) return {};
  return std::string(rule->name) + ": " + value + "\r\n";
}

}  // namespace

std::optional<std::string> downgraded_header(std::string_view block) {
  if (is_ascii(block)) return std::nullopt;
  std::string out;
  std::size_t copied = 0;
  FieldReader reader(block);
  for (Field field; reader.next(field);) {
    if (is_ascii(field.raw) || !base::is_utf8(field.raw)) continue;
    const auto begin = static_cast<std::size_t>(field.raw.data() - block.data());
    out.append(block.substr(copied, begin - copied)).append(downgraded_field(field));
    copied = begin + field.raw.size();
  }
  if (copied == 0) return std::nullopt;
  return out.append(block.substr(copied));
}

}  // namespace portreeve::mime
