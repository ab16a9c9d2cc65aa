// COMPRESS (RFC 4978).
#include "protocols/imap/handlers.h"

namespace portreeve::imap {

async::Task<Reply> handle(Context& context, const Compress& command) {
  if (command.mechanism != "DEFLATE") co_return Reply::bad("Only DEFLATE is known");
  // RFC 4978 §3: BAD for a second COMPRESS. TLS never compresses here, so NO is never the answer.
  if (context.is_compressed) co_return Reply::bad("Compressed already by COMPRESS", "COMPRESSIONACTIVE");
  context.starts_compression = true;
  co_return Reply::ok("DEFLATE from here on");
}

}  // namespace portreeve::imap
