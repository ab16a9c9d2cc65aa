// Of the store as a whole: backup, check, and the messages held for later.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <limits>

#include "daemon/admin_verbs.h"
#include "daemon/exit_codes.h"
#include "storage/wait.h"

namespace portreeve::daemon {
namespace {

constexpr std::size_t kMostHeldShown = 10'000;

AdminReply back_up(const Job& job) {
  const std::string& path = job.arguments[0];
  // The server's own folder is not the client's.
  if (!path.starts_with('/')) return failure("the backup's path has to be absolute");
  const auto done = store::wait_for([&](auto d) { job.store.backup(path, std::move(d)); });
  return done ? success(fmt::format("wrote {}", path)) : failure("no backup was made", done.error());
}

AdminReply check_store(const Job& job) {
  const bool mends = !job.arguments.empty();
  const auto findings =
      store::wait_for<std::vector<store::Store::Finding>>([&](auto d) { job.store.check(mends, std::move(d)); });
  if (!findings) return failure("the check could not be made", findings.error());
  std::string text;
  std::size_t left = 0;
  std::size_t mendable = 0;
  for (const store::Store::Finding& finding : *findings) {
    if (!finding.is_mended) ++left;
    if (finding.is_mendable && !finding.is_mended) ++mendable;
    text += fmt::format("{}: {}\n",
                        finding.is_mended     ? "mended"
                        : finding.is_mendable ? "mendable"
                                              : "wrong",
                        finding.what);
  }
  if (findings->empty()) return success("the store is sound");
  text += left == 0 ? "all of it is mended\n" : fmt::format("{} found, {} left\n", findings->size(), left);
  if (mendable > 0 && !mends) text += "`portreeve fsck --mend` mends what is mendable; make a backup before\n";
  return {left == 0 ? kOk : kFailure, text};
}

AdminReply list_held(const Job& job) {
  const auto held = job.store.held(std::numeric_limits<std::int64_t>::max(), kMostHeldShown);
  if (!held) return failure("the held messages can't be read", held.error());
  const store::DirectoryPtr directory = job.store.directory();
  std::string text;
  for (const store::Held& one : *held) {
    const store::Account* account = directory->find(one.account);
    text += fmt::format("{}\t{}\t{:%Y-%m-%dT%H:%M:%SZ}\t{} bytes\n", one.id,
                        account == nullptr ? "nobody" : account->address, fmt::gmtime(one.release_at), one.size);
  }
  return {kOk, text};
}

AdminReply remove_held(const Job& job) {
  const std::string& text = job.arguments[0];
  store::HeldId id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size()) {
    return failure(fmt::format("{} is not the number of a message; `portreeve held list` shows them", text));
  }
  const auto done =
      store::wait_for<std::vector<store::Appended>>([&](auto d) { job.store.release(id, {}, 0, {}, std::move(d)); });
  if (done) return success(fmt::format("removed {}; nobody gets it", id));
  if (done.error().code != store::Errc::not_found) return failure("the message was not removed", done.error());
  return failure(fmt::format("there is no message {}; `portreeve held list` shows all", id));
}

constexpr std::array kVerbs{
    Verb{"backup", 1, 1, back_up},
    Verb{"fsck", 0, 1, check_store},
    Verb{"held.list", 0, 0, list_held},
    Verb{"held.remove", 1, 1, remove_held},
};

}  // namespace

std::span<const Verb> store_verbs() { return kVerbs; }

}  // namespace portreeve::daemon
