// The load that speaks SMTP.
#include <memory>
#include <stdexcept>
#include <string>

#include "tests/bench/load/client.h"
#include "tests/bench/load/loads.h"
#include "tests/bench/load/message.h"

namespace portreeve::load {
namespace {

// Behind this a message goes in a write of its own, rather than be copied to follow its command.
constexpr std::size_t kCopied = std::size_t{128} * 1024;

class Sender {
 public:
  Sender(const Options& options, const std::vector<std::string>& mail, unsigned number)
      : options_(options), mail_(mail), number_(number) {}

  void open() {
    client_ = std::make_unique<Client>(options_.port, options_.use_tls);
    client_->expect("220");
    greet();
    if (!options_.use_starttls) return;
    client_->send("STARTTLS\r\n");
    client_->expect("220");
    client_->start_tls();
    greet();
  }

  void close() {
    client_->send("QUIT\r\n");
    client_->expect("221");
    client_.reset();
  }

  // Returns the message's size.
  std::size_t send() {
    const std::string& mail = mail_[(number_ + sent_) % mail_.size()];
    std::string begin = make_fields(number_, sent_);
    const std::size_t size = begin.size() + mail.size();
    ++sent_;
    const std::string envelope = "MAIL FROM:<load@example.test>\r\nRCPT TO:<" + options_.to + ">\r\n";
    if (options_.use_bdat) {
      // RFC 3030 §2: the commands and the chunk may go in one batch.
      send_message(envelope + "BDAT " + std::to_string(size) + " LAST\r\n" + begin, mail, "");
      client_->expect("250");
      client_->expect("250");
    } else {
      client_->send(envelope + "DATA\r\n");
      client_->expect("250");
      client_->expect("250");
      client_->expect("354");
      send_message(std::move(begin), mail, ".\r\n");
    }
    client_->expect("250");
    return size;
  }

 private:
  void greet() {
    client_->send("EHLO load.example.test\r\n");
    client_->expect("250");
  }

  void send_message(std::string begin, const std::string& mail, std::string_view end) {
    if (mail.size() <= kCopied) {
      client_->send(begin.append(mail).append(end));
      return;
    }
    client_->send(begin);
    client_->send(mail);
    if (!end.empty()) client_->send(end);
  }

  const Options& options_;
  const std::vector<std::string>& mail_;
  unsigned number_;
  unsigned sent_ = 0;
  std::unique_ptr<Client> client_;
};

}  // namespace

void deliver(const Options& options) {
  const std::vector<std::string> mail = make_mail(options.size);
  report(run_for(options, [&](unsigned i) -> std::function<Once()> {
    auto sender = std::make_shared<Sender>(options, mail, i);
    if (options.connect_each) {
      return [sender] {
        sender->open();
        const std::size_t size = sender->send();
        sender->close();
        return size;
      };
    }
    sender->open();
    return [sender] { return sender->send(); };
  }));
}

}  // namespace portreeve::load
