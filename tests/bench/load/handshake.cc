// The load that does nothing but shake hands.
#include "tests/bench/load/client.h"
#include "tests/bench/load/loads.h"

namespace portreeve::load {

void handshake(const Options& options) {
  report(run_for(options, [&](unsigned) {
    return [&options] {
      Client client(options.port, options.resume ? Client::Tls::resumed : Client::Tls::full);
      // Session tickets come with the first bytes read (RFC 8446 §4.6.1).
      client.line();
      return Once(0);
    };
  }));
}

}  // namespace portreeve::load
