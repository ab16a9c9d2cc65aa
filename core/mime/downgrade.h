// A header with UTF-8 (RFC 6532) as those can read it who know only ASCII (RFC 6858): the subject as encoded words;
// addresses that can't be written give way to one that leads nowhere, and stand in its display name; parameters and all
// other fields with UTF-8 go.
//
// Refuses to know the parts of a body. Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace portreeve::mime {

// The header of a message, as header_block() gives it. Nothing if it can stay as it is. Fields in ASCII stay byte for
// byte, and so do those with bytes that aren't UTF-8: nobody says what they mean. The result has some thirty times
// the block's length at most.
std::optional<std::string> downgraded_header(std::string_view block);

}  // namespace portreeve::mime
