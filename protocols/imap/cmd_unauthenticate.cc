// UNAUTHENTICATE (RFC 8437).
#include "core/base/log.h"
#include "protocols/imap/handlers.h"

namespace portreeve::imap {

// RFC 8437 §2: all is as it was before the login, save TLS; a mailbox is left without an EXPUNGE. The client may have
// sent its next AUTHENTICATE already.
async::Task<Reply> handle(Context& context, const Unauthenticate&) {
  // Compression would have to end too, at a byte that only the client knows. NO is not allowed here, BYE is.
  if (context.is_compressed) {
    context.end({"unauthenticated while compressed", "Compression can't be taken back, connect anew"});
    co_return Reply::bad("Not while compressed");
  }
  base::log::info("imap_unauthenticated", {{"id", context.connection.id}, {"account", context.address}});
  forget_user(context);
  co_return Reply::ok("Log in again", Code::capability(capabilities(context)));
}

}  // namespace portreeve::imap
