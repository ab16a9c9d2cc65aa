// What the loads that speak IMAP have in common.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "tests/bench/load/client.h"
#include "tests/bench/load/measure.h"

namespace portreeve::load {

Client log_in(const Options& options);
// Logged in, with INBOX selected.
std::shared_ptr<Client> select_inbox(const Options& options);
// Sends it with a tag and reads to its OK; throws on any other answer. Returns the bytes read.
std::size_t run_command(Client& client, std::string_view command);
// "APPEND mailbox" of all messages at once (RFC 3502, RFC 7888). Returns the bytes sent.
std::size_t run_append(Client& client, std::string_view mailbox, const std::vector<std::string>& messages);

}  // namespace portreeve::load
