#include "protocols/imap/fetch_answer.h"

#include <string>

#include "protocols/imap/slice_ahead.h"

namespace portreeve::imap {
namespace {

constexpr std::size_t kSlice = std::size_t{256} * 1024;

// What only needs memory is rendered where it is queued.
async::Task<FetchRenderer::Outcome> answer_from_memory(Context& context, FetchRenderer& renderer) {
  FetchRenderer::Outcome outcome = renderer.render(context.out(), kSlice);
  while (outcome == FetchRenderer::Outcome::more && co_await context.relieve())
    outcome = renderer.render(context.out(), kSlice);
  co_return outcome;
}

async::Task<FetchRenderer::Outcome> answer_from_store(Context& context, FetchRenderer& renderer) {
  SliceAhead ahead(context.services.readers, context.loop(), renderer, kSlice);
  std::string slice;
  ahead.start();
  FetchRenderer::Outcome outcome = co_await ahead;
  while (outcome == FetchRenderer::Outcome::more && !context.is_over()) {
    slice.swap(ahead.slice());
    ahead.slice().clear();
    context.stream().set_deadline(context.options.timeouts.transfer);
    auto sending = context.stream().send(slice);
    ahead.start();  // nothing may throw from here until it is awaited
    const auto sent = co_await std::move(sending);
    outcome = co_await ahead;
    if (!sent) context.lose(sent.error());
  }
  // The last one leaves with the tagged reply.
  if (!context.is_over()) context.out() += ahead.slice();
  co_return outcome;
}

}  // namespace

async::Task<FetchRenderer::Outcome> send_fetched(Context& context, FetchRenderer& renderer) {
  return renderer.needs_store() ? answer_from_store(context, renderer) : answer_from_memory(context, renderer);
}

}  // namespace portreeve::imap
