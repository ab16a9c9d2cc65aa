// One message on its way from DATA to the store.
//
// What can't be accepted any more is dropped at once, while the rest of it is still read: too big a message, one with
// bytes that may not be there, one that the store can't take.
// Threads: the session's loop.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/async/task.h"
#include "protocols/session/intake.h"
#include "protocols/smtp/data.h"
#include "storage/store.h"

namespace portreeve::smtp {

class Reception {
 public:
  struct Settings {
    std::string id;     // as the reply, the trace and the log name the message
    std::string trace;  // goes before the message
    std::string host;   // of a Message-ID made here
    std::string date;   // of a Date made here
    std::uint64_t max_bytes = 0;
    std::size_t max_header_bytes = 0;
    bool completes_header = false;  // adds Date and Message-ID where they lack (RFC 6409 §8.2, §8.3)
  };
  enum class Verdict { good, too_big, bare_cr, bare_lf, nul, store_failed };

  Reception(store::Store& store, async::Loop& loop, Settings settings);

  // Takes what is in `input`; it must live until this returns. Gives how much of it is used up: all, or all but the
  // few bytes that only the next ones explain.
  async::Task<std::size_t> take(std::string_view input);
  bool is_complete() const { return is_complete_; }

  // Once complete. A good message then has its body, once.
  Verdict verdict() const;
  async::Task<store::Result<store::IncomingBody>> finish();
  const store::Error& store_error() const { return status_.error(); }

  const std::string& id() const { return settings_.id; }
  std::uint64_t size() const { return size_; }  // of the message without its trace

 private:
  bool has_enough_of_beginning();
  // What goes before the message and what of it was held back.
  std::string take_beginning();
  void drop();

  Settings settings_;
  DataScanner scanner_;
  std::optional<session::Intake> intake_;  // empty once the message is lost
  store::Result<> status_;
  bool is_at_beginning_ = true;
  std::string beginning_;     // of the message, held back until it is seen what its header lacks
  std::size_t searched_ = 0;  // of it, for the header's end
  bool is_complete_ = false;
  std::uint64_t size_ = 0;
};

}  // namespace portreeve::smtp
