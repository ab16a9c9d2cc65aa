// RESETKEY (RFC 4467 §7): URLs that were authorized by the old keys are void.
#include <algorithm>

#include "protocols/imap/failure.h"
#include "protocols/imap/handlers.h"
#include "protocols/imap/mailboxes.h"
#include "protocols/session/store_call.h"
#include "protocols/urls/token.h"

namespace portreeve::imap {
namespace {

constexpr std::string_view kWhat = "Cannot reset the key";

}  // namespace

async::Task<Reply> handle(Context& context, const ResetKey& command) {
  store::Store& store = context.services.store;
  if (command.mailbox.empty()) {
    const auto dropped = co_await session::store_call(
        context.loop(), [&](store::Done<void> done) { store.drop_access_keys(context.account, std::move(done)); });
    if (!dropped) co_return failure(context, kWhat, dropped.error());
    co_return Reply::ok("All keys are gone");
  }
  const auto is_known = [](const std::string& name) { return name == urls::kInternal; };
  if (!std::ranges::all_of(command.mechanisms, is_known)) co_return Reply::bad("The only mechanism is INTERNAL");
  const auto mailbox = co_await locate(context, command.mailbox, store::kRead);
  if (!mailbox) co_return failure(context, kWhat, mailbox.error());
  if (mailbox->owner != context.account) co_return no_right();
  const auto kept = co_await session::store_call<std::string>(context.loop(), [&](store::Done<std::string> done) {
    store.keep_access_key(context.account, mailbox->id, urls::new_access_key(), true, std::move(done));
  });
  if (!kept) co_return failure(context, kWhat, kept.error());
  co_return Reply::ok("There is a new key", "URLMECH INTERNAL");
}

}  // namespace portreeve::imap
