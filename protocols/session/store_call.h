// Awaits a change of the store on the session's loop:
//
//   const store::Result<store::MailboxId> made = co_await store_call<store::MailboxId>(
//       loop, [&](store::Done<store::MailboxId> done) { store.create_mailbox(account, name, use, std::move(done)); });
//
// The call is made at once, on this thread; the coroutine resumes on `loop` when the change is synced or has failed.
// Reads are plain calls: async::offload() them to Services::readers.
#pragma once

#include <utility>

#include "core/async/callback.h"
#include "storage/store.h"

namespace portreeve::session {

template <class T = void, class Start>
auto store_call(async::Loop& loop, Start start) {
  return async::await_callback<store::Result<T>>(
      loop, [start = std::move(start)](auto done) mutable { start(store::Done<T>(std::move(done))); });
}

}  // namespace portreeve::session
