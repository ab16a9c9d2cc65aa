// Rights on mailboxes as clients write them and read them (RFC 4314 §2.1).
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace portreeve::imap {

using Rights = std::uint16_t;  // bit i is the letter i of kRightLetters
constexpr std::string_view kRightLetters = "lrswipkxtea";

// "c" and "d" of RFC 2086 stand for "kx" and "et". Nullopt if a letter is none of these; capitals are none.
std::optional<Rights> read_rights(std::string_view letters);
// RFC 4314 §2.1.1: with "c" and "d" where a right that they stand for is there.
std::string printed_rights(Rights rights);

}  // namespace portreeve::imap
