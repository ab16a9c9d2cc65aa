// CANCELUPDATE (RFC 5267 §4.3.5).
#include "protocols/imap/handlers.h"
#include "protocols/imap/update_contexts.h"

namespace portreeve::imap {

// What isn't kept up to date any longer, perhaps since a limit was met, is cancelled as well as can be.
async::Task<Reply> handle(Context& context, const CancelUpdate& command) {
  cancel_updates(*context.selected, command.tags);
  co_return Reply::ok("No further updates");
}

}  // namespace portreeve::imap
