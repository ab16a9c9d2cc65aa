// The file of `account import`: a line an account, an address and what it logs in with, blanks between.
//
//   alice@example.org  her password, which may have blanks inside
//   bob@example.org    {PLAIN}{one that begins with a brace}
//   carol@example.org  SCRAM-SHA-256$4096:salt$stored-key:server-key
//   dave@example.org   {SCRAM-SHA-256}4096,salt,stored-key,server-key
//
// Empty lines and those that begin with # are passed over.
// Threads: pure functions.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace portreeve::daemon {

constexpr std::size_t kMaxAccountsFileBytes = std::size_t{32} << 20;

struct AccountLine {
  std::string address;
  std::string password;  // or:
  std::string verifier;
};

// The error has a line for each thing that is wrong, "FILE:LINE: what".
std::expected<std::vector<AccountLine>, std::string> parse_accounts(std::string_view text, const std::string& name);

// Fills in the verifiers that are missing, on all processors: each takes a millisecond or more.
void make_verifiers(std::vector<AccountLine>& accounts);

}  // namespace portreeve::daemon
