// What UIDONLY forbids (RFC 9586 §3).
// Threads: pure functions.
#pragma once

#include "protocols/imap/command.h"

namespace portreeve::imap {

// Does the search name messages by their sequence numbers, filters in it aside? "$" is no number.
bool names_numbers(const SearchKey& key);
// Does the command name messages by their sequence numbers, or would its answer? "$" is no number.
bool uses_sequence_numbers(const Command& command);

}  // namespace portreeve::imap
