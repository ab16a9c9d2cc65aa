// The INTERNAL mechanism, by which a URL shows that a mailbox's owner authorized it (RFC 4467 §2.4.1).
// A token is the HMAC-SHA-256 of the URL's rump, as it stands, under the owner's key to the mailbox; before it stands a
// number that names this way of making it, so that another can come beside it.
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace portreeve::urls {

constexpr std::string_view kInternal = "INTERNAL";

std::string new_access_key();
// In hexadecimal digits.
std::string internal_token(std::string_view key, std::string_view rump);
// Is `token`, in lower case, that of this rump? Takes the same time if there is no key, and says no (RFC 4467 §6).
bool is_right_token(std::string_view token, std::string_view key, std::string_view rump);

}  // namespace portreeve::urls
