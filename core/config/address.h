// Mail addresses and domains as an administrator types them, in the file or in a command.
// Threads: pure functions.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace portreeve::config {

// In the form in which it is shown: the domain in lower case, in U-labels if it was written so. The error is what is
// wrong, in words that follow the address.
std::expected<std::string, std::string> normalize_address(std::string_view text);
std::expected<std::string, std::string> normalize_domain(std::string_view text);

// In A-labels. An administrator who writes anything but letters, digits and inner hyphens has mistyped it.
bool is_host_name(std::string_view text);
// The same for what an alias may be called: an address, or "@example.org", which catches all that is nobody's.
std::expected<std::string, std::string> normalize_alias(std::string_view text);

}  // namespace portreeve::config
