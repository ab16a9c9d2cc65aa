// URLFETCH (RFC 4467 §7, with RFC 5524): texts that their owners have authorized by a URL.
#include "protocols/imap/failure.h"
#include "protocols/imap/fetched_url.h"
#include "protocols/imap/handlers.h"
#include "protocols/session/login.h"

namespace portreeve::imap {
namespace {

constexpr std::string_view kWhat = "Cannot fetch the URL";
constexpr std::uint64_t kPiece = std::uint64_t{64} * 1024;

// Nothing, or what must be answered.
async::Task<std::optional<Reply>> answer(Context& context, const FetchedUrl& asked) {
  const session::Services& services = context.services;
  UrlAnswer answer(services.store, asked);
  const std::int64_t now = session::unix_now();
  const auto opened = co_await async::offload(services.readers, context.loop(),
                                              [&] { return answer.open(services.host_name, context.account, now); });
  // RFC 4467 §7: NO is for a failure that may be over later.
  if (!opened) co_return failure(context, kWhat, opened.error());
  context.out() += answer.head();
  std::string piece;
  while (answer.left() > 0) {
    piece.clear();
    const auto read =
        co_await async::offload(services.readers, context.loop(), [&] { return answer.read(kPiece, piece); });
    if (!read) {
      // The client was promised so many bytes.
      context.end({"store failed"});
      co_return failure(context, kWhat, read.error());
    }
    context.out() += piece;
    if (!co_await context.relieve()) co_return Reply::no("Lost");
  }
  context.out() += answer.tail();
  if (!co_await context.relieve()) co_return Reply::no("Lost");
  co_return std::nullopt;
}

}  // namespace

async::Task<Reply> handle(Context& context, const UrlFetch& command) {
  for (const FetchedUrl& asked : command.urls) {
    if (auto refusal = co_await answer(context, asked)) co_return std::move(*refusal);
  }
  co_return Reply::ok("Fetched");
}

}  // namespace portreeve::imap
