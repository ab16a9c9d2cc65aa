#include "daemon/local.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <chrono>
#include <optional>
#include <thread>

#include "core/base/log.h"
#include "daemon/control_client.h"
#include "daemon/exit_codes.h"
#include "daemon/privileges.h"

namespace portreeve::daemon {
namespace {

// A store may be another command's, or a server's that is starting or stopping.
constexpr std::chrono::seconds kPatience{10};
constexpr std::chrono::milliseconds kPause{50};

std::expected<void, std::string> prepare(const config::Config& config) {
  // Mail is for its owners only, whatever the shell that started us says. Folders above are for all to pass.
  const auto keep_private = [](std::expected<void, std::string> done) {
    umask(0077);
    return done;
  };
  if (config.user.empty()) return keep_private(make_directory(config.data_directory, nullptr));
  const auto user = find_user(config.user);
  if (!user) return std::unexpected(user.error());
  if (const auto made = make_directory(config.data_directory, &*user); !made) return made;
  return keep_private(become(*user, Keep::nothing));
}

}  // namespace

store::sqlite::Options store_options(const config::Config& config) {
  return {.directory = config.data_directory,
          .readers = static_cast<unsigned>(config.storage.readers),
          .reserve_bytes = config.storage.reserve,
          .max_staged_bytes = config.storage.max_staged,
          .mailbox_cache_bytes = config.storage.mailbox_cache};
}

AdminReply perform(const config::Config& config, const std::string& config_file, const AdminRequest& request) {
  if (const auto ready = prepare(config); !ready) return {kConfig, ready.error() + "\n"};
  for (const auto give_up = std::chrono::steady_clock::now() + kPatience;;) {
    auto answer = ask_server(config.data_directory, request);
    if (!answer) return {kTemporary, answer.error() + "\n"};
    if (*answer) return std::move(**answer);
    auto store = store::sqlite::open(store_options(config));
    if (store) {
      // What the store has to say is no part of the answer.
      base::log::start(base::log::Level::warning);
      std::mutex alias_changes;
      AdminReply reply = run(**store, {config, config_file, alias_changes}, request);
      (*store)->close();
      base::log::stop();
      return reply;
    }
    if (store.error().code != store::Errc::exists) return {kFailure, store.error().detail + "\n"};
    if (std::chrono::steady_clock::now() > give_up) return {kTemporary, store.error().detail + "\n"};
    std::this_thread::sleep_for(kPause);
  }
}

AdminReply restore(const config::Config& config, const std::string& backup_file) {
  if (const auto ready = prepare(config); !ready) return {kConfig, ready.error() + "\n"};
  const auto answer = ask_server(config.data_directory, {"server.listeners", {}});
  if (!answer) return {kTemporary, answer.error() + "\n"};
  if (*answer) return {kTemporary, "the server runs: stop it, and then restore\n"};
  const auto done = store::sqlite::restore(backup_file, config.data_directory);
  if (!done) return {kFailure, fmt::format("nothing was restored: {}\n", done.error().detail)};
  return {kOk, fmt::format("restored {} to {}\n", backup_file, config.data_directory)};
}

}  // namespace portreeve::daemon
