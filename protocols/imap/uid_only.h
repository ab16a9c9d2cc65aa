// What UIDONLY forbids (RFC 9586 §3).
// Threads: pure functions.
#pragma once

#include "protocols/imap/command.h"

namespace portreeve::imap {

// Does the command name messages by their sequence numbers, or would its answer? "$" is no number.
bool uses_sequence_numbers(const Command& command);

}  // namespace portreeve::imap
