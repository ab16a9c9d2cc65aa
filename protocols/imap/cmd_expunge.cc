// EXPUNGE (RFC 3501 §6.4.3) and UID EXPUNGE (RFC 4315 §2.1).
#include "protocols/imap/failure.h"
#include "protocols/imap/handlers.h"
#include "protocols/imap/sync.h"
#include "protocols/session/store_call.h"

namespace portreeve::imap {

async::Task<Reply> handle(Context& context, const Expunge& command) {
  Selected& selected = *context.selected;
  if (selected.is_read_only) co_return read_only();
  const store::Snapshot& messages = selected.view->messages();
  // Never what the client hasn't been told of.
  store::UidSet uids =
      command.uids ? uids_of(*resolve(*command.uids, Numbers::uid, messages), messages) : all_uids(messages);
  if (uids.empty()) co_return Reply::ok("Nothing to expunge");
  const auto expunged =
      co_await session::store_call<store::Expunged>(context.loop(), [&](store::Done<store::Expunged> done) {
        context.services.store.expunge(selected.id(), std::move(uids), true, std::move(done));
      });
  if (!expunged) co_return failure(context, "Cannot expunge", expunged.error());
  if (expunged->uids.empty()) co_return Reply::ok("Nothing to expunge");
  co_return co_await with_highest_mod_seq(context, Reply::ok("Expunged"));
}

}  // namespace portreeve::imap
