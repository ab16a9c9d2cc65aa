// The parameters of MAIL and RCPT (RFC 5321 §4.1.1.11), and the words that command lines are made of.
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "protocols/smtp/command.h"
#include "protocols/smtp/extensions.h"
#include "protocols/smtp/reply.h"

namespace portreeve::smtp {

// Takes a word, and the blanks behind it, from the front; empty at the end.
std::string_view take_word(std::string_view& text);

// esmtp-param = esmtp-keyword ["=" esmtp-value]
struct Parameter {
  std::string_view keyword;
  std::optional<std::string_view> value;  // never empty
};
// Nothing for a word that is none.
std::optional<Parameter> take_parameter(std::string_view& text);

// 1*20DIGIT, or more of them: saturates.
std::optional<std::uint64_t> parse_size(std::string_view text);

// Adds what all of `text` says to the command. The refusal, if there is anything wrong with it.
std::optional<Reply> read_parameters(std::string_view text, const Extensions& offered, Mail& mail);
std::optional<Reply> read_parameters(std::string_view text, const Extensions& offered, Rcpt& rcpt);

}  // namespace portreeve::smtp
