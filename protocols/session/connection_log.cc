#include "protocols/session/connection_log.h"

#include <string>

#include "core/base/log.h"

namespace portreeve::session {
namespace {

std::string_view or_dash(std::string_view text) { return text.empty() ? "-" : text; }

}  // namespace

void log_connection_opened(const net::Connection& connection, std::string_view protocol) {
  if (!base::log::is_enabled(base::log::Level::debug)) return;
  base::log::debug("connected", {{"id", connection.id},
                                 {"protocol", protocol},
                                 {"peer", connection.peer.text()},
                                 {"local", connection.local.text()}});
}

void log_connection_closed(const net::Connection& connection, std::string_view protocol, std::string_view reason,
                           std::string_view account) {
  if (!base::log::is_enabled(base::log::Level::info)) return;
  const net::Stream& stream = connection.stream;
  const net::TlsInfo* tls = stream.tls();
  const std::string failure = stream.failure();
  base::log::info("connection", {{"id", connection.id},
                                 {"protocol", protocol},
                                 {"peer", connection.peer.text()},
                                 {"local", connection.local.text()},
                                 {"tls", tls == nullptr ? "-" : or_dash(tls->version)},
                                 {"cipher", tls == nullptr ? "-" : or_dash(tls->cipher)},
                                 {"account", or_dash(account)},
                                 {"received", stream.bytes_received()},
                                 {"sent", stream.bytes_sent()},
                                 {"reason", or_dash(reason)},
                                 {"failure", or_dash(failure)}});
}

}  // namespace portreeve::session
