#include "protocols/session/services.h"

#include <string_view>

#include "core/base/log.h"

namespace portreeve::session {
namespace {

async::Task<bool> shake_hands(net::Connection& connection, tls::Context& context, async::Milliseconds deadline) {
  net::Stream& stream = connection.stream;
  stream.set_deadline(deadline);
  const auto secured = co_await stream.start_tls(context.accept(stream.fd()));
  if (secured) co_return true;
  const std::string failure = stream.failure();
  base::log::info("tls_failed",
                  {{"id", connection.id},
                   {"peer", connection.peer.text()},
                   {"local", connection.local.text()},
                   {"reason", failure.empty() ? net::describe(secured.error()) : std::string_view(failure)}});
  co_return false;
}

}  // namespace

async::Task<bool> begin_security(net::Connection& connection, const Security& security, async::Milliseconds deadline) {
  if (!security.is_implicit) co_return true;
  // Without a context nothing that this listener was made for can be kept, least of all silently.
  if (security.tls == nullptr) {
    base::log::error("tls_failed", {{"id", connection.id}, {"reason", "the listener has no certificate"}});
    co_return false;
  }
  co_return co_await shake_hands(connection, *security.tls, deadline);
}

async::Task<bool> upgrade_tls(net::Connection& connection, const Security& security, async::Milliseconds deadline) {
  return shake_hands(connection, *security.tls, deadline);
}

}  // namespace portreeve::session
