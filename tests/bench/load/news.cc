// How soon a session in IDLE hears of a new message.
#include "tests/bench/load/imap.h"
#include "tests/bench/load/loads.h"
#include "tests/bench/load/message.h"

namespace portreeve::load {
namespace {

void await_exists(Client& idling) {
  while (!idling.line().ends_with(" EXISTS")) {
  }
}

std::shared_ptr<Client> idle(const Options& options) {
  auto client = select_inbox(options);
  client->send("b IDLE\r\n");
  client->until("+", "");
  return client;
}

Once hear_of_append(Client& writer, Client& idling, const std::string& message) {
  const auto begin = Clock::now();
  const std::size_t bytes = run_append(writer, "INBOX", {message});
  const auto done = Clock::now();
  await_exists(idling);
  return {bytes, done - begin};
}

Once hear_of_delivery(Client& sender, Client& idling, const Options& options, const std::string& message) {
  const auto begin = Clock::now();
  sender.send("MAIL FROM:<load@example.test>\r\nRCPT TO:<" + options.to + ">\r\nDATA\r\n");
  for (const std::string_view wanted : {"250", "250", "354"}) sender.expect(wanted);
  sender.send(message + ".\r\n");
  const auto sent = Clock::now();
  await_exists(idling);
  const auto heard = Clock::now();
  sender.expect("250");
  return {message.size(), (sent - begin) + (Clock::now() - heard)};
}

std::shared_ptr<Client> greet_smtp(const Options& options) {
  auto client = std::make_shared<Client>(options.smtp_port, false);
  client->expect("220");
  client->send("EHLO load.example.test\r\n");
  client->expect("250");
  return client;
}

}  // namespace

void news(const Options& options) {
  const std::vector<std::string> mail = make_mail(options.size);
  report(run_for(options, [&](unsigned i) -> std::function<Once()> {
    auto idling = idle(options);
    if (options.to.empty()) {
      return [idling, writer = std::make_shared<Client>(log_in(options)), &mail, i, number = 0U]() mutable {
        const unsigned now = number++;
        return hear_of_append(*writer, *idling, make_fields(i, now) + mail[now % mail.size()]);
      };
    }
    return [idling, sender = greet_smtp(options), &options, &mail, i, number = 0U]() mutable {
      const unsigned now = number++;
      return hear_of_delivery(*sender, *idling, options, make_fields(i, now) + mail[now % mail.size()]);
    };
  }));
}

}  // namespace portreeve::load
