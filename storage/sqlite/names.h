// Which names the store takes: mailboxes, domains, accounts' addresses, keywords.
// Threads: pure functions. All throw Failure(Errc::invalid) for what can't be held.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/sqlite/failure.h"

namespace portreeve::store::sqlite {

constexpr std::string_view kInbox = "INBOX";
constexpr std::size_t kMaxLocalBytes = 64;  // RFC 5321 §4.5.3.1.1

// The name as it is stored: in NFC; a first level that spells INBOX in any case is written so (RFC 3501 §5.1).
std::string mailbox_name(std::string_view given);
// The same for one that is made: without what RFC 6855 §3 forbids beyond ASCII's control characters. Older versions
// let it in, so that such mailboxes may be there.
std::string new_mailbox_name(std::string_view given);
// "a/b/c" has the parents "a" and "a/b", in this order.
std::vector<std::string> parents_of(std::string_view name);
bool is_below(std::string_view name, std::string_view ancestor);

// As it is stored: in A-labels.
std::string domain_name(std::string_view domain);

struct AccountAddress {
  std::string shown;   // as it was written, the domain in lower case
  std::string key;     // of storage/address.h, for look-ups
  std::string domain;  // in A-labels
};
AccountAddress account_address(std::string_view address);

void check_keyword(std::string_view keyword);

}  // namespace portreeve::store::sqlite
