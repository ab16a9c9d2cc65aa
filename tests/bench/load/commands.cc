// The load that says what it is told to.
#include "tests/bench/load/imap.h"
#include "tests/bench/load/loads.h"

namespace portreeve::load {
namespace {

// Goes round the commands; an operation is one that counts, with what prepares it and what cleans up behind it.
class Round {
 public:
  Round(const Options& options, std::shared_ptr<Client> client)
      : commands_(options.commands), client_(std::move(client)) {}

  Once go_on() {
    Once done(0);
    if (next_ == commands_.size()) next_ = 0;
    if (next_ == 0) prepare(done);
    done.bytes += run_command(*client_, commands_[next_++]);
    prepare(done);
    return done;
  }

 private:
  void prepare(Once& done) {
    const auto begin = Clock::now();
    for (; next_ < commands_.size() && commands_[next_].starts_with('~'); ++next_)
      run_command(*client_, commands_[next_].substr(1));
    done.untimed += Clock::now() - begin;
  }

  const std::vector<std::string>& commands_;
  std::shared_ptr<Client> client_;
  std::size_t next_ = 0;
};

}  // namespace

void commands(const Options& options) {
  report(run_for(options, [&](unsigned) {
    return [round = Round(options, select_inbox(options))]() mutable { return round.go_on(); };
  }));
}

}  // namespace portreeve::load
