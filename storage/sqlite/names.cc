#include "storage/sqlite/names.h"

#include <algorithm>

#include "core/base/ascii.h"
#include "core/base/utf8.h"
#include "core/idna/domain.h"
#include "core/mime/text.h"
#include "core/mime/utf8.h"
#include "storage/address.h"

namespace portreeve::store::sqlite {
namespace {

bool has_control(std::string_view text) { return std::ranges::any_of(text, base::is_control); }

}  // namespace

std::string mailbox_name(std::string_view given) {
  if (given.empty()) fail(Errc::invalid, "a mailbox needs a name");
  // Normalising takes time, and may make a name a little longer.
  if (given.size() > kMaxMailboxNameBytes) fail(Errc::invalid, "the mailbox name is too long");
  const std::string name = mime::composed(given);
  if (name.size() > kMaxMailboxNameBytes) fail(Errc::invalid, "the mailbox name is too long");
  if (has_control(name)) fail(Errc::invalid, "the mailbox name has a control character");
  if (!base::is_utf8(name)) fail(Errc::invalid, "the mailbox name is not UTF-8");
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find(kDelimiter, begin), name.size());
    if (end == begin) fail(Errc::invalid, "the mailbox name has an empty level");
    begin = end + 1;
  }
  std::string stored(name);
  const std::size_t first = std::min(name.find(kDelimiter), name.size());
  if (base::equals_ignoring_case(std::string_view(name).substr(0, first), kInbox)) stored.replace(0, first, kInbox);
  return stored;
}

std::string new_mailbox_name(std::string_view given) {
  std::string name = mailbox_name(given);
  for (std::string_view rest = name; !rest.empty();) {
    const auto character = mime::take_character(rest);
    const bool is_control = *character >= 0x80 && *character < 0xa0;
    if (is_control || *character == 0x2028 || *character == 0x2029)
      fail(Errc::invalid, "the mailbox name has a control character");
  }
  return name;
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
  auto ascii = idna::to_ascii(domain);
  if (!ascii) fail(Errc::invalid, "that is not a domain");
  return *std::move(ascii);
}

AccountAddress account_address(std::string_view address) {
  const auto parts = split_address(address);
  if (!parts) fail(Errc::invalid, "an account's name is an address with its domain");
  const std::string_view local = address.substr(0, address.size() - parts->domain.size() - 1);
  if (local.size() > kMaxLocalBytes) fail(Errc::invalid, "a local part has 1 to 64 bytes");
  AccountAddress parsed;
  parsed.domain = domain_name(parts->domain);
  parsed.shown = std::string(local) + "@" + *idna::lowered(parts->domain);
  parsed.key = address_key(parts->local, parsed.domain);
  return parsed;
}

void check_keyword(std::string_view keyword) {
  if (keyword.empty() || keyword.size() > kMaxKeywordBytes) fail(Errc::invalid, "a keyword has 1 to 128 bytes");
  if (has_control(keyword) || keyword.find(' ') != std::string_view::npos) {
    fail(Errc::invalid, "the keyword has a blank or a control character");
  }
}

}  // namespace portreeve::store::sqlite
