#include <fmt/format.h>

#include <array>

#include "core/config/address.h"
#include "core/idna/domain.h"
#include "daemon/admin_verbs.h"
#include "daemon/exit_codes.h"
#include "storage/wait.h"

namespace portreeve::daemon {
namespace {

// "@example.org", a catch-all, too.
bool is_of(std::string_view address, std::string_view domain) {
  return idna::is_same_domain(address.substr(address.rfind('@') + 1), domain);
}

AdminReply add_domain(const Job& job) {
  const auto domain = config::normalize_domain(job.arguments[0]);
  if (!domain) return failure(fmt::format("{} {}", job.arguments[0], domain.error()));
  if (job.store.directory()->has_domain(*domain)) return failure(fmt::format("{} is there already", *domain));
  const auto done = store::wait_for([&](auto d) { job.store.add_domain(*domain, std::move(d)); });
  return done ? success(fmt::format("added {}", *domain)) : failure("the domain was not added", done.error());
}

AdminReply remove_domain(const Job& job) {
  const auto domain = config::normalize_domain(job.arguments[0]);
  if (!domain) return failure(fmt::format("{} {}", job.arguments[0], domain.error()));
  const store::DirectoryPtr directory = job.store.directory();
  if (!directory->has_domain(*domain)) {
    return failure(fmt::format("there is no domain {}; `portreeve domain list` shows all", *domain));
  }
  for (const store::Account& account : directory->accounts()) {
    if (!is_of(account.address, *domain)) continue;
    return failure(fmt::format("{} has accounts, {} for one: remove them first", *domain, account.address));
  }
  for (const store::Alias& alias : directory->aliases()) {
    if (!is_of(alias.address, *domain)) continue;
    return failure(fmt::format("{} has aliases, {} for one: remove them first", *domain, alias.address));
  }
  const auto done = store::wait_for([&](auto d) { job.store.remove_domain(*domain, std::move(d)); });
  return done ? success(fmt::format("removed {}", *domain)) : failure("the domain was not removed", done.error());
}

AdminReply list_domains(const Job& job) {
  std::string text;
  for (const std::string& domain : job.store.directory()->domains()) text += idna::to_unicode(domain) + "\n";
  return {kOk, text};
}

constexpr std::array kVerbs{
    Verb{"domain.add", 1, 1, add_domain},
    Verb{"domain.remove", 1, 1, remove_domain},
    Verb{"domain.list", 0, 0, list_domains},
};

}  // namespace

std::span<const Verb> domain_verbs() { return kVerbs; }

}  // namespace portreeve::daemon
