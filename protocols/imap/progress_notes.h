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

 private:
  Context& context_;
  std::int64_t due_;  // loop milliseconds
};

}  // namespace portreeve::imap
