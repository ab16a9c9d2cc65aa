// Long work goes on in turns, so that neither the loop nor a worker is held by one client.
// Threads: the connection's loop.
#pragma once

#include <optional>
#include <string_view>

#include "core/async/task.h"
#include "protocols/imap/context.h"
#include "protocols/imap/failure.h"
#include "protocols/imap/progress_notes.h"

namespace portreeve::imap {

// Lets `work` go on until it is_done(): a turn is one go_on(), on a worker if `is_offloaded`. Work that counts its
// steps is told of (RFC 9585). Nothing, or what must be answered; `what` is how that begins.
template <class Work>
async::Task<std::optional<Reply>> take_turns(Context& context, Work& work, bool is_offloaded, std::string_view what,
                                             ProgressNotes& notes) {
  store::Result<> outcome;
  const auto turn = [&] { outcome = work.go_on(); };
  while (!work.is_done()) {
    if (is_offloaded) {
      co_await async::offload(context.services.readers, context.loop(), turn);
    } else {
      turn();
    }
    if (context.stream().is_stop_requested()) {
      context.end(kStopping);
      co_return Reply::no("Going down");
    }
    if (!outcome) co_return failure(context, what, outcome.error());
    if constexpr (requires { work.steps(); }) {
      if (!co_await notes.tell(work.steps(), work.total())) co_return Reply::no("Lost");
    }
  }
  co_return std::nullopt;
}

template <class Work>
async::Task<std::optional<Reply>> take_turns(Context& context, Work& work, bool is_offloaded, std::string_view what) {
  ProgressNotes notes(context);
  co_return co_await take_turns(context, work, is_offloaded, what, notes);
}

}  // namespace portreeve::imap
