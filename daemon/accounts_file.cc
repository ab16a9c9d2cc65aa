#include "daemon/accounts_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <thread>

#include "core/auth/verifier.h"
#include "core/base/ascii.h"
#include "core/config/address.h"
#include "daemon/password.h"
#include "storage/address.h"

namespace portreeve::daemon {
namespace {

constexpr std::size_t kMostProblems = 20;
constexpr std::string_view kScramScheme = "{SCRAM-SHA-256}";
constexpr std::string_view kPlainScheme = "{PLAIN}";

// What Dovecot's doveadm pw prints: iterations, salt, stored key and server key with commas between.
std::string from_dovecot(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t end = 0; end != std::string_view::npos;) {
    end = text.find(',');
    parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end, text.size() - 1) + 1);
  }
  if (parts.size() != 4) return "";
  return fmt::format("SCRAM-SHA-256${}:{}${}:{}", parts[0], parts[1], parts[2], parts[3]);
}

// The error follows the address.
std::expected<void, std::string> take_secret(std::string_view text, AccountLine& account) {
  if (auth::is_verifier(text)) {
    account.verifier = text;
    return {};
  }
  if (base::starts_with_ignoring_case(text, kScramScheme)) {
    const std::string_view given = text.substr(kScramScheme.size());
    account.verifier = auth::is_verifier(given) ? std::string(given) : from_dovecot(given);
    if (auth::is_verifier(account.verifier)) return {};
    return std::unexpected(
        "what follows {SCRAM-SHA-256} is neither iterations,salt,stored key,server key nor "
        "SCRAM-SHA-256$iterations:salt$stored key:server key");
  }
  if (base::starts_with_ignoring_case(text, kPlainScheme)) {
    text.remove_prefix(kPlainScheme.size());
  } else if (text.starts_with('{') && text.contains('}')) {
    return std::unexpected(fmt::format("{} can't be taken over, {{SCRAM-SHA-256}} and {{PLAIN}} can",
                                       text.substr(0, std::min<std::size_t>(text.find('}') + 1, 40))));
  }
  account.password = text;
  const auto good = check_password(account.password);
  return good ? good : std::unexpected("the password " + good.error());
}

}  // namespace

std::expected<std::vector<AccountLine>, std::string> parse_accounts(std::string_view text, const std::string& name) {
  std::vector<AccountLine> accounts;
  std::map<std::string, std::size_t, std::less<>> seen;
  std::string problems;
  std::size_t problem_count = 0;
  std::size_t number = 0;
  while (!text.empty() && problem_count < kMostProblems) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    line = line.substr(std::min(line.find_first_not_of(" \t"), line.size()));
    if (line.empty() || line.front() == '#') continue;

    const auto complain = [&](std::string_view what) {
      ++problem_count;
      problems += fmt::format("{}:{}: {}\n", name, number, what);
    };
    const std::size_t blank = std::min(line.find_first_of(" \t"), line.size());
    const std::string_view given = line.substr(0, blank);
    const std::string_view secret = line.substr(std::min(line.find_first_not_of(" \t", blank), line.size()));
    auto address = config::normalize_address(given);
    AccountLine account;
    if (!address) {
      complain(fmt::format("{} {}", given, address.error()));
    } else if (secret.empty()) {
      complain(fmt::format("{} has no password; write it behind the address, a blank between", given));
    } else if (const auto taken = take_secret(secret, account); !taken) {
      complain(fmt::format("{}: {}", given, taken.error()));
    } else if (const auto [other, is_new] = seen.emplace(store::address_key(*address), number); !is_new) {
      complain(fmt::format("{} is in line {} already", given, other->second));
    } else {
      account.address = std::move(*address);
      accounts.push_back(std::move(account));
    }
  }
  if (!problems.empty()) return std::unexpected(problems);
  return accounts;
}

void make_verifiers(std::vector<AccountLine>& accounts) {
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < accounts.size(); i = next++) {
      if (accounts[i].verifier.empty()) accounts[i].verifier = auth::make_verifier(accounts[i].password);
    }
  };
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < std::min<std::size_t>(std::thread::hardware_concurrency(), accounts.size()); ++i) {
    threads.emplace_back(work);
  }
  work();
}

}  // namespace portreeve::daemon
