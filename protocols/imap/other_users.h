// Names in the other users' namespace (RFC 2342 §4): "Other Users/alice@example.org/Projects" is Alice's "Projects".
// Knows no account. Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace portreeve::imap {

constexpr std::string_view kOtherUsers = "Other Users";

struct OtherUsersName {
  std::string_view owner;  // an address, or what stands in its place
  std::string mailbox;     // as its owner calls it, INBOX in capitals
};

// Does it lead into the namespace, or to its root?
bool is_other_users(std::string_view name);
// The same in whatever case. Such names are never given to mailboxes, so that nothing looks like the namespace.
bool looks_like_other_users(std::string_view name);
// Nullopt if it is no name of a mailbox there. An address may have delimiters before its '@', and the first level after
// that ends it. Valid as long as `name`.
std::optional<OtherUsersName> split_other_users(std::string_view name);
// The name for others of a mailbox, or nullopt if split_other_users() wouldn't find its way back: some quoted local
// parts can't be told apart from further levels.
std::optional<std::string> other_users_name(std::string_view owner, std::string_view mailbox);

}  // namespace portreeve::imap
