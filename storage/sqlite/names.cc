#include "storage/sqlite/names.h"

#include <algorithm>

#include "core/base/ascii.h"

namespace portreeve::store::sqlite {
namespace {

bool has_control(std::string_view text) { return std::ranges::any_of(text, base::is_control); }

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xc2 ? 0
                               : lead < 0xe0 ? 2
                               : lead < 0xf0 ? 3
                               : lead < 0xf5 ? 4
                                             : 0;
    if (length == 0 || text.size() - i < length) return false;
    for (std::size_t k = 1; k < length; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) return false;
    }
    const auto second = length > 1 ? static_cast<unsigned char>(text[i + 1]) : 0;
    if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second >= 0xa0)) return false;
    if ((lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second >= 0x90)) return false;
    i += length;
  }
  return true;
}

}  // namespace

std::string mailbox_name(std::string_view name) {
  if (name.empty()) fail(Errc::invalid, "a mailbox needs a name");
  if (name.size() > kMaxMailboxNameBytes) fail(Errc::invalid, "the mailbox name is too long");
  if (has_control(name)) fail(Errc::invalid, "the mailbox name has a control character");
  if (!is_utf8(name)) fail(Errc::invalid, "the mailbox name is not UTF-8");
  std::size_t depth = 0;
  for (std::size_t begin = 0; begin <= name.size(); ++depth) {
    const std::size_t end = std::min(name.find(kDelimiter, begin), name.size());
    if (end == begin) fail(Errc::invalid, "the mailbox name has an empty level");
    begin = end + 1;
  }
  if (depth > kMaxMailboxDepth) fail(Errc::invalid, "the mailbox name has too many levels");
  std::string stored(name);
  const std::size_t first = std::min(name.find(kDelimiter), name.size());
  if (base::equals_ignoring_case(name.substr(0, first), kInbox)) stored.replace(0, first, kInbox);
  return stored;
}

std::vector<std::string> parents_of(std::string_view name) {
  std::vector<std::string> parents;
  for (std::size_t i = name.find(kDelimiter); i != std::string_view::npos; i = name.find(kDelimiter, i + 1)) {
    parents.emplace_back(name.substr(0, i));
  }
  return parents;
}

bool is_below(std::string_view name, std::string_view ancestor) {
  return name.size() > ancestor.size() && name.starts_with(ancestor) && name[ancestor.size()] == kDelimiter;
}

std::string domain_name(std::string_view domain) {
  if (domain.empty() || domain.size() > kMaxDomainBytes) fail(Errc::invalid, "a domain has 1 to 255 bytes");
  const bool has_blank = domain.find_first_of(" @") != std::string_view::npos;
  if (has_blank || has_control(domain) || !is_utf8(domain)) fail(Errc::invalid, "that is not a domain");
  return base::lowered(domain);
}

AccountAddress account_address(std::string_view address) {
  const std::size_t at = address.rfind('@');
  if (at == std::string_view::npos) fail(Errc::invalid, "an account's name is an address with its domain");
  const std::string_view local = address.substr(0, at);
  if (local.empty() || local.size() > kMaxLocalBytes) fail(Errc::invalid, "a local part has 1 to 64 bytes");
  if (has_control(local) || !is_utf8(local)) fail(Errc::invalid, "that is not an address");
  AccountAddress parsed;
  parsed.domain = domain_name(address.substr(at + 1));
  parsed.shown = std::string(local) + "@" + parsed.domain;
  parsed.key = base::lowered(parsed.shown);
  return parsed;
}

void check_keyword(std::string_view keyword) {
  if (keyword.empty() || keyword.size() > kMaxKeywordBytes) fail(Errc::invalid, "a keyword has 1 to 128 bytes");
  if (has_control(keyword) || keyword.find(' ') != std::string_view::npos) {
    fail(Errc::invalid, "the keyword has a blank or a control character");
  }
}

}  // namespace portreeve::store::sqlite
