// The accounts and aliases of the configuration file, brought into the store.
// Threads: any but a loop's: hashing a plain password takes a millisecond or more, and apply_file_entries() waits.
#pragma once

#include <expected>
#include <string>

#include "core/config/config.h"
#include "storage/store.h"

namespace portreeve::daemon {

// Errors are lines for people, "FILE:LINE: what" where a line is at fault.

// What only a look at the values tells: a verifier that is none.
std::expected<void, std::string> check_file_entries(const config::Config& config, const std::string& config_file);

// A plain password becomes a verifier: the one that `known` has if the password is that one's, so that an unchanged
// file changes nothing.
store::Store::FileEntries file_entries(const config::Config& config, const store::Directory& known);

// All of them or nothing.
std::expected<void, std::string> apply_file_entries(store::Store& store, const config::Config& config,
                                                    const std::string& config_file);

}  // namespace portreeve::daemon
