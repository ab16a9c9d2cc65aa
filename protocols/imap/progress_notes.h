// Tells the client how far a long command is (RFC 9585), so that neither it nor an address translator takes the server
// for gone. One for each command that may take long.
// Threads: the connection's loop.
#pragma once

#include <cstdint>

#include "core/async/task.h"
#include "protocols/imap/context.h"

namespace portreeve::imap {

class ProgressNotes {
 public:
  explicit ProgressNotes(Context& context);
  // Sends a note if one is due. Precondition: no response is queued in part. False: the session is over.
  async::Task<bool> tell(std::uint32_t done, std::uint32_t of);

  // For work in parts that count their own steps: what is told is then about all of it.
  void set_goal(std::uint64_t steps);
  void add_done(std::uint32_t steps);

 private:
  Context& context_;
  std::int64_t due_;          // loop milliseconds
  std::uint32_t goal_ = 0;    // 0: that of the only part
  std::uint32_t before_ = 0;  // steps of the parts before
};

}  // namespace portreeve::imap
