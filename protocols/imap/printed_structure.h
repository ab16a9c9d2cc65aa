// Reads a printed BODYSTRUCTURE (RFC 3501 §7.4.2), the form in which a message's summary has it.
// Threads: pure functions; views into the text given.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace portreeve::imap {

// What it says of the part of this number (as mime::find_part() has it); all of it if `path` is empty. Empty: nothing.
std::string_view structure_of(std::string_view printed, const std::vector<std::uint32_t>& path);

// The structure of a part that has no parts, as it is with its transfer encoding undone (RFC 5524 §3.2).
std::string decoded_structure(std::string_view printed, std::uint64_t size, std::uint64_t lines);

}  // namespace portreeve::imap
