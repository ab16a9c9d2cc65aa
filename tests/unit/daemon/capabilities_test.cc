// Whatever IMAP announces can be switched off by the configuration, save what it can't do without.
#include <gtest/gtest.h>

#include "core/base/ascii.h"
#include "core/config/config.h"
#include "protocols/imap/context.h"
#include "protocols/session/login.h"
#include "tests/support/useless_store.h"
#include "tests/unit/protocols/session/run.h"

namespace portreeve::daemon {
namespace {

async::Task<> gather(async::Loop& loop, int fd, const session::Services& services, std::vector<std::string>& names) {
  net::Connection connection(loop, fd);
  imap::Options options;
  options.message_limit = 5;
  options.allows_uid_only = true;
  options.administrators = {"a@example.test"};
  imap::Context context(connection, services, options);
  context.account = 1;
  for (const std::string_view name : imap::capabilities(context)) names.emplace_back(name);
  co_return;
}

TEST(Capabilities, CanBeSwitchedOff) {
  testing::UselessStore store;
  async::WorkerPool workers("test", 1);
  session::Login login(store, workers);
  const session::Services services{store, workers, login, "mail.example.test"};
  session::testing::Sockets sockets;
  async::Loop loop;
  std::vector<std::string> names;
  session::testing::run(loop, gather(loop, sockets.ours(), services, names));
  EXPECT_GT(names.size(), 10U);
  for (const std::string& name : names) {
    if (name == "IMAP4rev1") continue;
    // Those are named without their values.
    const bool has_value =
        name.starts_with("APPENDLIMIT=") || name.starts_with("MESSAGELIMIT=") || name.starts_with("RIGHTS=");
    const std::string known = has_value ? name.substr(0, name.find('=')) : name;
    EXPECT_TRUE(config::is_extension_of(config::Protocol::imap, base::uppered(known)))
        << name << ": add it to core/config/fields.cc";
  }
}

}  // namespace
}  // namespace portreeve::daemon
