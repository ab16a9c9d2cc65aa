#include "protocols/imap/other_users.h"

#include "core/base/ascii.h"
#include "protocols/imap/mailbox_name.h"

namespace portreeve::imap {
namespace {

bool ends_level(std::string_view name, std::size_t size) { return name.size() == size || name[size] == kDelimiter; }

}  // namespace

bool is_other_users(std::string_view name) {
  return name.starts_with(kOtherUsers) && ends_level(name, kOtherUsers.size());
}

bool looks_like_other_users(std::string_view name) {
  return base::starts_with_ignoring_case(name, kOtherUsers) && ends_level(name, kOtherUsers.size());
}

std::optional<OtherUsersName> split_other_users(std::string_view name) {
  if (!is_other_users(name) || name.size() == kOtherUsers.size()) return std::nullopt;
  const std::string_view rest = name.substr(kOtherUsers.size() + 1);
  const std::size_t at = rest.find('@');
  const std::size_t end = at == std::string_view::npos ? at : rest.find(kDelimiter, at);
  if (end == std::string_view::npos) return std::nullopt;
  auto mailbox = mailbox_name(rest.substr(end + 1), NameForm::utf8);
  if (!mailbox) return std::nullopt;
  return OtherUsersName{rest.substr(0, end), std::move(*mailbox)};
}

std::optional<std::string> other_users_name(std::string_view owner, std::string_view mailbox) {
  std::string name(kOtherUsers);
  name += kDelimiter;
  name += owner;
  name += kDelimiter;
  name += mailbox;
  const auto back = split_other_users(name);
  if (!back || back->owner != owner || back->mailbox != mailbox) return std::nullopt;
  return name;
}

}  // namespace portreeve::imap
