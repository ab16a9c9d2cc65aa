// Addresses as the store compares them: two spellings of one mailbox have one key.
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace portreeve::store {

struct AddressParts {
  std::string local;   // without quotes and escapes
  std::string domain;  // as it was written
};

// Divides an address at the last '@' that no quotes hold. A local part that begins with a quote has to be a quoted
// string to its end; any other is taken as it is. Nothing if a part is empty, or has a control character, or isn't
// UTF-8; the domain isn't judged further.
std::optional<AddressParts> split_address(std::string_view address);

// The domain by its A-labels (core/idna); what is no domain in lower case.
std::string domain_key(std::string_view domain);

// The local part case folded (RFC 5321 §2.4 leaves its case to us) and in NFC, quoted only where it has to be, and the
// domain's key. It is an address too, with itself as its key.
std::string address_key(std::string_view local, std::string_view domain);

// Of "@example.org", a whole domain, it is "@" and the domain's key. Empty if it is no address: no address's key is.
std::string address_key(std::string_view address);

}  // namespace portreeve::store
