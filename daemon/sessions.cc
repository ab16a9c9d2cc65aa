#include "daemon/sessions.h"

#include "daemon/settings.h"
#include "protocols/imap/session.h"
#include "protocols/pop3/session.h"
#include "protocols/smtp/session.h"

namespace portreeve::daemon {
namespace {

// Options is what Serve takes; make_options has it from the configuration.
template <class Options>
using Serve = async::Task<> (*)(net::Connection&, const session::Services&, const Options&);
template <class Options>
using MakeOptions = Options (*)(const config::Config&, const config::Listener&, tls::Context*);

template <class Options>
struct Given {
  session::Services services;
  Options options;
};

// The parameter keeps what the session refers to until it has ended.
template <class Options>
async::Task<> run(net::Connection& connection, Serve<Options> serve, std::shared_ptr<const Given<Options>> given) {
  co_await serve(connection, given->services, given->options);
}

template <class Options>
class SessionsOf final : public Sessions {
 public:
  SessionsOf(const config::Config& config, const config::Listener& listener, const Parts& parts,
             std::shared_ptr<session::Rates> rates, tls::Context* context, MakeOptions<Options> make_options,
             Serve<Options> serve)
      : parts_(parts),
        context_(context),
        make_options_(make_options),
        serve_(serve),
        current_(make(config, listener, std::move(rates))) {}

  net::Session session() override {
    return [this](net::Connection& connection) { return run<Options>(connection, serve_, current_.get()); };
  }

  void set(const config::Config& config, const config::Listener& listener,
           std::shared_ptr<session::Rates> rates) override {
    current_.set(make(config, listener, std::move(rates)));
  }

 private:
  Given<Options> make(const config::Config& config, const config::Listener& listener,
                      std::shared_ptr<session::Rates> rates) const {
    return {{parts_.store, parts_.readers, parts_.login, config.host_name, std::move(rates), &parts_.maildrops},
            make_options_(config, listener, context_)};
  }

  const Parts parts_;
  tls::Context* const context_;
  const MakeOptions<Options> make_options_;
  const Serve<Options> serve_;
  Current<Given<Options>> current_;
};

}  // namespace

std::unique_ptr<Sessions> make_sessions(const config::Config& config, const config::Listener& listener,
                                        const Parts& parts, std::shared_ptr<session::Rates> rates,
                                        tls::Context* context) {
  switch (listener.protocol) {
    case config::Protocol::smtp:
    case config::Protocol::submission:
    case config::Protocol::lmtp:
      return std::make_unique<SessionsOf<smtp::Options>>(config, listener, parts, std::move(rates), context,
                                                         smtp_options, smtp::serve);
    case config::Protocol::pop3:
      return std::make_unique<SessionsOf<pop3::Options>>(config, listener, parts, std::move(rates), context,
                                                         pop3_options, pop3::serve);
    case config::Protocol::imap:
      return std::make_unique<SessionsOf<imap::Options>>(config, listener, parts, std::move(rates), context,
                                                         imap_options, imap::serve);
  }
  return nullptr;
}

}  // namespace portreeve::daemon
