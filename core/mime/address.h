// Address lists (RFC 5322 §3.4 and §4.4), read one after the other.
//
// Takes what mail really has: obsolete routes, comments anywhere, UTF-8 (RFC 6532), names that should be quoted and
// aren't, semicolons for commas, missing brackets. Never fails; time is linear. Threads: a reader belongs to one
// thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace portreeve::mime {

struct Address {
  enum class Kind : std::uint8_t { mailbox, group_begin, group_end };
  Kind kind = Kind::mailbox;
  std::string name;    // display name without quoting, or the comment after an address that has none; a group's name
  std::string route;   // "@a,@b" of an obsolete source route
  std::string local;   // without quoting
  std::string domain;  // empty if there is none
  bool operator==(const Address&) const = default;
};

class AddressReader {
 public:
  explicit AddressReader(std::string_view value) : rest_(value) {}
  // A group gives its beginning, its members and its end.
  bool next(Address& address);

 private:
  std::string_view rest_;
  bool in_group_ = false;
};

// The mailboxes and group marks of a value, at most `limit` of them.
std::vector<Address> parse_addresses(std::string_view value, std::size_t limit);

}  // namespace portreeve::mime
