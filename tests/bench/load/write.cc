// The loads that put messages in over IMAP.
#include <utility>

#include "tests/bench/load/imap.h"
#include "tests/bench/load/loads.h"
#include "tests/bench/load/message.h"

namespace portreeve::load {
namespace {

// Each with fields of its own, so that no two are the same.
std::vector<std::string> next_messages(const std::vector<std::string>& mail, unsigned writer, unsigned& number,
                                       unsigned count) {
  std::vector<std::string> messages;
  for (unsigned i = 0; i < count; ++i, ++number)
    messages.push_back(make_fields(writer, number) + mail[(writer + number) % mail.size()]);
  return messages;
}

// A session of the mixed load, of kMixedCommands commands. It leaves no more messages than there were.
constexpr double kMixedCommands = 10;

std::size_t live_a_day(const Options& options, const std::vector<std::string>& mail, unsigned writer,
                       unsigned& number) {
  Client client = log_in(options);
  std::size_t bytes = run_command(client, "SELECT INBOX");
  bytes += run_command(client, "FETCH 1:50 (UID FLAGS ENVELOPE)");
  bytes += run_command(client, "FETCH " + std::to_string(1 + number % 50) + " (BODY.PEEK[])");
  bytes += run_command(client, "STORE " + std::to_string(1 + number % 50) + " +FLAGS (\\Seen)");
  bytes += run_command(client, "UID SEARCH UNSEEN");
  const std::string own = "Load" + std::to_string(writer);
  bytes += run_append(client, own, next_messages(mail, writer, number, 1));
  bytes += run_command(client, "SELECT " + own);
  bytes += run_command(client, "STORE 1 +FLAGS.SILENT (\\Deleted)");
  bytes += run_command(client, "EXPUNGE");
  return bytes;
}

}  // namespace

void append(const Options& options) {
  const std::vector<std::string> mail = make_mail(options.size);
  const Measured measured = run_for(options, [&](unsigned i) {
    return [client = std::make_shared<Client>(log_in(options)), &mail, &options, i, number = 0U]() mutable -> Once {
      const auto begin = Clock::now();
      const std::vector<std::string> messages = next_messages(mail, i, number, options.count);
      const auto prepared = Clock::now() - begin;
      return {run_append(*client, "INBOX", messages), prepared};
    };
  });
  report(measured, options.count);
}

void mixed(const Options& options) {
  const std::vector<std::string> mail = make_mail(options.size);
  const Measured measured = run_for(options, [&](unsigned i) {
    Client client = log_in(options);
    run_command(client, "CREATE Load" + std::to_string(i));
    return [&options, &mail, i, number = 0U]() mutable -> Once { return live_a_day(options, mail, i, number); };
  });
  report(measured, kMixedCommands);
}

}  // namespace portreeve::load
