// Takes a password from the person at the terminal, or from a script's standard input.
// Threads: the main one.
#pragma once

#include <expected>
#include <string>

namespace portreeve::daemon {

// Asked twice, without echo. The error is one line for people.
std::expected<std::string, std::string> ask_password(const std::string& account);
// The first line of standard input.
std::expected<std::string, std::string> read_password();

// Is it one that can be kept? The error follows the word "password".
std::expected<void, std::string> check_password(const std::string& password);

}  // namespace portreeve::daemon
