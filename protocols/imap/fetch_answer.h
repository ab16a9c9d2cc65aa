// Sends what a FetchRenderer renders, a slice at a time.
// Threads: the connection's loop.
#pragma once

#include "core/async/task.h"
#include "protocols/imap/context.h"
#include "protocols/imap/fetch_renderer.h"

namespace portreeve::imap {

// Off the loop where the store is needed. The last slice is only queued. `more`: the session is over.
async::Task<FetchRenderer::Outcome> send_fetched(Context& context, FetchRenderer& renderer);

}  // namespace portreeve::imap
