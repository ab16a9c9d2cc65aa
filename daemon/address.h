// Mail addresses and domains as an administrator types them.
// Threads: pure functions.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace portreeve::daemon {

// In the form that the store keeps: the domain in lower case. The error is what is wrong, in words that follow the
// address.
std::expected<std::string, std::string> normalize_address(std::string_view text);
std::expected<std::string, std::string> normalize_domain(std::string_view text);

}  // namespace portreeve::daemon
