// Commands and parser events as short text, so that a case is one line and its result another.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocols/imap/parser.h"

namespace portreeve::imap {

// "a LOGIN [alice] [secret]": arguments in brackets, as they are understood.
std::string describe(const Command& command);
std::string describe(const SearchKey& key);

enum class Feeding { whole, byte_by_byte, with_more_behind };

// What a session would see of `input`: each event a line. "+" is AcceptLiteral, "message […]" an APPEND's literal as
// the session read it, "end" AppendEnd, "a BAD text" or "a BAD [CODE] text" a rejection ("!" before it: fatal). With
// `with_more_behind` a "~ NOOP" is sent behind the input, and its event left off the result: it must be the last.
std::string events(std::string_view input, Feeding feeding, const Limits& limits = {});

// The same, fed in every way; the ways must agree.
std::string events(std::string_view input, const Limits& limits = {});

}  // namespace portreeve::imap
